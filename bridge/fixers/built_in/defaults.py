from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Self, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    RootModel,
    field_validator,
    model_validator,
)

from bridge.fixers import numbers
from bridge.fixers.by_field import EVERY_OTHER, per_schema
from bridge.fixers.emptiness import is_empty
from bridge.fixers.interface import Example, Fixer
from bridge.fixers.template import Template
from bridge.model import Change, Diagnosis, FieldSchema, ObjectSchema, Record, Risk, Value


class When(StrEnum):
    """When an empty field is filled."""

    EMPTY = "empty"
    """Always."""
    REQUIRED = "required"
    """Where the org refuses a record without it."""


def _says_something(value: object) -> object:
    blank = isinstance(value, str) and not value.strip()
    endless = isinstance(value, float) and not math.isfinite(value)
    if blank or endless or not isinstance(value, str | int | float):
        raise ValueError(
            "a default is true, false, a number or a text that is not blank (a date in quotes)"
        )
    return value


_FIELD_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def _is_a_field_name(name: str) -> str:
    if not _FIELD_NAME.fullmatch(name):
        raise ValueError(f'"{name}" is no name of a field')
    return name


def _has_field_names(template: str) -> str:
    for name in Template.parse(template).names:
        _is_a_field_name(name)
    return template


_FieldName: TypeAlias = Annotated[str, AfterValidator(_is_a_field_name)]


class Default(BaseModel, extra="forbid", frozen=True, strict=True):
    """What an empty field is filled with: one of the first four, which is set."""

    value: Annotated[str | int | float | bool | None, BeforeValidator(_says_something)] = None
    """The same for every record."""
    from_: Annotated[
        _FieldName | None, Field(alias="from", description="What another field holds.")
    ] = None
    first_of: Annotated[list[_FieldName], Field(min_length=1)] | None = None
    """What the first field of these holds that is not empty."""
    template: Annotated[str, AfterValidator(_has_field_names)] | None = None
    """A text with other fields in braces, where none of them is empty."""
    when: Annotated[When, Field(strict=False)] = When.EMPTY

    @model_validator(mode="before")
    @classmethod
    def _bare_value(cls, given: object) -> object:
        return given if isinstance(given, Mapping) else {"value": given}

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        sources = (self.value, self.from_, self.first_of, self.template)
        if sum(source is not None for source in sources) != 1:
            raise ValueError("say what fills it, by one of value, from, first_of, template")
        return self

    def other_fields(self) -> tuple[str, ...]:
        """The fields that it reads."""
        if self.template is not None:
            return Template.parse(self.template).names
        return tuple(self.first_of or ()) if self.from_ is None else (self.from_,)


class DefaultsOptions(RootModel[dict[str, Default]], frozen=True):
    """Field → what fills it."""

    @field_validator("root")
    @classmethod
    def _each_field_by_name(cls, defaults: dict[str, Default]) -> dict[str, Default]:
        if not defaults or EVERY_OTHER in defaults:
            raise ValueError("a default is made up for one field: name each")
        for name, default in defaults.items():
            if name.casefold() in map(str.casefold, default.other_fields()):
                raise ValueError(f"{name} can't be filled from itself")
        return defaults


@dataclass(frozen=True, slots=True)
class _Filling:
    value: Value
    where_from: str
    """The end of a sentence; empty where the mapping gives the value itself."""


_Filler: TypeAlias = Callable[[Callable[[str], Value]], _Filling | None]
"""Given what each field holds; None where there is nothing to fill with."""


@dataclass(frozen=True, slots=True)
class _Target:
    field: FieldSchema
    why: str
    fill: _Filler


class Defaults(Fixer[DefaultsOptions]):
    """Fill a field that is empty.

    Problem: the org wants a value that the message does not have (`REQUIRED_FIELD_MISSING`, or a
    validation rule).

    Repair: `{Field: value}` fills the field where it is null (`#N/A` too), absent or blank. Instead
    of a value it may be `{from: Other_Field__c}`, `{first_of: [A__c, B__c]}` for the first of these
    that is not empty, or `{template: "{A__c} {B__c}"}` for a text made of several, where none of
    them is empty. With `when: required` the field is filled only where this org requires it. A
    value that is there is never replaced, and where there is nothing to fill with the field stays
    empty. The message did not say of this field what is filled in: each such change counts as
    invented, a copy too.
    """

    name = "defaults"
    risk = Risk.INVENTED
    Options = DefaultsOptions
    examples = (
        Example(
            says="A name for a sender who has none.",
            options={"User_Full_Name__c": "Unknown sender"},
            before={"User_Full_Name__c": "  ", "Text__c": "Hi"},
            after={"User_Full_Name__c": "Unknown sender", "Text__c": "Hi"},
        ),
        Example(
            says="A field that the record lacks is empty.",
            options={"Conversation_State__c": "OPEN"},
            before={"Text__c": "Hi"},
            after={"Text__c": "Hi", "Conversation_State__c": "OPEN"},
        ),
        Example(
            says="What another field says, where it says something.",
            options={"User_Last_Name__c": {"from": "User_Full_Name__c"}},
            before={"User_Full_Name__c": "Sender 12", "User_Last_Name__c": "#N/A"},
            after={"User_Full_Name__c": "Sender 12", "User_Last_Name__c": "Sender 12"},
        ),
        Example(
            says="The first of several that says something.",
            options={"User_Full_Name__c": {"first_of": ["User_Last_Name__c", "User_Email__c"]}},
            before={"User_Last_Name__c": " ", "User_Email__c": "sender12@mail.example"},
            after={"User_Full_Name__c": "sender12@mail.example"},
        ),
        Example(
            says="A text made of several.",
            options={"User_Full_Name__c": {"template": "{User_First_Name__c} {User_Last_Name__c}"}},
            before={"User_First_Name__c": "Test", "User_Last_Name__c": "Sender 12"},
            after={"User_Full_Name__c": "Test Sender 12"},
        ),
        Example(
            says="A text that would have a gap is not made.",
            options={"User_Full_Name__c": {"template": "{User_First_Name__c} {User_Last_Name__c}"}},
            before={"User_First_Name__c": "Test", "User_Last_Name__c": None},
            after={"User_First_Name__c": "Test", "User_Last_Name__c": None},
        ),
        Example(
            says="A value that is there stays.",
            options={"User_Full_Name__c": "Unknown sender"},
            before={"User_Full_Name__c": "Sender 12"},
            after={"User_Full_Name__c": "Sender 12"},
        ),
        Example(
            says="Nothing is filled in that this org can do without.",
            options={"User_Gender__c": {"value": "unknown", "when": "required"}},
            before={"User_Gender__c": None},
            after={"User_Gender__c": None},
        ),
    )

    def __init__(self, options: DefaultsOptions) -> None:
        super().__init__(options)
        self._targets = per_schema(self._work_out_targets)

    def named_fields(self) -> Iterator[str]:
        for name, default in self.options.root.items():
            yield name
            yield from default.other_fields()

    def named_values(self, schema: ObjectSchema) -> Iterator[tuple[str, str]]:
        for name, default in self.options.root.items():
            if isinstance(default.value, str):
                yield name, default.value

    def fix(
        self, record: Record, schema: ObjectSchema, diagnosis: Diagnosis | None
    ) -> Iterator[Change]:
        empty = [each for each in self._targets(schema) if is_empty(record.get(each.field.name))]
        filled: dict[str, Value] = {}

        def now(name: str) -> Value:
            field = schema.get(name)
            return None if field is None else filled.get(field.name, record.get(field.name))

        # What is filled may be what another field is filled from, wherever it stands.
        while empty:
            still_empty = []
            for target in empty:
                filling = target.fill(now)
                if filling is None:
                    still_empty.append(target)
                    continue
                filled[target.field.name] = filling.value
                yield Change(
                    field=target.field.name,
                    before=record.get(target.field.name),
                    after=filling.value,
                    fixer=self.name,
                    why=f"{target.why}{filling.where_from}",
                    risk=Risk.INVENTED,
                )
            if len(still_empty) == len(empty):
                return
            empty = still_empty

    def _work_out_targets(self, schema: ObjectSchema) -> tuple[_Target, ...]:
        return tuple(
            _Target(field, _why(field, schema), _filler(default, field))
            for name, default in self.options.root.items()
            if (field := schema.get(name)) is not None
            and (default.when is When.EMPTY or field.required)
        )


def _filler(default: Default, field: FieldSchema) -> _Filler:
    if default.template is not None:
        template = Template.parse(default.template)
        return lambda now: _made(template, now)
    names = default.other_fields()
    if names:
        return lambda now: _copied(names, field, now)
    constant = _Filling(default.value, "")
    return lambda now: constant


def _copied(
    names: tuple[str, ...], field: FieldSchema, now: Callable[[str], Value]
) -> _Filling | None:
    for name in names:
        value = now(name)
        if not is_empty(value):
            as_text = _as_text(value) if field.is_text else None
            return _Filling(value if as_text is None else as_text, f": taken from {name}")
    return None


def _made(template: Template, now: Callable[[str], Value]) -> _Filling | None:
    texts: dict[str, str] = {}
    for name in template.names:
        value = now(name)
        text = None if is_empty(value) else _as_text(value)
        if text is None:
            return None
        texts[name] = text
    return _Filling(template.filled(texts), f": made of {', '.join(template.names)}")


def _as_text(value: Value) -> str | None:
    """The value as text; None where it is an object, or a number that has no exact digits."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return numbers.as_text(value) if isinstance(value, int | float) else None


def _why(field: FieldSchema, schema: ObjectSchema) -> str:
    name = schema.short(field.name)
    return f"{name} is required and empty" if field.required else f"{name} is empty"
