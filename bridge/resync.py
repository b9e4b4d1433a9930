"""The use cases, which lead the data through the rooms: plan, apply.

    window ──► gotallo ──► planning ──► ledger ──► delivery ──► ledger

`open_house` opens what the settings name; each use case is a function of it.
"""

from __future__ import annotations

import datetime as dt
import shlex
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TypeVar

import structlog

from bridge.delivery import (
    MOST_ROUNDS,
    STEPS,
    Clock,
    Ending,
    EndingKind,
    Halt,
    Healer,
    Limits,
    Observer,
    OldMessages,
    Tempo,
    deleted_messages,
    deliver,
    estimated_calls,
    find_witness,
    hold,
    key_field_of,
    old_messages,
    refuse_old,
    refuse_unseen,
    view_of,
    who_asks,
    why_outdated,
    witness_schema,
)
from bridge.errors import LeaseHeld, OrgRefused, SafetyStop, SettingsError, UsageError
from bridge.events import item_outcome
from bridge.gotallo import GoTallo
from bridge.ledger import (
    Forecast,
    Ledger,
    MessageState,
    PendingItem,
    Plan,
    ResendOrder,
    Run,
    RunState,
)
from bridge.model import (
    Decision,
    Delivery,
    FailedMessage,
    FieldSchema,
    HeldReason,
    Item,
    ObjectSchema,
    Outcome,
    View,
    Window,
    Witness,
)
from bridge.planning import (
    Narrowing,
    Planner,
    built_in_mapping,
    held_as_planned_otherwise,
    held_as_sent_otherwise,
    outline,
    parse_mapping,
    read_mapping,
    read_mapping_text,
)
from bridge.salesforce import (
    ApiUsage,
    ClientCredentials,
    Org,
    OrgIdentity,
    StaticToken,
    Token,
    TokenSource,
)
from bridge.settings import GoTalloAccess, Settings

LEASE_PAUSE = 10.0
"""Seconds between two looks at whether the other writer has ended."""
BATCH = 200
"""Items that are put on record in one transaction while a plan is made."""

log = structlog.get_logger(__name__)

T = TypeVar("T")

Progress = Callable[[int], None]
"""Is told how many items are planned so far."""


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
    even_if_deleted: str | None = None
    """Why these are sent again where somebody deleted them in the org; None where they are not."""


@dataclass(frozen=True, slots=True)
class ApplyRequest:
    """How to send a plan."""

    lanes: int = 4
    canary: Sequence[int] = STEPS
    limit: int | None = None
    """Send this many at most now; `apply` goes on with the others."""
    old_ones_too: bool = False
    """A person was asked about messages that are older than the limit, and wants them sent."""
    rounds: int = MOST_ROUNDS
    """How often a message that the org refuses may be repaired as the mapping says."""


def _silent(_: int) -> None:
    return None


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _unobserved(_: object) -> None:
    return None


@contextmanager
def open_ledger(settings: Settings) -> Iterator[Ledger]:
    """Open the ledger that the settings name.

    Raises:
        LedgerError: it can't be opened or written.
    """
    with Ledger(settings.bridge_ledger) as ledger:
        yield ledger


@contextmanager
def open_org(settings: Settings) -> Iterator[Org]:
    """The org that the settings name; nothing is asked of it yet.

    Raises:
        SettingsError: a setting is missing or not usable.
    """
    with Org(
        _tokens(settings), ca_bundle=settings.bridge_ca_bundle, proxy=settings.bridge_proxy
    ) as org:
        yield org


def plan(
    settings: Settings,
    request: PlanRequest,
    ledger: Ledger,
    org: Org,
    *,
    progress: Progress = _silent,
) -> Run:
    """Fetch the failures of a window and put on record what would be done about each.

    Nothing is sent. The plan is whole when this returns; what ended before that is never applied.

    Raises:
        UsageError: a setting, the mapping or the ledger is not usable; before any request where
            that can be told.
        RemoteError: GoTallo or the org could not be reached, or refused us.
    """
    calls_before = org.calls
    access = settings.gotallo()
    mapping = read_mapping(settings.bridge_mapping or built_in_mapping())
    identity = org.identity()
    schema = org.schema(mapping.object)
    _refuse_unwritable(schema, identity)
    planner = Planner(mapping, schema)
    key_field = key_field_of(schema, mapping.key)
    witness = find_witness(mapping, org)
    view = _view(settings, org, schema, key_field, witness, identity)
    narrowing = Narrowing(request.keys)
    with _gotallo(access, settings) as gotallo, gotallo.fetch(request.window) as stream:
        messages = narrowing.among(stream)
        again = _to_send_again(request, narrowing, ledger, org, planner, identity, witness)
        plan_ = _plan_of(access, request, narrowing, planner, identity, witness)
        run_id = ledger.begin_run(plan_, _now())
        ledger.record_view(run_id, view)
        count = 0
        ready: Counter[str] = Counter()
        filled: set[str] = set()
        for planned in _batches(planner.plan(message) for message in messages):
            batch = _without_changed(run_id, planned, planner, ledger, again)
            known = ledger.add_items(run_id, count, batch, again)
            _tell(run_id, batch, known)
            for item in batch:
                if item.decision is Decision.READY and item.key not in known:
                    ready[item.cause.id] += 1
                    filled |= item.record.keys()
            count += len(batch)
            progress(count)
        summary = stream.summary
    if request.limit is not None:
        for key in ledger.limit(run_id, request.limit):
            item_outcome(run=run_id, key=key, state=Decision.SKIPPED, reason=HeldReason.POLICY)
    usage = org.daily_api()
    ledger.finish_plan(
        run_id,
        announced=summary.announced,
        listed=narrowing.listed,
        fetched=count,
        repeated=summary.repeated,
        notes=summary.notes,
        outline=outline(schema, filled),
        forecast=_forecast(ready.values(), usage, _limits(settings)),
    )
    ledger.count_calls(run_id, org.calls - calls_before)
    log.info(
        "run.planned",
        run=run_id,
        fetched=count,
        repeated=summary.repeated,
        api_left=usage.left if usage else None,
    )
    return ledger.run(run_id)


def unfinished(settings: Settings, window: Window, ledger: Ledger, org: Org) -> Run | None:
    """The newest run over this window and to this org whose sending did not come to its end.

    The org is asked who it is only where the ledger has such a run.

    One whose plan is outdated is none to go on with: planning anew takes over what it left.

    Raises:
        SettingsError: a setting is missing or not usable.
        RemoteError: the org could not be reached, or refused us.
    """
    found = ledger.unfinished(settings.gotallo().tenant_id, window)
    here = org.identity().org_id if found else ""
    run = next((run for run in found if run.plan.org_id == here), None)
    if run is None:
        return None
    schema = org.schema(run.plan.object)
    outdated = why_outdated(run, schema, _mapping_now(settings, run), _limits(settings), _now())
    return None if outdated else run


def recheck(settings: Settings, run_id: str, ledger: Ledger, org: Org) -> int:
    """Hold what has changed at the source since a run was planned and is not sent yet.

    GoTallo is asked for the window again; nothing is sent.

    Returns:
        How many items are held for it now.

    Raises:
        UsageError: the run does not exist, or a setting or its mapping is not usable.
        RemoteError: GoTallo or the org could not be reached, or refused us.
    """
    run = ledger.run(run_id)
    states = ledger.states(run.id, [item.key for item in ledger.pending(run.id)])
    left = {Delivery.OPEN} if run.plan.resend is None else set(Delivery) - {Delivery.SENDING}
    pending = {i.key: i for i in ledger.pending(run.id) if states[i.key].delivery in left}
    if not pending:
        return 0
    schema = org.schema(run.plan.object)
    planner = Planner(parse_mapping(run.plan.mapping_text, run.plan.mapping_name), schema)
    held = 0
    with (
        _gotallo(settings.gotallo(), settings) as gotallo,
        gotallo.fetch(run.plan.window) as stream,
    ):
        listed = (m for m in stream if isinstance(m, FailedMessage) and m.key in pending)
        for messages in _batches(listed):
            sources = ledger.sources(run.id, [message.key for message in messages])
            for message in messages:
                fields = planner.edited(
                    (sources[message.key].original, sources[message.key].origin),
                    (planner.original(message), message.origin),
                )
                if fields:
                    why = held_as_planned_otherwise(fields, run.plan.window_words)
                    hold(
                        ledger,
                        run.id,
                        [pending[message.key]],
                        why.reason,
                        what=why.what,
                        advice=why.advice,
                    )
                    held += 1
    log.info("run.rechecked", run=run.id, changed=held)
    return held


def apply(
    settings: Settings,
    run_id: str,
    request: ApplyRequest,
    ledger: Ledger,
    org: Org,
    *,
    halt: Halt | None = None,
    tempo: Tempo | None = None,
    clock: Clock = _now,
    observe: Observer = _unobserved,
) -> Ending:
    """Send what a plan holds ready and what has no outcome yet.

    Raises:
        UsageError: the run does not exist, was never planned to its end, or is for another org.
        SafetyStop: the plan is out of date, or messages are older than the limit, and nothing of
            it was ever sent. A run that was begun is stopped instead, once its doubts are settled.
        RemoteError: the org could not be reached, or refused us, before the first message.
    """
    calls_before = org.calls
    run = ledger.run(run_id)
    if run.state is RunState.PLANNING:
        raise UsageError(
            f"The plan of run {run.id} was not finished, so it is not sent",
            f"Plan again: bridge plan {run.plan.window_words}",
        )
    identity = org.identity()
    if identity.org_id != run.plan.org_id:
        raise SettingsError(
            f"Run {run.id} was planned for {run.plan.org_name} ({run.plan.org_id}); the settings "
            f"lead to {identity.name} ({identity.org_id})",
            "Use the settings that the plan was made with, or plan again.",
        )
    schema = org.schema(run.plan.object)
    _refuse_unwritable(schema, identity)
    key_field = key_field_of(schema, run.plan.key_field)
    witness = witness_schema(run.plan.witness, org)
    view = _view(settings, org, schema, key_field, run.plan.witness, identity)
    ledger.record_view(run.id, view)
    refuse_unseen(view)
    limits = _limits(settings)
    pending = ledger.pending(run.id)
    refusal = _refusal(settings, run, request, pending, schema, limits, clock())
    try:
        if refusal is not None and pending and run.state is RunState.PLANNED:
            raise refusal
        return deliver(
            run,
            ledger,
            org,
            schema,
            user_id=identity.user_id,
            witness=witness,
            lanes=request.lanes,
            canary=request.canary,
            limit=request.limit,
            limits=limits,
            refusal=refusal,
            healer=None if refusal else _healer(run, schema, request.rounds, clock),
            halt=halt,
            tempo=tempo or Tempo(settle_seconds=settings.bridge_settle_seconds),
            clock=clock,
            observe=observe,
        )
    finally:
        ledger.count_calls(run.id, org.calls - calls_before)


def apply_patiently(
    settings: Settings,
    run_id: str,
    request: ApplyRequest,
    ledger: Ledger,
    org: Org,
    *,
    tell: Callable[[str], None],
    pause: Callable[[float], None] = time.sleep,
    tempo: Tempo | None = None,
    clock: Clock = _now,
    observe: Observer = _unobserved,
) -> Ending:
    """Send a plan like `apply`, and wait for what only time can mend.

    That is another run that is writing to the org, and messages in doubt until they can be settled.

    Args:
        settings: as for `apply`.
        run_id: as for `apply`.
        request: as for `apply`.
        ledger: as for `apply`.
        org: as for `apply`.
        tell: is told what is waited for, in a sentence.
        pause: waits so many seconds.
        tempo: as for `apply`.
        clock: as for `apply`.
        observe: as for `apply`.

    Raises:
        UsageError: as for `apply`.
        RemoteError: as for `apply`.
    """
    tempo = tempo or Tempo(settle_seconds=settings.bridge_settle_seconds)
    told_of: str | None = None
    while True:
        try:
            ending = apply(
                settings, run_id, request, ledger, org, tempo=tempo, clock=clock, observe=observe
            )
        except LeaseHeld as held:
            if told_of != held.message:
                tell(f"{held.message}. Waiting for it to end.")
                told_of = held.message
            pause(LEASE_PAUSE)
            continue
        since = ledger.doubtful_since(run_id)
        if since is None or ending.kind not in (EndingKind.FINISHED, EndingKind.WAITING):
            return ending
        until = since + dt.timedelta(seconds=tempo.settle_seconds)
        tell(f"Messages are in doubt until {until:%Y-%m-%d %H:%M:%S} UTC. Waiting to settle them.")
        pause(max(0.0, (until - clock()).total_seconds()))


def old_ones(settings: Settings, run: Run, ledger: Ledger) -> OldMessages | None:
    """The messages to send that a person should be asked about, since they are old."""
    orders = [item.order for item in ledger.pending(run.id)]
    return old_messages(orders, _now(), _limits(settings).message_days)


def _refusal(
    settings: Settings,
    run: Run,
    request: ApplyRequest,
    pending: Sequence[PendingItem],
    schema: ObjectSchema,
    limits: Limits,
    now: dt.datetime,
) -> SafetyStop | None:
    """Why nothing may be sent now, though it were ready."""
    outdated = why_outdated(run, schema, _mapping_now(settings, run), limits, now)
    if outdated is not None or request.old_ones_too:
        return outdated
    old = old_messages([item.order for item in pending], now, limits.message_days)
    return refuse_old(run, old) if old else None


def _limits(settings: Settings) -> Limits:
    return Limits(
        refused=settings.max_refused,
        new_refused=settings.bridge_max_new_refused,
        calls=settings.bridge_max_calls,
        reserve=settings.api_reserve,
        message_days=settings.bridge_max_age_days,
        plan_hours=settings.bridge_max_plan_hours,
    )


def _mapping_now(settings: Settings, run: Run) -> str | None:
    """The text of the mapping that the settings lead to; None where they don't say.

    Without a mapping in the settings the built-in one counts, but a plan may have been made with a
    file that was named then.
    """
    built_in = built_in_mapping()
    if settings.bridge_mapping is None and run.plan.mapping_name != built_in.name:
        return None
    return read_mapping_text(settings.bridge_mapping or built_in)


def _forecast(ready: Collection[int], usage: ApiUsage | None, limits: Limits) -> Forecast:
    return Forecast(
        calls=estimated_calls(ready),
        left=usage.left if usage else None,
        reserve=limits.kept_back(usage.limit) if usage else None,
    )


def _healer(run: Run, schema: ObjectSchema, rounds: int, clock: Clock) -> Healer | None:
    """Repairs by the mapping that the plan was made with, whatever the settings name by now."""
    if not rounds or not run.plan.may_heal:
        return None
    mapping = parse_mapping(run.plan.mapping_text, run.plan.mapping_name)
    return Healer(Planner(mapping, schema), clock, rounds)


def _gotallo(access: GoTalloAccess, settings: Settings) -> GoTallo:
    return GoTallo(
        access.base_url,
        access.tenant_id,
        access.token,
        ca_bundle=settings.bridge_ca_bundle,
        proxy=settings.bridge_proxy,
    )


def _tokens(settings: Settings) -> TokenSource:
    """The token that is given, renewed by client credentials where those are given too."""
    given = settings.given_token()
    login = settings.client_credentials()
    if login is not None:
        return ClientCredentials(
            login.login_url,
            login.client_id,
            login.client_secret,
            first=Token(given.value, given.instance_url) if given else None,
            ca_bundle=settings.bridge_ca_bundle,
            proxy=settings.bridge_proxy,
        )
    if given is not None:
        return StaticToken(given.value, given.instance_url)
    raise SettingsError(
        "No way into Salesforce is set",
        "Set SF_ACCESS_TOKEN and SF_ORG_INSTANCE_URL, or SF_LOGIN_URL, SF_CLIENT_ID and "
        "SF_CLIENT_SECRET. To try everything without an org: bridge demo.",
    )


def _refuse_unwritable(schema: ObjectSchema, identity: OrgIdentity) -> None:
    if not schema.createable:
        raise OrgRefused(
            f"{identity.username} may not create {schema.name} in {identity.name}",
            "Grant create on the object (GoTallo's permission set GoTalloUser does), then try "
            "again.",
        )


def _view(
    settings: Settings,
    org: Org,
    schema: ObjectSchema,
    key_field: FieldSchema,
    witness: Witness | None,
    identity: OrgIdentity,
) -> View:
    """What may be concluded from what the org shows, with what the operator takes on."""
    view = view_of(org, schema, key_field, witness, identity.user_id)
    return view.taken_on() if settings.bridge_assume_visible else view


def _plan_of(
    access: GoTalloAccess,
    request: PlanRequest,
    narrowing: Narrowing,
    planner: Planner,
    identity: OrgIdentity,
    witness: Witness | None,
) -> Plan:
    why = request.even_if_deleted
    keys = "".join(f" --key {shlex.quote(key)}" for key in narrowing.keys)
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
        window_words=f"{request.window_words}{keys}",
        flags=request.flags,
        mapping_name=planner.mapping.name,
        mapping_text=planner.mapping.text,
        may_heal=planner.mapping.may_heal,
        expected=request.expected,
        only=narrowing.keys,
        resend=ResendOrder(who_asks(identity), why) if why is not None else None,
        witness=witness,
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


def _tell(run_id: str, items: Sequence[Item], known: Mapping[str, MessageState]) -> None:
    """One event for each message whose outcome the plan itself decides."""
    for item in items:
        there = known.get(item.key or "")
        if there is not None:
            item_outcome(
                run=run_id,
                key=item.key,
                state=Outcome.PRESENT,
                salesforce_id=there.salesforce_id,
                risk=item.risk,
            )
        elif item.held is not None:
            item_outcome(
                run=run_id,
                key=item.key,
                state=item.decision,
                reason=item.held.reason,
                code=item.held.code,
                fixers=item.fixers,
                risk=item.risk,
            )


def _without_changed(
    run_id: str,
    items: Sequence[Item],
    planner: Planner,
    ledger: Ledger,
    again: Mapping[str, str],
) -> list[Item]:
    """Hold what is in the org already, but was sent as GoTallo has it no more."""
    keys = [item.key for item in items if item.key is not None and item.key not in again]
    sent = ledger.sent_sources(run_id, keys)

    def looked_at(item: Item) -> Item:
        source = sent.get(item.key or "")
        if source is None:
            return item
        fields = planner.edited((source.original, source.origin), (item.original, item.origin))
        if not fields:
            return item
        held = held_as_sent_otherwise(fields, source.run_id)
        return replace(item, decision=Decision.HELD, held=held)

    return [looked_at(item) for item in items]


def _batches(items: Iterator[T]) -> Iterator[list[T]]:
    batch: list[T] = []
    for item in items:
        batch.append(item)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
