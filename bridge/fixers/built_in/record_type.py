from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pydantic import BaseModel, field_validator, model_validator

from bridge.fixers import ids
from bridge.fixers.by_field import per_schema
from bridge.fixers.example_object import with_fields
from bridge.fixers.interface import Example, Fixer
from bridge.model import (
    Change,
    Diagnosis,
    FieldSchema,
    ObjectSchema,
    Record,
    RecordType,
    Risk,
    Value,
)

_FIELD = "RecordTypeId"
_ANY_OTHER = "*"


class RecordTypeOptions(BaseModel, extra="forbid", frozen=True, strict=True):
    """The record type, or the field whose value decides and what each value means."""

    developer_name: str | None = None
    by: str | None = None
    """The field whose value decides."""
    table: dict[str, str] = {}
    """Its value → developer name; `*` stands for every other value, and for none."""

    @field_validator("table")
    @classmethod
    def _each_value_once(cls, table: dict[str, str]) -> dict[str, str]:
        folded = [_fold(value) for value in table]
        for value in table:
            if folded.count(_fold(value)) > 1:
                raise ValueError(f'"{value}" is there twice: case is no difference')
        return table

    @model_validator(mode="after")
    def _one_way(self) -> RecordTypeOptions:
        named, by_value = self.developer_name is not None, self.by is not None or bool(self.table)
        if named == by_value or (by_value and not (self.by and self.table)):
            raise ValueError("give a developer_name, or the field to go by and a table")
        return self


def _type(number: int, name: str, *, active: bool = True, available: bool = True) -> RecordType:
    return RecordType(
        f"01200000000000{number}AAA", name, name, active=active, available=available, default=False
    )


_WITH_TYPES = replace(
    with_fields(
        FieldSchema(_FIELD, "Record Type ID", "reference", length=18, reference_to=("RecordType",))
    ),
    record_types=(_type(1, "Chat"), _type(2, "Mail"), _type(3, "Fax", active=False)),
)


@dataclass(frozen=True, slots=True)
class _Types:
    """What there is to choose from in one org."""

    usable: Mapping[str, RecordType]
    """By developer name, folded."""
    by: str | None
    """The API name of the field that decides."""


class RecordTypeOf(Fixer[RecordTypeOptions]):
    """Give a record the record type that the mapping names.

    Problem: the org's rules, pages and picklists go by record type, and a message names none; or it
    names one that the org does not let the integration user give (`INVALID_CROSS_REFERENCE_KEY` on
    RecordTypeId).

    Repair: `{developer_name: Chat}` writes that record type's id, `{by: Field, table: {value:
    name}}` goes by another field's value, in any case, with `"*"` for every other. Only a record
    type that is active and available to the integration user is written; one that is not leaves the
    record as it is. A record type that the record names already stays while it is one of these.
    Each change counts as invented.
    """

    name = "record_type"
    risk = Risk.INVENTED
    Options = RecordTypeOptions
    examples = (
        Example(
            says="The same for every message.",
            options={"developer_name": "Chat"},
            before={"Text__c": "Hi"},
            after={"Text__c": "Hi", "RecordTypeId": "012000000000001AAA"},
            schema=_WITH_TYPES,
        ),
        Example(
            says="By another field's value.",
            options={"by": "Conversation_Medium__c", "table": {"sms": "Mail", "*": "Chat"}},
            before={"Conversation_Medium__c": "sms"},
            after={"Conversation_Medium__c": "sms", "RecordTypeId": "012000000000002AAA"},
            schema=_WITH_TYPES,
        ),
        Example(
            says="One that is not active is never written.",
            options={"developer_name": "Fax"},
            before={"Text__c": "Hi"},
            after={"Text__c": "Hi"},
            schema=_WITH_TYPES,
        ),
        Example(
            says="One that the record names stays.",
            options={"developer_name": "Chat"},
            before={"RecordTypeId": "012000000000002AAA"},
            after={"RecordTypeId": "012000000000002AAA"},
            schema=_WITH_TYPES,
        ),
        Example(
            says="An org without record types has nothing to write.",
            options={"developer_name": "Chat"},
            before={"Text__c": "Hi"},
            after={"Text__c": "Hi"},
        ),
    )

    def __init__(self, options: RecordTypeOptions) -> None:
        super().__init__(options)
        self._table = {_fold(value): name for value, name in options.table.items()}
        self._types = per_schema(self._work_out_types)

    def named_fields(self) -> Iterator[str]:
        return iter(() if self.options.by is None else (self.options.by,))

    def fix(
        self, record: Record, schema: ObjectSchema, diagnosis: Diagnosis | None
    ) -> Iterator[Change]:
        types = self._types(schema)
        given = record.get(_FIELD)
        if not types.usable or any(ids.is_id_of(given, one.id) for one in types.usable.values()):
            return
        name = self.options.developer_name
        why = "the mapping names the record type"
        if types.by is not None:
            name = self._by_value(record.get(types.by))
            why = f"the mapping names the record type for this {schema.short(types.by)}"
        wanted = None if name is None else types.usable.get(_fold(name))
        if wanted is not None:
            yield Change(_FIELD, given, wanted.id, self.name, why, Risk.INVENTED)

    def _by_value(self, value: Value) -> str | None:
        found = self._table.get(_fold(value)) if isinstance(value, str) else None
        return found or self._table.get(_ANY_OTHER)

    def _work_out_types(self, schema: ObjectSchema) -> _Types:
        field = schema.get(_FIELD)
        by = None if self.options.by is None else schema.get(self.options.by)
        known = () if field is None or not field.createable else schema.record_types
        return _Types(
            {_fold(one.developer_name): one for one in known if one.active and one.available},
            None if by is None else by.name,
        )


def _fold(text: str) -> str:
    return text.strip().casefold()
