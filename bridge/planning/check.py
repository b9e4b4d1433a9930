"""Would the org refuse this record? What its describe tells, beforehand.

Each problem has the status code that Salesforce would answer with, so that a held item reads as
its refusal would. What describe does not tell (validation rules, triggers, duplicate rules) only
the org can answer.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter

from bridge.fixers import ids
from bridge.fixers.addresses import is_address
from bridge.fixers.built_in.text_hygiene import is_free_text
from bridge.fixers.by_field import per_schema
from bridge.fixers.text import WHITE_SPACE, byte_limit, fits, units_in_words
from bridge.model import (
    NUMBER_TYPES,
    PICKLIST_TYPES,
    TEXT_TYPES,
    FieldSchema,
    ObjectSchema,
    Record,
    Value,
)
from bridge.planning.plainly_right import Glance, glance, never, room_for_digits

_SURROGATE = re.compile("[\ud800-\udfff]")
_DAY = r"\d{4}-\d\d-\d\d"
_TIME_OF_DAY = r"\d\d:\d\d:\d\d(\.\d{1,3})?"
_ZONE = r"(Z|[+-]\d\d:?\d\d)"
_NUMBER_IN_TEXT = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*", re.ASCII | re.IGNORECASE)
_MOMENTS = {
    "date": re.compile(_DAY, re.ASCII),
    "datetime": re.compile(rf"{_DAY}(T{_TIME_OF_DAY}{_ZONE})?", re.ASCII),
    "time": re.compile(rf"{_TIME_OF_DAY}Z?", re.ASCII),
}
"""By describe type. Source: SOAP API Developer Guide, "Primitive Data Types"."""
_SUCH_AS = {"date": "2026-11-22", "datetime": "2026-11-22T08:30:00Z", "time": "08:30:00Z"}
_FIRST_YEAR, _LAST_YEAR = 1700, 4000
"""Of a date that the platform keeps. Source: the same."""
_BLANK = "".join(map(chr, range(0x21)))
"""A text of these alone may be empty to the platform, which trims white space."""
_RECORD_TYPE = "RecordTypeId"
_WHOLE_NUMBERS = frozenset({"int", "long"})
_UNREADABLE = "JSON_PARSER_ERROR"
"""The REST API's code for a value of the wrong JSON type."""
_MOST_VALUES = 12
"""Of a picklist, in a sentence."""
_NEVER_CUT = frozenset({"email", "phone", "url"})
"""Half of one would be another one; each has a fixer of its name."""
_TEXTS = TEXT_TYPES | PICKLIST_TYPES | {"reference"}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a record that the org would refuse, or not keep as it is."""

    code: str | None
    """With which the org would refuse it; None for what it would take and change in silence."""
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
    doubtful = _in_doubt(record, schema)
    if not doubtful and _RECORD_TYPE not in record:
        return ()
    return (
        *_unknown(doubtful, schema),
        *_fields(doubtful, record, schema),
        *_record_type(record, schema),
    )


def as_stored(value: Value, field: FieldSchema) -> Value:
    """The value as Salesforce keeps it: text is trimmed, and text that is empty then is null.

    E-mail addresses are kept in small letters (Salesforce Help 000384328), ids in 18 characters.
    Source: Apex Developer Guide, sObject fields: "String field values never include leading and
    trailing whitespace". Line breaks come back as they were sent or as CRLF: both count as LF here.
    """
    if isinstance(value, str) and (field.is_text or field.type in PICKLIST_TYPES):
        text = value.replace("\r\n", "\n").replace("\r", "\n").strip(WHITE_SPACE)
        return (text.lower() if field.type == "email" else text) or None
    if isinstance(value, str) and field.type == "reference":
        return ids.in_full(value.strip(WHITE_SPACE)) or None
    return value


@dataclass(frozen=True, slots=True)
class _Looked:
    """How a field is looked at."""

    position: int
    """In the describe."""
    field: FieldSchema
    short: str


_POSITION = attrgetter("position")


@dataclass(frozen=True, slots=True)
class _Fields:
    """By API name."""

    glances: Mapping[str, Glance]
    looked: Mapping[str, _Looked]
    required: tuple[str, ...]


def _work_out_fields(schema: ObjectSchema) -> _Fields:
    return _Fields(
        {field.name: glance(field) for field in schema.fields},
        {
            field.name: _Looked(position, field, schema.short(field.name))
            for position, field in enumerate(schema.fields)
        },
        tuple(field.name for field in schema.fields if field.required),
    )


_fields_of = per_schema(_work_out_fields)


def _in_doubt(record: Record, schema: ObjectSchema) -> list[str]:
    """The fields that are not plainly right; those that the schema does not have are among them."""
    fields = _fields_of(schema)
    glance_for = fields.glances.get
    doubtful = [name for name, value in record.items() if not glance_for(name, never)(value)]
    doubtful += [name for name in fields.required if name not in record]
    return doubtful


def _unknown(doubtful: Iterable[str], schema: ObjectSchema) -> Iterator[Problem]:
    for name in doubtful:
        if schema.get(name) is None:
            yield Problem(
                "INVALID_FIELD",
                name,
                f"{schema.name} has no field {name}, or this user has no access to it",
                f"Grant the integration user edit access to {name} (a permission set, field-level "
                "security), or create the field, then resync.",
            )


def _fields(doubtful: Iterable[str], record: Record, schema: ObjectSchema) -> Iterator[Problem]:
    known = _fields_of(schema).looked
    in_doubt = (looked for name in doubtful if (looked := known.get(name)) is not None)
    for looked in sorted(in_doubt, key=_POSITION):
        field = looked.field
        value = record.get(field.name)
        if _is_empty(value, field):
            if field.required:
                yield Problem(
                    "REQUIRED_FIELD_MISSING",
                    field.name,
                    f"{field.name} is required and has no value",
                    "Fill it in the mapping (under fixers: - defaults: "
                    f"{{{looked.short}: …}}), or make the field optional in Setup, then resync.",
                )
            continue
        problem = _problem(value, field, looked.short)
        if problem is not None:
            yield problem


def _record_type(record: Record, schema: ObjectSchema) -> Iterator[Problem]:
    wanted = record.get(_RECORD_TYPE)
    if not isinstance(wanted, str) or not ids.has_form(wanted) or not schema.record_types:
        return
    usable = [t for t in schema.record_types if t.active and t.available]
    if not any(ids.is_id_of(wanted, one.id) for one in usable):
        yield Problem(
            "INVALID_CROSS_REFERENCE_KEY",
            _RECORD_TYPE,
            f"{_RECORD_TYPE} names no record type of {schema.name} that this user may use; there "
            f"are {_some([one.developer_name for one in usable])}",
            "Name one of these in the mapping, or give the integration user that record type (its "
            "profile, a permission set), then resync.",
        )


def _is_empty(value: Value, field: FieldSchema) -> bool:
    """Whether the platform stores nothing for it; white space is nothing only where text goes."""
    if not isinstance(value, str):
        return value is None
    if field.type == "boolean":
        return False
    return not (value.strip(_BLANK) if field.type in _TEXTS else value)


def _problem(value: Value, field: FieldSchema, short: str) -> Problem | None:
    """The first that the org would come upon: it reads a value before it looks at permissions."""
    if not _is_readable(value, field):
        return _wrong_type(value, field, short)
    if not field.createable:
        return Problem(
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            field.name,
            f"this user may not write {field.name}",
            f"Grant the integration user edit access to {field.name}, then resync.",
        )
    if isinstance(value, int | float):
        return _number(value, field)
    return _written(value, field, short) if isinstance(value, str) else None


def _is_readable(value: Value, field: FieldSchema) -> bool:
    if field.type == "boolean":
        return isinstance(value, bool)
    if field.type in NUMBER_TYPES:
        number = _as_number(value)
        if number is None or not math.isfinite(number):
            return False
        return field.type not in _WHOLE_NUMBERS or number % 1 == 0
    if field.type in _MOMENTS:
        return isinstance(value, str) and _is_moment(value, field.type)
    return isinstance(value, str)


def _as_number(value: Value) -> float | None:
    if isinstance(value, str) and not _NUMBER_IN_TEXT.fullmatch(value):
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        return float(value)
    except OverflowError:
        return None


def _written(value: str, field: FieldSchema, short: str) -> Problem | None:
    if field.type in NUMBER_TYPES:
        return _number(float(value), field) or Problem(
            None,
            field.name,
            f"{field.name} is of the type {field.type} and has a number as text",
            "Name the fixer types in the mapping, then resync.",
        )
    if _SURROGATE.search(value):
        return Problem(
            "TEXT_DATA_OUTSIDE_SUPPORTED_CHARSET",
            field.name,
            f"{field.name} holds half of a character (a lone surrogate)",
            "Mark it as an unknown character in the mapping (under fixers: "
            f"- text: {{{short}: {{}}}}), then resync."
            if is_free_text(field)
            else f"{short} was damaged before it reached us: repair it at its source.",
        )
    if field.type in PICKLIST_TYPES:
        return _picklist(value, field, short)
    if field.type == "reference":
        return _reference(value, field, short)
    return _text(value, field, short)


def _wrong_type(value: Value, field: FieldSchema, short: str) -> Problem:
    match value:
        case bool():
            seen, advice = "true or false", "Name the fixer types in the mapping, then resync."
        case int() | float():
            seen, advice = "a number", "Name the fixer types in the mapping, then resync."
        case str() if field.type in _MOMENTS:
            seen = f"text that is none (such as {_SUCH_AS[field.type]})"
            advice = f"Name the fixer types in the mapping, or repair {short} at its source."
        case str():
            seen = "text"
            advice = f"Repair {short} at its source: what is no {field.type} can't be made one."
        case _:
            seen = "a JSON object or list"
            advice = f"Name the fixer flatten for {short} in the mapping, then resync."
    return Problem(
        _UNREADABLE,
        field.name,
        f"{field.name} is of the type {field.type} and has {seen}",
        advice,
    )


def _number(value: float, field: FieldSchema) -> Problem | None:
    if isinstance(value, bool):
        return None
    exact = Decimal(str(value))
    whole_digits = max(exact.adjusted() + 1, 0) if exact else 0
    exponent = exact.normalize().as_tuple().exponent
    decimals = max(-exponent, 0) if isinstance(exponent, int) else 0
    room = room_for_digits(field)
    scale = 0 if field.type in _WHOLE_NUMBERS else field.scale
    if whole_digits > room:
        return Problem(
            "NUMBER_OUTSIDE_VALID_RANGE",
            field.name,
            f"{field.name} holds {room} digits before the point, the number has {whole_digits}",
            f"Widen {field.name} in Setup, or repair the number at its source, then resync.",
        )
    if decimals <= scale:
        return None
    return Problem(
        None,
        field.name,
        f"{field.name} holds {scale} digits behind the point, the number has {decimals}: the org "
        "would round it in silence",
        "Let the mapping round it (under fixers: - types: {decimals: round}), or widen "
        f"{field.name} in Setup, then resync.",
    )


def _is_moment(value: str, kind: str) -> bool:
    if not _MOMENTS[kind].fullmatch(value):
        return False
    try:
        if kind == "time":
            dt.time.fromisoformat(value)
            return True
        moment = dt.datetime.fromisoformat(value)
        utc = moment.astimezone(dt.UTC) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        return False
    return _FIRST_YEAR <= utc.year <= _LAST_YEAR


def _picklist(value: str, field: FieldSchema, short: str) -> Problem | None:
    if not field.restricted_picklist:
        return _text(value, field, short)
    active = {choice.value for choice in field.picklist_values if choice.active}
    stripped = value.strip(WHITE_SPACE)
    parts = stripped.split(";") if field.type == "multipicklist" else [stripped]
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


def _reference(value: str, field: FieldSchema, short: str) -> Problem | None:
    if ids.has_form(value.strip(WHITE_SPACE)):
        return None
    return Problem(
        "MALFORMED_ID",
        field.name,
        f"{field.name} wants the id of a record ({', '.join(field.reference_to)})",
        "Repair the value at its source, or give it up in the mapping (under fixers: - references: "
        f"{{{short}: clear}}), then resync.",
    )


def _text(value: str, field: FieldSchema, short: str) -> Problem | None:
    stripped = value.strip(WHITE_SPACE)
    if field.length and not fits(stripped, field, field.length):
        most_bytes = byte_limit(field)
        bytes_too = f" ({most_bytes:,} bytes)" if most_bytes is not None else ""
        return Problem(
            "STRING_TOO_LONG",
            field.name,
            f"{field.name} holds {field.length:,} characters{bytes_too}, the text has "
            f"{units_in_words(stripped, field)}",
            f"Widen the field in Setup, or {_shortened(field, short)}, then resync.",
        )
    if field.type == "email" and not is_address(value.strip(_BLANK)):
        return Problem(
            "INVALID_EMAIL_ADDRESS",
            field.name,
            f"{field.name} wants an e-mail address and has other text",
            "Repair the address at its source, or let the mapping find one in it (under fixers: "
            f"- email: {{{short}: {{else: clear}}}}), then resync.",
        )
    return None


def _shortened(field: FieldSchema, short: str) -> str:
    """What a mapping can do about a text that is too long."""
    if field.type in _NEVER_CUT:
        use = f"{field.type}: {{{short}: {{else: clear}}}}"
        return f"leave out what does not fit in the mapping (under fixers: - {use})"
    return f"cut it in the mapping (under fixers: - truncate: {{{short}: {{}}}})"
