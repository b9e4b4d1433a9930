"""How an org's fields differ from those that the practice org has unless told otherwise."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import ClassVar, TypeVar

from pydantic import ConfigDict

from bridge.practice.org.schema import Access, Field, FieldType, PicklistValue, Value

_LENGTHS: dict[FieldType, int] = {
    FieldType.STRING: 255,
    FieldType.TEXTAREA: 255,
    FieldType.EMAIL: 80,
    FieldType.URL: 255,
    FieldType.PHONE: 40,
    FieldType.PICKLIST: 255,
}
_DIGITS = 18

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSetting:
    """A field as a scenario writes it; what is None stays as it is, or as the platform has it."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")
    type: FieldType | None = None
    label: str | None = None
    length: int | None = None
    """UTF-16 units of a text; a text area above 255 is a long one."""
    precision: int | None = None
    scale: int | None = None
    digits: int | None = None
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

    def applied(self, name: str, field: Field | None) -> Field:
        """The field as this says, changed or new.

        Raises:
            ValueError: it is new and has no type.
        """
        field = field or self.new_field(name)
        return replace(
            field,
            type=_or(self.type, field.type),
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

    def new_field(self, name: str) -> Field:
        """A field of its type as the platform makes one.

        Raises:
            ValueError: it has no type.
        """
        if self.type is None:
            raise ValueError(f"the field {name} is new, so it needs a type")
        return Field(
            name=name,
            label=name.removesuffix("__c").replace("_", " "),
            type=self.type,
            length=_LENGTHS.get(self.type, 0),
            precision=_DIGITS if self.type is FieldType.DOUBLE else 0,
            digits=9 if self.type is FieldType.INT else 0,
            nillable=self.type is not FieldType.BOOLEAN,
        )


def _values(
    given: tuple[str, ...] | None, field: Field, *, active: bool
) -> tuple[PicklistValue, ...]:
    if given is None:
        return tuple(value for value in field.values if value.active is active)
    return tuple(PicklistValue(value, active) for value in given)


def _or(given: _T | None, otherwise: _T) -> _T:
    return otherwise if given is None else given
