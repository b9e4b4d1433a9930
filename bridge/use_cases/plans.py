"""The use case that makes a plan: fetch, decide, put on record. Nothing is sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import structlog

from bridge.delivery import (
    Limits,
    deleted_messages,
    estimated_calls,
    find_witness,
    key_field_of,
    who_asks,
    witness_schema,
)
from bridge.events import (
    CallsMade,
    Fetched,
    MessageOutcome,
    Observer,
    PlanCounts,
    PlanFinished,
    Planned,
    PlanStarted,
    nobody,
)
from bridge.ledger import Forecast, Ledger, MessageState, Plan, ResendOrder, Run
from bridge.model import (
    Decision,
    Delivery,
    HeldReason,
    Item,
    Outcome,
    Risk,
    Window,
    Witness,
)
from bridge.planning import (
    Narrowing,
    Planner,
    ToAll,
    ToCauses,
    ToKeys,
    ToOpen,
    UniqueValues,
    awaiting_approval,
    built_in_mapping,
    command_to_approve,
    held_as_in_doubt_otherwise,
    held_as_sent_otherwise,
    outline,
    read_mapping,
)
from bridge.salesforce import ApiUsage, Org, OrgIdentity
from bridge.settings import GoTalloAccess, Settings
from bridge.telling import told
from bridge.use_cases.batches import batches
from bridge.use_cases.clock import now
from bridge.use_cases.conditions import limits_of, refuse_unwritable, view_now
from bridge.use_cases.describing import describe
from bridge.use_cases.inquiry import Inquiry
from bridge.use_cases.opening import open_gotallo

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """What to plan."""

    window: Window
    window_words: str
    """The window as flags, so that a report can print a command to paste."""
    flags: str = ""
    """The other flags that a further command of the run needs, with a space before them."""
    expected: int | None = None
    """How many failures the operator expects, from the e-mail."""
    limit: int | None = None
    """Send this many at most, the earliest first; the others are skipped."""
    keys: Sequence[str] = ()
    """The messages to plan, in any spelling; empty for all of the window."""
    causes: Sequence[str] = ()
    """The ids of the causes whose messages are planned, or how they start; empty for all."""
    still_open: Collection[str] | None = None
    """The messages that are still open, of these causes where some are named, which alone are
    planned; None for all of the window."""
    even_if_deleted: str | None = None
    """Why these are sent again where somebody deleted them in the org; None where they are not."""


def plan(
    settings: Settings,
    request: PlanRequest,
    ledger: Ledger,
    org: Org,
    *,
    observe: Observer = nobody,
) -> Run:
    """Fetch the failures of a window and put on record what would be done about each.

    Nothing is sent. The plan is whole when this returns; what ended before that is never applied.

    Raises:
        UsageError: a setting, the mapping or the ledger is not usable; before any request where
            that can be told.
        RemoteError: GoTallo or the org could not be reached, or refused us.
    """
    tell = told(observe)
    calls_before = org.calls
    access = settings.gotallo()
    mapping = read_mapping(settings.bridge_mapping or built_in_mapping())
    identity = org.identity()
    described = describe(org, mapping)
    schema = described.object
    refuse_unwritable(schema, identity)
    planner = Planner(mapping, schema, described.made)
    mapping.check_values_against(schema)
    key_field = key_field_of(schema, mapping.key)
    witness = find_witness(mapping, org)
    view = view_now(settings, org, schema, key_field, witness, identity)
    narrowing = _narrowing(request, ledger)
    with open_gotallo(access, settings) as gotallo, gotallo.fetch(request.window) as stream:
        messages = narrowing.among(stream)
        again = _to_send_again(request, narrowing, ledger, org, planner, identity, witness)
        plan_ = _plan_of(
            access, request, narrowing, planner, identity, witness, settings.bridge_approve
        )
        run_id = ledger.begin_run(plan_, now())
        ledger.record_view(run_id, view)
        ledger.keep_describe(run_id, described)
        unique_values = UniqueValues(schema, key_field)
        inquiry = Inquiry(org, planner, ledger, identity, request.window.zone)
        tell(PlanStarted(request.window))
        count = 0
        standing: Counter[str] = Counter()
        ready: Counter[str] = Counter()
        filled: set[str] = set()
        for planned in batches(planner.plan(message) for message in messages):
            unchanged = _without_changed(run_id, planned, planner, ledger, again)
            batch = [
                _awaiting_approval(unique_values.admit(item), run_id, plan_) for item in unchanged
            ]
            known = ledger.add_items(run_id, count, batch, again)
            for item in batch:
                outcome = _decided(run_id, item, known.get(item.key or ""))
                if outcome is not None:
                    tell(outcome)
            inquiry.meet(item for item in batch if item.key not in known)
            for item in batch:
                if item.key in known:
                    standing[Outcome.PRESENT] += 1
                    continue
                standing[item.decision] += 1
                if item.decision is Decision.READY:
                    ready[item.cause.id] += 1
                if item.decision is Decision.READY or _awaits_approval(item):
                    filled |= item.record.keys()
            count += len(batch)
            tell(Fetched(stream.summary.messages, stream.summary.announced))
            tell(Planned(run_id, _counts_of(standing)))
            tell(_calls_of(org))
        summary = stream.summary
    if request.limit is not None:
        for key, cause_id in ledger.limit(run_id, request.limit):
            tell(MessageOutcome(run_id, key, cause_id, Decision.SKIPPED, HeldReason.POLICY))
            standing[Decision.READY] -= 1
            standing[Decision.SKIPPED] += 1
    found = tuple(inquiry.findings())
    if found:
        ledger.add_findings(run_id, found)
    usage = org.daily_api()
    ledger.finish_plan(
        run_id,
        announced=summary.announced,
        listed=narrowing.listed,
        fetched=count,
        repeated=summary.repeated,
        notes=(*narrowing.notes, *summary.notes),
        outline=outline(schema, filled),
        forecast=_forecast(ready.values(), usage, limits_of(settings)),
    )
    ledger.count_calls(run_id, org.calls - calls_before)
    log.info(
        "run.planned",
        run=run_id,
        fetched=count,
        repeated=summary.repeated,
        api_left=usage.left if usage else None,
    )
    tell(_calls_of(org))
    tell(PlanFinished(run_id, _counts_of(standing)))
    return ledger.run(run_id)


def _narrowing(request: PlanRequest, ledger: Ledger) -> Narrowing:
    """What the plan is narrowed to.

    Raises:
        UsageError: a key is empty, or the ledger has no such cause.
    """
    causes = tuple(dict.fromkeys(map(ledger.cause_id, request.causes)))
    if request.still_open is not None:
        return ToOpen(request.still_open, causes)
    narrowing = ToKeys(request.keys) if request.keys else ToAll()
    if not causes:
        return narrowing
    known = frozenset(chain.from_iterable(map(ledger.keys_of_cause, causes)))
    return ToCauses(causes, known, narrowing)


def _forecast(ready: Collection[int], usage: ApiUsage | None, limits: Limits) -> Forecast:
    return Forecast(
        calls=estimated_calls(ready),
        left=usage.left if usage else None,
        reserve=limits.kept_back(usage.limit) if usage else None,
    )


def _plan_of(
    access: GoTalloAccess,
    request: PlanRequest,
    narrowing: Narrowing,
    planner: Planner,
    identity: OrgIdentity,
    witness: Witness | None,
    approve: frozenset[Risk] | None,
) -> Plan:
    why = request.even_if_deleted
    return Plan(
        tenant_id=access.tenant_id,
        org_id=identity.org_id,
        org_name=identity.name,
        sandbox=identity.sandbox,
        instance_url=identity.instance_url,
        object=planner.schema.name,
        namespace=planner.schema.namespace,
        key_field=planner.key_field.name,
        key_unique=planner.key_field.unique,
        window=request.window,
        window_words=f"{request.window_words}{narrowing.words}".strip(),
        flags=request.flags,
        mapping_name=planner.mapping.name,
        mapping_text=planner.mapping.text,
        may_heal=planner.mapping.may_heal,
        expected=request.expected,
        only=narrowing.keys,
        resend=ResendOrder(who_asks(identity), why) if why is not None else None,
        witness=witness,
        approve=approve,
    )


def _to_send_again(
    request: PlanRequest,
    narrowing: Narrowing,
    ledger: Ledger,
    org: Org,
    planner: Planner,
    identity: OrgIdentity,
    witness: Witness | None,
) -> Mapping[str, str]:
    """What is sent again though it was deleted, by key, with what it was."""
    if request.even_if_deleted is None:
        return {}
    return deleted_messages(
        ledger,
        org,
        planner.schema,
        planner.key_field,
        witness_schema(witness, org),
        identity.org_id,
        narrowing.keys,
    )


def _awaiting_approval(item: Item, run_id: str, plan: Plan) -> Item:
    command = command_to_approve(run_id, item.cause.id, plan.flags)
    return awaiting_approval(item, plan.approve, command)


def _awaits_approval(item: Item) -> bool:
    return item.held is not None and item.held.reason is HeldReason.APPROVAL


def _decided(run_id: str, item: Item, there: MessageState | None) -> MessageOutcome | None:
    """What the plan itself makes of a message; None where it is to be sent."""
    if there is not None:
        return MessageOutcome(
            run_id,
            item.key,
            item.cause.id,
            Outcome.PRESENT,
            salesforce_id=there.salesforce_id,
            risk=item.risk,
        )
    if item.held is None:
        return None
    return MessageOutcome(
        run_id,
        item.key,
        item.cause.id,
        item.decision,
        item.held.reason,
        item.held.code,
        fixers=item.fixers,
        risk=item.risk,
    )


def _counts_of(standing: Mapping[str, int]) -> PlanCounts:
    return PlanCounts(
        ready=standing[Decision.READY],
        held=standing[Decision.HELD],
        skipped=standing[Decision.SKIPPED],
        present=standing[Outcome.PRESENT],
    )


def _calls_of(org: Org) -> CallsMade:
    return CallsMade(org.calls, org.usage.left if org.usage else None)


def _without_changed(
    run_id: str,
    items: Sequence[Item],
    planner: Planner,
    ledger: Ledger,
    again: Mapping[str, str],
) -> list[Item]:
    """Hold what is in the org already, or may be, but was sent as GoTallo has it no more."""
    keys = [item.key for item in items if item.key is not None and item.key not in again]
    sent = ledger.sent_sources(run_id, keys, Delivery.DELIVERED)
    in_doubt = ledger.sent_sources(run_id, keys, Delivery.SENDING)

    def looked_at(item: Item) -> Item:
        key = item.key or ""
        source = sent.get(key) or in_doubt.get(key)
        if source is None:
            return item
        fields = planner.edited((source.original, source.origin), (item.original, item.origin))
        if not fields:
            return item
        why = held_as_sent_otherwise if key in sent else held_as_in_doubt_otherwise
        return item._replace(decision=Decision.HELD, held=why(fields, source.run_id))

    return [looked_at(item) for item in items]
