"""Validation rules: what an admin forbids, and can allow again while the org runs."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import translate
from functools import lru_cache
from typing import Annotated, ClassVar, Self, TypeAlias

from pydantic import ConfigDict, Discriminator, Field, Tag

from bridge.practice.mistakes import at
from bridge.practice.org.errors import SaveError
from bridge.practice.org.schema import Row, Value

Naming: TypeAlias = Callable[[str], str]
"""A field's name as a scenario writes it → its API name."""


@dataclass(frozen=True, slots=True)
class _OnField:
    """A condition on one field."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")
    field: str

    def placed(self, naming: Naming) -> Self:
        with at("field"):
            return replace(self, field=naming(self.field))


@dataclass(frozen=True, slots=True)
class Matches(_OnField):
    """The field's text is as the pattern says, in any case: `*` is any text, `?` any character."""

    matches: str

    def holds(self, row: Row) -> bool:
        return _pattern(self.matches).match(_text(row.get(self.field))) is not None


@dataclass(frozen=True, slots=True)
class IsEmpty(_OnField):
    """The field has no value, or has one where `empty` is false."""

    empty: bool

    def holds(self, row: Row) -> bool:
        return (self.field not in row) is self.empty


@dataclass(frozen=True, slots=True)
class LongerThan(_OnField):
    """The field's text has more characters."""

    longer_than: Annotated[int, Field(ge=0)]

    def holds(self, row: Row) -> bool:
        return len(_text(row.get(self.field))) > self.longer_than


@dataclass(frozen=True, slots=True)
class OneOf(_OnField):
    """The field holds one of the values."""

    one_of: tuple[bool | float | str, ...]

    def holds(self, row: Row) -> bool:
        value = row.get(self.field)
        return any(
            value == each and isinstance(value, bool) is isinstance(each, bool)
            for each in self.one_of
        )


@dataclass(frozen=True, slots=True)
class AllOf:
    """Each of the conditions holds."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")
    all_of: tuple[Condition, ...]

    def holds(self, row: Row) -> bool:
        return all(condition.holds(row) for condition in self.all_of)

    def placed(self, naming: Naming) -> Condition:
        return AllOf(tuple(_placed("all_of", self.all_of, naming)))


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of the conditions holds; of none, none does."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")
    any_of: tuple[Condition, ...]

    def holds(self, row: Row) -> bool:
        return any(condition.holds(row) for condition in self.any_of)

    def placed(self, naming: Naming) -> Condition:
        return AnyOf(tuple(_placed("any_of", self.any_of, naming)))


def _placed(word: str, conditions: tuple[Condition, ...], naming: Naming) -> Iterator[Condition]:
    for number, condition in enumerate(conditions):
        with at(word, number):
            yield condition.placed(naming)


_KINDS = {
    "matches": Matches,
    "empty": IsEmpty,
    "longer_than": LongerThan,
    "one_of": OneOf,
    "all_of": AllOf,
    "any_of": AnyOf,
}


def _kind(written: object) -> str | None:
    """Which condition it is: the one whose own word it has, in brackets as none has a key."""
    words = [
        word
        for word, kind in _KINDS.items()
        if isinstance(written, kind) or (isinstance(written, Mapping) and word in written)
    ]
    return f"<{words[0]}>" if len(words) == 1 else None


Condition: TypeAlias = Annotated[
    Annotated[Matches, Tag("<matches>")]
    | Annotated[IsEmpty, Tag("<empty>")]
    | Annotated[LongerThan, Tag("<longer_than>")]
    | Annotated[OneOf, Tag("<one_of>")]
    | Annotated[AllOf, Tag("<all_of>")]
    | Annotated[AnyOf, Tag("<any_of>")],
    Discriminator(
        _kind,
        custom_error_type="condition",
        custom_error_message=f"a condition has one of the words {', '.join(_KINDS)}; "
        "several conditions are a list under all_of or any_of",
    ),
]
"""What a rule refuses; a file's condition is told by its own word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSetting:
    """A validation rule as a scenario writes it: names without the package's namespace."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")
    name: str
    when: Condition
    """What it refuses."""
    message: str
    field: str = ""
    """The field at which the message is shown; empty for the top of the page."""
    sobject: str = "Heroku_Message__c"
    active: bool = True

    def placed(self, sobject: str, naming: Naming, since: dt.datetime) -> ValidationRule:
        """The rule in an org, as it was last changed at `since`."""
        with at("when"):
            condition = self.when.placed(naming)
        with at("field"):
            shown_at = naming(self.field) if self.field else ""
        return ValidationRule(
            name=self.name,
            sobject=sobject,
            condition=condition,
            message=self.message,
            field=shown_at,
            active=self.active,
            last_modified=since,
        )


@dataclass(frozen=True, slots=True)
class ValidationRule:
    """Refuses a row while its condition holds."""

    name: str
    sobject: str
    condition: Condition
    message: str
    field: str
    """The field at which the message is shown; empty for the top of the page."""
    active: bool
    last_modified: dt.datetime

    def error(self) -> SaveError:
        return SaveError(
            "FIELD_CUSTOM_VALIDATION_EXCEPTION",
            self.message,
            (self.field,) if self.field else (),
        )


MORNING_RULES = (
    RuleSetting(
        name="No_Links",
        when=Matches("Text__c", "*http*"),
        message="Links are not allowed: ask compliance, then retry.",
    ),
    RuleSetting(
        name="Outbound_Needs_Agent",
        when=AllOf((OneOf("Outbound__c", (True,)), IsEmpty("Agent_Identifier__c", empty=True))),
        message="An outbound message must name its agent.",
        field="Agent_Identifier__c",
    ),
)
"""The rules of a practice org that is told nothing else."""


@lru_cache
def _pattern(glob: str) -> re.Pattern[str]:
    # In fnmatch a `[` opens a set of characters; here it is a character like any other.
    return re.compile(translate(glob.replace("[", "[[]")), re.IGNORECASE)


def _text(value: Value) -> str:
    return "" if value is None else str(value)
