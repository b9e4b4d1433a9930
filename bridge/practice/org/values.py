"""Values at the org's two doors: JSON over REST, and the text of a Bulk API file.

The same wrong value ends differently: over REST a value of the wrong JSON type spoils its whole
request (`JSON_PARSER_ERROR`), in a Bulk file it spoils its own row.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from bridge.practice.org.errors import RequestRefused, SaveError, ValueRefused
from bridge.practice.org.schema import Field, FieldType, Row, SObject, Value

Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None"

BULK_NULL = "#N/A"
"""How a Bulk file says null."""

_TRIMMED = "".join(map(chr, range(0x21)))
"""What the platform strips from both ends of a text; a no-break space stays."""

_DATETIME = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:?\d\d)|\d{4}-\d\d-\d\d", re.ASCII
)
_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*", re.ASCII | re.IGNORECASE)
_FIRST_YEAR, _LAST_YEAR = 1700, 4000
_LINE_BREAK = re.compile(r"\r\n|\r|\n")


class _WrongTypeError(Exception):
    """A value that does not fit its field."""


def datetime_text(moment: dt.datetime) -> str:
    """A moment as the REST API writes it: `2015-06-25T21:54:38.000+0000`."""
    utc = moment.astimezone(dt.UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}+0000"


def parse_datetime(text: str) -> dt.datetime | None:
    """The moment, UTC, that an ISO 8601 date-time with an offset, or a date, names.

    None for anything else, and beyond the years that the platform keeps ("SOAP API Developer
    Guide", Primitive Data Types).
    """
    if not _DATETIME.fullmatch(text):
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
        utc = moment.astimezone(dt.UTC) if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    except (ValueError, OverflowError):
        return None
    return utc if _FIRST_YEAR <= utc.year <= _LAST_YEAR else None


def _text(value: Json) -> Value:
    if not isinstance(value, str):
        raise _WrongTypeError
    return value.strip(_TRIMMED) or None


def _text_area(value: Json) -> Value:
    text = _text(value)
    # NOTE: a line break is stored as CRLF and counts two (Salesforce help article 000240417).
    return _LINE_BREAK.sub("\r\n", text) if isinstance(text, str) else None


def _boolean(value: Json) -> Value:
    if not isinstance(value, bool):
        raise _WrongTypeError
    return value


def _number(value: Json) -> Value:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise _WrongTypeError
    if value == "":
        return None
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        raise _WrongTypeError
    try:
        number = float(value)
    except OverflowError:
        raise _WrongTypeError from None
    if not math.isfinite(number):
        raise _WrongTypeError
    return number


def _whole_number(value: Json) -> Value:
    number = _number(value)
    if number is None:
        return None
    if not isinstance(number, float) or not number.is_integer():
        raise _WrongTypeError
    return int(number)


def _moment(value: Json) -> Value:
    if not isinstance(value, str):
        raise _WrongTypeError
    if value == "":
        return None
    moment = parse_datetime(value)
    if moment is None:
        raise _WrongTypeError
    return datetime_text(moment)


_FROM_JSON: dict[FieldType, Callable[[Json], Value]] = {
    FieldType.ID: _text,
    FieldType.STRING: _text,
    FieldType.TEXTAREA: _text_area,
    FieldType.EMAIL: _text,
    FieldType.URL: _text,
    FieldType.PHONE: _text,
    FieldType.PICKLIST: _text,
    FieldType.BOOLEAN: _boolean,
    FieldType.DOUBLE: _number,
    FieldType.INT: _whole_number,
    FieldType.DATETIME: _moment,
    FieldType.REFERENCE: _text,
}

_BULK_BOOLEANS: dict[str, bool] = {
    "0": False,
    "1": True,
    "false": False,
    "true": True,
    "no": False,
    "yes": True,
}


class RestReader:
    """Turns the JSON records of one object into rows."""

    def __init__(self, sobject: SObject) -> None:
        self._sobject = sobject
        self._plan: dict[str, tuple[Field, Callable[[Json], Value]] | None] = {
            f.name: (f, _FROM_JSON[f.type]) for f in sobject.fields if f.visible
        }

    def row(self, record: Mapping[str, Json]) -> Row:
        """The row that a record of a request means, nulls left out.

        Raises:
            RequestRefused: a field is unknown to this user, or a value has the wrong JSON type.
        """
        return {name: value for name, value in self.changes(record).items() if value is not None}

    def changes(self, record: Mapping[str, Json]) -> Row:
        """The same with its nulls, which take a value away.

        Raises:
            RequestRefused: as for `row`.
        """
        row: Row = {}
        for name, value in record.items():
            if name == "attributes":
                continue
            field, convert = self._plan.get(name) or self._by_any_case(name)
            try:
                row[field.name] = None if value is None else convert(value)
            except _WrongTypeError:
                raise _unreadable(field, value) from None
        return row

    def _by_any_case(self, name: str) -> tuple[Field, Callable[[Json], Value]]:
        field = self._sobject.visible(name)
        if field is None:
            raise RequestRefused(
                400,
                "INVALID_FIELD",
                f"No such column '{name}' on sobject of type {self._sobject.name}",
            )
        return field, _FROM_JSON[field.type]


def bulk_row(sobject: SObject, record: Mapping[str, Json]) -> Row:
    """The row that a line of a Bulk file means, its cells written as GoTallo writes them.

    Raises:
        ValueRefused: a cell does not fit its field.
    """
    row: Row = {}
    for name, value in record.items():
        field = sobject.get(name)
        if field is None or value is None or value == BULK_NULL:
            continue
        cell = value if isinstance(value, str) else _cell(value)
        converted: Value
        try:
            if field.type is FieldType.BOOLEAN:
                converted = _BULK_BOOLEANS[cell.lower()]
            else:
                converted = _FROM_JSON[field.type](cell)
        except (_WrongTypeError, KeyError):
            raise ValueRefused(
                SaveError(
                    "INVALID_TYPE_ON_FIELD_IN_RECORD",
                    f"{field.label}: value not of required type: {cell}",
                    (field.name,),
                )
            ) from None
        if converted is not None:
            row[field.name] = converted
    return row


def _cell(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False) if not isinstance(value, bool) else str(int(value))


_JSON_NAMES: dict[FieldType, str] = {
    FieldType.BOOLEAN: "boolean",
    FieldType.DOUBLE: "double",
    FieldType.INT: "int",
    FieldType.DATETIME: "datetime",
    FieldType.REFERENCE: "reference",
}


def _unreadable(field: Field, value: Json) -> RequestRefused:
    match value:
        case bool():
            found = f"VALUE_{str(value).upper()} value {str(value).lower()}"
        case int():
            found = f"VALUE_NUMBER_INT value {value}"
        case float():
            found = f"VALUE_NUMBER_FLOAT value {value}"
        case str():
            found = f"VALUE_STRING value {value}"
        case Mapping():
            found = "START_OBJECT value {"
        case _:
            found = "START_ARRAY value ["
    wanted = _JSON_NAMES.get(field.type, "string")
    # NOTE: the platform names the place in the body ("at [line:1, column:60]"); a stream of
    # tokens would be needed to know it, and no client reads it.
    return RequestRefused(
        400,
        "JSON_PARSER_ERROR",
        f"Cannot deserialize instance of {wanted} from {found} or request may be missing "
        "a required field at [line:1, column:1]",
    )
