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

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TypeAlias

import regex

from bridge.model import FieldSchema

WHITE_SPACE = " \t\n\v\f\r"
"""What Salesforce certainly takes off both ends of a text on saving; a no-break space stays.

Source: Apex Developer Guide, "String field values never include leading and trailing whitespace".
"""

_BYTES_A_CHARACTER = 3
_UNITS_A_CODE_POINT = 2
"""At most: a pair in UTF-16, or a line break in a text area."""
_BYTES_A_CODE_POINT = 4
_CLUSTER = regex.compile(r"\X")
_SURE_END = regex.compile(r"(?r)(?<=\p{GCB=Other})(?=\p{GCB=Other})")
"""The last place between two code points that are each a character of their own (UAX #29)."""
_NEAR = 40
"""How far before the limit a word may end to be cut there, in characters."""
_COUNTED = 16
"""How many texts' counts are kept."""

Cutter: TypeAlias = Callable[[str, int], int]
"""Given a text and how much of its start fits, how much of it to keep; never more."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A text that was made to fit."""

    text: str
    """What is left, with the marker."""
    lost: int
    """Characters (code points) cut away, white space around the whole text not counted."""


def units(text: str, field: FieldSchema) -> int:
    """The length of `text` as this field counts it: UTF-16 units, a text area's line breaks two."""
    in_area = field.type == "textarea"
    if text.isascii() and not (in_area and ("\n" in text or "\r" in text)):
        return len(text)
    return _counted(text, in_area)


@lru_cache(_COUNTED)
def _counted(text: str, in_area: bool) -> int:
    """The units of a text: who cuts it, and who says so, asks for the same ones again at once."""
    length = len(text.encode("utf-16-le", "surrogatepass")) // 2
    if not in_area:
        return length
    if "\r" in text:
        length += text.count("\r") - 2 * text.count("\r\n")
    return length + text.count("\n")


def units_in_words(text: str, field: FieldSchema) -> str:
    """`402`, or both counts where an emoji or a line break counts for more than one."""
    counted = units(text, field)
    return f"{counted:,}" + (
        f" as Salesforce counts its {len(text):,}" if counted != len(text) else ""
    )


def utf8_bytes(text: str) -> int:
    """The length of `text` in UTF-8; half a surrogate pair, which has no UTF-8, is three bytes."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def byte_limit(field: FieldSchema) -> int | None:
    """The field's limit in UTF-8 bytes, None where its limit in characters is the narrower one."""
    return field.byte_length if 0 < field.byte_length < _BYTES_A_CHARACTER * field.length else None


def fits(text: str, field: FieldSchema, limit: int) -> bool:
    """Whether `text`, as it is, has at most `limit` units and no more bytes than the field."""
    surely_short = len(text) * _UNITS_A_CODE_POINT <= limit
    if not surely_short and units(text, field) > limit:
        return False
    most_bytes = byte_limit(field)
    return most_bytes is None or utf8_bytes(text) <= most_bytes


def at_a_character(text: str, fitting: int) -> int:
    """Keep all that fits."""
    return fitting


def at_a_word(text: str, fitting: int) -> int:
    """Keep whole words, where the last one that fits ends near enough.

    Near is within 40 characters, and in the latter half of what fits: a text without white space,
    such as Chinese or a long address, is cut as `at_a_character` would.
    """
    if fitting == len(text) or text[fitting].isspace():
        return fitting
    words = text[:fitting]
    end = fitting
    while end > 0 and not words[end - 1].isspace():
        end -= 1
        if fitting - end > _NEAR:
            return fitting
    end = len(words[:end].rstrip())
    near = 2 * end >= fitting and fitting - end <= _NEAR
    return end if near and end > 0 else fitting


def cut(
    text: str, field: FieldSchema, limit: int, marker: str = "", keep: Cutter = at_a_character
) -> Cut | None:
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
        fitting = _longest_start(stripped, field, limit, tail)
        kept = stripped[: keep(stripped, fitting)].rstrip(WHITE_SPACE)
        if kept:
            return Cut(kept + tail, lost=len(stripped) - len(kept))
    return None


def _longest_start(text: str, field: FieldSchema, limit: int, tail: str) -> int:
    return _whole_characters(text, _fitting(text, field, limit, tail))


def _fitting(text: str, field: FieldSchema, limit: int, tail: str) -> int:
    """How many code points of the start fit in front of the tail, whatever they make together."""
    room = max(limit - units(tail, field), 0)
    end = _end_as_counted(text, field, room)
    if end is None:
        size = partial(units, field=field)
        end = _end_within(text, len(text), room, size, _UNITS_A_CODE_POINT)
    most_bytes = byte_limit(field)
    if most_bytes is None:
        return end
    return _end_within(text, end, most_bytes - utf8_bytes(tail), utf8_bytes, _BYTES_A_CODE_POINT)


def _end_within(text: str, end: int, room: int, size: Callable[[str], int], most: int) -> int:
    """The greatest end, up to this one, of a start that has room; a code point has at most `most`.

    As many code points are left out at once as surely have to be. Only these are measured, until
    they seem enough: two may have less together than each by itself, as CR and LF have.
    """
    end = min(end, max(room, 0))
    while end > 0 and (over := size(text[:end]) - room) > 0:
        while end > 0 and over > 0:
            start = max(0, end - math.ceil(over / most))
            over -= size(text[start:end])
            end = start
    return end


def _end_as_counted(text: str, field: FieldSchema, room: int) -> int | None:
    """The greatest end of a start that has so much room: written out as counted, and cut there.

    Where it parts a pair of CR and LF it is one unit too great: `_whole_characters` steps back.
    None where the end can't be read back: in a text area, where such pairs are mixed with single
    ones; and with half of a surrogate pair.
    """
    head = text[:room]
    if field.type == "textarea":
        returns, pairs = head.count("\r"), head.count("\r\n")
        if returns == 0:
            kept = _start_in_utf16(head.replace("\n", "\r\n"), room)
            return None if kept is None else len(kept) - kept.count("\r")
        if returns != pairs or head.count("\n") != pairs:
            return None
    kept = _start_in_utf16(head, room)
    return None if kept is None else len(kept)


def _start_in_utf16(text: str, room: int) -> str | None:
    """The longest start of at most so many UTF-16 units; None with half of a surrogate pair."""
    if text.isascii():
        return text[:room]
    try:
        return text.encode("utf-16-le")[: 2 * room].decode("utf-16-le", "ignore")
    except UnicodeEncodeError:
        return None


def _whole_characters(text: str, fitting: int) -> int:
    """The end of the last character, as a reader sees it, that ends within so many code points.

    Between two that join with nothing one ends for sure, so the search starts there. In ASCII those
    are all but CR and LF.
    """
    around = text[max(0, fitting - 1) : fitting + 1]
    if fitting == len(text) or (around.isascii() and around != "\r\n"):
        return fitting
    sure = _SURE_END.search(text, 0, fitting + 1)
    end = sure.start() if sure else 0
    for match in _CLUSTER.finditer(text, end):
        if match.end() > fitting:
            break
        end = match.end()
    return end
