"""What a flow puts round an error: sentences in the org's language, and its own label.

    We can't save this record because the “Label” process failed. … This error occurred when the
    flow tried to create records: CODE: message. You can look up ExceptionCode values in …

Of the sentences only what is never translated is leant on: the code, the word `ExceptionCode`, the
quotation marks. `Flow API Name: X` and `Flow Name: X` stand in a mail.
"""

from __future__ import annotations

import re
from typing import Final

from bridge.model import Handler, HandlerType

_LABEL = re.compile(
    r"“([^“”\n]{1,120})”|„([^„“”\n]{1,120})[“”]|«\s?([^«»\n]{1,120}?)\s?»"
    r"|「([^「」\n]{1,120})」"
)
_OPENING = re.compile("[“„«「]")
_NAMED = re.compile(r"\bFlow (?:API )?Name: *+([^\n<]{1,120})")
_LABEL_SENTENCE = re.compile(
    r"because the\s{1,4}[\"“']([^\"“”\n]{1,120})[\"”']\s{1,4}(?:process|flow|workflow) failed"
)
_ADVICE: Final = ". You can look up ExceptionCode"
_LOOK_UP: Final = "ExceptionCode"
_AGAIN: Final = "This error occurred"
_ENDS_OF_SENTENCE: Final = (". ", "。", ".\n")
_MARKS: Final = ("flow", "Flow", "process", "flux", "flujo", "fluxo", "フロー")


def named_flow(text: str) -> Handler | None:
    """The flow that a text names as one, whatever the text is about."""
    found = _LABEL_SENTENCE.search(text) or _NAMED.search(text)
    return _handler(found) if found else None


def flow_of(text: str) -> Handler | None:
    """The flow that the sentences of a flow's error name, in any language."""
    found = _LABEL_SENTENCE.search(text) or _NAMED.search(text)
    if found is None and _OPENING.search(text) and any(mark in text for mark in _MARKS):
        found = _LABEL.search(text)
    return _handler(found) if found else None


def _handler(found: re.Match[str]) -> Handler:
    name = next(part for part in found.groups() if part)
    return Handler(HandlerType.FLOW, name.strip())


def without_advice(text: str) -> tuple[str, str]:
    """The message, and the flow's added sentence about exception codes with what follows it."""
    word = text.rfind(_LOOK_UP)
    if word < 0:
        return text, ""
    first, last = text.find(_ADVICE), text.rfind(_ADVICE)
    if last >= 0:
        end = first if _AGAIN in text[first:last] else last
        return text[:end], text[end:]
    end = max(text.rfind(mark, 0, word) for mark in _ENDS_OF_SENTENCE)
    return (text[:end], text[end:]) if end >= 0 else (text, "")
