"""The states of a message and of an item, and every way from one to another: in this one place.

The tables' triggers refuse every other way, whoever writes and by whatever program, so a ledger
can't say what never happened. `docs/exactly-once.md` draws what stands here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Generic, TypeVar

from bridge.ledger.rows import RunState
from bridge.model import Decision, Delivery, Outcome

StateT = TypeVar("StateT", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Transition(Generic[StateT]):
    """One way from a state to another."""

    before: StateT
    after: StateT
    when: str
    """What happened, for a reader."""
    durable: str
    """What was on record before it."""


_CLAIM = "the claim that made it *sending*, with its time and its run"
_NOTHING = "its plan"

DELIVERY: Final = (
    Transition(
        Delivery.OPEN,
        Delivery.SENDING,
        "a lane that holds the lease claims it, before its request leaves",
        _NOTHING,
    ),
    Transition(Delivery.OPEN, Delivery.PRESENT, "the org was asked by key and has it", _NOTHING),
    Transition(
        Delivery.SENDING,
        Delivery.DELIVERED,
        "the org accepted it, or was asked by key and has our row",
        _CLAIM,
    ),
    Transition(
        Delivery.SENDING,
        Delivery.OPEN,
        "the org refused it; or it certainly never arrived; or no answer came, and the org was "
        "asked when a late row could be ruled out",
        _CLAIM,
    ),
    Transition(
        Delivery.SENDING,
        Delivery.PRESENT,
        "the org has it, and it is not ours; or it refused a second one",
        _CLAIM,
    ),
    Transition(
        Delivery.SENDING,
        Delivery.SENDING,
        "no answer came, and a late row can't be ruled out yet: in doubt",
        _CLAIM,
    ),
    Transition(
        Delivery.OPEN,
        Delivery.DELIVERED,
        "an answer came to a lane that had been given up for dead: the row is a fact",
        "an earlier claim, settled since by another writer",
    ),
    Transition(
        Delivery.PRESENT,
        Delivery.DELIVERED,
        "the same, and the other writer had found the row already",
        "an earlier claim, settled since by another writer",
    ),
)
"""Of a message in an org. It begins as *open*, with the first plan that has it."""

RESEND: Final = (
    Transition(
        Delivery.DELIVERED,
        Delivery.OPEN,
        "a person sends again what somebody deleted in the org",
        "who, when and why",
    ),
    Transition(
        Delivery.PRESENT,
        Delivery.OPEN,
        "the same of a row that we had only found",
        "who, when and why",
    ),
)
"""Of a message in an org too, and refused unless the re-send is put on record with it."""

OUTCOME: Final = (
    Transition(Outcome.NOT_SENT, Outcome.IN_DOUBT, "its message was claimed", _NOTHING),
    Transition(Outcome.NOT_SENT, Outcome.PRESENT, "its message is in the org already", _NOTHING),
    Transition(Outcome.IN_DOUBT, Outcome.SYNCED, "the org accepted it", _CLAIM),
    Transition(Outcome.IN_DOUBT, Outcome.PRESENT, "the org has it, and it is not ours", _CLAIM),
    Transition(Outcome.IN_DOUBT, Outcome.REJECTED, "the org refused it", _CLAIM),
    Transition(
        Outcome.IN_DOUBT,
        Outcome.NOT_SENT,
        "it was refused for a passing reason, or it never arrived",
        _CLAIM,
    ),
    Transition(
        Outcome.REJECTED,
        Outcome.NOT_SENT,
        "a healing round has repaired it, as the mapping allows: it goes again, or waits for "
        "approval; or a person has amended it",
        "the refusal, and the record before the repair",
    ),
    Transition(
        Outcome.NOT_SENT,
        Outcome.SYNCED,
        "an answer came to a lane that had been given up for dead: the row is a fact",
        "an earlier claim, settled since by another writer",
    ),
    Transition(
        Outcome.PRESENT,
        Outcome.SYNCED,
        "the same, and the other writer had found the row already",
        "an earlier claim, settled since by another writer",
    ),
    Transition(
        Outcome.REJECTED,
        Outcome.SYNCED,
        "the same, and the other writer's second one was refused",
        "an earlier claim, settled since by another writer",
    ),
)
"""Of an item in its run. *Synced* is final; so are *present* and *rejected* but for the ways here.
Only an item that is *ready* ever has another outcome than *present* or *not sent*."""

DECISION: Final = (
    Transition(
        Decision.READY,
        Decision.HELD,
        "those of its cause that were sent ahead were all refused; or somebody deleted it in the "
        "org; or it has changed at the source since; or the repair of a refusal waits for approval",
        "its plan, and no request of it under way",
    ),
    Transition(
        Decision.READY,
        Decision.SKIPPED,
        "it is beyond what the run may send",
        "its plan, not whole yet",
    ),
)
"""Of an item in its run, beside what its plan decides."""

HEALED: Final = (
    Transition(
        Decision.HELD,
        Decision.READY,
        "a healing round has repaired those that were sent ahead, and it as they were",
        "the refusal of those",
    ),
)
"""Of an item in its run too, and refused unless it was held since those were refused."""

BY_HAND: Final = (
    Transition(
        Decision.HELD,
        Decision.READY,
        "a person has approved what waited for approval, or amended the record",
        "who, when and what",
    ),
)
"""Of an item in its run too, and refused unless what the person did is put on record with it."""

RUN: Final = (
    Transition(RunState.PLANNING, RunState.PLANNED, "its plan is whole", "all its items"),
    Transition(RunState.PLANNED, RunState.SENDING, "its sending began", "the lease"),
    Transition(RunState.STOPPED, RunState.SENDING, "it is gone on with", "the lease"),
    Transition(RunState.FINISHED, RunState.SENDING, "it is looked through again", "the lease"),
    Transition(
        RunState.SENDING,
        RunState.SENDING,
        "its process was killed; it is gone on with",
        "the lease",
    ),
    Transition(
        RunState.SENDING, RunState.STOPPED, "it ended before its last item", "what each came to"
    ),
    Transition(
        RunState.SENDING, RunState.FINISHED, "each item was gone through", "what each came to"
    ),
)
"""Of a run. One that stays *planning* was interrupted, and is never sent."""


def sources(transitions: Iterable[Transition[StateT]], after: StateT) -> tuple[StateT, ...]:
    """The states from which a state is reached."""
    return tuple(t.before for t in transitions if t.after is after)
