"""What a status code looks like, and where in a text one may stand.

A word in capitals is a code only where the text's form has one, or where it has an underscore and
the catalogue knows it: `URL`, `API` and `ERROR` stand in many a sentence.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final, NamedTuple

from bridge.diagnosis.catalogue import CATALOGUE, Source

CODE: Final = r"[A-Z][A-Z0-9]*+(?:_[A-Z0-9]++)*+"
"""A status code as the platform writes it."""

_CODE = re.compile(CODE)
_LEADING = re.compile(rf"(?P<code>{CODE}|[A-Za-z]\w*+)[ \t]*+(?P<separator>[:,]|\Z)", re.ASCII)
_STANDING = re.compile(
    r"(?P<code>[A-Z](?<![\w.$/-].)[A-Z0-9]*+(?:_[A-Z0-9]++)++)(?![\w$/(-]|\.\w)"
    r"(?P<separator>['\"\])]*+\s?[:,]|)"
)
"""It looks behind from its first letter: a search for a set of signs is quick."""
_BETWEEN_COLONS = re.compile(r"[(\[:]\s?(?P<code>[A-Z][A-Z0-9_]{2,80})\s?(?P<separator>:)\s")
"""A place that only a code has: of one word, or one that the catalogue does not know."""
_CAMEL = re.compile(r"\b(?P<code>[A-Z][a-z]\w*+|[a-z]+_[a-z_]+)\s?(?P<separator>:)", re.ASCII)


_OF_OTHERS: Final = ("ERR_", "EAI_", "ORA_", "FATAL_ERROR", "HTTP_")
"""How codes of Node.js, Oracle, Apex's debug log and the like begin."""
_EVERYDAY: Final = frozenset({"InternalServerError", "NotFound", "Timeout", "Unknown"})
"""Codes of the Bulk API that are words: theirs is a colon with a space on both sides."""


class Standing(NamedTuple):
    """A code in a text."""

    code: str
    start: int
    end: int
    """Behind the separator."""
    separated: bool
    """Whether a colon or comma follows."""


@cache
def known() -> frozenset[str]:
    """Every code of the catalogue."""
    return frozenset(CATALOGUE)


@cache
def of_bulk() -> frozenset[str]:
    """The exception codes of the Bulk API, which are written in CamelCase."""
    return frozenset(code for code, entry in CATALOGUE.items() if entry.source is Source.BULK)


@cache
def of_login() -> frozenset[str]:
    """The words of OAuth."""
    return frozenset(code for code in CATALOGUE if "_" in code and code.islower())


def is_code(word: str) -> bool:
    """Whether a word is a code where the text's form has one."""
    if word in known():
        return True
    return "_" in word and _CODE.fullmatch(word) is not None and not word.startswith(_OF_OTHERS)


def leading(text: str) -> Standing | None:
    """The code that a text begins with, if a colon, a comma or nothing follows."""
    found = _LEADING.match(text)
    if found is None or not is_code(found["code"]):
        return None
    if found["code"] in _EVERYDAY and not text.startswith(" : ", found.end("code")):
        return None
    if not found["separator"] and _is_cut(found["code"]):
        return None
    return Standing(found["code"], 0, found.end(), bool(found["separator"]))


def _is_cut(word: str) -> bool:
    """Whether a word that ends a text is the start of a longer code, and none itself."""
    return word not in known() and any(code.startswith(word) for code in known())


def standing(text: str, start: int = 0) -> Standing | None:
    """The first known code in free words: one with a separator behind it before any other."""
    loose = None
    for found in _STANDING.finditer(text, start):
        if found["code"] not in known():
            continue
        here = Standing(found["code"], found.start(), found.end(), bool(found["separator"]))
        if here.separated:
            return here
        loose = loose or here
    return loose


def standing_oddly(text: str) -> Standing | None:
    """The first code of another make: `InvalidBatch :`, `invalid_grant:`, `(GONE: `."""
    for found in _CAMEL.finditer(text):
        if found["code"] in _EVERYDAY and not text.startswith(" : ", found.end("code")):
            continue
        if found["code"] in of_bulk() or found["code"] in of_login():
            return Standing(found["code"], found.start(), found.end(), separated=True)
    for found in _BETWEEN_COLONS.finditer(text):
        if is_code(found["code"]):
            return Standing(found["code"], found.start("code"), found.end(), separated=False)
    return None
