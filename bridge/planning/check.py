"""Would the org refuse this record? What its describe tells, beforehand.

Each problem has the status code that Salesforce would answer with, so that a held item reads as
its refusal would. What describe does not tell (validation rules, triggers, duplicate rules) only
the org can answer.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter

from bridge.fixers.by_field import PerSchema
from bridge.fixers.text import WHITE_SPACE, byte_limit, fits, units
from bridge.model import FieldSchema, ObjectSchema, Record, Value
from bridge.planning.plainly_right import Glance, glance

_SURROGATE = re.compile("[\ud800-\udfff]")
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@.]+")
_ID = re.compile(r"[A-Za-z0-9]{15}([A-Za-z0-9]{3})?")
_NUMBERS = frozenset({"int", "long", "double", "currency", "percent"})
_MOST_VALUES = 12
"""Of a picklist, in a sentence."""
_PICKLISTS = frozenset({"picklist", "multipicklist"})


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a record that the org would refuse."""

    code: str
    field: str
    """API name."""
    what: str
    advice: str


def check(record: Record, schema: ObjectSchema) -> tuple[Problem, ...]:
    """All that the org's describe says against inserting this record, in the describe's order.

    Args:
        record: under API names, null fields left out.
        schema: the object as this user sees it.
    """
    return (*_unknown(record, schema), *_fields(record, schema))


def as_stored(value: Value, field: FieldSchema) -> Value:
    """The value as Salesforce keeps it: text is trimmed, and text that is empty then is null.

    Source: Apex Developer Guide, sObject fields: "String field values never include leading and
    trailing whitespace". Line breaks come back as they were sent or as CRLF: both count as LF here.
    """
    if isinstance(value, str) and (field.is_text or field.type in _PICKLISTS):
        text = value.replace("\r\n", "\n").replace("\r", "\n").strip(WHITE_SPACE)
        return text or None
    return value


@dataclass(frozen=True, slots=True)
class _Looked:
    """How a field is looked at."""

    position: int
    """In the describe."""
    field: FieldSchema
    short: str
    is_plainly_right: Glance


_POSITION = attrgetter("position")


@dataclass(frozen=True, slots=True)
class _Fields:
    by_name: Mapping[str, _Looked]
    required: tuple[_Looked, ...]


def _work_out_fields(schema: ObjectSchema) -> _Fields:
    looked = [
        _Looked(position, field, schema.short(field.name), glance(field))
        for position, field in enumerate(schema.fields)
    ]
    return _Fields(
        {each.field.name: each for each in looked},
        tuple(each for each in looked if each.field.required),
    )


_fields_of = PerSchema(_work_out_fields)


def _unknown(record: Record, schema: ObjectSchema) -> Iterator[Problem]:
    known = _fields_of(schema).by_name
    for name in record:
        if name not in known and schema.get(name) is None:
            yield Problem(
                "INVALID_FIELD",
                name,
                f"{schema.name} has no field {name}, or this user has no access to it",
                f"Grant the integration user edit access to {name} (a permission set, field-level "
                "security), or create the field, then resync.",
            )


def _fields(record: Record, schema: ObjectSchema) -> Iterator[Problem]:
    for looked in _in_doubt(record, _fields_of(schema)):
        field = looked.field
        value = record.get(field.name)
        if value is None or (isinstance(value, str) and not value.strip(WHITE_SPACE)):
            if field.required:
                yield Problem(
                    "REQUIRED_FIELD_MISSING",
                    field.name,
                    f"{field.name} is required and the message has no value for it",
                    "Fill it in the mapping (under fixers: - defaults: "
                    f"{{{looked.short}: …}}), or make the field optional in Setup, then resync.",
                )
            continue
        problem = _problem(value, field, looked.short)
        if problem is not None:
            yield problem


def _in_doubt(record: Record, fields: _Fields) -> list[_Looked]:
    """The fields that are not plainly right, in the describe's order."""
    known = fields.by_name
    found = [
        looked
        for name, value in record.items()
        if (looked := known.get(name)) is not None and not looked.is_plainly_right(value)
    ]
    found += (looked for looked in fields.required if looked.field.name not in record)
    found.sort(key=_POSITION)
    return found


def _problem(value: Value, field: FieldSchema, short: str) -> Problem | None:
    if not field.createable:
        return Problem(
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            field.name,
            f"this user may not write {field.name}",
            f"Grant the integration user edit access to {field.name}, then resync.",
        )
    if field.type == "boolean":
        return None if isinstance(value, bool) else _wrong_type(value, field, short)
    if field.type in _NUMBERS:
        return _number(value, field, short)
    if not isinstance(value, str):
        return _wrong_type(value, field, short)
    if _SURROGATE.search(value):
        return Problem(
            "TEXT_DATA_OUTSIDE_SUPPORTED_CHARSET",
            field.name,
            f"{field.name} holds half of a character (a lone surrogate)",
            "The text was damaged before it reached us: repair it at its source.",
        )
    if field.type in {"date", "datetime", "time"}:
        return _moment(value, field, short)
    if field.type in _PICKLISTS:
        return _picklist(value, field, short)
    if field.type == "reference":
        return _reference(value, field)
    return _text(value, field, short)


def _wrong_type(value: Value, field: FieldSchema, short: str) -> Problem:
    seen = {bool: "true or false", int: "a number", float: "a number", str: "text"}.get(
        type(value), "a JSON object or list"
    )
    if seen.startswith("a JSON"):
        advice = f"Name the fixer flatten for {short} in the mapping, then resync."
    elif seen == "text":
        advice = f"Repair {short} at its source: what is no {field.type} can't be made one."
    else:
        advice = "Name the fixer types in the mapping, then resync."
    return Problem(
        "INVALID_TYPE_ON_FIELD_IN_RECORD",
        field.name,
        f"{field.name} is of the type {field.type}, the message has {seen}",
        advice,
    )


def _number(value: Value, field: FieldSchema, short: str) -> Problem | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _wrong_type(value, field, short)
    if isinstance(value, float) and not math.isfinite(value):
        return _wrong_type(str(value), field, short)
    exact = Decimal(str(value))
    whole_digits = max(exact.adjusted() + 1, 0) if exact else 0
    exponent = exact.normalize().as_tuple().exponent
    decimals = max(-exponent, 0) if isinstance(exponent, int) else 0
    if field.type in {"int", "long"}:
        room, scale = field.digits or 18, 0
    else:
        room, scale = (field.precision - field.scale) if field.precision else 18, field.scale
    if whole_digits <= room and decimals <= scale:
        return None
    return Problem(
        "NUMBER_OUTSIDE_VALID_RANGE",
        field.name,
        f"{field.name} holds {room} digits before the point and {scale} behind it; the number has "
        f"{whole_digits} and {decimals}",
        f"Widen {field.name} in Setup, or repair the number at its source, then resync.",
    )


def _moment(value: str, field: FieldSchema, short: str) -> Problem | None:
    parse = {"date": dt.date.fromisoformat, "time": dt.time.fromisoformat}.get(
        field.type, dt.datetime.fromisoformat
    )
    try:
        parse(value)
    except ValueError:
        return Problem(
            "INVALID_TYPE_ON_FIELD_IN_RECORD",
            field.name,
            f"{field.name} is of the type {field.type}, the message has text that is none",
            f"Name the fixer types in the mapping, or repair {short} at its source, then resync.",
        )
    return None


def _picklist(value: str, field: FieldSchema, short: str) -> Problem | None:
    if not field.restricted_picklist:
        return None
    active = {choice.value for choice in field.picklist_values if choice.active}
    parts = value.split(";") if field.type == "multipicklist" else [value]
    unknown = [part for part in parts if part not in active]
    if not unknown:
        return None
    return Problem(
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        field.name,
        f'{field.name} does not take "{unknown[0]}"; it takes {_some(sorted(active))}',
        f"Add the value to the picklist in Setup, or replace it in the mapping (under fixers: "
        f"- picklist: {{{short}: {{{unknown[0]}: …}}}}), then resync.",
    )


def _some(values: list[str]) -> str:
    beyond = len(values) - _MOST_VALUES
    shown = ", ".join(values[:_MOST_VALUES])
    return f"{shown} and {beyond} more" if beyond > 0 else shown or "no value at all"


def _reference(value: str, field: FieldSchema) -> Problem | None:
    if _ID.fullmatch(value):
        return None
    return Problem(
        "MALFORMED_ID",
        field.name,
        f"{field.name} wants the id of a record ({', '.join(field.reference_to)})",
        "Repair the value at its source, then resync.",
    )


def _text(value: str, field: FieldSchema, short: str) -> Problem | None:
    if field.type == "email" and not _EMAIL.fullmatch(value.strip()):
        return Problem(
            "INVALID_EMAIL_ADDRESS",
            field.name,
            f"{field.name} wants an e-mail address, the message has other text",
            "Repair the address at its source, then resync.",
        )
    stripped = value.strip(WHITE_SPACE)
    if not field.length or fits(stripped, field, field.length):
        return None
    most_bytes = byte_limit(field)
    bytes_too = f" ({most_bytes:,} bytes)" if most_bytes is not None else ""
    return Problem(
        "STRING_TOO_LONG",
        field.name,
        f"{field.name} holds {field.length:,} characters{bytes_too}, the message has "
        f"{units(stripped, field):,}",
        "Widen the field in Setup, or cut it in the mapping (under fixers: - truncate: "
        f"{{{short}: {{}}}}), then resync.",
    )
