"""What is seen at one glance to be right, so that the check has to look at the rest alone. Pure.

Most values of most records are short plain text, true or false, or a value of their picklist. A
glance never calls a wrong value right; what it does not know at once, the check looks at.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, TypeAlias

from bridge.fixers.text import byte_limit, fits
from bridge.model import NUMBER_TYPES, PICKLIST_TYPES, FieldSchema, Value

Glance: TypeAlias = Callable[[Value], bool]

_FREE_TEXT: Final = frozenset({"string", "textarea", "url", "phone", "combobox"})
_WHOLE_NUMBERS: Final = frozenset({"int", "long"})
_MOST_DIGITS: Final = 18
_PLAIN_MOMENT: Final = re.compile(
    r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])"
    r"T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,3})?Z",
    re.ASCII,
)
"""A day that each month has, in years that the platform keeps whatever the zone."""
_UNITS_AT_MOST: Final = 2
"""That a code point counts: it may be a pair in UTF-16, or a line break."""
_BYTES_AT_MOST: Final = 4
_FIRST_VISIBLE: Final = "!"
"""What sorts before it is empty, or begins with white space or a control character."""
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def glance(field: FieldSchema) -> Glance:
    """Tells of a value for this field whether it is plainly right."""
    if not field.createable:
        return never
    if field.type == "boolean":
        return _is_boolean
    if field.type in PICKLIST_TYPES and field.restricted_picklist:
        return _is_one_of(field)
    if field.type in NUMBER_TYPES:
        return _is_number_that_fits(field)
    if field.type == "datetime":
        return _is_plain_moment
    return _is_text_that_fits(field) if field.type in _FREE_TEXT and field.length else never


def never(_: Value) -> bool:
    """The glance at what is always to be looked at."""
    return False


def _is_boolean(value: Value) -> bool:
    return value is True or value is False


def room_for_digits(field: FieldSchema) -> int:
    """How many digits a number field holds before the point."""
    if field.type in _WHOLE_NUMBERS:
        return field.digits or _MOST_DIGITS
    return field.precision - field.scale if field.precision else _MOST_DIGITS


def _is_number_that_fits(field: FieldSchema) -> Glance:
    bound = int(10 ** room_for_digits(field))
    scale = 0 if field.type in _WHOLE_NUMBERS else field.scale

    def is_right(value: Value) -> bool:
        return (
            (type(value) is int or type(value) is float)
            and -bound < value < bound
            and round(value, scale) == value
        )

    return is_right


def _is_plain_moment(value: Value) -> bool:
    return isinstance(value, str) and _PLAIN_MOMENT.fullmatch(value) is not None


def _is_one_of(field: FieldSchema) -> Glance:
    active = frozenset(choice.value for choice in field.picklist_values if choice.active)
    return lambda value: isinstance(value, str) and value in active


def _is_text_that_fits(field: FieldSchema) -> Glance:
    most_bytes = byte_limit(field)
    short = field.length // _UNITS_AT_MOST
    if most_bytes is not None:
        short = min(short, most_bytes // _BYTES_AT_MOST)

    def is_right(value: Value) -> bool:
        return (
            type(value) is str
            and (len(value) <= short or fits(value, field, field.length))
            and value >= _FIRST_VISIBLE
            and (value.isascii() or _SURROGATE.search(value) is None)
        )

    return is_right
