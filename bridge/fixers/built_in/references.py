from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import TypeAlias

from pydantic import BaseModel, RootModel, field_validator

from bridge.fixers import ids
from bridge.fixers.by_field import EVERY_OTHER, per_schema
from bridge.fixers.example_object import with_fields
from bridge.fixers.interface import Example, Fixer
from bridge.fixers.refusal import is_refused
from bridge.model import (
    Change,
    Diagnosis,
    FieldSchema,
    Kind,
    ObjectSchema,
    Record,
    Risk,
    Value,
)


class Instead(StrEnum):
    """What becomes of a reference that leads nowhere, where no other record is named."""

    CLEAR = "clear"
    HOLD = "hold"


class Default(BaseModel, extra="forbid", frozen=True, strict=True):
    """Another record."""

    default: ids.Id


Choice: TypeAlias = Instead | Default


class ReferencesOptions(RootModel[dict[str, Choice]], frozen=True):
    """Field → what becomes of a reference in it that leads nowhere."""

    @field_validator("root")
    @classmethod
    def _each_field_by_name(cls, table: dict[str, Choice]) -> dict[str, Choice]:
        if not table or EVERY_OTHER in table:
            raise ValueError("a reference is given up in one field: name each")
        return table


REFUSED = frozenset(
    {
        "ENTITY_IS_DELETED",
        "FIELD_INTEGRITY_EXCEPTION",
        "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
        "INVALID_CROSS_REFERENCE_KEY",
        "INVALID_CROSS_REFERENCE_TYPE_FOR_FIELD",
        "MALFORMED_ID",
    }
)
"""Source: "StatusCode" in the SOAP API Developer Guide; that an id of another object's record is a
FIELD_INTEGRITY_EXCEPTION is how an org answers (mshanemc/roundRobinProcessBuilder issue 24)."""

_CONTACT = "003000000000001AAA"
_WITH_CONTACT = with_fields(
    FieldSchema("Contact__c", "Contact", "reference", length=18, reference_to=("Contact",))
)
_DELETED = Diagnosis(
    code="ENTITY_IS_DELETED", kind=Kind.DATA, message="entity is deleted", fields=("Contact__c",)
)


class References(Fixer[ReferencesOptions]):
    """Give up a reference that leads nowhere.

    Problem: a lookup field holds what is no id (`MALFORMED_ID`), or the org refuses the id: the
    record is deleted, of another object, or not one that the integration user may use.

    Repair: `{Field: clear}` leaves the field empty, as lossy; `{Field: {default: id}}` takes
    another record instead, as invented; `{Field: hold}` leaves the value to a person. Text that has
    not the form of an id is known beforehand. Anything else the org has to say first: the error
    names the field, quotes the id, or the record has only one. A field that is not named here is
    never touched.
    """

    name = "references"
    risk = Risk.INVENTED
    Options = ReferencesOptions
    examples = (
        Example(
            says="What is no id.",
            options={"Contact__c": "clear"},
            before={"Contact__c": "Sender 12"},
            after={"Contact__c": None},
            schema=_WITH_CONTACT,
        ),
        Example(
            says="The record is deleted: another one is taken.",
            options={"Contact__c": {"default": "003000000000009AAA"}},
            before={"Contact__c": _CONTACT},
            after={"Contact__c": "003000000000009AAA"},
            diagnosis=_DELETED,
            schema=_WITH_CONTACT,
        ),
        Example(
            says="Nothing was said against this id.",
            options={"Contact__c": "clear"},
            before={"Contact__c": _CONTACT},
            after={"Contact__c": _CONTACT},
            schema=_WITH_CONTACT,
        ),
        Example(
            says="A person wants to see it.",
            options={"Contact__c": "hold"},
            before={"Contact__c": _CONTACT},
            after={"Contact__c": _CONTACT},
            diagnosis=_DELETED,
            schema=_WITH_CONTACT,
        ),
    )

    def __init__(self, options: ReferencesOptions) -> None:
        super().__init__(options)
        self._choices = per_schema(self._work_out_choices)

    def named_fields(self) -> Iterator[str]:
        return iter(self.options.root)

    def fix(
        self, record: Record, schema: ObjectSchema, diagnosis: Diagnosis | None
    ) -> Iterator[Change]:
        for field, choice in self._choices(schema):
            value = record.get(field.name)
            why = _wrong(value) or (
                "the org refuses the record that it leads to"
                if value and is_refused(field, record, schema, diagnosis, REFUSED)
                else None
            )
            after = choice.default if isinstance(choice, Default) else None
            if why is not None and not (after and ids.is_id_of(value, after)):
                risk = Risk.LOSSY if after is None else Risk.INVENTED
                yield Change(field.name, value, after, self.name, why, risk)

    def _work_out_choices(self, schema: ObjectSchema) -> tuple[tuple[FieldSchema, Choice], ...]:
        return tuple(
            (field, choice)
            for name, choice in self.options.root.items()
            if choice is not Instead.HOLD
            and (field := schema.get(name)) is not None
            and field.type == "reference"
        )


def _wrong(value: Value) -> str | None:
    """Why the value can't be the id of a record."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = str(value).strip()
    return None if not text or ids.has_form(text) else "it has not the form of an id"
