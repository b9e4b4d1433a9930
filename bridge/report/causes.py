"""What `bridge causes --json` prints: it may grow, it does not change."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from bridge.diagnosis import advise
from bridge.ledger import CauseHistory, CauseInRun, Ledger, RepairedField, RunState
from bridge.model import Decision, Kind, Topic
from bridge.report.document import CausePart, FindingPart, HeldGroupPart
from bridge.report.interchange import held_by_utf8
from bridge.report.reading import causes_of_run, standing_of
from bridge.report.standing_rules import is_repair

DAYS: Final = 14
"""How many days a history has."""
DAY_AFTER_DAY: Final = 3
"""On how many of them a field is repaired before it is to be mended at its source."""

_MOST_RUNS: Final = 14
_MOST_EXAMPLES: Final = 3


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class DayPart(_Part):
    """A day, and how many messages failed on it."""

    day: dt.date
    failures: int


class MessagesPart(_Part):
    """How many messages stand where; each is counted under one cause."""

    open: int
    """Not in the org, as far as the ledger knows: the next three together."""
    ready: int
    """Would be sent, as their newest run has it."""
    held: int
    rejected: int
    """Refused by the org in their newest run."""
    in_doubt: int
    skipped: int
    """Not in the org, and left out on purpose."""
    delivered: int
    """Inserted by the bridge."""
    present: int
    """In the org already."""


class CarePart(_Part):
    """Who looks after a cause."""

    owner: str
    """Empty where nobody is named."""
    note: str
    at: dt.datetime
    """When that was said last."""


class CauseSummary(_Part):
    """A cause across the runs of a ledger."""

    id: str
    former_ids: tuple[str, ...]
    """The ids that it had before the fingerprint got better."""
    code: str | None
    kind: Kind
    fields: tuple[str, ...]
    message: str
    """An example of the root's message."""
    advice: str
    """For its code; `held` and `repaired_with` know more of these messages."""
    namespace: str
    """Of the package whose prefix the names carry; empty where there is none."""
    rules: tuple[str, ...]
    """Names of the validation rules behind it, as its newest run found them."""
    held: tuple[HeldGroupPart, ...]
    """Why its newest run holds some of its messages, and what to do about each reason."""
    repaired_with: tuple[str, ...]
    """What the mapping repairs those with that its newest run would send, in words."""
    orgs: tuple[str, ...]
    runs: int
    only_planned: int
    """How many of the runs were never sent."""
    first_seen: dt.datetime
    last_seen: dt.datetime
    messages: MessagesPart
    days: tuple[DayPart, ...]
    """The last 14 days, the oldest first."""
    care: CarePart | None


class CausesDocument(_Part):
    """The causes of a ledger, the one that leaves most messages open before the others."""

    format: Literal["bridge.causes/1"] = "bridge.causes/1"
    zone: str
    """The IANA zone whose days are meant."""
    all: bool
    """Whether those that leave no message open are listed too."""
    settled: int
    """How many leave no message open."""
    causes: tuple[CauseSummary, ...]


class ExamplePart(_Part):
    """A message of a cause."""

    run_id: str
    key: str | None
    text: str
    """What Salesforce said to it."""


class AskedPart(_Part):
    """When the org was asked about a cause."""

    run_id: str
    at: dt.datetime
    zone: str
    """The IANA zone by which the findings tell the time."""
    refused_since: int
    """How many messages the org refused for the cause in requests that left after that."""


class CauseRunPart(_Part):
    """What became of a cause's messages in one run."""

    run_id: str
    created_at: dt.datetime
    only_planned: bool
    """Whether it was never sent."""
    count: int
    synced: int
    present: int
    rejected: int
    in_doubt: int
    held: int
    skipped: int
    not_sent: int
    """Ready, and without an outcome."""


class RepairPart(_Part):
    """A field that the mapping repairs in messages of this cause."""

    field: str
    fixer: str
    days: int
    """On how many of the last 14 days."""
    messages: int


class CauseDocument(_Part):
    """One cause, with examples and its history."""

    format: Literal["bridge.cause/1"] = "bridge.cause/1"
    zone: str
    cause: CauseSummary
    findings: tuple[FindingPart, ...]
    """Of its newest run."""
    asked: AskedPart | None
    """Null where no finding is an answer of the org."""
    examples: tuple[ExamplePart, ...]
    runs: tuple[CauseRunPart, ...]
    """The newest first."""
    repairs: tuple[RepairPart, ...]
    mend_at_the_source: str | None
    """Set where the same field is repaired day after day: what to do about it."""


def causes_document(
    ledger: Ledger, zone: ZoneInfo, now: dt.datetime, *, all_of_them: bool
) -> CausesDocument:
    """Describe the causes of a ledger that leave messages open, or all."""
    found = ledger.causes(_since(zone, now))
    settled = [one for one in found if not one.messages.unfinished]
    listed = sorted(
        (one for one in found if one.messages.unfinished),
        key=lambda one: (-one.messages.unfinished, one.cause.id),
    )
    if all_of_them:
        listed += settled
    planned = {run_id: causes_of_run(ledger, run_id) for run_id in {_met_last(o) for o in listed}}
    return CausesDocument(
        zone=zone.key,
        all=all_of_them,
        settled=len(settled),
        causes=tuple(
            _summary(one, planned[_met_last(one)].get(one.cause.id), zone, now) for one in listed
        ),
    )


def days_of_causes(
    ledger: Ledger, cause_ids: Iterable[str], zone: ZoneInfo, now: dt.datetime
) -> Mapping[str, tuple[DayPart, ...]]:
    """How many messages failed for each of these causes on each of the last days."""
    wanted = set(cause_ids)
    return {
        one.cause.id: tuple(_days(one.failures, zone, now))
        for one in ledger.causes(_since(zone, now))
        if one.cause.id in wanted
    }


def _met_last(history: CauseHistory) -> str:
    return history.newest_run.id


def cause_document(
    ledger: Ledger, cause_id: str, zone: ZoneInfo, now: dt.datetime
) -> CauseDocument:
    """Describe one cause; `cause_id` is whole."""
    since = _since(zone, now)
    history = ledger.cause(cause_id, since)
    planned = causes_of_run(ledger, _met_last(history)).get(cause_id)
    findings = planned.findings if planned else ()
    repairs = tuple(
        _repair(one, zone)
        for one in ledger.repaired_fields(cause_id, since)
        if _is_its_own(one, history, findings)
    )
    return CauseDocument(
        zone=zone.key,
        cause=_summary(history, planned, zone, now),
        findings=findings,
        asked=_asked(ledger, history, findings),
        examples=tuple(
            ExamplePart(
                run_id=one.run_id,
                key=None if one.key is None else held_by_utf8(one.key),
                text=held_by_utf8(one.text),
            )
            for one in ledger.cause_examples(cause_id, _MOST_EXAMPLES)
        ),
        runs=tuple(map(_run, ledger.cause_in_runs(cause_id, _MOST_RUNS))),
        repairs=repairs,
        mend_at_the_source=_mend(repairs),
    )


def _since(zone: ZoneInfo, now: dt.datetime) -> dt.datetime:
    """The start of the first day of a history."""
    first = now.astimezone(zone).date() - dt.timedelta(days=DAYS - 1)
    return dt.datetime.combine(first, dt.time(), zone)


def _asked(
    ledger: Ledger, history: CauseHistory, findings: Iterable[FindingPart]
) -> AskedPart | None:
    if all(found.topic is Topic.DOWNSTREAM for found in findings):
        return None
    run = history.newest_run
    return AskedPart(
        run_id=run.id,
        at=run.created_at,
        zone=run.zone,
        refused_since=ledger.refusals(history.cause.id, run.org_id, run.created_at),
    )


def _summary(
    history: CauseHistory, planned: CausePart | None, zone: ZoneInfo, now: dt.datetime
) -> CauseSummary:
    """Describe a cause.

    Args:
        history: of the cause.
        planned: the cause in its newest run; None where that only refused messages for it.
        zone: whose days are meant.
        now: the last of them.
    """
    cause, messages, care = history.cause, history.messages, history.care
    findings = planned.findings if planned else ()
    held = planned.held if planned else ()
    return CauseSummary(
        id=cause.id,
        former_ids=history.former_ids,
        code=cause.code,
        kind=cause.kind,
        fields=cause.fields,
        message=held_by_utf8(cause.message),
        advice=advise(cause.code, cause.kind).sentence,
        namespace=history.newest_run.namespace,
        rules=tuple(dict.fromkeys(found.rule for found in findings if found.rule)),
        held=tuple(group for group in held if group.decision is Decision.HELD),
        repaired_with=_repaired_with(planned) if planned else (),
        orgs=tuple(map(held_by_utf8, history.orgs)),
        runs=history.runs,
        only_planned=history.only_planned,
        first_seen=history.first_seen,
        last_seen=history.last_seen,
        messages=MessagesPart(
            open=messages.open,
            ready=messages.ready,
            held=messages.held,
            rejected=messages.rejected,
            in_doubt=messages.in_doubt,
            skipped=messages.skipped,
            delivered=messages.delivered,
            present=messages.present,
        ),
        days=tuple(_days(history.failures, zone, now)),
        care=None
        if care is None or not (care.owner or care.note)
        else CarePart(owner=held_by_utf8(care.owner), note=held_by_utf8(care.note), at=care.at),
    )


def _repaired_with(planned: CausePart) -> tuple[str, ...]:
    """What the mapping does for this cause, else what it does to its fields anyway."""
    of_policy = [t.treatment for t in planned.treatments if t.ready and is_repair(t.treatment)]
    anyway = [
        change.fixer
        for change in planned.changes
        if change.count >= planned.counts.not_sent_yet and _is_of(change.field, planned.fields)
    ]
    return tuple(dict.fromkeys(of_policy or anyway))


def _days(failures: Mapping[dt.datetime, int], zone: ZoneInfo, now: dt.datetime) -> list[DayPart]:
    counted: Counter[dt.date] = Counter()
    for moment, number in failures.items():
        counted[moment.astimezone(zone).date()] += number
    first = _since(zone, now).date()
    days = (first + dt.timedelta(days=number) for number in range(DAYS))
    return [DayPart(day=day, failures=counted[day]) for day in days]


def _run(in_run: CauseInRun) -> CauseRunPart:
    standing = standing_of((*state, number) for state, number in in_run.outcomes.items())
    return CauseRunPart(
        run_id=in_run.run_id,
        created_at=in_run.created_at,
        only_planned=in_run.state is RunState.PLANNED,
        count=standing.ready + standing.held + standing.skipped,
        synced=standing.synced,
        present=standing.present,
        rejected=standing.rejected,
        in_doubt=standing.in_doubt,
        held=standing.held,
        skipped=standing.skipped,
        not_sent=standing.not_sent_yet,
    )


def _is_its_own(
    repaired: RepairedField, history: CauseHistory, findings: Iterable[FindingPart]
) -> bool:
    """Whether a repair is one of the field that the cause is about, or that fills it."""
    sources = {
        source for found in findings if found.topic is Topic.DOWNSTREAM for source in found.sources
    }
    return _is_of(repaired.field, (*history.cause.fields, *sources))


def _is_of(name: str, fields: Iterable[str]) -> bool:
    """Whether a field of the org is one of these, which may lack the prefix of its package."""
    name = name.casefold()
    return any(name == own or name.endswith(f"__{own}") for own in map(str.casefold, fields))


def _repair(repaired: RepairedField, zone: ZoneInfo) -> RepairPart:
    days = {moment.astimezone(zone).date() for moment in repaired.moments}
    return RepairPart(
        field=repaired.field, fixer=repaired.fixer, days=len(days), messages=repaired.messages
    )


def _mend(repairs: Sequence[RepairPart]) -> str | None:
    again = [one for one in repairs if one.days >= DAY_AFTER_DAY]
    if not again:
        return None
    worst = max(again, key=lambda one: (one.days, one.messages))
    return (
        f"{worst.field} was repaired by {worst.fixer} on {worst.days} of the last {DAYS} days "
        f"({worst.messages:,} messages): mend it at the source, where GoTallo gets the value, or "
        "let the field take it."
    )
