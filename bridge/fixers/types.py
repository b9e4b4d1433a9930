from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, TypeAlias

from pydantic import BaseModel, Field

from bridge.fixers import epoch, iso8601, numbers
from bridge.fixers.by_field import PerSchema
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


class Decimals(StrEnum):
    """What becomes of a number with more digits behind the point than its field has."""

    HOLD = "hold"
    """It stays: a person looks at it."""
    ROUND = "round"


class TypesOptions(BaseModel, extra="forbid", frozen=True, strict=True):
    """What may be done where a value does not fit exactly."""

    decimals: Annotated[Decimals, Field(strict=False)] = Decimals.HOLD


@dataclass(frozen=True, slots=True)
class _Converted:
    value: Value
    why: str
    risk: Risk = Risk.LOSSLESS


_Conversion: TypeAlias = Callable[[Value, FieldSchema], _Converted | None]
"""None where the value is right already, or where its meaning is anybody's guess."""


_BOOLEANS = {
    **dict.fromkeys(("0", "false", "no", "n", "off"), False),
    **dict.fromkeys(("1", "true", "yes", "y", "on"), True),
}
"""Source: Data Loader Guide, "Data Types Supported by Data Loader", for these words."""


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
    exact = _spelt(value)
    number = None if exact is None else numbers.for_json(exact)
    return None if number is None else _Converted(number, "the field holds a number")


def _to_rounded_number(value: Value, field: FieldSchema) -> _Converted | None:
    return _rounded(value, field.scale) or _to_number(value, field)


def _to_whole_number(value: Value, field: FieldSchema) -> _Converted | None:
    if isinstance(value, float):
        number: float | None = numbers.whole(value)
    else:
        exact = _spelt(value)
        number = None if exact is None or numbers.decimals(exact) else int(exact)
    return None if number is None else _Converted(number, "the field holds a whole number")


def _to_rounded_whole_number(value: Value, field: FieldSchema) -> _Converted | None:
    return _rounded(value, scale=0) or _to_whole_number(value, field)


def _spelt(value: Value) -> Decimal | None:
    return numbers.spelt(value) if isinstance(value, str) else None


def _rounded(value: Value, scale: int) -> _Converted | None:
    """The value with the digits that its field has; None where it has no more than that."""
    exact = numbers.exact(value) if isinstance(value, float) else _spelt(value)
    if exact is None or (had := numbers.decimals(exact)) <= scale:
        return None
    number = numbers.for_json(numbers.rounded(exact, scale))
    why = f"rounded: the number has {had} digits behind the point, the field {scale}"
    return None if number is None else _Converted(number, why, Risk.LOSSY)


def _to_text(value: Value, field: FieldSchema) -> _Converted | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    digits = numbers.as_text(value)
    return None if digits is None else _Converted(digits, "the field holds text")


_SALESFORCE_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}(\.[0-9]{1,3})?"
    r"(Z|[+-][0-9]{2}:?[0-9]{2})"
)
_SALESFORCE_TIME = re.compile(r"[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,3})?Z")
_NO_ZONE = "; it names no time zone and is read as UTC"
_FINER = "the field holds milliseconds, the message had finer"


def _to_moment(value: Value, field: FieldSchema) -> _Converted | None:
    if isinstance(value, str) and _SALESFORCE_MOMENT.fullmatch(value):
        return None
    if isinstance(value, str) and (moment := iso8601.moment(value)) is not None:
        zone = "" if moment.zoned else _NO_ZONE
        return _timed(
            _written(moment.utc), moment.finer, f"a date-time as Salesforce reads it{zone}"
        )
    counted = epoch.moment(value)
    if counted is None:
        return None
    why = f"the number is read as {counted.unit} since 1970"
    return _timed(_written(counted.utc), counted.finer, why)


def _written(utc: dt.datetime) -> str:
    return utc.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def _timed(spelt: str, finer: bool, why: str) -> _Converted:
    return _Converted(spelt, f"{why}; {_FINER}", Risk.LOSSY) if finer else _Converted(spelt, why)


def _to_date(value: Value, field: FieldSchema) -> _Converted | None:
    day = iso8601.day(value) if isinstance(value, str) else None
    if day is None or day.isoformat() == value:
        return None
    return _Converted(day.isoformat(), "a date as Salesforce reads it")


def _to_time(value: Value, field: FieldSchema) -> _Converted | None:
    if not isinstance(value, str) or _SALESFORCE_TIME.fullmatch(value):
        return None
    read = iso8601.time_of_day(value)
    if read is None:
        return None
    zone = "" if read.zoned else _NO_ZONE
    spelt = f"{read.time.isoformat(timespec='milliseconds')}Z"
    return _timed(spelt, read.finer, f"a time as Salesforce reads it{zone}")


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
class _Target:
    field: FieldSchema
    convert: _Conversion
    right: type | None


class Types(Fixer[TypesOptions]):
    """Give each value the type that the org's field has.

    Problem: GoTallo writes booleans as 0 and 1, and identifiers, numbers and times in whatever form
    they came. The Bulk API reads them all from text; the REST API refuses a record for one value of
    the wrong JSON type.

    Repair: by the org's describe. 0, 1, true, false, yes, no, y, n, on and off become a boolean;
    digits become a number where the field holds one, a number becomes its digits where the field
    holds text. Dates, times and date-times in any form of ISO 8601 become those of Salesforce; a
    time without a zone counts as UTC. A bare number in a date-time field counts seconds or
    milliseconds since 1970 where that falls into the years 2001 to 2100. Fractions of a millisecond
    are dropped, as lossy: Salesforce keeps none. A number with more digits behind the point than
    its field has stays as it is; `{decimals: round}` rounds it, as lossy. What could mean several
    things stays as it is.
    """

    name = "types"
    risk = Risk.LOSSY
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
            says="A time without a zone is UTC.",
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
        self._targets = PerSchema(self._work_out_targets)

    def fix(
        self, record: Record, schema: ObjectSchema, diagnosis: Diagnosis | None
    ) -> Iterator[Change]:
        targets = self._targets(schema)
        for name, value in record.items():
            target = targets.get(name)
            if target is None or value is None or type(value) is target.right:
                continue
            converted = target.convert(value, target.field)
            if converted is not None:
                yield Change(
                    field=name,
                    before=value,
                    after=converted.value,
                    fixer=self.name,
                    why=converted.why,
                    risk=converted.risk,
                )

    def _work_out_targets(self, schema: ObjectSchema) -> Mapping[str, _Target]:
        table = _ROUNDING if self.options.decimals is Decimals.ROUND else _EXACT
        return {
            field.name: _Target(field, table[field.type], _RIGHT_ALREADY.get(field.type))
            for field in schema.fields
            if field.type in table
        }
