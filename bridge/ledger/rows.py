"""What goes into the ledger and comes out of it, as frozen types."""

from __future__ import annotations

import datetime as dt
import shlex
from dataclasses import dataclass
from enum import StrEnum

from bridge.model import (
    Cause,
    Change,
    Decision,
    Delivery,
    Diagnosis,
    Held,
    HeldReason,
    Origin,
    Outcome,
    Record,
    Risk,
    Value,
    View,
    Window,
    Witness,
    highest_risk,
)
from bridge.planning import Outline

_PROFILE = "--profile"


class RunState(StrEnum):
    """How far a run has come."""

    PLANNING = "planning"
    """Its items are still being recorded: nothing of it may be sent."""
    PLANNED = "planned"
    SENDING = "sending"
    STOPPED = "stopped"
    """It ended before its last item; `apply` goes on with it."""
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class ResendOrder:
    """That a run sends again what somebody deleted in the org."""

    who: str
    """Who wants it: the person on this machine, and the user in the org."""
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What is known of a run when it begins."""

    tenant_id: str
    org_id: str
    org_name: str
    sandbox: bool
    instance_url: str
    object: str
    namespace: str
    key_field: str
    key_unique: bool
    window: Window
    window_words: str
    """The window as its command line has it (`--date 2026-11-22 --tz UTC`), to be pasted again;
    with `--key` where the plan is narrowed."""
    flags: str
    """The flags that each further command of this run needs (`--ledger other.sqlite3`), with a
    space before them; empty where the environment says all."""
    mapping_name: str
    mapping_text: str
    may_heal: bool
    """Whether the mapping can repair a record that the org refuses for another reason."""
    expected: int | None
    """How many failures the operator expects, from the e-mail."""
    only: tuple[str, ...] = ()
    """The keys that it is narrowed to; empty for the whole window."""
    resend: ResendOrder | None = None
    """Set where it sends again what somebody deleted."""
    witness: Witness | None = None
    """What shows that a message was there, though its own row is gone."""
    approve: frozenset[Risk] | None = None
    """Risks of changes that go without a person; None for all that the mapping names."""

    @property
    def profile(self) -> str | None:
        """The profile of the settings that it was made with, as its flags have it."""
        words = shlex.split(self.flags)
        return words[words.index(_PROFILE) + 1] if _PROFILE in words[:-1] else None


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a plan will cost the org to send, and what it has left."""

    calls: int
    """About how many it takes to send the plan."""
    left: int | None
    """Of the org's daily allowance when the plan was made; None where the org did not tell."""
    reserve: int | None
    """How many of those are left to others; None where the org did not tell."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run as it stands in the ledger."""

    id: str
    created_at: dt.datetime
    state: RunState
    stop_reason: str
    plan: Plan
    announced: int | None
    """The `count` that GoTallo gave."""
    fetched: int
    """How many items the run has: each message once, and what could not be read."""
    listed: int
    """How many of them the window has: more where the plan is narrowed to some."""
    repeated: int
    """How many times a key came again within the fetch."""
    notes: tuple[str, ...]
    """What the operator should know of the fetch, a sentence each."""
    api_calls: int
    """Requests made to the org by this run's commands."""
    view: View | None
    """Whether absence can be concluded from what the org shows; None where it was not asked yet."""
    outline: Outline | None
    """What the plan took for granted of the org's object."""
    forecast: Forecast | None
    """None until the plan is whole."""


@dataclass(frozen=True, slots=True)
class PendingItem:
    """A ready item that has no final outcome yet; enough to decide when it is sent."""

    position: int
    key: str
    conversation: str
    """The conversation, or the key where the message has none."""
    order: str
    cause_id: str
    transient: bool
    """Whether its cause is of a kind that needs no canary."""
    shape: str
    """The same for records that have the same fields filled and changed."""
    fixers: tuple[str, ...]
    """Those that changed it."""
    risk: Risk
    """The highest of its changes."""
    attempts: int
    """How many times it was sent before."""
    refused_before: int
    """How many earlier runs it was refused in."""


@dataclass(frozen=True, slots=True)
class MessageState:
    """What is true of a message in an org."""

    key: str
    delivery: Delivery
    salesforce_id: str | None
    run_id: str | None
    """The run that moved it last."""
    sent_at: dt.datetime | None
    """When the last request that carried it was about to leave."""


@dataclass(frozen=True, slots=True)
class SourceOfItem:
    """What GoTallo had of a message when a run planned it."""

    run_id: str
    original: Record
    origin: Origin | None


@dataclass(frozen=True, slots=True)
class Lease:
    """The right of one process to write to an org."""

    org_id: str
    token: str


@dataclass(frozen=True, slots=True)
class Writer:
    """The process that writes to an org, or wrote until it was ended."""

    pid: int
    host: str
    heard_at: dt.datetime
    alive: bool
    """Whether it may still be sending; certain where it has ended."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The messages that this run may send now, and those that it may not."""

    granted: frozenset[str]
    refused: tuple[MessageState, ...]
    sent_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Reopening:
    """A message that is to be sent again."""

    key: str
    old_ids: tuple[str, ...]
    """The rows that the org's recycle bin and the witness have of it."""


@dataclass(frozen=True, slots=True)
class Resend:
    """That a person had a message sent again which had been in the org."""

    key: str
    number: int
    """Which of the message's this is, from 1."""
    at: dt.datetime
    run_id: str
    who: str
    why: str
    was: Delivery
    """What it was before."""
    salesforce_id: str | None
    """Of the row that had been there, where the ledger knew it."""


class AttemptResult(StrEnum):
    """What came back from one sending of one message."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNANSWERED = "unanswered"
    NOT_ARRIVED = "not_arrived"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a message's state becomes, and its item's outcome."""

    position: int
    key: str
    delivery: Delivery
    outcome: Outcome
    sent_at: dt.datetime | None = None
    """The claim that this ends. A message becomes *open* again only where nobody has claimed it
    since."""
    salesforce_id: str | None = None
    diagnosis: Diagnosis | None = None
    """Why the org refused it."""
    cause: Cause | None = None
    """The diagnosis' cause."""
    error_text: str = ""
    """What the org answered, as it came."""
    attempt: AttemptResult | None = None
    """Set where a request was made."""
    note: str = ""
    """A sentence for the report where the outcome needs one."""
    settles_at: dt.datetime | None = None
    """From when on the org's answer that it has no row settles a doubt."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One sending of one message."""

    number: int
    at: dt.datetime
    result: AttemptResult
    code: str | None


@dataclass(frozen=True, slots=True)
class StoredItem:
    """An item as it stands in the ledger."""

    position: int
    key: str | None
    conversation: str | None
    order: str
    origin: Origin | None
    original: Record
    record: Record
    changes: tuple[Change, ...]
    decision: Decision
    held_reason: HeldReason | None
    held_what: str
    held_advice: str
    held_code: str | None
    held_fields: tuple[str, ...]
    treatment: str
    error_text: str | None
    cause_id: str
    outcome: Outcome
    salesforce_id: str | None
    rejection: Diagnosis | None
    rejection_text: str
    rejection_cause_id: str | None
    note: str
    attempts: int
    sent_at: dt.datetime | None
    """When its message was last about to leave, whichever run sent it."""
    raw: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """An item as far as it can be named to be approved."""

    position: int
    key: str
    cause_id: str
    waits: bool
    """Whether it waits for approval now."""
    approved: bool
    """Whether a person has approved it in this run before."""
    stands: str
    """How it stands, for a sentence: `ready`, `held (schema)`."""


@dataclass(frozen=True, slots=True)
class Approval:
    """That a person let an item go, though a change in it had to wait."""

    number: int
    """Which step by hand of the item's this is, from 1."""
    at: dt.datetime
    who: str
    """The person on this machine, and the user in the org."""
    asked: str
    """What the person named: `all`, a cause's id, a message's key."""
    what: str
    """What was waiting, in words."""


@dataclass(frozen=True, slots=True)
class Amendment:
    """That a person changed the record of an item that was held or rejected."""

    number: int
    """Which step by hand of the item's this is, from 1."""
    at: dt.datetime
    who: str
    """The person on this machine, and the user in the org."""
    record: Record
    """As it was before."""
    fields: tuple[str, ...]
    """Those that were changed."""
    held_reason: HeldReason | None
    held_what: str
    refusal: Diagnosis | None
    refusal_text: str


@dataclass(frozen=True, slots=True)
class AmendedItem:
    """An item as a person leaves it, to be put on record."""

    position: int
    key: str
    before: Record
    """As the person saw it."""
    record: Record
    changes: tuple[Change, ...]
    """Those by hand."""
    all_changes: tuple[Change, ...]
    """Those of before and these."""
    held: Held | None
    """Set where a change of a fixer still waits for approval."""
    conversation: str | None = None
    """None where it stays as it was."""
    order: str = ""
    """Empty where it stays as it was."""


@dataclass(frozen=True, slots=True)
class CauseCount:
    """How many items of a cause have this decision and outcome."""

    cause: Cause
    treatment: str
    decision: Decision
    held_reason: HeldReason | None
    outcome: Outcome
    count: int


@dataclass(frozen=True, slots=True)
class ChangeCount:
    """What one fixer does to one field of the messages of a cause that a run sends."""

    cause_id: str
    field: str
    fixer: str
    risk: Risk
    invented: Value
    """The value that was made up; values that were not are counted together, under None."""
    why: str
    """Of one of them."""
    count: int
    lost: int
    """Characters cut, in all."""


@dataclass(frozen=True, slots=True)
class NoteCount:
    """How many items have this outcome and this note to it."""

    outcome: Outcome
    note: str
    count: int


@dataclass(frozen=True, slots=True)
class HeldGroup:
    """Held or skipped items of a cause that are held for the same thing."""

    cause_id: str
    decision: Decision
    reason: HeldReason
    code: str | None
    what: str
    """Of one of them."""
    advice: str
    count: int


@dataclass(frozen=True, slots=True)
class Heal:
    """A repair of an item that the org had refused."""

    number: int
    """Which of the item's repairs this is, from 1."""
    at: dt.datetime
    refusal: Diagnosis
    refusal_text: str
    """What the org answered, as it came."""
    record: Record
    """As it was before this repair."""
    fixers: tuple[str, ...]
    """Those that changed it now."""


@dataclass(frozen=True, slots=True)
class HealCount:
    """How many items were repaired alike in one round."""

    number: int
    code: str | None
    fields: tuple[str, ...]
    fixers: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True)
class HealedItem:
    """An item as a repair leaves it, to be put on record."""

    position: int
    heal: Heal
    record: Record
    changes: tuple[Change, ...]
    held: Held | None = None
    """Set where the repair waits for a person, so that the item is not ready."""

    @property
    def risk(self) -> Risk:
        """The highest of its changes."""
        return highest_risk(self.changes)
