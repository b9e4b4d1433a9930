"""The figures that events come to. None of them ever goes backward but those in doubt."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from bridge.events import (
    CallsMade,
    Event,
    Fetched,
    Interrupted,
    LookingForChanges,
    MessageOutcome,
    PlanFinished,
    Planned,
    PlanStarted,
    Repaired,
    SendingStarted,
    Verified,
    Waiting,
)
from bridge.model import Decision, Outcome

_MOST_CODES = 50
"""Of refusals, that are counted by name: an org's own code may throw any."""


class Phase(StrEnum):
    """What is being done."""

    STARTING = "starting"
    PLANNING = "planning"
    CHECKING = "checking"
    """GoTallo is asked whether messages have changed."""
    SENDING = "sending"
    VERIFYING = "verifying"


@dataclass(frozen=True, slots=True)
class Figures:
    """How far it has come."""

    phase: Phase
    run_id: str | None
    fetched: int
    announced: int | None
    planned: int
    held: int
    """While a plan is made: of it; while it is sent: since then."""
    to_send: int
    """Messages, and once more each that was repaired: `sent + there + refused + held + left`."""
    sent: int
    there: int
    """In the org already."""
    refused: int
    in_doubt: int
    repaired: int
    verified: int
    calls: int
    calls_left: int | None
    refused_for: tuple[tuple[str, int], ...]
    """The most frequent codes, each with how often."""
    waiting: str
    """What for, in a sentence or two; empty where nothing is waited for."""

    @property
    def done(self) -> int:
        """How many have an outcome."""
        return self.sent + self.there + self.refused + self.held

    @property
    def left(self) -> int:
        """How many have none yet."""
        return self.to_send - self.done


@dataclass(slots=True)
class Tally:
    """Takes events in, and keeps no more of them than figures."""

    phase: Phase = Phase.STARTING
    run_id: str | None = None
    fetched: int = 0
    announced: int | None = None
    planned: int = 0
    held: int = 0
    to_send: int = 0
    sent: int = 0
    there: int = 0
    refused: int = 0
    repaired: int = 0
    verified: int = 0
    calls: int = 0
    calls_left: int | None = None
    waiting: str = ""
    interrupted: Interrupted | None = None
    in_doubt: set[str | None] = field(default_factory=set)
    """Their keys: as many as a few calls carry, since the sending ends when calls stay unanswered
    in a row."""
    codes: Counter[str] = field(default_factory=Counter)

    def take(self, event: Event) -> None:
        """Count what has happened."""
        match event:
            case MessageOutcome():
                if self.phase is Phase.SENDING:
                    self._take_outcome(event)
            case CallsMade():
                self.calls, self.calls_left = max(self.calls, event.calls), event.left
            case PlanStarted():
                self._begin(Phase.PLANNING)
            case LookingForChanges():
                self._begin(Phase.CHECKING)
            case Fetched():
                self.fetched = max(self.fetched, event.count)
                self.announced = event.announced
            case Planned() | PlanFinished():
                self.run_id = event.run_id
                self.planned = max(self.planned, event.counts.total)
                self.held = max(self.held, event.counts.held)
            case SendingStarted():
                self._begin_sending(event)
            case Repaired():
                self.repaired += event.count
                self.to_send += event.count
            case Verified():
                self.phase = Phase.VERIFYING
                self.verified = max(self.verified, event.count)
            case Waiting():
                self.waiting = event.says
            case Interrupted():
                self.interrupted = event
            case _:
                pass

    @property
    def figures(self) -> Figures:
        """How they stand now."""
        return Figures(
            phase=self.phase,
            run_id=self.run_id,
            fetched=self.fetched,
            announced=self.announced,
            planned=self.planned,
            held=self.held,
            to_send=max(self.to_send, self._done),
            sent=self.sent,
            there=self.there,
            refused=self.refused,
            in_doubt=len(self.in_doubt),
            repaired=self.repaired,
            verified=self.verified,
            calls=self.calls,
            calls_left=self.calls_left,
            refused_for=tuple(self.codes.most_common(3)),
            waiting=self.waiting,
        )

    @property
    def _done(self) -> int:
        return self.sent + self.there + self.refused + self.held

    def _begin(self, phase: Phase) -> None:
        if self.phase is not phase:
            self.phase = phase
            self.fetched, self.announced = 0, None

    def _begin_sending(self, event: SendingStarted) -> None:
        if self.phase is not Phase.SENDING:
            self.held = 0
        self.phase = Phase.SENDING
        self.run_id = event.run_id
        self.waiting = ""
        self.to_send = max(self.to_send, self._done + event.to_send)

    def _take_outcome(self, event: MessageOutcome) -> None:
        self.waiting = ""
        if event.state is Outcome.IN_DOUBT:
            self.in_doubt.add(event.key)
            return
        self.in_doubt.discard(event.key)
        match event.state:
            case Outcome.SYNCED:
                self.sent += 1
            case Outcome.PRESENT:
                self.there += 1
            case Outcome.REJECTED:
                self.refused += 1
                code = event.code or "no code"
                if code in self.codes or len(self.codes) < _MOST_CODES:
                    self.codes[code] += 1
            case Decision.HELD:
                self.held += 1
            case _:
                pass
