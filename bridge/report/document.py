"""What `--json` prints of a run, as published types: they may grow, they do not change.

A half of a surrogate pair, which no JSON in UTF-8 can hold, stands as U+FFFD (I-JSON, RFC 7493);
the ledger keeps it as it came.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, JsonValue, model_validator

from bridge.errors import Exit
from bridge.ledger import RunState
from bridge.model import (
    Decision,
    Delivery,
    HeldReason,
    Kind,
    Origin,
    Outcome,
    Risk,
    Topic,
    Visibility,
)
from bridge.report.next_part import NextPart


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class WindowPart(_Part):
    """The span of time whose failures were fetched."""

    from_time: dt.datetime
    till_time: dt.datetime
    zone: str
    """The IANA zone in which a person named it."""
    words: str
    """The same as flags of a command, to be pasted again."""


class OrgPart(_Part):
    """The org that the messages go to."""

    id: str
    name: str
    sandbox: bool
    instance_url: str


class KeyPart(_Part):
    """The field that makes a message the same message."""

    field: str
    unique: bool
    """Whether the org itself refuses a second record with the same key."""


class VisibilityPart(_Part):
    """Whether a message that this user does not find can be taken for absent."""

    standing: Visibility
    """`proven`; `guarded`: not proven, and the key is unique; `assumed`: not proven, and an
    operator took it on; `unproven`: nothing may be sent."""
    why: str
    grant: str
    """What would prove it; empty where it is proven."""


class WitnessPart(_Part):
    """What shows that a message was there, though its own row is gone."""

    object: str
    field: str


class MappingPart(_Part):
    """The mapping that made the plan."""

    name: str


class Standing(_Part):
    """How many messages stand where, each counted once.

    `ready + held + skipped` are all of them; `synced + present + rejected + in_doubt +
    not_sent_yet` are the ready ones.
    """

    ready: int
    """Neither held nor skipped: to be sent, sent, or in the org already."""
    held: int
    """A person has to look at them; nothing was sent."""
    skipped: int
    """Left out on purpose; nothing was sent."""
    synced: int
    """Inserted by this run."""
    present: int
    """In the org already, whatever was decided about them; this run inserted nothing."""
    rejected: int
    """The org refused them."""
    in_doubt: int
    """A request gave no answer, and the org could not say yet what became of it."""
    not_sent_yet: int
    """Ready, and without an outcome: what `bridge apply` sends."""

    @property
    def there(self) -> int:
        """How many are in the org, as far as the ledger knows."""
        return self.synced + self.present

    @property
    def total(self) -> int:
        return self.ready + self.held + self.skipped

    @model_validator(mode="after")
    def _ready_ones_add_up(self) -> Self:
        outcomes = self.there + self.rejected + self.in_doubt + self.not_sent_yet
        if self.ready != outcomes:
            raise ValueError(f"{self.ready} are ready and {outcomes} have a standing")
        return self


class RunCounts(Standing):
    """The figures of a run: `fetched = ready + held + skipped`."""

    fetched: int
    """Each message once, and what could not be read; so far, while a plan is being made."""
    announced: int | None
    """The count that GoTallo gave, which includes repeated ones."""
    expected: int | None
    """What the operator expects, from the e-mail."""
    repeated: int
    """How many results were of a message that had come before."""
    listed: int
    """How many messages the window has: more than were fetched where `--key` narrows the run."""

    @property
    def narrowed(self) -> bool:
        """Whether the run is about some of the window's messages only."""
        return self.listed > self.fetched

    @model_validator(mode="after")
    def _all_add_up(self) -> Self:
        if self.fetched != self.total:
            raise ValueError(f"{self.fetched} were fetched and {self.total} have a standing")
        return self


class ChangePart(_Part):
    """One field of one record, changed by a fixer."""

    field: str
    before: JsonValue
    after: JsonValue
    fixer: str
    why: str
    risk: Risk
    lost: int
    """Characters of text that were cut."""


class InventedValue(_Part):
    """A value that the messages did not have."""

    value: JsonValue
    count: int


class ChangeSumPart(_Part):
    """What one fixer does to one field of the messages that a run sends."""

    field: str
    fixer: str
    risk: Risk
    count: int
    lost: int
    """Characters of text that were cut, in all."""
    why: str
    """Of one of them."""
    invented: tuple[InventedValue, ...]
    """Each value that was made up, the most frequent first."""


class HeldGroupPart(_Part):
    """Messages of a cause that wait for the same thing, or are skipped for it."""

    decision: Decision
    reason: HeldReason
    code: str | None
    """The status code with which Salesforce would refuse them."""
    what: str
    """Of one of them."""
    advice: str
    count: int


class SamplePart(_Part):
    """One message that the run sends, or would once it is approved, with all its changes."""

    key: str
    changes: tuple[ChangePart, ...]


class TreatmentPart(_Part):
    """What the mapping says about messages of a cause."""

    treatment: str
    """In words, with the line that says so: `retry (my-org.yaml:41)`; `retry, the default`."""
    count: int
    ready: int
    """How many of them are neither held nor skipped."""
    waiting: int
    """How many of them wait for approval."""


class FindingPart(_Part):
    """What was found out about a cause when the run was planned, beside what its text says."""

    topic: Topic
    """`downstream`: where a field of a record that a trigger makes comes from; `rule`: the
    validation rule whose message it is; `field`: whether the org shows a field."""
    says: str
    link: str | None
    """To the page of Setup where it can be seen and changed."""
    objects: tuple[str, ...]
    """API names of the objects it is about."""
    field: str | None
    """As the error names it."""
    sources: tuple[str, ...]
    """Of `downstream`: the message's fields that fill it."""
    rule: str | None
    """The name of the validation rule."""


class CausePart(_Part):
    """The failures that share one root."""

    id: str
    code: str | None
    kind: Kind
    fields: tuple[str, ...]
    message: str
    """An example of the root's message."""
    advice: str
    count: int
    findings: tuple[FindingPart, ...]
    treatments: tuple[TreatmentPart, ...]
    counts: Standing
    changes: tuple[ChangeSumPart, ...]
    waiting: tuple[ChangeSumPart, ...]
    """What is done to those that wait for approval, as far as it has to be approved."""
    held: tuple[HeldGroupPart, ...]
    samples: tuple[SamplePart, ...]


class RejectionPart(_Part):
    """Messages that the org refused for one cause."""

    cause_id: str
    code: str | None
    kind: Kind
    fields: tuple[str, ...]
    message: str
    """What Salesforce answered, of one of them."""
    count: int
    advice: str


class RemarkPart(_Part):
    """What is to be known of outcomes that did not come about in the plain way."""

    outcome: Outcome
    note: str
    count: int


class ForecastPart(_Part):
    """What the plan costs the org to send, as it was when the plan was made."""

    calls: int
    """About how many API calls it takes."""
    left: int | None
    """Of the org's daily allowance; null where the org did not tell."""
    reserve: int | None
    """How many of those are left to others."""

    @property
    def enough(self) -> bool:
        """Whether the allowance lasts, as far as can be told."""
        return self.left is None or self.calls <= self.left - (self.reserve or 0)


class HealPart(_Part):
    """Messages that were repaired alike, after the org had refused them for another reason."""

    round: int
    """Which repair of theirs this was, from 1."""
    code: str | None
    """The status code of the refusal."""
    fields: tuple[str, ...]
    fixers: tuple[str, ...]
    """Those that repaired them."""
    count: int


class SentAgainPart(_Part):
    """A message that was opened again, though it had been in the org."""

    key: str
    at: dt.datetime
    was: Delivery
    """What the ledger had of it before: `delivered`, `present`, or `open` where only the org knew
    it."""
    salesforce_id: str | None
    """Of the row that had been there, where the ledger knew it."""


class ResendPart(_Part):
    """That a person has messages sent again which somebody deleted in the org."""

    who: str
    why: str
    messages: tuple[SentAgainPart, ...]
    """Those that were opened for it so far: none before the run is sent."""


class RunDocument(_Part):
    """A run as the ledger has it: a plan, or what became of it."""

    format: Literal["bridge.run/1"] = "bridge.run/1"
    run_id: str
    state: RunState
    created_at: dt.datetime
    window: WindowPart
    tenant_id: str
    profile: str | None
    """Of the settings that the plan was made with; null where none was named."""
    org: OrgPart
    object: str
    namespace: str
    """Of the object's package, empty where it has none; people see field names without it."""
    key: KeyPart
    visibility: VisibilityPart | None
    """Null where the org was not asked yet."""
    witness: WitnessPart | None
    """Null where the mapping names none."""
    mapping: MappingPart
    approve: tuple[Risk, ...] | None
    """Risks of changes that go without a person; null where all do that the mapping names."""
    counts: RunCounts
    causes: tuple[CausePart, ...]
    """The most frequent first."""
    rejections: tuple[RejectionPart, ...]
    """By what Salesforce said, which may be another cause than the one they had failed for."""
    remarks: tuple[RemarkPart, ...]
    may_heal: bool
    """Whether the mapping can repair what the org refuses for another reason, while it is sent."""
    heals: tuple[HealPart, ...]
    """What was repaired so."""
    idle_policies: tuple[str, ...]
    """Lines of the mapping whose policies decided about none of these messages."""
    resend: ResendPart | None
    """Set where the run sends again what somebody deleted in the org."""
    notes: tuple[str, ...]
    """What is to be known of the fetch."""
    api_calls: int
    """Requests made to the org by this run's commands."""
    forecast: ForecastPart | None
    """Null until the plan is whole."""
    settles_at: dt.datetime | None
    """From when on the messages in doubt can be settled, where that is known."""
    stop_reason: str
    """Why the run ended before its last message, and what to do; empty where it did not."""
    next: tuple[NextPart, ...]


class HeldPart(_Part):
    """Why a message waits for a person, and what that person can do."""

    reason: HeldReason
    what: str
    advice: str
    code: str | None
    fields: tuple[str, ...]


class RefusalPart(_Part):
    """What the org answered to one message."""

    code: str | None
    kind: Kind
    fields: tuple[str, ...]
    text: str
    cause_id: str | None
    advice: str


class ItemHealPart(_Part):
    """One repair of a message that the org had refused."""

    round: int
    at: dt.datetime
    refusal: RefusalPart
    fixers: tuple[str, ...]


class ApprovalPart(_Part):
    """That a person let a message go which waited for approval."""

    at: dt.datetime
    who: str
    asked: str
    """What the person named: `all`, a cause, a message."""
    what: str
    """What was waiting."""


class AmendmentPart(_Part):
    """That a person changed a message by hand; `changes` has what."""

    at: dt.datetime
    who: str
    fields: tuple[str, ...]
    was: str
    """Why it was held, or what Salesforce had answered."""


class ItemPart(_Part):
    """One message within a run."""

    position: int
    key: str | None
    """Null where the message could not be read."""
    conversation: str | None
    origin: Origin | None
    cause_id: str
    error_text: str | None
    """Why GoTallo's insert failed, as GoTallo hands it on."""
    decision: Decision
    held: HeldPart | None
    changes: tuple[ChangePart, ...]
    outcome: Outcome
    salesforce_id: str | None
    rejection: RefusalPart | None
    heals: tuple[ItemHealPart, ...]
    """Its repairs after a refusal, oldest first; `changes` has what they came to."""
    approvals: tuple[ApprovalPart, ...]
    """What a person approved of it, oldest first."""
    amendments: tuple[AmendmentPart, ...]
    """What a person changed of it, oldest first."""
    note: str
    attempts: int
    unreadable: str | None
    """The JSON as GoTallo sent it, where it could not be read."""


class AmendedPart(_Part):
    """What a person changes of one message."""

    key: str
    row: int
    """Of the file, where the names of the columns are row 1."""
    was: str
    """Why it is held, or what Salesforce answered."""
    changes: tuple[ChangePart, ...]
    waits: str
    """What still waits for approval; empty where it is ready."""


class AmendmentDocument(_Part):
    """What a file that a person edited does to a run."""

    format: Literal["bridge.amendment/1"] = "bridge.amendment/1"
    run_id: str
    who: str
    recorded: bool
    """Whether it is on record; else nothing was changed."""
    unchanged: int
    """Rows that say what the messages hold."""
    amended: tuple[AmendedPart, ...]
    next: tuple[NextPart, ...]


class ReportDocument(_Part):
    """A run, and every message of it in the order in which it was fetched."""

    format: Literal["bridge.report/1"] = "bridge.report/1"
    run: RunDocument
    items: tuple[ItemPart, ...]


def exit_of(document: RunDocument) -> Exit:
    """The exit code that a run's figures call for.

    A plan that nobody has begun to send leaves nothing over but what it holds.
    """
    counts = document.counts
    if counts.in_doubt:
        return Exit.IN_DOUBT
    unsent = counts.not_sent_yet if document.state is not RunState.PLANNED else 0
    return Exit.LEFT_OVER if counts.held or counts.rejected or unsent else Exit.OK
