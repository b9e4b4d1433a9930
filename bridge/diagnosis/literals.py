"""Reads values as programs print them: JSON, Python, JavaScript, Ruby, PHP; also those cut off.

    value   = list | object | call | text | word
    bare    = words up to the next key, as Java prints a value behind "="
    list    = "[" [ value { "," value } ] "]"
    object  = "{" [ pair { "," pair } ] "}"
    call    = word "(" [ (pair | value) { "," (pair | value) } ] ")"
    pair    = (text | word) (":" | "=" | "=>") value
    text    = JSON's, or in single quotes; JavaScript joins pieces of one by "+"

Where a text ends too early, whatever is open is closed. A reader has a budget of tokens, so that
its time is bounded whatever the text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

Literal: TypeAlias = "str | int | float | bool | Sequence[Literal] | Mapping[str, Literal] | None"

DEEPEST: Final = 12
BUDGET: Final = 4_000
"""Tokens that one text may cost."""

_TOKEN = re.compile(
    r"\s*+(?:"
    r'[ubrB]?"(?P<double>(?:[^"\\]|\\.)*+)(?:"|\\?\Z)'
    r"|[ubrB]?'(?P<single>(?:[^'\\]|\\.)*+)(?:'|\\?\Z)"
    r"|(?P<mark>=>|[\[\](){},:=+])"
    r"|(?P<word>[^\s\[\](){},:=+\"']++)"
    r")",
    re.DOTALL,
)
_MARK = re.compile(r"\s*+(=>|[\[\](){},:=+])")
_LONGEST_BARE: Final = 2_000
_BARE = re.compile(
    rf"(?=[^\s\[\](){{}},'\"])(?:[^,}}]|,(?!\s?\w{{1,40}}=)){{1,{_LONGEST_BARE}}}+(?=[,}}])"
)
_CHARACTERS_A_TOKEN: Final = 10
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_QUOTES: Final = ("'", '"')
_HALF = re.compile("[\ud800-\udfff]")
_HIGHEST: Final = 0x10FFFF
_ESCAPED: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_WORDS: Final = {"null": None, "None": None, "nil": None, "undefined": None,
                 "true": True, "True": True, "false": False, "False": False}  # fmt: skip
_CLOSES: Final = {"[": "]", "{": "}", "(": ")"}


class CutText(str):
    """A text or word that was not over where the whole ended."""

    __slots__ = ()


def read_json(text: str) -> tuple[Literal, bool]:
    """Read a text that is one JSON value, and say whether it was; the value is None if not."""
    try:
        return json.loads(text), True
    except (ValueError, RecursionError):
        return None, False


class Reader:
    """Reads values out of a text, from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._left = BUDGET
        self._at = 0
        self.cut = False
        """Whether the text ended within the value that was read last."""

    def read(self, start: int) -> tuple[Literal, int]:
        """Read the value that begins at `start`, and say where it ends."""
        self._at = start
        self.cut = False
        value = self._value(0)
        return value, self._at

    @property
    def spent(self) -> bool:
        return self._left <= 0

    def _next(self) -> re.Match[str] | None:
        found = _TOKEN.match(self._text, self._at) if self._left > 0 else None
        self._left -= 1
        if found is None:
            self.cut = True
            self._at = len(self._text)
        return found

    def _peek(self) -> str:
        found = _MARK.match(self._text, self._at)
        return found[1] if found else ""

    def _value(self, depth: int) -> Literal:
        found = self._next()
        if found is None:
            return None
        self._at = found.end()
        kind = found.lastgroup
        if kind == "mark":
            mark = found["mark"]
            if mark in _CLOSES and depth < DEEPEST:
                return self._members(_CLOSES[mark], depth)
            return None
        if kind == "word":
            return self._word(found["word"], depth)
        text = self._joined(self._plain(found[kind or 0]))
        return text if self._text[self._at - 1] in _QUOTES else CutText(text)

    def _word(self, word: str, depth: int) -> Literal:
        if self._peek() == "(" and depth < DEEPEST:
            self._next_mark()
            given = self._members(")", depth)
            if isinstance(given, list) and len(given) == 1 and isinstance(given[0], Mapping):
                return given[0]
            return given
        if self._at == len(self._text):
            return CutText(word)
        return _WORDS.get(word, word)

    def _joined(self, text: str) -> str:
        while self._peek() == "+" and self._left > 0:
            self._next_mark()
            more = self._next()
            if more is None or more.lastgroup not in ("single", "double"):
                break
            self._at = more.end()
            text += self._plain(more[more.lastgroup])
        return text

    def _plain(self, quoted: str) -> str:
        self._left -= len(quoted) // _CHARACTERS_A_TOKEN
        return _unescaped(quoted)

    def _next_mark(self) -> str:
        found = self._next()
        if found is None:
            return ""
        self._at = found.end()
        return found["mark"] or ""

    def _bare(self) -> str | None:
        """The words of a value that Java prints without quotes, up to the next key."""
        end = self._at + _LONGEST_BARE + 1
        if self._left <= 0 or not any(self._text.find(mark, self._at, end) >= 0 for mark in ",}"):
            return None
        found = _BARE.match(self._text, self._at)
        self._left -= (len(found[0]) if found else _LONGEST_BARE) // _CHARACTERS_A_TOKEN
        if found is None:
            return None
        self._at = found.end()
        return found[0].strip()

    def _members(self, closing: str, depth: int) -> Literal:
        values: list[Literal] = []
        pairs: dict[str, Literal] = {}
        while True:
            mark = self._peek()
            if mark == "," or (mark in (":", "=>", "=", "+")):
                self._next_mark()
                continue
            if mark in ("]", "}", ")"):
                self._next_mark()
                if mark == closing:
                    break
                continue
            if self._left <= 0 or self._at >= len(self._text):
                self.cut = True
                break
            value = self._value(depth + 1)
            if isinstance(value, str) and self._peek() in (":", "=", "=>"):
                separator = self._next_mark()
                bare = self._bare() if separator == "=" else None
                pairs[value] = self._value(depth + 1) if bare is None else bare
            elif not (self.cut and value is None):
                values.append(value)
        if pairs:
            return pairs
        return _as_object(values)


def _as_object(values: list[Literal]) -> Literal:
    """`OrderedDict([('a', 1), ('b', 2)])` is an object too."""
    pairs = [
        pair
        for pair in values
        if isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str)
    ]
    if values and len(pairs) == len(values):
        return {str(name): value for name, value in pairs}
    return values


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    plain = _ESCAPE.sub(_character, text)
    if _HALF.search(plain) is None:
        return plain
    return plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def _character(found: re.Match[str]) -> str:
    code = found[1] or found[2] or found[3]
    if code:
        return chr(min(int(code, 16), _HIGHEST))
    return _ESCAPED.get(found[4], found[4])
