"""The package's after-insert trigger: which records a message makes.

The table is GoTallo's documentation of its message trigger; `Company`, which a lead needs and no
message has, is our own constant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, TypeAlias

from pydantic import ConfigDict, Discriminator, Tag

from bridge.practice.mistakes import at
from bridge.practice.org.errors import SaveError
from bridge.practice.org.rules import Naming
from bridge.practice.org.schema import Row, Value

FromMessage: TypeAlias = Callable[[Row], Value]


@dataclass(frozen=True, slots=True)
class Constant:
    """The same value for each message."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")
    value: str | bool | float

    def placed(self, _naming: Naming) -> FromMessage:
        return lambda _message: self.value


@dataclass(frozen=True, slots=True)
class FirstOf:
    """What the first of the message's fields holds that is not empty."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")
    first_of: tuple[str, ...]

    def placed(self, naming: Naming) -> FromMessage:
        names = tuple(_named(self.first_of, naming))
        return lambda message: next((message[n] for n in names if n in message), None)


@dataclass(frozen=True, slots=True)
class MessageWith:
    """By its direction "Message to" or "Message from", and what a field holds."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")
    message_with: str

    def placed(self, naming: Naming) -> FromMessage:
        with at("message_with"):
            name, outbound = naming(self.message_with), naming("Outbound__c")

        def post_name(message: Row) -> Value:
            direction = "to" if message.get(outbound) else "from"
            return f"Message {direction} {message.get(name, 'unknown')}"

        return post_name


_KINDS = {"value": Constant, "first_of": FirstOf, "message_with": MessageWith}


def _kind(written: object) -> str | None:
    """Which source it is, in brackets as none has a key."""
    if isinstance(written, str):
        return "<field>"
    words = [
        word
        for word, kind in _KINDS.items()
        if isinstance(written, kind) or (isinstance(written, Mapping) and word in written)
    ]
    return f"<{words[0]}>" if len(words) == 1 else None


Source: TypeAlias = Annotated[
    Annotated[str, Tag("<field>")]
    | Annotated[Constant, Tag("<value>")]
    | Annotated[FirstOf, Tag("<first_of>")]
    | Annotated[MessageWith, Tag("<message_with>")],
    Discriminator(
        _kind,
        custom_error_type="source",
        custom_error_message="the name of the message's field is expected, or one of the words "
        f"{', '.join(_KINDS)}",
    ),
]
"""Where a made record's value comes from; a text names a field of the message."""


@dataclass(frozen=True, slots=True)
class TriggerSetting:
    """A trigger on the message object as a scenario writes it: names without the namespace."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")
    name: str
    creates: Mapping[str, Mapping[str, Source]]
    """Object → its fields → where each comes from; made in this order."""
    managed: bool = True
    """Whether it is the package's own, whose errors name the namespace."""

    def placed(self, sobject: str, key_field: str, namespace: str, naming: Naming) -> AfterInsert:
        """The trigger in an org."""
        return AfterInsert(
            name=self.name,
            namespace=namespace if self.managed else "",
            sobject=sobject,
            key_field=key_field,
            creates=tuple(
                Creation(made, _filled(fields, naming, "creates", made))
                for made, fields in self.creates.items()
            ),
        )


def _named(names: tuple[str, ...], naming: Naming) -> Iterator[str]:
    for number, name in enumerate(names):
        with at("first_of", number):
            yield naming(name)


def _filled(fields: Mapping[str, Source], naming: Naming, *path: str) -> dict[str, FromMessage]:
    """Field → what fills it."""
    filled = {}
    for name, source in fields.items():
        with at(*path, name):
            filled[name] = _placed(source, naming)
    return filled


def _placed(source: Source, naming: Naming) -> FromMessage:
    if not isinstance(source, str):
        return source.placed(naming)
    name = naming(source)
    return lambda message: message.get(name)


@dataclass(frozen=True, slots=True)
class BeforeInsert:
    """A trigger that fills fields of a message before it is saved."""

    fields: Mapping[str, FromMessage]

    def filled(self, message: Row) -> Row:
        """The message with a value in each of those fields that has none and can have one."""
        made = {
            name: value
            for name, source in self.fields.items()
            if name not in message and (value := source(message)) is not None
        }
        return {**message, **made}


def before_insert(fields: Mapping[str, Source], naming: Naming) -> BeforeInsert:
    """The trigger of which a scenario says the fields: names without the namespace."""
    filled = _filled(fields, naming)
    placed = {}
    for name, source in filled.items():
        with at(name):
            placed[naming(name)] = source
    return BeforeInsert(placed)


@dataclass(frozen=True, slots=True)
class Creation:
    """One record that the trigger makes of each message."""

    sobject: str
    fields: Mapping[str, FromMessage]

    def row(self, message: Row) -> Row:
        return {
            name: value
            for name, source in self.fields.items()
            if (value := source(message)) is not None
        }


@dataclass(frozen=True, slots=True)
class AfterInsert:
    """A trigger of a managed package, or of the org itself where the namespace is empty."""

    name: str
    namespace: str
    sobject: str
    key_field: str
    creates: tuple[Creation, ...]

    def failure(self, row_number: int, error: SaveError) -> SaveError:
        """How the platform reports a DmlException that the trigger did not catch."""
        cause = (
            f"System.DmlException: Insert failed. First exception on row {row_number}; "
            f"first error: {error.code}, {error.message}: [{', '.join(error.fields)}]"
        )
        if self.namespace:
            text = (
                f"{self.namespace}.{self.name}: execution of AfterInsert\n\n"
                f"caused by: {cause}\n\n({self.namespace})\n"
            )
        else:
            text = (
                f"{self.name}: execution of AfterInsert\n\n"
                f"caused by: {cause}\n\nTrigger.{self.name}: line 7, column 1"
            )
        return SaveError("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", text)


MORNING_TRIGGER = TriggerSetting(
    "MessageTrigger",
    {
        "Lead": {
            "LastName": "User_Full_Name__c",
            "Company": Constant("GoTallo"),
            "Phone": "User_Phone_Number__c",
            "LeadSource": "Conversation_Medium__c",
            "Heroku_Conversation_Id__c": "Chat_Identifier__c",
        },
        "SocialPost": {
            "Name": MessageWith("User_Full_Name__c"),
            "ExternalPostId": "Identifier__c",
            "IsOutbound": "Outbound__c",
            "Content": "Text__c",
            "Provider": "Conversation_Medium__c",
        },
    },
)
"""A lead and a social post for each message, where a scenario says nothing else."""
