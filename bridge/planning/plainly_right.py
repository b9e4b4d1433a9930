"""What is seen at one glance to be right, so that the check has to look at the rest alone. Pure.

Most values of most records are short plain text, true or false, or a value of their picklist. A
glance never calls a wrong value right; what it does not know at once, the check looks at.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, TypeAlias

from bridge.fixers.text import byte_limit
from bridge.model import FieldSchema, Value

Glance: TypeAlias = Callable[[Value], bool]

_FREE_TEXT: Final = frozenset({"string", "textarea", "url", "phone", "combobox"})
_PICKLISTS: Final = frozenset({"picklist", "multipicklist"})
_NUMBERS: Final = frozenset({"int", "long", "double", "currency", "percent"})
_TEN: Final = 10
_UNITS_AT_MOST: Final = 2
"""That a code point counts: it may be a pair in UTF-16, or a line break."""
_BYTES_AT_MOST: Final = 4
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def glance(field: FieldSchema) -> Glance:
    """Tells of a value for this field whether it is plainly right."""
    if not field.createable:
        return _never
    if field.type == "boolean":
        return _is_boolean
    if field.type in _PICKLISTS and field.restricted_picklist:
        return _is_one_of(field)
    if field.type in _NUMBERS:
        return _is_digit if _has_room_for_digits(field) else _never
    return _is_short_text(field) if field.type in _FREE_TEXT and field.length else _never


def _never(_: Value) -> bool:
    return False


def _is_boolean(value: Value) -> bool:
    return value is True or value is False


def _is_digit(value: Value) -> bool:
    return type(value) is int and -_TEN < value < _TEN


def _has_room_for_digits(field: FieldSchema) -> bool:
    return not field.precision or field.precision > field.scale


def _is_one_of(field: FieldSchema) -> Glance:
    active = frozenset(choice.value for choice in field.picklist_values if choice.active)
    return lambda value: isinstance(value, str) and value in active


def _is_short_text(field: FieldSchema) -> Glance:
    most_bytes = byte_limit(field)
    longest = field.length // _UNITS_AT_MOST
    if most_bytes is not None:
        longest = min(longest, most_bytes // _BYTES_AT_MOST)

    def is_right(value: Value) -> bool:
        return (
            isinstance(value, str)
            and 0 < len(value) <= longest
            and value[0] > " "
            and (value.isascii() or _SURROGATE.search(value) is None)
        )

    return is_right
