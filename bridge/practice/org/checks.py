"""The data checks of a save; pure.

Field-level security; required fields; and in this order text length, restricted picklists, number
range, the forms of e-mail addresses and ids. Source of the texts: the platform's own, as users
quote them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import IntEnum
from typing import TypeAlias

from bridge.practice.org.errors import SaveError
from bridge.practice.org.ids import is_id
from bridge.practice.org.schema import TEXT_TYPES, Access, Field, FieldType, Row, SObject, Value

_EMAIL = re.compile(r"(?!\.)[^@\s,;<>()\[\]\\\"]+@[^@\s,;<>()\[\]\\\"]+\.[^\W\d_]{2,}")


class _Step(IntEnum):
    LENGTH = 1
    PICKLIST = 2
    RANGE = 3
    FORM = 4


_Finding: TypeAlias = tuple[_Step, SaveError]
_Check: TypeAlias = Callable[[Value], _Finding | None]


def utf16_units(text: str) -> int:
    """The length of a text as the platform counts it: a character beyond U+FFFF counts two."""
    return len(text) if text.isascii() else len(text) + sum(c > "\uffff" for c in text)


class RowChecks:
    """The checks of one object, prepared once."""

    def __init__(self, sobject: SObject) -> None:
        self._closed = frozenset(
            f.name for f in sobject.fields if f.set_by_platform or f.access is not Access.EDIT
        )
        self._required = tuple(f.name for f in sobject.fields if f.required)
        self._by_field: dict[str, _Check] = {
            f.name: check for f in sobject.fields if (check := _check_of(f)) is not None
        }

    def no_access(self, given: Row) -> SaveError | None:
        """Why the user may not give a row these values, or None."""
        if self._closed.isdisjoint(given):
            return None
        return _no_access([name for name in given if name in self._closed])

    def missing(self, row: Row) -> SaveError | None:
        """Why the row lacks a value, or None."""
        missing = [name for name in self._required if name not in row]
        if missing:
            return SaveError(
                "REQUIRED_FIELD_MISSING",
                f"Required fields are missing: [{', '.join(missing)}]",
                tuple(missing),
            )
        return None

    def unfit(self, row: Row) -> SaveError | None:
        """Why a value does not fit its field, or None."""
        findings = [
            finding
            for name, value in row.items()
            if (check := self._by_field.get(name)) is not None
            and (finding := check(value)) is not None
        ]
        return min(findings, key=lambda f: f[0])[1] if findings else None


def _no_access(names: list[str]) -> SaveError:
    if "Id" in names:
        return SaveError(
            "INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id in an insert call", ("Id",)
        )
    return SaveError(
        "INVALID_FIELD_FOR_INSERT_UPDATE",
        f"Unable to create/update fields: {', '.join(names)}. Please check the security settings "
        "of this field and verify that it is read/write for your profile or permission set.",
        tuple(names),
    )


def _check_of(field: Field) -> _Check | None:
    if field.type is FieldType.EMAIL:
        return _in_turn(_length_check(field), _email_check(field))
    if field.type is FieldType.PICKLIST:
        return _picklist_check(field) if field.restricted else _length_check(field)
    if field.type in TEXT_TYPES:
        return _length_check(field)
    if field.type is FieldType.REFERENCE:
        return _reference_check(field)
    if field.type is FieldType.DOUBLE and field.precision:
        return _range_check(field, 10.0 ** (field.precision - field.scale))
    if field.type is FieldType.INT and field.digits:
        return _range_check(field, 10.0**field.digits)
    return None


def _in_turn(first: _Check, second: _Check) -> _Check:
    return lambda value: first(value) or second(value)


def _length_check(field: Field) -> _Check:
    limit = field.length

    def check(value: Value) -> _Finding | None:
        text = str(value)
        if len(text) <= limit and utf16_units(text) <= limit:
            return None
        return _Step.LENGTH, SaveError(
            "STRING_TOO_LONG",
            f"{field.label}: data value too large: {text} (max length={limit})",
            (field.name,),
        )

    return check


def _picklist_check(field: Field) -> _Check:
    active = frozenset(v.value for v in field.values if v.active)

    def check(value: Value) -> _Finding | None:
        if value in active:
            return None
        return _Step.PICKLIST, SaveError(
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            f"{field.label}: bad value for restricted picklist field: {value}",
            (field.name,),
        )

    return check


def _range_check(field: Field, bound: float) -> _Check:
    def check(value: Value) -> _Finding | None:
        if not isinstance(value, int | float) or abs(value) < bound:
            return None
        return _Step.RANGE, SaveError(
            "NUMBER_OUTSIDE_VALID_RANGE",
            f"{field.label}: value outside of valid range on numeric field: {value:g}",
            (field.name,),
        )

    return check


def _reference_check(field: Field) -> _Check:
    def check(value: Value) -> _Finding | None:
        if is_id(str(value)):
            return None
        return _Step.FORM, SaveError(
            "MALFORMED_ID",
            f"{field.label}: id value of incorrect type: {value}",
            (field.name,),
        )

    return check


def _email_check(field: Field) -> _Check:
    def check(value: Value) -> _Finding | None:
        if _EMAIL.fullmatch(str(value)):
            return None
        return _Step.FORM, SaveError(
            "INVALID_EMAIL_ADDRESS",
            f"{field.label}: invalid email address: {value}",
            (field.name,),
        )

    return check
