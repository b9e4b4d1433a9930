"""Characters that a text can't have on its way into Salesforce and out again.

A row is also read by clients of the SOAP and Bulk APIs, in XML, and XML 1.0 can't write most
control characters ("Extensible Markup Language (XML) 1.0", Char): with one of them in it, a row
can't be read there at all. Half of a surrogate pair, which is what is left of an emoji that was
cut, has no UTF-8, and a text with it is refused (`TEXT_DATA_OUTSIDE_SUPPORTED_CHARSET`). U+0080 to
U+009F stay: XML takes them, and often they are letters that somebody read in the wrong encoding.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_HALF = re.compile("[\ud800-\udfff]")
_BREAK = re.compile("[\v\f]")
_NOTHING = re.compile("[\x00-\x08\x0e-\x1f\x7f\ufffe\uffff]")
_STANDS_FOR_HALF = "\ufffd"


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A text without unfit characters, and how many of them there were."""

    text: str
    removed: int
    """Control characters that are gone."""
    halves: int
    """Halves of characters that became U+FFFD."""
    joined: int
    """Halves side by side that became the character which they are."""
    breaks: int
    """Vertical tabs and form feeds that became line breaks."""


def clean(text: str, line_break: str) -> Cleaned | None:
    """The text with what is unfit mended or removed; None where all of it is fit.

    Args:
        text: any.
        line_break: what a vertical tab and a form feed become.
    """
    if text.isprintable() or not _UNFIT.search(text):
        return None
    text, joined = _PAIR.subn(_character, text)
    text, halves = _HALF.subn(_STANDS_FOR_HALF, text)
    text, breaks = _BREAK.subn(line_break, text)
    text, removed = _NOTHING.subn("", text)
    return Cleaned(text, removed, halves, joined, breaks)


def _character(pair: re.Match[str]) -> str:
    return pair.group().encode("utf-16-le", "surrogatepass").decode("utf-16-le")
