"""Objects and fields as an admin set them up."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TypeAlias

Value: TypeAlias = str | int | float | bool | None
"""What a field holds. A date-time is text in the platform's own form, so that it sorts."""

Row: TypeAlias = dict[str, Value]
"""API name → value; a field that is null is absent."""


class FieldType(StrEnum):
    """The describe types that the practice org knows."""

    ID = "id"
    STRING = "string"
    TEXTAREA = "textarea"
    EMAIL = "email"
    URL = "url"
    PHONE = "phone"
    PICKLIST = "picklist"
    BOOLEAN = "boolean"
    DOUBLE = "double"
    INT = "int"
    DATETIME = "datetime"
    REFERENCE = "reference"


TEXT_TYPES = frozenset(
    {
        FieldType.STRING,
        FieldType.TEXTAREA,
        FieldType.EMAIL,
        FieldType.URL,
        FieldType.PHONE,
        FieldType.PICKLIST,
    }
)


class Access(StrEnum):
    """What the integration user's field-level security allows."""

    EDIT = "edit"
    READ = "read"
    """Visible; an insert that gives it a value is refused."""
    HIDDEN = "hidden"
    """Not in describe, unknown to queries."""


@dataclass(frozen=True, slots=True)
class PicklistValue:
    """One value of a picklist."""

    value: str
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field; the attributes are those of a describe."""

    name: str
    label: str
    type: FieldType
    length: int = 0
    """UTF-16 units; 0 for what is no text."""
    precision: int = 0
    scale: int = 0
    digits: int = 0
    nillable: bool = True
    default: Value = None
    defaulted: bool = False
    """The platform gives it a value where the client gives none."""
    set_by_platform: bool = False
    """An id, an auto number, an audit field: no client may give it a value."""
    auto_number: bool = False
    values: tuple[PicklistValue, ...] = ()
    restricted: bool = False
    reference_to: tuple[str, ...] = ()
    external_id: bool = False
    unique: bool = False
    indexed: bool = False
    """Found without looking at every row: a matter of speed alone."""
    access: Access = Access.EDIT

    @property
    def visible(self) -> bool:
        return self.access is not Access.HIDDEN

    @property
    def createable(self) -> bool:
        return self.access is Access.EDIT and not self.set_by_platform

    @property
    def defaulted_on_create(self) -> bool:
        return (
            self.set_by_platform
            or self.defaulted
            or self.default is not None
            or self.type is FieldType.BOOLEAN
        )

    @property
    def required(self) -> bool:
        return not self.nillable and not self.defaulted_on_create

    @property
    def filterable(self) -> bool:
        """A long text area can't stand in WHERE, ORDER BY or GROUP BY."""
        return self.type is not FieldType.TEXTAREA or self.length <= 255

    @property
    def groupable(self) -> bool:
        return self.filterable and self.type not in {FieldType.DOUBLE, FieldType.DATETIME}

    @property
    def custom(self) -> bool:
        return self.name.endswith("__c")

    @property
    def permissionable(self) -> bool:
        """Whether field-level security can close it: a required field is always open."""
        return self.custom and self.nillable


@dataclass(frozen=True, slots=True)
class RecordType:
    """One record type of an object; the attributes are those of a describe."""

    id: str
    developer_name: str
    label: str
    active: bool
    available: bool
    default: bool


@dataclass(frozen=True)
class SObject:
    """One object with its fields."""

    name: str
    label: str
    key_prefix: str
    fields: tuple[Field, ...]
    createable: bool = True
    record_types: tuple[RecordType, ...] = ()
    """Without the master record type."""

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """API name in lower case → field: names are not case-sensitive on the platform."""
        return {f.name.lower(): f for f in self.fields}

    @cached_property
    def references(self) -> tuple[Field, ...]:
        """Those a client may fill, where the org has what they lead to."""
        return tuple(
            f
            for f in self.fields
            if f.type is FieldType.REFERENCE
            and not f.set_by_platform
            and "RecordType" not in f.reference_to
        )

    @cached_property
    def defaults(self) -> Row:
        """What a new row holds where the client says nothing; a checkbox is never empty."""
        default = next((t.id for t in self.record_types if t.default), None)
        record_type: Row = {} if default is None else {"RecordTypeId": default}
        return record_type | {
            f.name: bool(f.default) if f.type is FieldType.BOOLEAN else f.default
            for f in self.fields
            if not f.set_by_platform and (f.type is FieldType.BOOLEAN or f.default is not None)
        }

    def get(self, name: str) -> Field | None:
        return self.by_name.get(name.lower())

    def visible(self, name: str) -> Field | None:
        """The field of that name that the integration user sees, or None."""
        field = self.get(name)
        return field if field and field.visible else None

    @property
    def custom(self) -> bool:
        return self.name.endswith("__c")
