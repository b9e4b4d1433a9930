from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated, TypeAlias

from pydantic import BaseModel, BeforeValidator, Field, RootModel, field_validator, model_validator

from bridge.fixers.by_field import EVERY_OTHER, PerSchema
from bridge.fixers.interface import Example, Fixer
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


Scalar: TypeAlias = Annotated[str | int | float | bool, BeforeValidator(_says_something)]


class Default(BaseModel, extra="forbid", frozen=True, strict=True):
    """What an empty field is filled with."""

    value: Scalar
    when: Annotated[When, Field(strict=False)] = When.EMPTY

    @model_validator(mode="before")
    @classmethod
    def _bare_value(cls, given: object) -> object:
        return given if isinstance(given, Mapping) else {"value": given}


class DefaultsOptions(RootModel[dict[str, Default]], frozen=True):
    """Field → value."""

    @field_validator("root")
    @classmethod
    def _each_field_by_name(cls, defaults: dict[str, Default]) -> dict[str, Default]:
        if not defaults or EVERY_OTHER in defaults:
            raise ValueError("a default is made up for one field: name each")
        return defaults


class Defaults(Fixer[DefaultsOptions]):
    """Fill a field that is empty.

    Problem: the org wants a value that the message does not have (`REQUIRED_FIELD_MISSING`, or a
    validation rule).

    Repair: `{Field: value}` fills the field where it is null, absent or blank;
    `{Field: {value: …, when: required}}` only where this org requires it. A value is never
    replaced. The message did not say what is filled in: each such change counts as invented.
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
        self._targets = PerSchema(self._work_out_targets)

    def named_fields(self) -> Iterator[str]:
        return iter(self.options.root)

    def fix(
        self, record: Record, schema: ObjectSchema, diagnosis: Diagnosis | None
    ) -> Iterator[Change]:
        for field, default in self._targets(schema):
            value = record.get(field.name)
            if _is_empty(value):
                yield Change(
                    field=field.name,
                    before=value,
                    after=default.value,
                    fixer=self.name,
                    why=_why(field, schema),
                    risk=Risk.INVENTED,
                )

    def _work_out_targets(self, schema: ObjectSchema) -> tuple[tuple[FieldSchema, Default], ...]:
        return tuple(
            (field, default)
            for name, default in self.options.root.items()
            if (field := schema.get(name)) is not None
            and (default.when is When.EMPTY or field.required)
        )


def _is_empty(value: Value) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _why(field: FieldSchema, schema: ObjectSchema) -> str:
    name = schema.short(field.name)
    return f"{name} is required and empty" if field.required else f"{name} is empty"
