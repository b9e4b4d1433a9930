"""The delivery of a run, from its first unsettled message to its last outcome."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from types import MappingProxyType

import structlog

from bridge.delivery.halt import Halt
from bridge.delivery.healing import Healer
from bridge.delivery.heartbeat import writing_lease
from bridge.delivery.holding import hold
from bridge.delivery.lanes import Job, Lanes, share
from bridge.delivery.limits import Limits, Watch
from bridge.delivery.presence import WitnessSchema
from bridge.delivery.resending import send_again
from bridge.delivery.rounds import STEPS, HeldBack, Round, Rounds, Told
from bridge.delivery.sender import MOST_A_CALL, Clock, Sender, Tempo
from bridge.errors import BridgeError, LeaseHeld, SafetyStop
from bridge.events import (
    Interrupted,
    Observer,
    Repaired,
    RoundStarted,
    SendingFinished,
    SendingStarted,
    nobody,
)
from bridge.ledger import Ledger, PendingItem, Run, Verdict
from bridge.model import (
    Delivery,
    Diagnosis,
    EndingKind,
    Held,
    HeldReason,
    Kind,
    ObjectSchema,
    Outcome,
)
from bridge.salesforce import Org

_PASSES = 3
"""A request that gave no answer may be settled only after the others were sent, and its messages be
open again then: so what is left is gone through again, a bounded number of times."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Ending:
    """How the delivery of a run ended, and why."""

    kind: EndingKind
    reason: BridgeError | None = None
    """Set exactly where it was stopped."""


def _nothing_foreseen(_: Diagnosis) -> bool:
    return False


def deliver(
    run: Run,
    ledger: Ledger,
    org: Org,
    schema: ObjectSchema,
    *,
    user_id: str,
    witness: WitnessSchema | None = None,
    lanes: int = 4,
    canary: Sequence[int] = STEPS,
    limit: int | None = None,
    limits: Limits | None = None,
    changed: Mapping[int, Held] = MappingProxyType({}),
    refusal: SafetyStop | None = None,
    healer: Healer | None = None,
    halt: Halt | None = None,
    clock: Clock = lambda: dt.datetime.now(dt.UTC),
    tempo: Tempo | None = None,
    tell: Observer = nobody,
) -> Ending:
    """Send what is ready in a run and has no outcome yet.

    Args:
        run: its plan is whole.
        ledger: where the run is, and where each step is put on record before the next.
        org: of the run.
        schema: of the run's object.
        user_id: as whom we write: tells our own rows from others'.
        witness: what shows that a message was there, though its own row is gone.
        lanes: how many conversations are sent side by side.
        canary: how many messages of a cause go ahead in each step; empty for none.
        limit: how many items to send at most, the earliest first; None for all.
        limits: where the sending stops itself.
        changed: items in doubt, by position, that are held where they turn out not to be there.
        refusal: why nothing may be sent; what is in doubt is settled all the same.
        healer: repairs what was refused, and has it sent again; None to leave it refused.
        halt: ends the run early.
        clock: the time now, aware.
        tempo: how patient to be.
        tell: is told what happens, from any lane; of an outcome once it is on record.

    Raises:
        LeaseHeld: another process is writing to the org.
        LedgerError: the ledger can't be written; what is in the air is in doubt.
    """
    key_field = schema.get(run.plan.key_field)
    if key_field is None:
        raise BridgeError(f"{schema.name} has no field {run.plan.key_field} any more")
    halt = halt or Halt()
    pending = len(ledger.pending(run.id))
    to_send = pending if limit is None else min(pending, limit)
    watch = _watch(run, ledger, org, limits or Limits(), to_send, healer, halt)
    with writing_lease(ledger, run.plan.org_id, run.id, clock, halt) as lease:
        sender = Sender(
            run=run,
            ledger=ledger,
            lease=lease,
            org=org,
            schema=schema,
            key_field=key_field,
            witness=witness,
            user_id=user_id,
            halt=halt,
            watch=watch,
            clock=clock,
            tempo=tempo or Tempo(),
            tell=tell,
        )
        ledger.begin_sending(run.id)
        way = _Way(run, ledger, sender, watch, halt, lanes, canary, limit, changed, refusal, tell)
        try:
            tell(SendingStarted(run.id, to_send))
            send_again(run, ledger, lease, org, schema, key_field, witness, refusal, halt, clock)
            beyond_limit = not halt.thrown and way.go(healer)
        except KeyboardInterrupt:
            if halt.thrown:
                raise
            # No lane was at work.
            beyond_limit = False
            halt.throw(None)
            tell(Interrupted(run.id, 0, 0))
        # Still with the lease: without it, the run may be another process's to end.
        ending = _end(run, ledger, halt, beyond_limit=beyond_limit)
    tell(SendingFinished(run.id, ending.kind, ending.reason))
    return ending


@dataclass(frozen=True, slots=True)
class _Way:
    """How the items that are left are gone through."""

    run: Run
    ledger: Ledger
    sender: Sender
    watch: Watch
    halt: Halt
    lanes: int
    canary: Sequence[int]
    limit: int | None
    changed: Mapping[int, Held]
    refusal: SafetyStop | None
    tell: Observer
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    """Of the rounds to come."""

    def go(self, healer: Healer | None) -> bool:
        """Go through what is left, and tell whether there is more than may be sent now."""
        beyond_limit = self._go_once()
        while healer is not None and not (self.halt.thrown or beyond_limit):
            repaired = healer.heal(self.run, self.ledger)
            if not repaired:
                break
            self.tell(Repaired(self.run.id, repaired))
            beyond_limit = self._go_once()
        return beyond_limit

    def _go_once(self) -> bool:
        run, ledger, limit = self.run, self.ledger, self.limit
        for _ in range(_PASSES):
            _take_up(run, ledger, self.sender)
            self._hold_changed()
            left = _open_items(run, ledger)
            if left and self.refusal is not None:
                self.halt.throw(self.refusal)
            beyond_limit = limit is not None and len(left) > limit
            if self.halt.thrown or not left:
                return False
            rounds = Rounds(left[:limit], self.canary)
            self._go_through(rounds)
            if beyond_limit:
                return True
        return False

    def _go_through(self, rounds: Rounds) -> None:
        with Lanes(self.lanes, self.halt, self._tell_interrupted) as pool:
            while not (this := rounds.next()).empty:
                self.tell(
                    RoundStarted(
                        self.run.id, next(self.numbers), len(this.steps), len(this.conversations)
                    )
                )
                verdicts = pool.run(_jobs(this, self.sender, self.watch, self.lanes))
                if self.halt.thrown or not verdicts:
                    return
                for held_back in rounds.tell([_told(verdict) for verdict in verdicts]):
                    _hold(self.run, self.ledger, held_back, self.tell)

    def _tell_interrupted(self) -> None:
        under_way = self.sender.under_way
        self.tell(Interrupted(self.run.id, len(under_way), sum(under_way)))

    def _hold_changed(self) -> None:
        for item in _open_items(self.run, self.ledger) if self.changed else ():
            why = self.changed.get(item.position)
            if why is not None:
                hold(
                    self.ledger,
                    self.run.id,
                    [item],
                    why.reason,
                    what=why.what,
                    advice=why.advice,
                    tell=self.tell,
                )


def _watch(
    run: Run,
    ledger: Ledger,
    org: Org,
    limits: Limits,
    to_send: int,
    healer: Healer | None,
    halt: Halt,
) -> Watch:
    """Watches over one sending; what an earlier one stopped for does not stop this one."""
    planned = {row.cause.id for row in ledger.cause_counts(run.id)}
    stopped_for = {
        cause.id
        for cause, _, count in ledger.rejections(run.id)
        if limits.new_refused is not None and count >= limits.new_refused
    }
    return Watch(
        limits,
        run_id=f"{run.id}{run.plan.flags}",
        whole=to_send,
        known=planned | stopped_for,
        foreseen=healer.foresees if healer else _nothing_foreseen,
        meter=org,
        halt=halt,
    )


def _end(run: Run, ledger: Ledger, halt: Halt, *, beyond_limit: bool) -> Ending:
    if halt.thrown and halt.reason is not None:
        if not isinstance(halt.reason, LeaseHeld):
            ledger.stop(run.id, _said(halt.reason))
        return Ending(EndingKind.STOPPED, halt.reason)
    if halt.thrown:
        ledger.stop(run.id, "interrupted")
        return Ending(EndingKind.INTERRUPTED)
    if beyond_limit:
        ledger.stop(run.id, "the limit of messages for one call was reached")
        return Ending(EndingKind.LIMITED)
    if _open_items(run, ledger):
        ledger.stop(run.id, "messages of conversations with one in doubt wait for it")
        return Ending(EndingKind.WAITING)
    ledger.finish(run.id)
    return Ending(EndingKind.FINISHED)


def _said(reason: BridgeError) -> str:
    return ". ".join(part for part in (reason.message, reason.advice) if part)


def _take_up(run: Run, ledger: Ledger, sender: Sender) -> None:
    """Settle what an earlier request left in doubt, and take over what another run delivered."""
    ledger.forget_doubts(run.id)
    pending = ledger.pending(run.id)
    states = ledger.states(run.id, [item.key for item in pending])
    sender.take_over(pending, states)
    in_doubt = [i for i in pending if states[i.key].delivery is Delivery.SENDING]
    sender.settle(in_doubt, states)


def _open_items(run: Run, ledger: Ledger) -> list[PendingItem]:
    pending = ledger.pending(run.id)
    states = ledger.states(run.id, [item.key for item in pending])
    return [item for item in pending if states[item.key].delivery is Delivery.OPEN]


def _jobs(this: Round, sender: Sender, watch: Watch, lanes: int) -> list[Job]:
    steps: list[Job] = [partial(sender.send, step.candidates, step.most) for step in this.steps]
    return steps + [
        partial(_send_all, sender, watch, load) for load in share(this.conversations, lanes)
    ]


def _send_all(sender: Sender, watch: Watch, load: Sequence[PendingItem]) -> list[Verdict]:
    verdicts: list[Verdict] = []
    for start in range(0, len(load), MOST_A_CALL):
        told = sender.send(load[start : start + MOST_A_CALL])
        watch.past_the_canaries(told)
        verdicts += told
    return verdicts


def _told(verdict: Verdict) -> Told:
    refused = verdict.diagnosis is not None and verdict.diagnosis.kind is not Kind.TRANSIENT
    lasting = refused and verdict.outcome is Outcome.REJECTED
    return Told(
        verdict.position,
        verdict.outcome,
        verdict.cause.id if lasting and verdict.cause else None,
    )


def _hold(run: Run, ledger: Ledger, held_back: HeldBack, tell: Observer) -> None:
    hold(
        ledger,
        run.id,
        held_back.items,
        HeldReason.CANARY,
        what="the one sent ahead was refused"
        if held_back.tried == 1
        else f"the {held_back.tried} sent ahead were all refused",
        advice="Repair the cause in Salesforce, then resync the window: nothing of the rest was "
        "sent.",
        tell=tell,
    )
    log.info(
        "cause.held",
        run=run.id,
        cause=held_back.cause_id,
        refused_for=held_back.rejection_cause_id,
        tried=held_back.tried,
        held=len(held_back.items),
    )
