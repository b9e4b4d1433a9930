from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, TypeAlias

from pydantic import BaseModel, Field

from bridge.fixers import epoch, iso8601, numbers
from bridge.fixers.by_field import per_schema
from bridge.fixers.interface import Example, Fixer
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

_BOOLEAN_CHANGES = 1_024
"""How many are kept: an object has a few fields, each of which is 0 or 1."""


class Decimals(StrEnum):
    """What becomes of a number with more digits behind the point than its field has."""

    HOLD = "hold"
    """It stays: a person looks at it."""
    ROUND = "round"


class TypesOptions(BaseModel, extra="forbid", frozen=True, strict=True):
    """What may be done where a value does not fit exactly."""

    decimals: Annotated[Decimals, Field(strict=False)] = Decimals.HOLD


_Conversion: TypeAlias = Callable[[Value, FieldSchema], Change | None]
"""None where the value is right already, or where its meaning is anybody's guess."""


def _changed(
    field: FieldSchema, before: Value, after: Value, why: str, risk: Risk = Risk.LOSSLESS
) -> Change:
    return Change(field.name, before, after, Types.name, why, risk)


_BOOLEANS: Mapping[str | float, bool] = {
    **dict.fromkeys((0, "0", "false", "no", "n", "off"), False),
    **dict.fromkeys((1, "1", "true", "yes", "y", "on"), True),
}
"""Source: Data Loader Guide, "Data Types Supported by Data Loader", for these words."""


def _to_boolean(value: Value, field: FieldSchema) -> Change | None:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    return _boolean_change(field.name, value)


@lru_cache(_BOOLEAN_CHANGES, typed=True)
def _boolean_change(field: str, value: str | float) -> Change | None:
    """The change, which is the same in each record."""
    meant = _BOOLEANS.get(value.strip().lower() if isinstance(value, str) else value)
    if meant is None:
        return None
    return Change(field, value, meant, Types.name, "the field holds true or false", Risk.LOSSLESS)


def _to_number(value: Value, field: FieldSchema) -> Change | None:
    exact = _spelt(value)
    number = None if exact is None else numbers.for_json(exact)
    return None if number is None else _changed(field, value, number, "the field holds a number")


def _to_rounded_number(value: Value, field: FieldSchema) -> Change | None:
    return _rounded(value, field, field.scale) or _to_number(value, field)


def _to_whole_number(value: Value, field: FieldSchema) -> Change | None:
    if isinstance(value, float):
        number: float | None = numbers.whole(value)
    else:
        exact = _spelt(value)
        number = None if exact is None or numbers.decimals(exact) else int(exact)
    return (
        None if number is None else _changed(field, value, number, "the field holds a whole number")
    )


def _to_rounded_whole_number(value: Value, field: FieldSchema) -> Change | None:
    return _rounded(value, field, scale=0) or _to_whole_number(value, field)


def _spelt(value: Value) -> Decimal | None:
    return numbers.spelt(value) if isinstance(value, str) else None


def _rounded(value: Value, field: FieldSchema, scale: int) -> Change | None:
    """The value with the digits that its field has; None where it has no more than that."""
    exact = numbers.exact(value) if isinstance(value, float) else _spelt(value)
    if exact is None or (had := numbers.decimals(exact)) <= scale:
        return None
    number = numbers.for_json(numbers.rounded(exact, scale))
    why = f"rounded: the number has {had} digits behind the point, the field {scale}"
    return None if number is None else _changed(field, value, number, why, Risk.LOSSY)


def _to_text(value: Value, field: FieldSchema) -> Change | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    digits = numbers.as_text(value)
    return None if digits is None else _changed(field, value, digits, "the field holds text")


_SALESFORCE_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}(\.[0-9]{1,3})?"
    r"(Z|[+-][0-9]{2}:?[0-9]{2})"
)
_SALESFORCE_TIME = re.compile(r"[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,3})?Z")
_NO_ZONE = "; it names no time zone and is read as UTC"
_FINER = "the field holds milliseconds, the message had finer"


def _to_moment(value: Value, field: FieldSchema) -> Change | None:
    if isinstance(value, str) and _SALESFORCE_MOMENT.fullmatch(value):
        return None
    if isinstance(value, str) and (moment := iso8601.moment(value)) is not None:
        why = "a date-time as Salesforce reads it"
        made = _timed(field, value, _written(moment.utc), moment.finer, why)
        return _in_a_zone(moment, made)
    counted = epoch.moment(value)
    if counted is None:
        return None
    why = f"the number is read as {counted.unit} since 1970"
    return _timed(field, value, _written(counted.utc), counted.finer, why)


def _in_a_zone(moment: iso8601.Moment, made: Change) -> Change:
    """The change, which is our guess where the message names no zone."""
    if moment.zoned:
        return made
    return made._replace(why=f"{made.why}{_NO_ZONE}", risk=Risk.INVENTED)


def _written(utc: dt.datetime) -> str:
    return utc.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def _timed(field: FieldSchema, before: Value, spelt: str, finer: bool, why: str) -> Change:
    if finer:
        return _changed(field, before, spelt, f"{why}; {_FINER}", Risk.LOSSY)
    return _changed(field, before, spelt, why)


def _to_date(value: Value, field: FieldSchema) -> Change | None:
    day = iso8601.day(value) if isinstance(value, str) else None
    if day is None or day.isoformat() == value:
        return None
    return _changed(field, value, day.isoformat(), "a date as Salesforce reads it")


def _to_time(value: Value, field: FieldSchema) -> Change | None:
    if not isinstance(value, str) or _SALESFORCE_TIME.fullmatch(value):
        return None
    read = iso8601.time_of_day(value)
    if read is None:
        return None
    spelt = f"{read.time.isoformat(timespec='milliseconds')}Z"
    zone = "" if read.zoned else _NO_ZONE
    return _timed(field, value, spelt, read.finer, f"a time as Salesforce reads it{zone}")


_EXACT: Mapping[str, _Conversion] = {
    "boolean": _to_boolean,
    "int": _to_whole_number,
    "long": _to_whole_number,
    "double": _to_number,
    "currency": _to_number,
    "percent": _to_number,
    "datetime": _to_moment,
    "date": _to_date,
    "time": _to_time,
    **dict.fromkeys(TEXT_TYPES - {"id"} | {"picklist", "multipicklist"}, _to_text),
}
"""By describe type; an id or a reference is never made of a number."""
_ROUNDING: Mapping[str, _Conversion] = {
    **_EXACT,
    **dict.fromkeys(("int", "long"), _to_rounded_whole_number),
    **dict.fromkeys(("double", "currency", "percent"), _to_rounded_number),
}
_RIGHT_ALREADY: Mapping[str, type] = {
    "boolean": bool,
    **dict.fromkeys(("int", "long", "double", "currency", "percent"), int),
    **{name: str for name, conversion in _EXACT.items() if conversion is _to_text},
}
"""The JSON types that need no second look."""


@dataclass(frozen=True, slots=True)
class _Targets:
    """By API name."""

    conversions: Mapping[str, tuple[_Conversion, FieldSchema]]
    right: Mapping[str, type | None]


class Types(Fixer[TypesOptions]):
    """Give each value the type that the org's field has.

    Problem: GoTallo writes booleans as 0 and 1, and identifiers, numbers and times in whatever form
    they came. The Bulk API reads them all from text; the REST API refuses a record for one value of
    the wrong JSON type.

    Repair: by the org's describe. 0, 1, true, false, yes, no, y, n, on and off become a boolean;
    digits become a number where the field holds one, a number becomes its digits where the field
    holds text. Dates, times and date-times in any form of ISO 8601 become those of Salesforce; a
    date-time without a zone counts as UTC, as invented. A bare number in a date-time field counts
    seconds or milliseconds since 1970 where that falls into the years 2001 to 2100. Fractions of a
    millisecond are dropped, as lossy: Salesforce keeps none. A number with more digits behind the
    point than its field has stays as it is; `{decimals: round}` rounds it, as lossy. What could
    mean several things stays as it is.
    """

    name = "types"
    risk = Risk.INVENTED
    Options = TypesOptions
    examples = (
        Example(
            says="GoTallo's 0 and 1 are booleans.",
            options=None,
            before={"Outbound__c": 0, "User_Active__c": "1"},
            after={"Outbound__c": False, "User_Active__c": True},
        ),
        Example(
            says="So are the words that Salesforce's own tools take for them.",
            options=None,
            before={"Outbound__c": "No", "User_Active__c": "on"},
            after={"Outbound__c": False, "User_Active__c": True},
        ),
        Example(
            says="Digits are a number where the org wants one, and text where it wants text.",
            options=None,
            before={"User_Locale_GMT_Offset__c": "2", "Platform_Identifier__c": 262358007148636},
            after={"User_Locale_GMT_Offset__c": 2, "Platform_Identifier__c": "262358007148636"},
        ),
        Example(
            says="A date-time without a zone counts as UTC, which the message did not say.",
            options=None,
            before={"Timestamp__c": "2019-10-01 09:16:28"},
            after={"Timestamp__c": "2019-10-01T09:16:28.000Z"},
        ),
        Example(
            says="A bare number counts milliseconds since 1970, or seconds where it is short.",
            options=None,
            before={"Timestamp__c": 1569921388250},
            after={"Timestamp__c": "2019-10-01T09:16:28.250Z"},
        ),
        Example(
            says="Every form of ISO 8601 is read.",
            options=None,
            before={"Timestamp__c": "2019-W40-2T11:16:28,5+02"},
            after={"Timestamp__c": "2019-10-01T09:16:28.500Z"},
        ),
        Example(
            says="A number is rounded only where the mapping says so.",
            options={"decimals": "round"},
            before={"User_Locale_GMT_Offset__c": "5.755"},
            after={"User_Locale_GMT_Offset__c": 5.76},
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

    def __init__(self, options: TypesOptions) -> None:
        super().__init__(options)
        self._targets = per_schema(self._work_out_targets)

    def fix(
        self, record: Record, schema: ObjectSchema, diagnosis: Diagnosis | None
    ) -> Iterable[Change]:
        targets = self._targets(schema)
        right = targets.right.get
        in_doubt = [
            (name, value)
            for name, value in record.items()
            if value is not None and type(value) is not right(name)
        ]
        changes = []
        for name, value in in_doubt:
            found = targets.conversions.get(name)
            if found is None:
                continue
            convert, field = found
            change = convert(value, field)
            if change is not None:
                changes.append(change)
        return changes

    def _work_out_targets(self, schema: ObjectSchema) -> _Targets:
        table = _ROUNDING if self.options.decimals is Decimals.ROUND else _EXACT
        known = [field for field in schema.fields if field.type in table]
        return _Targets(
            {field.name: (table[field.type], field) for field in known},
            {field.name: _RIGHT_ALREADY.get(field.type) for field in known},
        )
