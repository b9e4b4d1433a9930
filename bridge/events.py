"""What happens while messages are planned, sent and looked for, told as it happens.

A small closed set of frozen types, for whoever wants to know: a progress line, a log, a program of
one's own. No event holds a message's text, a person's data or a token; keys, ids, codes and the
names of fixers are in them. They may grow, they do not change.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from bridge.errors import BridgeError
from bridge.model import Decision, EndingKind, HeldReason, Outcome, Risk, Window


@dataclass(frozen=True, slots=True)
class PlanCounts:
    """How many messages of a plan stand where, each counted once."""

    ready: int
    held: int
    skipped: int
    present: int
    """In the org already, as the ledger knows."""

    @property
    def total(self) -> int:
        return self.ready + self.held + self.skipped + self.present


@dataclass(frozen=True, slots=True)
class PlanStarted:
    """A window is about to be fetched."""

    window: Window


@dataclass(frozen=True, slots=True)
class Fetched:
    """More of a window has come from GoTallo."""

    count: int
    """How many messages so far, those that could not be read too."""
    announced: int | None
    """How many GoTallo said there are, repeated ones counted; None where it did not say."""


@dataclass(frozen=True, slots=True)
class Planned:
    """More of a window is planned and on record."""

    run_id: str
    counts: PlanCounts
    """So far."""


@dataclass(frozen=True, slots=True)
class PlanFinished:
    """The plan is whole."""

    run_id: str
    counts: PlanCounts


@dataclass(frozen=True, slots=True)
class LookingForChanges:
    """GoTallo is asked whether messages have changed since their plan."""

    run_id: str
    count: int
    """How many messages that is asked of."""


@dataclass(frozen=True, slots=True)
class SendingStarted:
    """The lease of the org is ours: messages may leave from now on."""

    run_id: str
    to_send: int
    """Ready and without an outcome, those in doubt too, as far as this call goes."""


@dataclass(frozen=True, slots=True)
class Settling:
    """The org is asked what became of messages whose request gave no answer."""

    run_id: str
    count: int


@dataclass(frozen=True, slots=True)
class RoundStarted:
    """A round of the sending begins."""

    run_id: str
    number: int
    """From 1."""
    trying: int
    """How many causes have a few messages sent ahead."""
    conversations: int
    """How many conversations of released causes go."""


@dataclass(frozen=True, slots=True)
class MessageOutcome:
    """Something became final of one message, and is on record.

    A message that is repaired after a refusal, or settled after a doubt, has more than one.
    """

    run_id: str
    key: str | None
    """None where it could not be read."""
    cause_id: str
    """Why it had failed at GoTallo."""
    state: Outcome | Decision
    """The outcome, or *held* or *skipped*."""
    reason: HeldReason | None = None
    """Why it is held."""
    code: str | None = None
    """The status code of the refusal, or the one that it would meet."""
    refused_for: str | None = None
    """The id of the cause for which the org refused it."""
    salesforce_id: str | None = None
    attempt: int = 0
    """How many times it was sent in this run."""
    fixers: tuple[str, ...] = ()
    """Those that changed it."""
    risk: Risk = Risk.LOSSLESS
    """The highest of its changes."""


@dataclass(frozen=True, slots=True)
class Repaired:
    """Refused messages are ready once more, as the mapping says."""

    run_id: str
    count: int


@dataclass(frozen=True, slots=True)
class CallsMade:
    """Requests went to the org."""

    calls: int
    """So far, by everything that shares this connection to the org."""
    left: int | None
    """Of the org's daily allowance; None where it did not tell."""


class WaitingFor(StrEnum):
    """What only time can mend."""

    ANOTHER_RUN = "another_run"
    """It is writing to the org."""
    DOUBTS = "doubts"
    """Messages are in doubt, and can't be settled yet."""
    THE_ORG = "the_org"
    """It turned a call away for a passing reason."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing is done for a while."""

    reason: WaitingFor
    until: dt.datetime | None
    """Aware; None where nobody can know."""
    says: str
    """The same in a sentence or two."""


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A person, or whoever manages this process, ends the sending: what is under way is finished.

    So many requests and messages are under way at that moment.
    """

    run_id: str
    requests: int
    messages: int


@dataclass(frozen=True, slots=True)
class SendingFinished:
    """The sending came to its end, or to an end."""

    run_id: str
    kind: EndingKind
    reason: BridgeError | None
    """Set exactly where it was stopped."""


@dataclass(frozen=True, slots=True)
class Verified:
    """More messages were looked for in the org: so many so far."""

    count: int


Event: TypeAlias = (
    PlanStarted
    | Fetched
    | Planned
    | PlanFinished
    | LookingForChanges
    | SendingStarted
    | Settling
    | RoundStarted
    | MessageOutcome
    | Repaired
    | CallsMade
    | Waiting
    | Interrupted
    | SendingFinished
    | Verified
)

Observer: TypeAlias = Callable[[Event], object]
"""Is told of each event, in the thread in which it happens."""


def nobody(_: Event) -> None:
    """The observer who does not want to know."""
