"""Tells a text apart from the too long value that it quotes: many come, each with its own value.

What is read of a text holds for all that differ from it in nothing but a plain value, where the
text has one of two forms: the error itself as the Bulk API hands it on, or a trigger's with the
error in it. A value is plain that has none of the signs and words by which these are told and that
begin or end their parts; `test_alike.py` looks for any other. What is not of such a form, what a
flow may have had to do with, and what has other errors beside it has to be read itself.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from bridge.diagnosis.grammar import MESSAGE_LENGTH
from bridge.diagnosis.ids import all_ids_in
from bridge.diagnosis.words import LIMIT, TOO_LARGE
from bridge.model import Diagnosis

SIGN: Final = "¤"
"""Stands for the value in the text that is left."""

_CODE: Final = "STRING_TOO_LONG"
_HEADS: Final = (f"{_CODE}:", "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY:")
_OF_ANOTHER_FORM: Final = (SIGN, "\x1b", "ExceptionCode")
"""A terminal's orders are taken out first, and a flow's sentence about codes ends a message."""
_PLAIN: Final = re.compile(r"(?!\s)[^:\[\](){}<>\"“”„«»「」‘’`\\_|]+")
"""No white space in front, and no colon, bracket, quotation mark or code's underscore."""
_QUOTATION: Final = re.compile(r"'(?:(?!\w)|(?<!\w'))")
"""An apostrophe that is none."""
_ROW: Final = re.compile(r"[;\n]\s{0,40}(?:at\s|[A-Za-z]\w*[ \t]*,)")
"""Looks like a further error, or a line of a stack."""
_BEHIND_A_COLON: Final = ("execution of", "data changed by trigger", "System.LimitException")
"""What a trigger's header has there, as there is one in front of the value."""


class Apart(NamedTuple):
    """A text without the value that it quotes, and the value."""

    text: str
    """With the sign in the value's place."""
    value: str


def apart(text: str) -> Apart | None:
    """Tell the text apart from its value; None where the value may say more than itself."""
    if not text.startswith(_HEADS) or len(text) > MESSAGE_LENGTH:
        return None
    before, too_large, quoted = text.partition(TOO_LARGE)
    value, limit, behind = quoted.rpartition(f" {LIMIT}")
    if not limit or not _is_plain(value) or any(map(text.__contains__, _OF_ANOTHER_FORM)):
        return None
    return Apart(f"{before}{too_large}{SIGN}{limit}{behind}", value)


def quotes_the_sign_alone(diagnosis: Diagnosis) -> bool:
    """Whether a value changes nothing in this diagnosis of what is left but what it quotes."""
    return (
        diagnosis.code == _CODE
        and diagnosis.value == SIGN
        and diagnosis.message.count(SIGN) == 1
        and SIGN not in str(diagnosis._replace(message="", value=None))
        and not diagnosis.others
    )


def with_value(diagnosis: Diagnosis, value: str) -> Diagnosis:
    """The diagnosis of what is left, with a value for the sign."""
    message = diagnosis.message.replace(SIGN, value, 1)
    return diagnosis._replace(message=message, value=value.strip())


def _is_plain(value: str) -> bool:
    return (
        _PLAIN.fullmatch(value) is not None
        and "--" not in value
        and not value.startswith(_BEHIND_A_COLON)
        and not ("'" in value and _QUOTATION.search(value))
        and not (("," in value or "at" in value) and _ROW.search(value))
        and not all_ids_in(value)
    )
