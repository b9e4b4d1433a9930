"""The Bulk API's form: `CODE:message:Field1 Field2 --`, and `--` alone where it names no field."""

from __future__ import annotations

import re

from bridge.diagnosis.layers import api_names

_NAMES = re.compile(r"[A-Za-z]\w*(?: [A-Za-z]\w*)* ?", re.ASCII)
_END_IN_LINE = re.compile(r":(?:[A-Za-z][\w. ]{0,400} )?--(?=[\s'\"),;\]}<]|\Z)")


def split_field_slot(text: str) -> tuple[str, tuple[str, ...], bool]:
    """Split `message:F1 F2 --` from the right; a text with no such end is all message.

    Returns:
        The message, the fields, and whether the end was there.
    """
    if not text.endswith("--"):
        return text, (), False
    body = text[:-2]
    message, colon, slot = body.rpartition(":")
    if colon and not slot.strip():
        return message, (), True
    if colon and slot[-1].isspace():
        names = api_names(slot.split())
        if names:
            return message, () if _is_a_label(slot.strip(), message) else names, True
    return body, (), False


def _is_a_label(slot: str, message: str) -> bool:
    """Whether several words are not names, but what the message calls its field: `Last Name`."""
    return " " in slot and message.lstrip().startswith(f"{slot}:")


def end_in_line(text: str, start: int) -> int:
    """Where the first such error ends in a text that goes on behind it; -1 where none does."""
    found = _END_IN_LINE.search(text, start)
    return found.end() if found else -1
