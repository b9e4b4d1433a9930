"""The words of the trade as frozen types.

Everything here is plain data: no I/O, no clock, nothing of ours imported. What comes from outside
(GoTallo's JSON, an org's describe, a mapping file) is parsed at its door into these types and
wanders through the house as nothing else. An item and what it is made of (its changes, its error,
the cause) are named tuples, since they are made anew for each message: a frozen dataclass of as
many fields takes more than twice as long to make.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import Final, NamedTuple, Self, TypeAlias

Value: TypeAlias = "str | int | float | bool | Sequence[Value] | Mapping[str, Value] | None"
"""What a field of a record may hold: JSON."""

Record: TypeAlias = Mapping[str, Value]
"""Field → value: what Salesforce is given, or what GoTallo wanted to give it."""

_ALL = 100
"""Percent."""
_CANONICAL_UUID = re.compile("[0-9a-f]{32}")
"""Most identifiers are spelt so already."""


class Kind(StrEnum):
    """What may help against a failure."""

    TRANSIENT = "transient"
    """Send it again."""
    DATA = "data"
    """Change the record."""
    RULE = "rule"
    """A validation rule: somebody repairs it, or a fixer satisfies it."""
    DUPLICATE = "duplicate"
    """It is, or seems to be, there already."""
    ADMIN = "admin"
    """A permission, the schema, a trigger or a flow: a person in Setup."""
    STOP = "stop"
    """Nothing will pass now: session, quota, storage."""
    UNKNOWN = "unknown"
    """The text does not say."""


class Risk(StrEnum):
    """What a change does to the truth of a message; in ascending order."""

    LOSSLESS = "lossless"
    """Another form of the same."""
    LOSSY = "lossy"
    """Something is cut or dropped."""
    INVENTED = "invented"
    """A value that the message did not have."""


class Origin(StrEnum):
    """Which of GoTallo's two shapes a failed message was read from."""

    SALESFORCE = "salesforce"
    STANDARD = "standard"
    BOTH = "both"


class Delivery(StrEnum):
    """What is true of a message in an org, whatever run it comes from."""

    OPEN = "open"
    """Not there, as far as we know, and no request of ours is under way."""
    SENDING = "sending"
    """A request may have left; until it is settled nobody else may send the message."""
    DELIVERED = "delivered"
    """Inserted by us."""
    PRESENT = "present"
    """In the org already; we inserted nothing."""


class Decision(StrEnum):
    """What a run means to do with an item."""

    READY = "ready"
    HELD = "held"
    SKIPPED = "skipped"


class HeldReason(StrEnum):
    """Why an item is held."""

    SCHEMA = "schema"
    """The org would refuse the record, as its describe tells."""
    POLICY = "policy"
    """The mapping says so."""
    APPROVAL = "approval"
    """A change in it waits for a person."""
    CANARY = "canary"
    """Those sent ahead were all refused."""
    UNREADABLE = "unreadable"
    """What GoTallo sent could not be read."""
    DELETED = "deleted"
    """It is in the org's recycle bin: somebody deleted it."""
    CHANGED = "changed"
    """GoTallo has it otherwise by now than when it was planned or sent."""


AMENDABLE: Final = frozenset(
    {HeldReason.SCHEMA, HeldReason.POLICY, HeldReason.APPROVAL, HeldReason.CANARY}
)
"""Reasons for which an item is held whose record a person may change. What is deleted in the org,
has changed at the source or can't be read is no matter of its record."""


class Outcome(StrEnum):
    """What became of an item in its run."""

    SYNCED = "synced"
    PRESENT = "present"
    REJECTED = "rejected"
    IN_DOUBT = "in_doubt"
    NOT_SENT = "not_sent"


class EndingKind(StrEnum):
    """How the delivery of a run ended."""

    FINISHED = "finished"
    """Every item was gone through."""
    LIMITED = "limited"
    """As many were sent as this call was to send; `apply` goes on."""
    WAITING = "waiting"
    """Conversations wait for a message in doubt; `apply` goes on once it can be settled."""
    INTERRUPTED = "interrupted"
    """A person ended it; `apply` goes on."""
    STOPPED = "stopped"
    """Nothing more would pass; `apply` goes on once that is mended."""


@dataclass(frozen=True, slots=True)
class Window:
    """The span of time whose failures are fetched."""

    from_time: dt.datetime
    """Aware, UTC."""
    till_time: dt.datetime
    """Aware, UTC, later than `from_time`."""
    zone: str
    """The IANA zone in which a person named it: for display only."""


@dataclass(frozen=True, slots=True)
class Amount:
    """So many, or so many percent of a whole."""

    number: int
    percent: bool = False

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `50` or `10%`.

        Raises:
            ValueError: it is neither.
        """
        found = re.fullmatch(r"([0-9]{1,9}) ?(%?)", text.strip(), re.ASCII)
        if found is None or (found[2] and int(found[1]) > _ALL):
            raise ValueError("must be a number such as 50, or a percentage such as 10%")
        return cls(int(found[1]), percent=bool(found[2]))

    def of(self, whole: int) -> Fraction:
        """The amount, where the whole is so many."""
        return Fraction(self.number * whole, _ALL) if self.percent else Fraction(self.number)

    def __str__(self) -> str:
        return f"{self.number}%" if self.percent else f"{self.number:,}"


@dataclass(frozen=True, slots=True)
class FailedMessage:
    """One failed sync, whichever shape it came in."""

    key: str
    """See `canonical_key`."""
    record: Record
    """The record of the salesforce shape under field names without the package's prefix; values as
    they came (`#N/A` and all). Empty where only the standard shape has the message."""
    standard: Record
    """The message of the standard shape, field → value; empty where that was not fetched."""
    error_text: str | None
    """The Salesforce error, as GoTallo hands it on; None where neither shape has one."""
    origin: Origin
    raw: str
    """The JSON that was read, as it came."""


@dataclass(frozen=True, slots=True)
class UnreadableMessage:
    """A result that is no failed message as far as we can tell; kept, never dropped."""

    reason: str
    """What is wrong, and where in it."""
    raw: str
    """The JSON as it came."""


class HandlerType(StrEnum):
    """Which kind of the org's own automation refused a record."""

    TRIGGER = "trigger"
    FLOW = "flow"
    CLASS = "class"
    """Apex code of which the text names no trigger."""


@dataclass(frozen=True, slots=True)
class Handler:
    """The trigger, flow or class in which an error arose; what the text does not name is None."""

    type: HandlerType
    name: str
    """As written, with its namespace: `Social25.MessageTrigger`; a flow's label or API name."""
    event: str | None = None
    """Of a trigger: `AfterInsert`."""
    line: int | None = None
    """In the code of the trigger or class."""


class Wrapper(StrEnum):
    """What may stand round an error in a text."""

    PROSE = "prose"
    """Words before it, or behind it: a client's, a log's, a mail's."""
    PLAIN = "plain"
    """`CODE: message`."""
    BULK = "bulk"
    """`CODE:message:Field1 Field2 --`, as the Bulk API has it in `sf__Error`."""
    JSON = "json"
    """An answer of the REST API: an error, a list of them, results that hold some."""
    LITERAL = "literal"
    """The same as a program's language prints it: Python, JavaScript, Ruby, PHP, Java."""
    XML = "xml"
    """A SOAP fault or result, or an error of the Bulk API."""
    HTML = "html"
    """A page that a gateway wrote."""
    DML = "dml"
    """`First exception on row 0; first error: CODE, message: [Fields]`."""
    TRIGGER = "trigger"
    """`Name: execution of AfterInsert caused by: …`."""
    FLOW = "flow"
    """The sentences that a flow puts round an error."""


class Step(NamedTuple):
    """One wrapper that was taken off, outermost first."""

    wrapper: Wrapper
    took: str
    """The words that went with it, without the error inside; bounded."""


class Confidence(StrEnum):
    """How much of a diagnosis stands on the text's form."""

    CERTAIN = "certain"
    """The code stood where a known form has it."""
    LIKELY = "likely"
    """The code stood in free words, or the text is cut."""
    NONE = "none"
    """No code was found: what is known comes from words alone."""


@dataclass(frozen=True, slots=True)
class OtherError:
    """A further error of the same text."""

    code: str | None
    message: str
    fields: tuple[str, ...] = ()


class Diagnosis(NamedTuple):
    """What an error text says; what is not in the text is absent."""

    code: str | None
    """The root's status code, such as `STRING_TOO_LONG`."""
    kind: Kind
    message: str
    """The root's message, without code and fields."""
    fields: tuple[str, ...] = ()
    """API names as written in the text."""
    outer_code: str | None = None
    """The wrapper's code, where the root was nested in a trigger's or a flow's error."""
    limit: int | None = None
    """The greatest length or value that the text names."""
    value: str | None = None
    """What the record held, as the text quotes it."""
    object: str | None = None
    """API name of the object that the text names."""
    handler: Handler | None = None
    """The trigger, flow or class that is nearest to the root."""
    rule: str | None = None
    """The message of the validation rule that refused the record."""
    ids: tuple[str, ...] = ()
    """The ids of records, users and orgs in the text, in order."""
    confidence: Confidence = Confidence.CERTAIN
    others: tuple[OtherError, ...] = ()
    """Further errors that stand beside this one."""
    steps: tuple[Step, ...] = ()
    """How the root was reached: each wrapper that was taken off, outermost first."""


class Cause(NamedTuple):
    """The failures of a window that share one root."""

    id: str
    """Short and stable: the same root has the same id on another day."""
    code: str | None
    fields: tuple[str, ...]
    kind: Kind
    message: str
    """An example of the root's message."""


class Topic(StrEnum):
    """What a finding is about."""

    DOWNSTREAM = "downstream"
    """Where a field of a record that a trigger makes comes from."""
    RULE = "rule"
    """The validation rule whose message it is."""
    STANDING_RULE = "standing-rule"
    """The same, where it is active and as it was when it last refused: it refuses again."""
    FIELD = "field"
    """Whether the org shows a field that the error names."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found out about a cause, beside what its text says."""

    topic: Topic
    says: str
    """For a person, without a full stop."""
    link: str | None = None
    """To the page of Setup where it can be seen and changed."""
    objects: tuple[str, ...] = ()
    """API names of the objects it is about."""
    field: str | None = None
    """As the error names it."""
    sources: tuple[str, ...] = ()
    """The message's fields that fill it, as the org has them."""
    rule: str | None = None
    """The name of the validation rule."""


class Change(NamedTuple):
    """One field of a record, changed by a fixer."""

    field: str
    """The org's API name."""
    before: Value
    after: Value
    fixer: str
    why: str
    """One sentence for a person, without a full stop."""
    risk: Risk
    lost: int = 0
    """How many characters of text were cut; 0 where nothing was."""


BY_HAND: Final = "a person"
"""What a change by hand names as its fixer."""


def highest_risk(changes: Sequence[Change]) -> Risk:
    """The highest risk among these changes; of none, lossless."""
    return max((c.risk for c in changes), key=list(Risk).index, default=Risk.LOSSLESS)


@dataclass(frozen=True, slots=True)
class Held:
    """Why a person has to look at an item, and what that person can do."""

    reason: HeldReason
    what: str
    """What stands in the way."""
    advice: str
    """What to do next."""
    code: str | None = None
    """The status code with which Salesforce would refuse it, for `schema`."""
    fields: tuple[str, ...] = ()


class Item(NamedTuple):
    """One message within a run, as planned."""

    key: str | None
    """None where the message is unreadable."""
    conversation: str | None
    """The conversation's identifier: its items travel in one lane."""
    order: str
    """Sorts the items of a conversation in time; ISO 8601, empty where the message has no time."""
    original: Record
    """The record as GoTallo had it."""
    record: Record
    """What Salesforce is given: API names of the org, null fields left out."""
    changes: tuple[Change, ...]
    decision: Decision
    held: Held | None
    """Set exactly where the decision is held or skipped."""
    error_text: str | None
    diagnosis: Diagnosis | None
    cause: Cause
    origin: Origin | None
    raw: str
    """The JSON as GoTallo sent it."""
    treatment: str
    """What the mapping says about it, and the line that says so: `retry (my-org.yaml:41)`."""
    findings: tuple[Finding, ...] = ()
    """What the mapping knows of its cause beside the text."""

    @property
    def fixers(self) -> tuple[str, ...]:
        """Those that changed it, each once."""
        return tuple(dict.fromkeys(change.fixer for change in self.changes))

    @property
    def risk(self) -> Risk:
        """The highest of its changes."""
        return highest_risk(self.changes)


@dataclass(frozen=True, slots=True)
class RowOfMessage:
    """A row of the org that carries a message."""

    id: str
    """The Salesforce id."""
    created_by: str
    """The id of the user who inserted it."""
    created_at: dt.datetime
    """Aware; the org's clock."""
    ours: bool
    """Whether that is the user as whom we write."""


@dataclass(frozen=True, slots=True)
class Repeated:
    """A message that the org has more than once."""

    key: str
    rows: tuple[RowOfMessage, ...]
    """Oldest first."""

    @property
    def ids(self) -> tuple[str, ...]:
        """Their Salesforce ids, oldest first."""
        return tuple(row.id for row in self.rows)

    @property
    def ours(self) -> int:
        """How many of them this user inserted."""
        return sum(row.ours for row in self.rows)


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that the org holds otherwise than it was sent."""

    key: str
    salesforce_id: str
    field: str
    sent: Value
    found: Value


class Scope(StrEnum):
    """Which messages are verified."""

    RUN = "run"
    WINDOW = "window"
    """Those of every run whose window touches it."""
    ALL = "all"
    """Every message of an org that a ledger has."""


@dataclass(frozen=True, slots=True)
class KeyOfObject:
    """The field that makes a message of an object the same message."""

    object: str
    namespace: str
    """Of the object's package; empty where it has none."""
    field: str
    unique: bool


@dataclass(frozen=True, slots=True)
class Question:
    """What an org was asked, when and by whom."""

    scope: Scope
    run_id: str | None
    """Set exactly where the scope is a run."""
    runs: int
    """How many runs the messages come from."""
    window: Window | None
    """The run's, or the one that was named."""
    window_words: str
    """The same as flags; empty where there is none."""
    org_id: str
    org_name: str
    sandbox: bool
    instance_url: str
    username: str
    """Of the user who asked."""
    asked_at: dt.datetime
    """Aware, UTC: when the asking began."""
    keys: tuple[KeyOfObject, ...]
    """Of the objects that have the messages; mostly one."""
    unreadable: int
    """How many messages could not be read when they were planned: they have no key to ask for."""
    unseen: str = ""
    """Why a row may be there that this user does not see; empty where it sees all that counts."""
    grant: str = ""
    """What would show that it sees every row."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What the org itself answers about messages.

    Each message is counted once: in `repeated` wherever the org has it more than once; else in
    `once`, `missing`, `deleted` or `witnessed` where it should be there, in `in_doubt` where nobody
    knows yet, in `absent` or `there_unsent` where it should not.
    """

    question: Question
    once: int
    """There exactly once, as they should be; `differing` among them."""
    missing: tuple[str, ...]
    """Keys that should be there and are not."""
    deleted: tuple[str, ...]
    """Keys that were there and that somebody has put into the recycle bin."""
    repeated: tuple[Repeated, ...]
    differing: tuple[Difference, ...]
    in_doubt: tuple[str, ...]
    """Keys whose request gave no answer and is not settled."""
    absent: int
    """Held, rejected or not sent, and not there: as it should be."""
    there_unsent: tuple[str, ...]
    """Keys that were not brought there (held, rejected, not sent) and that are there."""
    witnessed: tuple[str, ...] = ()
    """Keys that should be there and whose own row is gone, while the witness that the mapping names
    shows that it was there."""

    @property
    def asked(self) -> int:
        """How many keys the org was asked for."""
        gone = (self.missing, self.deleted, self.witnessed)
        others = (self.repeated, self.in_doubt, self.there_unsent)
        return self.once + self.absent + sum(map(len, (*gone, *others)))

    @property
    def proven(self) -> bool:
        """Whether everything that should be there is there once and as it was sent.

        A row that this user may not see would be a second one, so without sight nothing is proven.
        """
        amiss = self.missing or self.deleted or self.repeated or self.differing or self.in_doubt
        return not (amiss or self.question.unseen)


class Proof(StrEnum):
    """What shows that a user sees every row of an object."""

    PUBLIC_SHARING = "public_sharing"
    """The object's internal sharing model is public."""
    VIEW_ALL = "view_all"
    """View All, or Modify All, on the object."""
    VIEW_ALL_DATA = "view_all_data"
    """View All Data, or Modify All Data."""


@dataclass(frozen=True, slots=True)
class Proven:
    """A row of the object that this user does not find is not there."""

    by: Proof


@dataclass(frozen=True, slots=True)
class Unproven:
    """A row of the object may be there and not be shown to this user."""

    why: str
    """A clause for a person."""
    grant: str
    """What a person in Setup can grant."""


Sight: TypeAlias = Proven | Unproven
"""Whether a user sees every row of an object."""


class Visibility(StrEnum):
    """Whether absence can be concluded from what the org shows."""

    PROVEN = "proven"
    """What this user does not find is not there."""
    GUARDED = "guarded"
    """Not proven, but the key is unique: the org refuses a second row."""
    ASSUMED = "assumed"
    """Not proven, and taken on by an operator."""
    UNPROVEN = "unproven"
    """Not proven: nothing may be sent."""


@dataclass(frozen=True, slots=True)
class View:
    """What a run may conclude from what the org shows, and why."""

    visibility: Visibility
    why: str
    """What proves it, or why it is not proven: a clause for a person."""
    grant: str = ""
    """What would prove it; empty where it is proven."""

    def taken_on(self) -> View:
        """The same once an operator says that every row is seen."""
        if self.visibility is not Visibility.UNPROVEN:
            return self
        return View(Visibility.ASSUMED, self.why, self.grant)


@dataclass(frozen=True, slots=True)
class Witness:
    """Rows of another object that show that a message was there, though its own row is gone."""

    object: str
    """API name of the org."""
    field: str
    """Its field that holds the message's key."""


TEXT_TYPES = frozenset(
    {"string", "textarea", "email", "url", "phone", "encryptedstring", "combobox", "id"}
)
"""The describe types that hold free or formed text."""
PICKLIST_TYPES = frozenset({"picklist", "multipicklist"})
"""Those that hold one of the values that they list, or several."""
NUMBER_TYPES = frozenset({"int", "long", "double", "currency", "percent"})
"""Those that hold a number."""


@dataclass(frozen=True, slots=True)
class PicklistValue:
    """One value of a picklist."""

    value: str
    label: str
    active: bool


@dataclass(frozen=True, slots=True)
class FieldSchema:
    """A field as the org's describe shows it to this user."""

    name: str
    """API name, with the namespace if it has one."""
    label: str
    type: str
    """The describe type: `string`, `textarea`, `boolean`, `double`, `datetime`, `picklist`, …"""
    length: int = 0
    """Characters; 0 for what is no text."""
    byte_length: int = 0
    precision: int = 0
    """All digits of a `double`, `currency` or `percent`."""
    scale: int = 0
    """Digits behind the point."""
    digits: int = 0
    """Digits of an `int`."""
    nillable: bool = True
    createable: bool = True
    defaulted_on_create: bool = False
    default: str | bool | None = None
    """A picklist's or a checkbox's; that of any other field is a formula, which is not read."""
    picklist_values: tuple[PicklistValue, ...] = ()
    restricted_picklist: bool = False
    reference_to: tuple[str, ...] = ()
    external_id: bool = False
    id_lookup: bool = False
    unique: bool = False
    case_sensitive: bool = False
    html_formatted: bool = False
    filterable: bool = True
    """Whether rows can be asked for by it: a long text area or an encrypted field may not be."""

    @property
    def required(self) -> bool:
        """Whether an insert without a value is refused.

        Source: "required fields" in the SOAP API Developer Guide: not nillable, not defaulted on
        create, createable. A boolean is never null, so it is never missing.
        """
        return (
            not self.nillable
            and not self.defaulted_on_create
            and self.createable
            and self.type != "boolean"
        )

    @property
    def is_text(self) -> bool:
        return self.type in TEXT_TYPES


@dataclass(frozen=True, slots=True)
class RecordType:
    """A record type of an object."""

    id: str
    developer_name: str
    label: str
    active: bool
    available: bool
    """To this user."""
    default: bool
    """Whether a record that names none gets it, for this user."""


@dataclass(frozen=True)
class ObjectSchema:
    """An object as the org's describe shows it to this user."""

    name: str
    """API name, with the namespace if it has one."""
    label: str
    createable: bool
    queryable: bool
    fields: tuple[FieldSchema, ...]
    namespace: str = ""
    """`Social25` for `Social25__Heroku_Message__c`, empty where the object has none."""
    record_types: tuple[RecordType, ...] = ()
    """The master record type among them; empty where the describe tells of none."""

    @cached_property
    def _by_name(self) -> dict[str, FieldSchema]:
        return {f.name.casefold(): f for f in self.fields}

    def get(self, name: str) -> FieldSchema | None:
        """The field of that name, or None.

        A name without the namespace (`Text__c`) means the package's field where there is one, else
        the org's own of that very name. Field names are not case-sensitive on the platform.
        """
        wanted = name.casefold()
        if self.namespace:
            prefixed = f"{self.namespace.casefold()}__{wanted}"
            if prefixed in self._by_name:
                return self._by_name[prefixed]
        return self._by_name.get(wanted)

    def short(self, name: str) -> str:
        """The field's name for people: without the object's namespace."""
        prefix = f"{self.namespace}__"
        return name.removeprefix(prefix) if self.namespace else name


def canonical_key(identifier: str) -> str:
    """The one spelling of a message's identifier.

    A uuid in any spelling becomes 32 lower-case hex digits, as GoTallo's records have it; anything
    else is only stripped.
    """
    stripped = identifier.strip()
    if _CANONICAL_UUID.fullmatch(stripped):
        return stripped
    try:
        return uuid.UUID(stripped).hex
    except ValueError:
        return stripped
