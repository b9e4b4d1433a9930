"""The use cases that send a plan, at once or with patience, or go on with one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from bridge.delivery import (
    MOST_ROUNDS,
    STEPS,
    Clock,
    Ending,
    Halt,
    Healer,
    Limits,
    OldMessages,
    Tempo,
    deliver,
    key_field_of,
    old_messages,
    refuse_old,
    refuse_unseen,
    why_outdated,
    witness_schema,
)
from bridge.errors import LeaseHeld, LedgerError, SafetyStop, UsageError
from bridge.events import Observer, Waiting, WaitingFor, nobody
from bridge.ledger import Ledger, PendingItem, Run, RunState
from bridge.model import EndingKind, Held, ObjectSchema, Window
from bridge.planning import Planner, parse_mapping
from bridge.salesforce import Org
from bridge.settings import Settings
from bridge.telling import told
from bridge.use_cases.clock import now
from bridge.use_cases.conditions import (
    identity_for,
    limits_of,
    mapping_now,
    refuse_unwritable,
    view_now,
)

LEASE_PAUSE = 10.0
"""Seconds between two looks at whether the other writer has ended."""


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
    changed: Mapping[int, Held] = field(default_factory=dict)
    """Items in doubt, by position, that have changed at the source: see `recheck`."""


def apply(
    settings: Settings,
    run_id: str,
    request: ApplyRequest,
    ledger: Ledger,
    org: Org,
    *,
    halt: Halt | None = None,
    tempo: Tempo | None = None,
    clock: Clock = now,
    observe: Observer = nobody,
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
    refuse_unfinished_plan(run)
    identity = identity_for(run, org)
    schema = org.schema(run.plan.object)
    refuse_unwritable(schema, identity)
    key_field = key_field_of(schema, run.plan.key_field)
    witness = witness_schema(run.plan.witness, org)
    view = view_now(settings, org, schema, key_field, run.plan.witness, identity)
    ledger.record_view(run.id, view)
    refuse_unseen(view)
    limits = limits_of(settings)
    pending = ledger.pending(run.id)
    refusal = _refusal(settings, run, request, pending, schema, limits, clock())
    with _calls_counted(ledger, run, org, calls_before):
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
            changed=request.changed,
            refusal=refusal,
            healer=None if refusal else _healer(run, org, schema, request.rounds, clock),
            halt=halt,
            tempo=tempo or Tempo(settle_seconds=settings.bridge_settle_seconds),
            clock=clock,
            tell=told(observe),
        )


def apply_patiently(
    settings: Settings,
    run_id: str,
    request: ApplyRequest,
    ledger: Ledger,
    org: Org,
    *,
    halt: Halt | None = None,
    pause: Callable[[float], None] | None = None,
    tempo: Tempo | None = None,
    clock: Clock = now,
    observe: Observer = nobody,
) -> Ending:
    """Send a plan like `apply`, and wait for what only time can mend.

    That is another run that is writing to the org, and messages in doubt until they can be settled.

    Args:
        settings: as for `apply`.
        run_id: as for `apply`.
        request: as for `apply`.
        ledger: as for `apply`.
        org: as for `apply`.
        halt: as for `apply`; it ends the waiting too.
        pause: waits so many seconds; None for a wait that the halt ends.
        tempo: as for `apply`.
        clock: as for `apply`.
        observe: as for `apply`; is told what is waited for too.

    Raises:
        UsageError: as for `apply`.
        RemoteError: as for `apply`.
    """
    tempo = tempo or Tempo(settle_seconds=settings.bridge_settle_seconds)
    tell = told(observe)
    halt = halt or Halt()
    pause = pause or halt.pause
    told_of: str | None = None
    while not halt.thrown:
        try:
            ending = apply(
                settings,
                run_id,
                request,
                ledger,
                org,
                # Its own: a lease that is lost ends one sending, and not the waiting for the next.
                halt=halt.part(),
                tempo=tempo,
                clock=clock,
                observe=tell,
            )
        except LeaseHeld as held:
            if told_of != held.message:
                tell(_waiting_for(held))
                told_of = held.message
            pause(LEASE_PAUSE)
            continue
        if isinstance(ending.reason, LeaseHeld):
            tell(_waiting_for(ending.reason))
            pause(LEASE_PAUSE)
            continue
        since = ledger.doubtful_since(run_id)
        if since is None or ending.kind not in (EndingKind.FINISHED, EndingKind.WAITING):
            return ending
        until = since + dt.timedelta(seconds=tempo.settle_seconds)
        tell(
            Waiting(
                WaitingFor.DOUBTS,
                until,
                f"Messages are in doubt until {until:%Y-%m-%d %H:%M:%S} UTC. Waiting to settle "
                "them.",
            )
        )
        pause(max(0.0, (until - clock()).total_seconds()))
    kind = EndingKind.STOPPED if halt.reason else EndingKind.INTERRUPTED
    return Ending(kind, halt.reason)


def _waiting_for(held: LeaseHeld) -> Waiting:
    return Waiting(WaitingFor.ANOTHER_RUN, None, f"{held.message}. Waiting for it to end.")


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
    outdated = why_outdated(run, schema, mapping_now(settings, run), limits_of(settings), now())
    return None if outdated else run


def refuse_unfinished_plan(run: Run) -> None:
    """A plan that broke off knows only some of its window's messages, or none.

    Raises:
        UsageError: the run's plan was not finished.
    """
    if run.state is RunState.PLANNING:
        raise UsageError(
            f"The plan of run {run.id} was not finished, so it is not sent",
            f"Plan again: bridge plan {run.plan.window_words}",
        )


def old_ones(settings: Settings, run: Run, ledger: Ledger) -> OldMessages | None:
    """The messages to send that a person should be asked about, since they are old."""
    orders = [item.order for item in ledger.pending(run.id)]
    return old_messages(orders, now(), limits_of(settings).message_days)


@contextmanager
def _calls_counted(ledger: Ledger, run: Run, org: Org, before: int) -> Iterator[None]:
    """Put on record how many calls were made; what went wrong is never hidden by that."""
    try:
        yield
    except Exception:
        with suppress(LedgerError):
            ledger.count_calls(run.id, org.calls - before)
        raise
    ledger.count_calls(run.id, org.calls - before)


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
    outdated = why_outdated(run, schema, mapping_now(settings, run), limits, now)
    if outdated is not None or request.old_ones_too:
        return outdated
    old = old_messages([item.order for item in pending], now, limits.message_days)
    return refuse_old(run, old) if old else None


def _healer(run: Run, org: Org, schema: ObjectSchema, rounds: int, clock: Clock) -> Healer | None:
    """Repairs by the mapping that the plan was made with, whatever the settings name by now."""
    if not rounds or not run.plan.may_heal:
        return None
    mapping = parse_mapping(run.plan.mapping_text, run.plan.mapping_name)
    made = org.schemas_seen(mapping.downstream)
    return Healer(Planner(mapping, schema, made), clock, rounds)
