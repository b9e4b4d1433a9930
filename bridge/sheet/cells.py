"""A value as the text of a cell that a spreadsheet leaves alone, and back. Pure.

A spreadsheet that opens a CSV file runs what looks like a formula, and turns what looks like a
number, a date or a truth value into one: long ids lose digits, leading zeros and plus signs go, and
dates come back in another form. Such a text gets an apostrophe in front, as a person would type it.
Opened from a file, the programs show that apostrophe and write it back. Where one of them takes it
for its own mark and drops it, the text comes back without: so it is read with it and without.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Final

from bridge.fixers.text import WHITE_SPACE
from bridge.model import NUMBER_TYPES, FieldSchema, Value

MOST_CHARACTERS: Final = 32_000
"""Of a cell, in UTF-16 units. Source: Excel's specifications and limits name 32,767."""

_MARK = "'"
_FORMULA = "=+-@#\uff1d\uff0b\uff0d\uff20"
"""What a formula, a command or an error value begins with; the last four are full-width."""
_FORMULA_LINE = rf"""(?=[ \t"']*[{re.escape(_FORMULA)}][^\n;]*[(!|])"""
_LINE_TO_GUARD = re.compile(rf"(?<=[\n;]){_FORMULA_LINE}")
_GUARDED_LINE = re.compile(rf"(?<=[\n;])'{_FORMULA_LINE}")
"""Within a text: a program that takes semicolons for the delimiter begins a row or a cell there."""
_SHORT = 31
"""Characters: no number or date of a spreadsheet with a letter in it is longer."""
_NO_LETTERS = re.compile(r"[\d\W_eE]+")
_DIGIT = re.compile(r"\d")
_TRUE = frozenset(
    {"true", "wahr", "waar", "vrai", "verdadero", "verdadeiro", "vero", "sann", "sant", "sand"}
)
_FALSE = frozenset(
    {"false", "falsch", "onwaar", "faux", "falso", "falskt", "falsk", "usann", "epätosi", "fałsz"}
)
"""Truth values as the programs write them in the languages that we know of, in small letters."""
_YES = _TRUE | {"yes", "1"}
_NO = _FALSE | {"no", "0"}
_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?([eE][+-]?[0-9]+)?")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}[.,][0-9]{3}")
"""What may be a whole number or a broken one, as the language has it."""
_UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def cell_of(value: Value) -> str:
    """The text of the cell for a value; null and empty text are an empty one.

    A text that no cell holds is told by its length, and what no file or cell can hold as U+FFFD:
    whoever leaves that as it is changes nothing.
    """
    return guarded(_plain(value))


def guarded(text: str) -> str:
    """The text with an apostrophe in front, where a spreadsheet would make something else of it."""
    text = _LINE_TO_GUARD.sub(_MARK, text)
    return _MARK + text if _needs_guard(text) else text


def as_read(cell: str) -> str:
    """What a cell says: without the apostrophe, the ends trimmed, each line break as LF."""
    text = _folded(cell)
    if text.startswith(_MARK) and _needs_guard(text[1:]):
        text = text[1:]
    return _GUARDED_LINE.sub("", text).strip(WHITE_SPACE)


def says(cell: str, value: Value) -> bool:
    """Whether a cell still says this value: as it was written, or without its apostrophe."""
    plain = _plain(value)
    return _folded(cell) in (_folded(guarded(plain)), _folded(plain))


def forms_of(cell: str) -> tuple[str, str]:
    """A cell as it is, and as it was where a program took the apostrophe in front for its own."""
    text = _folded(cell)
    unmarked = text[1:].strip(WHITE_SPACE) if text.startswith(_MARK) else None
    return (text if unmarked is None else _MARK + unmarked), _MARK + text


def value_of(cell: str, field: FieldSchema | None) -> Value:
    """What a person wrote for a field; an empty cell is null.

    What is no value of the field's type stays text, which the check of the record refuses.
    """
    text = as_read(cell)
    if not text:
        return None
    if field is not None and field.type == "boolean":
        return True if text.lower() in _YES else False if text.lower() in _NO else text
    if field is not None and field.type in NUMBER_TYPES:
        return _number(text)
    return text


def means(cell: str, value: Value, field: FieldSchema | None) -> bool:
    """Whether a cell comes to this value for a field: `2,5` to 2.5, and `3.0` to 3."""
    read = value_of(cell, field)
    return read == value and isinstance(read, bool) == isinstance(value, bool)


def respells(cell: str, value: Value, field: FieldSchema | None) -> bool:
    """Whether a cell says a text as the field's type writes it: `TRUE` the text `true`."""
    return isinstance(value, str) and means(cell, value_of(value, field), field)


def without_lost_characters(text: str) -> set[str]:
    """What becomes of a text where a program saves it in an alphabet that lacks some of it."""
    return {
        "".join(_in_alphabet(char, alphabet, width) for char in text)
        for alphabet in ("cp1252", "mac_roman", "ascii")
        for width in (1, 2)
    } - {text}


def _in_alphabet(char: str, alphabet: str, width: int) -> str:
    try:
        char.encode(alphabet)
    except UnicodeEncodeError:
        return "?" * (width if ord(char) > 0xFFFF else 1)
    return char


def _folded(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip(WHITE_SPACE)


def _plain(value: Value) -> str:
    """A value as a text that a cell can hold, without a guard."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if len(text.encode("utf-16-le", "surrogatepass")) // 2 > MOST_CHARACTERS:
        return f"[as it was: {len(text):,} characters, too many for a spreadsheet]"
    return _UNSHOWABLE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def _needs_guard(text: str) -> bool:
    stripped = text.strip()
    return bool(stripped) and (
        text[0] in "\t\n"
        or stripped[0] in _FORMULA + _MARK
        or stripped.lower() in _TRUE | _FALSE
        or (
            _DIGIT.search(stripped) is not None
            and (len(stripped) <= _SHORT or _NO_LETTERS.fullmatch(stripped) is not None)
        )
    )


def _number(text: str) -> Value:
    if _NUMBER.fullmatch(text) is None or ("," in text and _THOUSANDS.fullmatch(text)):
        return text
    try:
        exact = Decimal(text.replace(",", "."))
        if exact == exact.to_integral_value() and re.fullmatch(r"[+-]?[0-9]+", text):
            return int(exact)
        near = float(exact)
    except (InvalidOperation, OverflowError, ValueError):
        return text
    return near if Decimal(repr(near)) == exact else text
