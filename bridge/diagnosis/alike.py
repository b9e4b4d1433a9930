"""Tells a text apart from the too long value that it quotes: many come, each with its own value.

What is read of a text holds for all that differ from it in nothing but a plain value: one that has
none of the marks and words by which the grammar tells a form. A value that may have them, or a text
of another form, is not told apart, and has to be read itself.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from bridge.diagnosis.catalogue import WRAPPERS
from bridge.diagnosis.grammar import MESSAGE_LENGTH
from bridge.diagnosis.ids import ids_in
from bridge.model import Diagnosis

SIGN: Final = "¤"
"""Stands for the value in the text that is left."""

_CODE: Final = "STRING_TOO_LONG"
_HEADS: Final = tuple(f"{code}:" for code in sorted({_CODE, *WRAPPERS}))
_BEFORE: Final = "data value too large: "
_BEHIND: Final = " (max length="
_PLAIN: Final = re.compile(r"[^:\[\](){}<>\"“”„«»「」‘’`\\_|\x1b¤]+")
"""No colon, bracket, quotation mark or code's underscore: of all these a form may be made."""
_QUOTATION: Final = re.compile(r"'(?:(?!\w)|(?<!\w'))")
"""An apostrophe that is none."""
_ROW: Final = re.compile(r"[;\n]\s{0,40}(?:at\s|[A-Za-z]\w*[ \t]*,)")
"""Looks like a further error, or a line of a stack."""
_OF_A_HEADER: Final = ("execution of", "data changed by trigger", "System.LimitException")
"""What a trigger's header has behind a colon, as there is one in front of the value."""


class Apart(NamedTuple):
    """A text without the value that it quotes, and the value."""

    text: str
    """With the sign in the value's place."""
    value: str


def apart(text: str) -> Apart | None:
    """Tell the text apart from its value; None where the value may say more than itself."""
    if not text.startswith(_HEADS) or len(text) > MESSAGE_LENGTH or SIGN in text:
        return None
    start = text.find(_BEFORE) + len(_BEFORE)
    end = text.rfind(_BEHIND, start)
    if start < len(_BEFORE) or end < 0:
        return None
    value = text[start:end]
    return Apart(f"{text[:start]}{SIGN}{text[end:]}", value) if _is_plain(value) else None


def is_apart(diagnosis: Diagnosis) -> bool:
    """Whether the diagnosis of what is left has the sign as its value, and nowhere else."""
    return (
        diagnosis.code == _CODE
        and diagnosis.value == SIGN
        and diagnosis.message.count(SIGN) == 1
        and str(diagnosis).count(SIGN) == 2
    )


def with_value(message: str, value: str) -> str:
    """A message with this value for the sign."""
    return message.replace(SIGN, value, 1)


def _is_plain(value: str) -> bool:
    return (
        _PLAIN.fullmatch(value) is not None
        and "--" not in value
        and not value.isspace()
        and not value.lstrip().startswith(_OF_A_HEADER)
        and not ("'" in value and _QUOTATION.search(value))
        and not (("," in value or "at" in value) and _ROW.search(value))
        and not ids_in(value)
    )
