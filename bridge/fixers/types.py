from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from bridge.fixers import numbers
from bridge.fixers.by_field import PerSchema
from bridge.fixers.interface import Example, Fixer, NoOptions
from bridge.model import (
    TEXT_TYPES,
    Change,
    Diagnosis,
    FieldSchema,
    ObjectSchema,
    Record,
    Risk,
    Value,
)


@dataclass(frozen=True, slots=True)
class _Converted:
    value: Value
    why: str
    risk: Risk = Risk.LOSSLESS


_Conversion: TypeAlias = Callable[[Value, FieldSchema], _Converted | None]
"""None where the value is right already, or where its meaning is anybody's guess."""


_BOOLEANS = {"0": False, "1": True, "false": False, "true": True}


def _to_boolean(value: Value, field: FieldSchema) -> _Converted | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        meant = _BOOLEANS.get(value.strip().lower())
    elif isinstance(value, int | float) and value in (0, 1):
        meant = bool(value)
    else:
        meant = None
    return None if meant is None else _Converted(meant, "the field holds true or false")


def _to_number(value: Value, field: FieldSchema) -> _Converted | None:
    if not isinstance(value, str):
        return None
    number = numbers.from_text(value, field.scale)
    return None if number is None else _Converted(number, "the field holds a number")


def _to_whole_number(value: Value, field: FieldSchema) -> _Converted | None:
    if isinstance(value, str):
        number = numbers.from_text(value, scale=0)
    elif isinstance(value, float):
        number = numbers.whole(value)
    else:
        number = None
    return None if number is None else _Converted(number, "the field holds a whole number")


def _to_text(value: Value, field: FieldSchema) -> _Converted | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    digits = numbers.as_text(value)
    return None if digits is None else _Converted(digits, "the field holds text")


_SALESFORCE_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,3})?(Z|[+-][0-9]{2}:?[0-9]{2})"
)
_ISO_MOMENT = re.compile(
    r"[0-9]{4}-?W?[0-9]{2}-?[0-9]{1,2}[T ][0-9]{2}[0-9:]*([.,](?P<fraction>[0-9]+))?.*"
)
_MILLISECOND_DIGITS = 3


def _to_moment(value: Value, field: FieldSchema) -> _Converted | None:
    if not isinstance(value, str) or _SALESFORCE_MOMENT.fullmatch(value):
        return None
    text = value.strip().upper()
    form = _ISO_MOMENT.fullmatch(text)
    if form is None:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
        utc = (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None
    spelt = utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    zone = "" if moment.tzinfo else "; it names no time zone and is read as UTC"
    if (form["fraction"] or "").rstrip("0")[_MILLISECOND_DIGITS:]:
        why = f"the field holds milliseconds, the message had finer{zone}"
        return _Converted(spelt, why, Risk.LOSSY)
    return _Converted(spelt, f"a date-time as Salesforce reads it{zone}")


def _to_date(value: Value, field: FieldSchema) -> _Converted | None:
    if not isinstance(value, str):
        return None
    try:
        spelt = dt.date.fromisoformat(value.strip()).isoformat()
    except ValueError:
        return None
    return None if spelt == value else _Converted(spelt, "a date as Salesforce reads it")


_CONVERSIONS: dict[str, _Conversion] = {
    "boolean": _to_boolean,
    "int": _to_whole_number,
    "long": _to_whole_number,
    "double": _to_number,
    "currency": _to_number,
    "percent": _to_number,
    "datetime": _to_moment,
    "date": _to_date,
    **dict.fromkeys(TEXT_TYPES - {"id"} | {"picklist", "multipicklist"}, _to_text),
}
"""By describe type; an id or a reference is never made of a number."""


class Types(Fixer[NoOptions]):
    """Give each value the type that the org's field has.

    Problem: GoTallo writes booleans as 0 and 1, and identifiers, numbers and times in whatever form
    they came. The Bulk API reads them all from text; the REST API refuses a record for one value of
    the wrong JSON type.

    Repair: by the org's describe. 0, 1, true and false become a boolean; digits become a number
    where the field holds one (never rounded), a number becomes its digits where the field holds
    text; ISO 8601 dates and date-times become those of Salesforce, where a time without a zone
    counts as UTC. What could mean several things, or would not fit exactly, stays as it is.
    Only fractions of a millisecond are dropped, as lossy: Salesforce keeps none.
    """

    name = "types"
    risk = Risk.LOSSY
    examples = (
        Example(
            says="GoTallo's 0 and 1 are booleans.",
            options=None,
            before={"Outbound__c": 0, "User_Active__c": "1"},
            after={"Outbound__c": False, "User_Active__c": True},
        ),
        Example(
            says="Digits are a number where the org wants one, and text where it wants text.",
            options=None,
            before={"User_Locale_GMT_Offset__c": "2", "Platform_Identifier__c": 262358007148636},
            after={"User_Locale_GMT_Offset__c": 2, "Platform_Identifier__c": "262358007148636"},
        ),
        Example(
            says="A time without a zone is UTC.",
            options=None,
            before={"Timestamp__c": "2019-10-01 09:16:28"},
            after={"Timestamp__c": "2019-10-01T09:16:28.000Z"},
        ),
        Example(
            says="What is right already stays as it is written.",
            options=None,
            before={"Timestamp__c": "2019-10-01T11:16:28+02:00", "Outbound__c": True},
            after={"Timestamp__c": "2019-10-01T11:16:28+02:00", "Outbound__c": True},
        ),
        Example(
            says="Nothing is guessed: these are left to a person.",
            options=None,
            before={"Outbound__c": "maybe", "Timestamp__c": "01-10-2019"},
            after={"Outbound__c": "maybe", "Timestamp__c": "01-10-2019"},
        ),
    )

    def __init__(self, options: NoOptions) -> None:
        super().__init__(options)
        self._conversions = PerSchema(_conversions)

    def fix(
        self, record: Record, schema: ObjectSchema, diagnosis: Diagnosis | None
    ) -> Iterator[Change]:
        for field, convert in self._conversions(schema):
            value = record.get(field.name)
            if value is None:
                continue
            converted = convert(value, field)
            if converted is not None:
                yield Change(
                    field=field.name,
                    before=value,
                    after=converted.value,
                    fixer=self.name,
                    why=converted.why,
                    risk=converted.risk,
                )


def _conversions(schema: ObjectSchema) -> tuple[tuple[FieldSchema, _Conversion], ...]:
    return tuple((f, _CONVERSIONS[f.type]) for f in schema.fields if f.type in _CONVERSIONS)
