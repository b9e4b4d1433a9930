"""An error text explained: what happened and what to do, then how it was read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rich.console import Console

from bridge.diagnosis import advise
from bridge.diagnosis.catalogue import CATALOGUE, Who
from bridge.model import Confidence, Diagnosis, Handler, Kind
from bridge.report.terminal.page import Page
from bridge.report.terminal.parts import FAINT, HEADING
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
_WITHOUT_TEXT: Final = "Salesforce gives {code}, for which there is no text here."
_CONFIDENCE: Final = {
    Confidence.CERTAIN: "by its form",
    Confidence.LIKELY: "likely: the text is cut, or its form is not known",
    Confidence.NONE: "by its words alone",
}
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
    page.line(advice.sentence)
    page.blank()
    facts = list(_facts(diagnosis))
    if advice.who is not None:
        facts.insert(0, ("who can", _WHO[advice.who]))
    width = max((len(name) for name, _ in facts), default=0)
    for name, said in facts:
        page.line((f"{name:<{width}}", FAINT), f"  {said}", indent=2, hang=width + 2)
    page.blank()
    _how_it_was_read(page, diagnosis)


def _what_happened(diagnosis: Diagnosis) -> str:
    if diagnosis.code is None:
        return _WITHOUT_CODE.get(diagnosis.kind, _UNREAD if diagnosis.message else _EMPTY)
    entry = CATALOGUE.get(diagnosis.code)
    if entry is None or not entry.explained:
        return _WITHOUT_TEXT.format(code=diagnosis.code)
    place = _place(diagnosis)
    return f"{entry.meaning.removesuffix('.')}: {place}." if place else entry.meaning


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
        return f"Read as {diagnosis.kind}, {_CONFIDENCE[diagnosis.confidence]}."
    within = f", within {diagnosis.outer_code}" if diagnosis.outer_code else ""
    return (
        f"Read as {diagnosis.code}{within}: {diagnosis.kind}, {_CONFIDENCE[diagnosis.confidence]}."
    )


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
