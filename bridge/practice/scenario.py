"""What kind of org and of morning is practised on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from bridge.practice.faults import Fault
from bridge.practice.org.customizing import FieldSetting
from bridge.practice.org.duplicates import DuplicateRule
from bridge.practice.org.record_types import RecordTypeSetting
from bridge.practice.org.rules import MORNING_RULES, RuleSetting
from bridge.practice.org.schema import Access
from bridge.practice.org.setup import SharingModel
from bridge.practice.org.triggers import MORNING_TRIGGER, Source, TriggerSetting


class MorningCause(StrEnum):
    """Why messages of the morning fail."""

    LINK_RULE = "link_rule"
    """The validation rule `No_Links` refuses a text with a link."""
    AGENT_RULE = "agent_rule"
    """The validation rule `Outbound_Needs_Agent` refuses what an agent sent under no name."""
    LONG_TEXT = "long_text"
    """The text is longer than the field."""
    LONG_NAME = "long_name"
    """The trigger's lead can't hold the sender's name."""
    NO_NAME = "no_name"
    """The sender has no name, and the trigger's lead needs one."""
    UNKNOWN_MEDIUM = "unknown_medium"
    """The medium is no value of the restricted picklist."""
    NO_REGION = "no_region"
    """The org's own required field is empty."""
    NO_EMAIL_ACCESS = "no_email_access"
    """The integration user may not write the sender's e-mail address."""
    BAD_NUMBER = "bad_number"
    """The sender's offset from GMT is no number."""
    BIG_NUMBER = "big_number"
    """The sender's offset from GMT has more digits than the field."""
    IN_ORG_ALREADY = "in_org_already"
    """The message is in the org: it was sent twice, or its second attempt passed unnoticed."""
    ROW_LOCK = "row_lock"
    """A lock that is long gone."""


DEFAULT_SHARES: Mapping[MorningCause, int] = {
    MorningCause.LINK_RULE: 9,
    MorningCause.AGENT_RULE: 2,
    MorningCause.LONG_TEXT: 4,
    MorningCause.LONG_NAME: 3,
    MorningCause.NO_NAME: 3,
    MorningCause.UNKNOWN_MEDIUM: 3,
    MorningCause.NO_REGION: 2,
    MorningCause.NO_EMAIL_ACCESS: 3,
    MorningCause.BAD_NUMBER: 1,
    MorningCause.BIG_NUMBER: 1,
    MorningCause.IN_ORG_ALREADY: 1,
    MorningCause.ROW_LOCK: 2,
}
"""How 34 failures divide among the causes; other sizes divide alike."""


class FieldNames(StrEnum):
    """How GoTallo spells field names in its salesforce shape; its documentation shows both."""

    PREFIXED = "prefixed"
    BARE = "bare"


class TriggerFailure(StrEnum):
    """How much an exception in the package's trigger takes with it."""

    CHUNK = "chunk"
    """Every row that the trigger was given: nobody catches it.

    Source: Apex Developer Guide, "Trigger Exceptions": an unhandled exception marks all records.
    """
    ROW = "row"
    """The row that caused it: the trigger is run row by row."""
    FIRST_ROW = "first_row"
    """The first such row: the trigger stops there, so that each pass over the rows finds one."""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One org, one tenant, one morning; the same scenario gives the same morning."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    seed: int = 1
    day: dt.date | None = None
    """The failures' date, UTC; None means yesterday."""
    size: Annotated[int, Field(ge=0)] = 34
    """How many failures, divided among the causes by `DEFAULT_SHARES`."""
    causes: Mapping[MorningCause, Annotated[int, Field(ge=0)]] | None = None
    """How many failures of each cause; overrules `size`."""

    namespace: str = "Social25"
    """The package's namespace; empty for an org whose message object has none."""
    message_object: bool = True
    """Whether the org has the package's message object at all."""
    key_unique: bool = True
    """Whether `Identifier__c` is a unique field."""
    key_length: Annotated[int, Field(ge=1, le=255)] = 255
    text_length: Annotated[int, Field(ge=1)] = 400
    """Of `Text__c`, in UTF-16 units; above 255 it is a long text area."""
    email_access: Access = Access.HIDDEN
    """The integration user's access to `User_Email__c`."""
    required_field: str = "Region__c"
    """The org's own required field on the message object; empty for none."""
    fields: Mapping[str, Mapping[str, FieldSetting]] = field(default_factory=dict)
    """Object → field → how it differs from what the practice org has, or that it has one more.
    Names without the package's namespace."""
    before_trigger: Mapping[str, Source] = field(default_factory=dict)
    """Field of a message → where its value comes from, if the message gives it none."""
    record_types: Mapping[str, RecordTypeSetting] = field(default_factory=dict)
    """Of the message object, by developer name; the master record type is there anyway."""
    rules: tuple[RuleSetting, ...] = MORNING_RULES
    trigger: TriggerSetting = MORNING_TRIGGER
    trigger_failure: TriggerFailure = TriggerFailure.CHUNK
    duplicate_rules: tuple[DuplicateRule, ...] = ()
    view_all_rows: bool = True
    """Whether the integration user has View All on the message object."""
    sharing_model: SharingModel = SharingModel.PRIVATE
    """Of the message object: who sees the rows of others."""
    view_setup: bool = True
    """Whether the integration user may look into Setup: permissions and rules."""
    storage_rows: Annotated[int, Field(ge=0)] = 5_000_000
    """How many rows the org has room for."""
    save_seconds: Annotated[float, Field(ge=0)] = 0.0
    """How long a save keeps its rows' conversations locked before it answers; another request
    that touches one of them meanwhile meets a row lock."""
    former_users: Annotated[int, Field(ge=0, le=99)] = 0
    """How many users there are who are not active any more."""
    sandbox: bool = True
    daily_api_requests: Annotated[int, Field(ge=0)] = 100_000

    page_size: Annotated[int, Field(ge=1)] = 100
    """GoTallo's."""
    field_names: FieldNames = FieldNames.PREFIXED
    log_message_in_salesforce_shape: bool = True
    extra_rows: Annotated[int, Field(ge=0)] = 10
    """Messages of the morning that the org accepted at once."""

    faults: tuple[Fault, ...] = ()
    """What goes wrong with the calls, once the practice org serves."""

    counts: Mapping[MorningCause, int] = field(init=False)
    """Failures by cause."""

    def __post_init__(self) -> None:
        chosen = self.causes if self.causes is not None else apportion(self.size)
        object.__setattr__(self, "counts", {c: n for c, n in chosen.items() if n})

    @property
    def text_limit(self) -> int:
        """The length of `Text__c`, wherever it is said."""
        said = self.fields.get("Heroku_Message__c", {}).get("Text__c")
        return said.length if said and said.length else self.text_length


def apportion(size: int) -> Mapping[MorningCause, int]:
    """Divide `size` failures among the causes by `DEFAULT_SHARES`, largest remainder first."""
    whole = sum(DEFAULT_SHARES.values())
    counts = {cause: size * share // whole for cause, share in DEFAULT_SHARES.items()}
    by_remainder = sorted(DEFAULT_SHARES, key=lambda c: -(size * DEFAULT_SHARES[c] % whole))
    for cause in by_remainder[: size - sum(counts.values())]:
        counts[cause] += 1
    return counts
