"""How an org's fields differ from those that the practice org has unless told otherwise."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from typing import Annotated, ClassVar, TypeVar

import pydantic
from pydantic import ConfigDict

from bridge.practice.mistakes import Mistake
from bridge.practice.org.schema import (
    TEXT_TYPES,
    Access,
    Field,
    FieldType,
    PicklistValue,
    Value,
)

_LENGTHS: dict[FieldType, int] = {
    FieldType.STRING: 255,
    FieldType.TEXTAREA: 255,
    FieldType.EMAIL: 80,
    FieldType.URL: 255,
    FieldType.PHONE: 40,
    FieldType.PICKLIST: 255,
}
_DIGITS = 18
_LONGEST_STRING = 255
"""Of a custom field that is no formula. Source: Salesforce help, "Custom Field Types"."""

_MEANT_FOR: dict[str, frozenset[FieldType]] = {
    "length": TEXT_TYPES,
    "precision": frozenset({FieldType.DOUBLE}),
    "scale": frozenset({FieldType.DOUBLE}),
    "digits": frozenset({FieldType.INT}),
    "values": frozenset({FieldType.PICKLIST}),
    "inactive": frozenset({FieldType.PICKLIST}),
    "restricted": frozenset({FieldType.PICKLIST}),
    "reference_to": frozenset({FieldType.REFERENCE}),
}
_NAME = re.compile(r"[A-Za-z]\w*", re.ASCII)

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSetting:
    """A field as a scenario writes it; what is None stays as it is, or as the platform has it."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")
    type: FieldType | None = None
    label: str | None = None
    length: Annotated[int, pydantic.Field(ge=1)] | None = None
    """UTF-16 units of a text; a text area above 255 is a long one."""
    precision: Annotated[int, pydantic.Field(ge=0)] | None = None
    scale: Annotated[int, pydantic.Field(ge=0)] | None = None
    digits: Annotated[int, pydantic.Field(ge=0)] | None = None
    required: bool | None = None
    default: Value = None
    unique: bool | None = None
    external_id: bool | None = None
    values: tuple[str, ...] | None = None
    """The active values of a picklist."""
    inactive: tuple[str, ...] | None = None
    """Its values that are switched off."""
    restricted: bool | None = None
    reference_to: tuple[str, ...] | None = None
    access: Access | None = None

    @classmethod
    def of(cls, field: Field) -> FieldSetting:
        """The whole of what a scenario could say of a field."""
        return cls(
            type=field.type,
            label=field.label,
            length=field.length,
            precision=field.precision,
            scale=field.scale,
            digits=field.digits,
            required=field.required,
            default=field.default,
            unique=field.unique,
            external_id=field.external_id,
            values=tuple(v.value for v in field.values if v.active),
            inactive=tuple(v.value for v in field.values if not v.active),
            restricted=field.restricted,
            reference_to=field.reference_to,
            access=field.access,
        )

    def beyond(self, other: FieldSetting) -> FieldSetting:
        """What this says that the other does not say too."""
        kept = {f.name: getattr(self, f.name) for f in fields(self)}
        same = {f.name for f in fields(self) if kept[f.name] == getattr(other, f.name)}
        return replace(self, **dict.fromkeys(same))

    def fitting(self) -> FieldSetting:
        """The same without what means nothing for its type."""
        of_others = [name for name, types in _MEANT_FOR.items() if self.type not in types]
        return replace(self, **dict.fromkeys(of_others))

    def base(self, name: str, field: Field | None) -> Field:
        """What this changes: the field, or what the platform makes of its type.

        Raises:
            Mistake: it is new, and has no type.
        """
        if field is None:
            return self.new_field(name)
        if self.type in {None, field.type}:
            return field
        new = self.new_field(name)
        return replace(
            new,
            label=field.label,
            nillable=field.nillable,
            unique=field.unique,
            external_id=field.external_id,
            indexed=field.indexed,
            access=field.access,
        )

    def applied(self, name: str, field: Field | None) -> Field:
        """The field as this says, changed or new.

        Raises:
            Mistake: it says what no such field has.
        """
        field = self.base(name, field)
        for attribute, types in _MEANT_FOR.items():
            if getattr(self, attribute) is not None and field.type not in types:
                raise Mistake((attribute,), f"a field of the type {field.type} has none")
        made = replace(
            field,
            label=_or(self.label, field.label),
            length=_or(self.length, field.length),
            precision=_or(self.precision, field.precision),
            scale=_or(self.scale, field.scale),
            digits=_or(self.digits, field.digits),
            nillable=field.nillable if self.required is None else not self.required,
            default=_or(self.default, field.default),
            unique=_or(self.unique, field.unique),
            external_id=_or(self.external_id, field.external_id),
            values=(
                *_values(self.values, field, active=True),
                *_values(self.inactive, field, active=False),
            ),
            restricted=_or(self.restricted, field.restricted),
            reference_to=_or(self.reference_to, field.reference_to),
            access=_or(self.access, field.access),
        )
        self._check(made)
        return made

    def new_field(self, name: str) -> Field:
        """A field of its type as the platform makes one.

        Raises:
            Mistake: it has no type, or no name that a field may have.
        """
        if not _NAME.fullmatch(name):
            raise Mistake((), "a field's name has letters, digits and underscores alone")
        if self.type is None:
            raise Mistake((), "the practice org has no such field: a new one needs a type")
        return Field(
            name=name,
            label=name.removesuffix("__c").replace("_", " "),
            type=self.type,
            length=_LENGTHS.get(self.type, 0),
            precision=_DIGITS if self.type is FieldType.DOUBLE else 0,
            digits=9 if self.type is FieldType.INT else 0,
            nillable=self.type is not FieldType.BOOLEAN,
        )

    def _check(self, made: Field) -> None:
        own_string = made.type is FieldType.STRING and made.custom and made.createable
        if self.length and own_string and self.length > _LONGEST_STRING:
            what = f"a string has {_LONGEST_STRING} at most; a textarea may be longer"
            raise Mistake(("length",), what)
        if self.default is not None and not _can_default(made, self.default):
            raise Mistake(("default",), "the field can't hold it")


def _can_default(field: Field, default: Value) -> bool:
    match field.type:
        case FieldType.BOOLEAN:
            return isinstance(default, bool)
        case FieldType.INT | FieldType.DOUBLE:
            return isinstance(default, int | float) and not isinstance(default, bool)
        case FieldType.PICKLIST:
            return default in {value.value for value in field.values if value.active}
        case _:
            return isinstance(default, str)


def _values(
    given: tuple[str, ...] | None, field: Field, *, active: bool
) -> tuple[PicklistValue, ...]:
    if given is None:
        return tuple(value for value in field.values if value.active is active)
    return tuple(PicklistValue(value, active) for value in given)


def _or(given: _T | None, otherwise: _T) -> _T:
    return otherwise if given is None else given
