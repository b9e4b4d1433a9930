"""From the ledger's rows to the documents."""

from __future__ import annotations

import datetime as dt
import shlex
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from itertools import groupby
from typing import TypeVar

from bridge.diagnosis import advise
from bridge.errors import BridgeError
from bridge.ledger import (
    Amendment,
    Approval,
    CauseCount,
    ChangeCount,
    Heal,
    HeldGroup,
    Ledger,
    Run,
    RunState,
    StoredItem,
)
from bridge.model import (
    AMENDABLE,
    Cause,
    Change,
    Decision,
    Diagnosis,
    Finding,
    HeldReason,
    Outcome,
    Risk,
    Visibility,
)
from bridge.planning import command_to_approve, idle_lines
from bridge.report.document import (
    AmendmentPart,
    ApprovalPart,
    CausePart,
    ChangePart,
    ChangeSumPart,
    FindingPart,
    ForecastPart,
    HealPart,
    HeldGroupPart,
    HeldPart,
    InventedValue,
    ItemHealPart,
    ItemPart,
    KeyPart,
    MappingPart,
    OrgPart,
    RefusalPart,
    RejectionPart,
    RemarkPart,
    ReportDocument,
    ResendPart,
    RunCounts,
    RunDocument,
    SamplePart,
    SentAgainPart,
    Standing,
    TreatmentPart,
    VisibilityPart,
    WindowPart,
    WitnessPart,
)
from bridge.report.interchange import held_by_utf8, json_of
from bridge.report.next_part import NextPart
from bridge.report.standing_rules import BehindRules, behind_rules

RowT = TypeVar("RowT")

_CANDIDATES = 50
"""Items of a cause among which its samples are looked for."""
_MOST_VALUES = 10
"""Invented values that are listed of one field."""
_RISKIEST_FIRST = (Risk.INVENTED, Risk.LOSSY, Risk.LOSSLESS)


def run_document(ledger: Ledger, run: Run, *, samples: int = 3) -> RunDocument:
    """Describe a run as the ledger has it.

    Args:
        ledger: where the run is.
        run: as the ledger gave it last.
        samples: how many messages of each cause are shown with their changes.

    Raises:
        BridgeError: the ledger's figures contradict each other.
    """
    standing = ledger.cause_counts(run.id)
    counts = _run_counts(run, standing)
    settles_at = ledger.doubts_settle_at(run.id)
    causes = _causes(ledger, run, standing, samples)
    plan = run.plan
    return RunDocument(
        run_id=run.id,
        state=run.state,
        created_at=run.created_at,
        window=WindowPart(
            from_time=plan.window.from_time,
            till_time=plan.window.till_time,
            zone=plan.window.zone,
            words=plan.window_words,
        ),
        tenant_id=plan.tenant_id,
        profile=held_by_utf8(plan.profile) if plan.profile else None,
        org=OrgPart(
            id=plan.org_id,
            name=held_by_utf8(plan.org_name),
            sandbox=plan.sandbox,
            instance_url=plan.instance_url,
        ),
        object=plan.object,
        namespace=plan.namespace,
        key=KeyPart(field=plan.key_field, unique=plan.key_unique),
        visibility=_visibility(run),
        witness=_witness(run),
        mapping=MappingPart(name=plan.mapping_name),
        approve=None if plan.approve is None else tuple(r for r in Risk if r in plan.approve),
        counts=counts,
        causes=causes,
        rejections=tuple(
            _rejection(cause, text, count) for cause, text, count in ledger.rejections(run.id)
        ),
        remarks=tuple(
            RemarkPart(outcome=told.outcome, note=told.note, count=told.count)
            for told in ledger.note_counts(run.id)
        ),
        may_heal=plan.may_heal,
        heals=tuple(
            HealPart(
                round=told.number,
                code=told.code,
                fields=told.fields,
                fixers=told.fixers,
                count=told.count,
            )
            for told in ledger.heal_counts(run.id)
        ),
        idle_policies=idle_lines(
            plan.mapping_text, plan.mapping_name, {row.treatment for row in standing}
        ),
        resend=_resend(ledger, run),
        notes=tuple(held_by_utf8(note) for note in run.notes),
        api_calls=run.api_calls,
        forecast=_forecast(run),
        settles_at=settles_at,
        stop_reason=held_by_utf8(run.stop_reason),
        next=tuple(_next(run, counts, causes, settles_at)),
    )


def _forecast(run: Run) -> ForecastPart | None:
    told = run.forecast
    if told is None:
        return None
    return ForecastPart(calls=told.calls, left=told.left, reserve=told.reserve)


def report_document(ledger: Ledger, run: Run) -> ReportDocument:
    """Describe a run with every message of it.

    Raises:
        BridgeError: the ledger's figures contradict each other.
    """
    return ReportDocument(
        run=run_document(ledger, run), items=_items(ledger, run, ledger.items(run.id))
    )


def left_over(ledger: Ledger, run: Run) -> tuple[ItemPart, ...]:
    """The messages of a run that are held or that the org refused."""
    return _items(ledger, run, ledger.left_over(run.id))


def _items(ledger: Ledger, run: Run, items: Iterable[StoredItem]) -> tuple[ItemPart, ...]:
    heals = ledger.heals_of_run(run.id)
    approvals = ledger.approvals_of_run(run.id)
    amendments = ledger.amendments_of_run(run.id)
    return tuple(
        _item(
            item,
            heals.get(item.position, ()),
            approvals.get(item.position, ()),
            amendments.get(item.position, ()),
        )
        for item in items
    )


def _visibility(run: Run) -> VisibilityPart | None:
    if run.view is None:
        return None
    return VisibilityPart(standing=run.view.visibility, why=run.view.why, grant=run.view.grant)


def _witness(run: Run) -> WitnessPart | None:
    witness = run.plan.witness
    return WitnessPart(object=witness.object, field=witness.field) if witness else None


def _run_counts(run: Run, standing: Sequence[CauseCount]) -> RunCounts:
    stored = sum(row.count for row in standing)
    fetched = stored if run.state is RunState.PLANNING else run.fetched
    if stored != fetched:
        raise BridgeError(
            f"The ledger does not add up: run {run.id} fetched {fetched} messages and has {stored} "
            "on record",
            "Keep the ledger's file as it is and report this; do not send the run.",
        )
    return RunCounts(
        **_standing(standing).model_dump(),
        fetched=fetched,
        announced=run.announced,
        expected=run.plan.expected,
        repeated=run.repeated,
        listed=fetched if run.state is RunState.PLANNING else run.listed,
    )


def _resend(ledger: Ledger, run: Run) -> ResendPart | None:
    order = run.plan.resend
    if order is None:
        return None
    return ResendPart(
        who=held_by_utf8(order.who),
        why=held_by_utf8(order.why),
        messages=tuple(
            SentAgainPart(
                key=held_by_utf8(one.key), at=one.at, was=one.was, salesforce_id=one.salesforce_id
            )
            for one in ledger.resends(run.id)
        ),
    )


def _standing(rows: Iterable[CauseCount]) -> Standing:
    return standing_of((row.decision, row.outcome, row.count) for row in rows)


def standing_of(counts: Iterable[tuple[Decision, Outcome, int]]) -> Standing:
    """How many messages stand where; what is in the org counts as that, whatever was planned."""
    outcomes: Counter[Outcome] = Counter()
    decisions: Counter[Decision] = Counter()
    for decision, outcome, count in counts:
        if decision is Decision.READY or outcome is Outcome.PRESENT:
            outcomes[outcome] += count
        else:
            decisions[decision] += count
    return Standing(
        ready=outcomes.total(),
        held=decisions[Decision.HELD],
        skipped=decisions[Decision.SKIPPED],
        synced=outcomes[Outcome.SYNCED],
        present=outcomes[Outcome.PRESENT],
        rejected=outcomes[Outcome.REJECTED],
        in_doubt=outcomes[Outcome.IN_DOUBT],
        not_sent_yet=outcomes[Outcome.NOT_SENT],
    )


def _causes(
    ledger: Ledger, run: Run, standing: Sequence[CauseCount], samples: int
) -> tuple[CausePart, ...]:
    run_id, approve = run.id, run.plan.approve
    rows_of = _grouped(standing, lambda row: row.cause.id)
    findings = ledger.findings(run_id)
    changes_of = _grouped(ledger.change_counts(run_id), lambda row: row.cause_id)
    waiting_of = _grouped(
        [
            row
            for row in ledger.waiting_change_counts(run_id)
            if row.risk not in (Risk if approve is None else approve)
        ],
        lambda row: row.cause_id,
    )
    held_of = _grouped(ledger.held_groups(run_id), lambda row: row.cause_id)
    causes = [
        _cause(
            rows,
            findings.get(cause_id, ()),
            changes_of.get(cause_id, ()),
            waiting_of.get(cause_id, ()),
            held_of.get(cause_id, ()),
            _samples(ledger, run_id, cause_id, samples)
            if cause_id in changes_of or cause_id in waiting_of
            else (),
        )
        for cause_id, rows in rows_of.items()
    ]
    return tuple(sorted(causes, key=lambda cause: (-cause.count, cause.id)))


def causes_of_run(ledger: Ledger, run_id: str) -> Mapping[str, CausePart]:
    """What a run has of each of its causes, by the cause's id; without samples."""
    parts = _causes(ledger, ledger.run(run_id), ledger.cause_counts(run_id), 0)
    return {part.id: part for part in parts}


def _cause(
    rows: Sequence[CauseCount],
    findings: Sequence[Finding],
    changes: Sequence[ChangeCount],
    waiting: Sequence[ChangeCount],
    held: Sequence[HeldGroup],
    samples: tuple[SamplePart, ...],
) -> CausePart:
    cause = rows[0].cause
    treatments: Counter[str] = Counter()
    ready: Counter[str] = Counter()
    waiting_for: Counter[str] = Counter()
    for row in rows:
        treatments[row.treatment] += row.count
        ready[row.treatment] += row.count if row.decision is Decision.READY else 0
        waits = row.held_reason is HeldReason.APPROVAL and row.outcome is not Outcome.PRESENT
        waiting_for[row.treatment] += row.count if waits else 0
    return CausePart(
        id=cause.id,
        code=cause.code,
        kind=cause.kind,
        fields=cause.fields,
        message=held_by_utf8(cause.message),
        advice=advise(cause.code, cause.kind).sentence,
        count=sum(row.count for row in rows),
        findings=tuple(map(finding_part, findings)),
        treatments=tuple(
            TreatmentPart(
                treatment=held_by_utf8(treatment),
                count=count,
                ready=ready[treatment],
                waiting=waiting_for[treatment],
            )
            for treatment, count in treatments.most_common()
        ),
        counts=_standing(rows),
        changes=tuple(_change_sums(changes)),
        waiting=tuple(_change_sums(waiting)),
        held=tuple(
            HeldGroupPart(
                decision=group.decision,
                reason=group.reason,
                code=group.code,
                what=held_by_utf8(group.what),
                advice=held_by_utf8(group.advice),
                count=group.count,
            )
            for group in held
        ),
        samples=samples,
    )


def finding_part(finding: Finding) -> FindingPart:
    """A finding as the documents have it."""
    return FindingPart(
        topic=finding.topic,
        says=held_by_utf8(finding.says),
        link=finding.link,
        objects=finding.objects,
        field=finding.field,
        sources=finding.sources,
        rule=finding.rule,
    )


def _change_sums(counts: Iterable[ChangeCount]) -> Iterator[ChangeSumPart]:
    def group_key(row: ChangeCount) -> tuple[int, str, str]:
        return _RISKIEST_FIRST.index(row.risk), row.field, row.fixer

    for _, group in groupby(sorted(counts, key=group_key), group_key):
        rows = list(group)
        first = rows[0]
        yield ChangeSumPart(
            field=first.field,
            fixer=first.fixer,
            risk=first.risk,
            count=sum(row.count for row in rows),
            lost=sum(row.lost for row in rows),
            why=held_by_utf8(first.why),
            invented=tuple(
                InventedValue(value=json_of(row.invented), count=row.count)
                for row in rows[:_MOST_VALUES]
                if row.risk is Risk.INVENTED
            ),
        )


def _samples(ledger: Ledger, run_id: str, cause_id: str, most: int) -> tuple[SamplePart, ...]:
    if not most:
        return ()
    sent = [
        item
        for item in ledger.samples(run_id, cause_id, max(most, _CANDIDATES))
        if (item.decision is Decision.READY or item.held_reason is HeldReason.APPROVAL)
        and item.outcome is not Outcome.PRESENT
    ]
    return tuple(
        SamplePart(key=held_by_utf8(item.key or ""), changes=changes_part(item.changes))
        for item in _differing(sent, most)
    )


def _differing(items: Sequence[StoredItem], most: int) -> Iterator[StoredItem]:
    """Those first that show changes which the ones before did not, the riskiest before all."""
    left = list(items)
    seen: set[tuple[str, str, Risk]] = set()

    def news(item: StoredItem) -> list[int]:
        fresh = {(c.field, c.fixer, c.risk) for c in item.changes} - seen
        return [sum(risk is of for _, _, risk in fresh) for of in _RISKIEST_FIRST]

    for _ in range(min(most, len(left))):
        item = max(left, key=news)
        left.remove(item)
        seen |= {(c.field, c.fixer, c.risk) for c in item.changes}
        yield item


def _rejection(cause: Cause, text: str | None, count: int) -> RejectionPart:
    return RejectionPart(
        cause_id=cause.id,
        code=cause.code,
        kind=cause.kind,
        fields=cause.fields,
        message=held_by_utf8(text or cause.message),
        count=count,
        advice=advise(cause.code, cause.kind).sentence,
    )


def _item(
    item: StoredItem,
    heals: Sequence[Heal],
    approvals: Sequence[Approval],
    amendments: Sequence[Amendment],
) -> ItemPart:
    return ItemPart(
        position=item.position,
        key=None if item.key is None else held_by_utf8(item.key),
        conversation=None if item.conversation is None else held_by_utf8(item.conversation),
        origin=item.origin,
        cause_id=item.cause_id,
        error_text=None if item.error_text is None else held_by_utf8(item.error_text),
        decision=item.decision,
        held=_held(item),
        changes=changes_part(item.changes),
        outcome=item.outcome,
        salesforce_id=item.salesforce_id,
        rejection=_refusal(item),
        heals=tuple(
            ItemHealPart(
                round=heal.number,
                at=heal.at,
                refusal=_refused(heal.refusal, heal.refusal_text, None),
                fixers=heal.fixers,
            )
            for heal in heals
        ),
        approvals=tuple(
            ApprovalPart(
                at=one.at,
                who=held_by_utf8(one.who),
                asked=held_by_utf8(one.asked),
                what=held_by_utf8(one.what),
            )
            for one in approvals
        ),
        amendments=tuple(
            AmendmentPart(
                at=one.at,
                who=held_by_utf8(one.who),
                fields=one.fields,
                was=held_by_utf8(one.held_what or one.refusal_text),
            )
            for one in amendments
        ),
        note=item.note,
        attempts=item.attempts,
        unreadable=held_by_utf8(item.raw) if item.key is None else None,
    )


def _held(item: StoredItem) -> HeldPart | None:
    if item.held_reason is None:
        return None
    return HeldPart(
        reason=item.held_reason,
        what=held_by_utf8(item.held_what),
        advice=held_by_utf8(item.held_advice),
        code=item.held_code,
        fields=item.held_fields,
    )


def _refusal(item: StoredItem) -> RefusalPart | None:
    if item.rejection is None:
        return None
    return _refused(item.rejection, item.rejection_text, item.rejection_cause_id)


def _refused(diagnosis: Diagnosis, text: str, cause_id: str | None) -> RefusalPart:
    return RefusalPart(
        code=diagnosis.code,
        kind=diagnosis.kind,
        fields=diagnosis.fields,
        text=held_by_utf8(text),
        cause_id=cause_id,
        advice=advise(diagnosis.code, diagnosis.kind).sentence,
    )


def changes_part(changes: Iterable[Change]) -> tuple[ChangePart, ...]:
    """Changes as the documents have them."""
    return tuple(
        ChangePart(
            field=change.field,
            before=json_of(change.before),
            after=json_of(change.after),
            fixer=change.fixer,
            why=held_by_utf8(change.why),
            risk=change.risk,
            lost=change.lost,
        )
        for change in changes
    )


def _held_for(causes: Iterable[CausePart], reasons: Set[HeldReason]) -> int:
    """How many messages are held for one of these reasons."""
    return sum(
        group.count
        for cause in causes
        for group in cause.held
        if group.decision is Decision.HELD and group.reason in reasons
    )


def _next(
    run: Run, counts: RunCounts, causes: Sequence[CausePart], settles_at: dt.datetime | None
) -> Iterator[NextPart]:
    """The commands that may follow, the most useful first."""
    flags = run.plan.flags
    on_record = _without_mapping(flags)
    waiting = _held_for(causes, {HeldReason.APPROVAL})
    by_hand = _held_for(causes, AMENDABLE - {HeldReason.APPROVAL}) + counts.rejected
    if run.state is RunState.PLANNING:
        yield NextPart(command=f"bridge plan {run.plan.window_words}{flags}", why="plan it again")
        return
    open_ones = []
    if counts.not_sent_yet:
        beside = "" if run.state is RunState.PLANNED else " not sent yet"
        repaired = _after_repair(counts, behind_rules(causes))
        open_ones.append(f"send the {counts.not_sent_yet:,}{beside}{repaired}")
    if counts.in_doubt:
        from_when = f" (from {settles_at:%H:%M:%S} UTC on)" if settles_at else ""
        open_ones.append(f"settle the {counts.in_doubt:,} in doubt{from_when}")
    if open_ones:
        if run.view is not None and run.view.visibility is Visibility.UNPROVEN:
            open_ones = [f"once the grant is there: {', '.join(open_ones)}"]
        wait = " --wait" if counts.in_doubt else ""
        yield NextPart(command=f"bridge apply {run.id}{wait}{flags}", why=", ".join(open_ones))
    if waiting:
        sent = f"all {waiting + counts.not_sent_yet:,}" if counts.not_sent_yet else "them"
        yield NextPart(
            command=command_to_approve(run.id, "all", flags),
            why=f"approve the {waiting:,} that wait, and send {sent}",
        )
    unrepaired = counts.held + counts.rejected - waiting
    if unrepaired and run.state is not RunState.PLANNED:
        yield NextPart(
            command=f"bridge resync {run.plan.window_words}{flags}",
            why=f"once repaired: bring the {unrepaired:,}",
        )
    left = unrepaired + waiting
    if left:
        yield NextPart(command=f"bridge report {run.id}{on_record}", why=f"look at the {left:,}")
    if by_hand and run.state is not RunState.PLANNED:
        beside = f" with the {waiting:,} that wait" if waiting else ""
        yield NextPart(
            command=f"bridge report {run.id} --csv {run.id}.csv{on_record}",
            why=f"repair the {by_hand:,} by hand, in a spreadsheet{beside}",
        )
    if counts.there and not (run.state is RunState.PLANNED and counts.not_sent_yet):
        yield NextPart(
            command=f"bridge verify {run.id}{on_record}",
            why=f"ask the org for the {counts.there:,}",
        )


def _without_mapping(flags: str) -> str:
    """The flags of a command that asks for what is on record, which has its mapping with it."""
    words = shlex.split(flags)
    if "--mapping" in words:
        at = words.index("--mapping")
        del words[at : at + 2]
    return "".join(f" {shlex.quote(word)}" for word in words)


def _after_repair(counts: RunCounts, behind: BehindRules) -> str:
    """Which rules to repair before those that they refuse again are sent."""
    if not behind.count:
        return ""
    whose = "" if behind.count == counts.not_sent_yet else f" {behind.count:,}"
    repaired = f"{len(behind.rules):,} rules are" if behind.rules[1:] else f"{behind.rules[0]} is"
    return f",{whose} once {repaired} repaired"


def _grouped(rows: Iterable[RowT], cause_id: Callable[[RowT], str]) -> Mapping[str, Sequence[RowT]]:
    groups: dict[str, list[RowT]] = {}
    for row in rows:
        groups.setdefault(cause_id(row), []).append(row)
    return groups
