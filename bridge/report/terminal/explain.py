"""An error text explained: what happened and what to do, then how it was read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from rich.console import Console

from bridge.diagnosis import advise, cause_of, likely_code
from bridge.diagnosis.catalogue import CATALOGUE, WRAPPERS, Who, kind_of
from bridge.model import Confidence, Diagnosis, Handler, Kind
from bridge.report.next_part import NextPart
from bridge.report.terminal.page import Page
from bridge.report.terminal.parts import FAINT, HEADING, next_commands
from bridge.report.terminal.words import counted, listed
from bridge.report.text import shortened

_LONGEST: Final = 400
"""Cells of a message that are shown."""

_WITHOUT_CODE: Final = {
    Kind.TRANSIENT: "Salesforce, or something on the way there, did not answer as it should.",
    Kind.ADMIN: "Apex code of the org has failed.",
}
_EMPTY: Final = "The text is empty."
_UNREAD: Final = "The text has no status code of Salesforce in it."
_BY_WORDS: Final = "The text has no status code of Salesforce in it; by its words likely {code}"
_MORE: Final = (
    "If there is more of the text, paste it whole, with the word in capitals that names the error."
)
_LIMIT: Final = re.compile(
    r"System\.LimitException: (Too many [\w ]{1,60}: \d{1,9}|Apex [\w ]{1,40})", re.ASCII
)
_EXCEPTION: Final = re.compile(r"(?<![\w.])(?:\w{1,40}\.){0,3}\w{1,60}Exception\b", re.ASCII)
_OF_DML: Final = "System.DmlException"
_WITHOUT_TEXT: Final = "Salesforce gives {code}, for which there is no text here."
_CONFIDENCE: Final = {
    Confidence.CERTAIN: "for certain",
    Confidence.LIKELY: "likely: the text is cut, or its form is not known",
    Confidence.NONE: "by its words alone",
}
_ALONE: Final = "likely: the code stands alone"
_WHO: Final = {
    Who.OPERATOR: "whoever runs the resync",
    Who.ADMIN: "an admin in Setup",
    Who.DEVELOPER: "a developer",
}


def show_explanation(diagnosis: Diagnosis, console: Console) -> None:
    """Print what a text says."""
    page = Page(console)
    page.line((_what_happened(diagnosis), HEADING))
    advice = advise(diagnosis.code, diagnosis.kind)
    likely = _likely(diagnosis)
    if likely is not None:
        advice = advise(likely, kind_of(likely, diagnosis.message))
    page.line(advice.sentence)
    if diagnosis.code is None and diagnosis.kind is Kind.UNKNOWN:
        page.line(_MORE, hang=2)
    page.blank()
    facts = list(_facts(diagnosis))
    if advice.who is not None:
        facts.insert(0, ("who can", _WHO[advice.who]))
    width = max((len(name) for name, _ in facts), default=0)
    for name, said in facts:
        page.line((f"{name:<{width}}", FAINT), f"  {said}", indent=2, hang=width + 2)
    page.blank()
    _how_it_was_read(page, diagnosis)
    if diagnosis.code is not None or diagnosis.kind is not Kind.UNKNOWN:
        command = f"bridge causes {cause_of(diagnosis).id}"
        next_commands(page, [NextPart(command=command, why="the messages that failed so, if any")])


def _what_happened(diagnosis: Diagnosis) -> str:
    of_code = _of_automation(diagnosis)
    if of_code:
        return of_code
    if diagnosis.code is None:
        likely = _likely(diagnosis)
        if likely:
            return f"{_BY_WORDS.format(code=likely)}: {_lowered(CATALOGUE[likely].meaning)}"
        return _WITHOUT_CODE.get(diagnosis.kind, _UNREAD if diagnosis.message else _EMPTY)
    entry = CATALOGUE.get(diagnosis.code)
    if entry is None or not entry.explained:
        return _WITHOUT_TEXT.format(code=diagnosis.code)
    place = _place(diagnosis)
    meaning = advise(diagnosis.code, diagnosis.kind).happened or entry.meaning
    return f"{meaning.removesuffix('.')}: {place}." if place else meaning


def _likely(diagnosis: Diagnosis) -> str | None:
    """The code that a text without one has the words of."""
    if diagnosis.code is not None or diagnosis.kind is not Kind.UNKNOWN:
        return None
    return likely_code(diagnosis.message)


def _of_automation(diagnosis: Diagnosis) -> str:
    """What went wrong in the org's own code, where the message tells it and no code does."""
    if diagnosis.code is None and diagnosis.kind is not Kind.ADMIN:
        return ""
    if diagnosis.code is not None and diagnosis.code not in WRAPPERS:
        return ""
    handler = diagnosis.handler
    where = f"{handler.type} {handler.name}" if handler else "code of the org"
    limit = _LIMIT.search(diagnosis.message)
    if limit is not None:
        return f"A governor limit was reached in the {where}: {limit[1].strip()}."
    thrown = [name for name in _EXCEPTION.findall(diagnosis.message) if name != _OF_DML]
    return f"The {where} failed with {thrown[-1]}." if thrown else ""


def _lowered(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _place(diagnosis: Diagnosis) -> str:
    """`LastName of Lead, at most 80 characters`."""
    where = listed(diagnosis.fields) if diagnosis.fields else ""
    if diagnosis.object:
        where = f"{where} of {diagnosis.object}" if where else diagnosis.object
    limit = "" if diagnosis.limit is None else f"at most {counted(diagnosis.limit, 'character')}"
    return ", ".join(part for part in (where, limit) if part)


def _facts(diagnosis: Diagnosis) -> Iterator[tuple[str, str]]:
    if diagnosis.value is not None:
        yield "value", f'"{shortened(diagnosis.value, _LONGEST)}"'
    if diagnosis.rule is not None:
        yield "rule", f'"{shortened(diagnosis.rule, _LONGEST)}"'
    elif diagnosis.message and diagnosis.value is None:
        yield "message", f'"{shortened(diagnosis.message, _LONGEST)}"'
    if diagnosis.handler is not None:
        yield "arose in", _handler(diagnosis.handler)
    if diagnosis.ids:
        yield "ids", ", ".join(diagnosis.ids)
    for other in diagnosis.others:
        on = f" on {listed(other.fields)}" if other.fields else ""
        yield "also", f"{other.code or 'no code'}{on}: {shortened(other.message, _LONGEST)}"


def _handler(handler: Handler) -> str:
    event = "" if handler.event is None else f", {handler.event}"
    line = "" if handler.line is None else f", line {handler.line}"
    return f"the {handler.type} {handler.name}{event}{line}"


def _reading(diagnosis: Diagnosis) -> str:
    if diagnosis.code is None:
        return f"Read as kind {diagnosis.kind}, {_CONFIDENCE[diagnosis.confidence]}."
    within = f", within {diagnosis.outer_code}" if diagnosis.outer_code else ""
    sure = _CONFIDENCE[diagnosis.confidence] if diagnosis.message else _ALONE
    return f"Read as {diagnosis.code}{within}, kind {diagnosis.kind}, {sure}."


def _how_it_was_read(page: Page, diagnosis: Diagnosis) -> None:
    page.line((_reading(diagnosis), HEADING))
    width = max((len(step.wrapper) for step in diagnosis.steps), default=0)
    for step in diagnosis.steps:
        page.line(
            (f"{step.wrapper:<{width}}", FAINT),
            f"  {shortened(step.took, _LONGEST)}",
            indent=2,
            hang=width + 2,
        )
