"""How long a text is to Salesforce, and how to cut it so that it surely fits.

What the platform counts is documented in part only, and the parts disagree; a text that fits by
this measure fits under any reading of them:

- UTF-16 code units, since formulas and Apex count a surrogate pair as two (Salesforce Help
  005166849), although the Apex reference says "Unicode characters";
- a line break in a text area is two, since it is stored as CR LF (Salesforce Help 000240417);
- where a describe gives a field fewer than three bytes a character, UTF-8 bytes as well: some old
  fields are limited in bytes (Salesforce Help 000382141, on case comments).
"""

from __future__ import annotations

from dataclasses import dataclass

import regex

from bridge.model import FieldSchema

WHITE_SPACE = " \t\n\v\f\r"
"""What Salesforce certainly takes off both ends of a text on saving; a no-break space stays.

Source: Apex Developer Guide, "String field values never include leading and trailing whitespace".
"""

_BYTES_A_CHARACTER = 3
_CLUSTER = regex.compile(r"\X")


@dataclass(frozen=True, slots=True)
class Cut:
    """A text that was made to fit."""

    text: str
    """What is left, with the marker."""
    lost: int
    """Characters (code points) cut away, white space around the whole text not counted."""


def units(text: str, field: FieldSchema) -> int:
    """The length of `text` as this field counts it: UTF-16 units, a text area's line breaks two."""
    length = len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
    if field.type == "textarea":
        length += text.count("\n") + text.count("\r") - 2 * text.count("\r\n")
    return length


def utf8_bytes(text: str) -> int:
    """The length of `text` in UTF-8; half a surrogate pair, which has no UTF-8, is three bytes."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def byte_limit(field: FieldSchema) -> int | None:
    """The field's limit in UTF-8 bytes, None where its limit in characters is the narrower one."""
    return field.byte_length if 0 < field.byte_length < _BYTES_A_CHARACTER * field.length else None


def fits(text: str, field: FieldSchema, limit: int) -> bool:
    """Whether `text`, as it is, has at most `limit` units and no more bytes than the field."""
    if units(text, field) > limit:
        return False
    most_bytes = byte_limit(field)
    return most_bytes is None or utf8_bytes(text) <= most_bytes


def cut(text: str, field: FieldSchema, limit: int, marker: str = "") -> Cut | None:
    """The text without white space around it and, where that does not fit, its longest start.

    The start ends between two characters as a reader sees them: no surrogate pair, accent, flag or
    joined emoji is torn. The marker stands behind it, inside the limit; where it leaves no room for
    any of the text, there is no marker.

    Returns:
        None where not even the first character fits.
    """
    stripped = text.strip(WHITE_SPACE)
    if fits(stripped, field, limit):
        return Cut(stripped, lost=0)
    for tail in (marker, ""):
        kept = _longest_start(stripped, field, limit, tail)
        if kept:
            return Cut(kept + tail, lost=len(stripped) - len(kept))
    return None


def _longest_start(text: str, field: FieldSchema, limit: int, tail: str) -> str:
    room = limit - units(tail, field)
    most_bytes = byte_limit(field)
    byte_room = None if most_bytes is None else most_bytes - utf8_bytes(tail)
    end = 0
    for match in _CLUSTER.finditer(text):
        cluster = match.group()
        room -= units(cluster, field)
        if byte_room is not None:
            byte_room -= utf8_bytes(cluster)
        if room < 0 or (byte_room is not None and byte_room < 0):
            break
        end = match.end()
    return text[:end].rstrip(WHITE_SPACE)
