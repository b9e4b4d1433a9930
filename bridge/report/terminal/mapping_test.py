"""The cases of a mapping: a tick or a cross each, and what came out otherwise."""

from __future__ import annotations

import re

from pydantic import JsonValue
from rich.console import Console

from bridge.report.mapping_test import CaseResultPart, MappingTestDocument, UnexpectedPart
from bridge.report.terminal.page import Page
from bridge.report.terminal.parts import ADDED, ALARM, FAINT, HEADING, REMOVED, show_difference
from bridge.report.terminal.words import counted
from bridge.report.text import literal

_HOLDS = "✓ "
_FAILS = "✗ "
_SHORT = 100
_PLAIN = re.compile(r"[a-z_]+", re.ASCII)
"""A word of ours, which needs no quotes."""


def show_mapping_test(document: MappingTestDocument, console: Console) -> None:
    """Print what came of each case, and how many hold."""
    page = Page(console)
    page.line((f"{document.mapping}, tried by {document.cases_file}", HEADING))
    page.blank()
    for case in document.cases:
        _case(page, case)
    page.blank()
    cases = counted(len(document.cases), "case")
    if document.holds:
        page.line(f"All of {cases} hold." if len(document.cases) > 1 else "The one case holds.")
        return
    page.line((f"{document.failed:,} of {cases} came out otherwise.", ALARM))
    page.line(("− as expected, + as it came out", FAINT))


def _unexpected(page: Page, one: UnexpectedPart) -> None:
    """On one line where both values are short, else one above the other."""
    line = f"{one.what}: {_word(one.expected)} expected, {_word(one.found)} came out"
    if page.holds("    ", line) and len(line) <= _SHORT:
        page.line(line, indent=4, hang=2)
        return
    page.line(f"{one.what}:", indent=4)
    show_difference(page, one.expected, one.found, indent=6)


def _word(value: JsonValue) -> str:
    is_plain = isinstance(value, str) and _PLAIN.fullmatch(value)
    return str(value) if is_plain else literal(value)


def _case(page: Page, case: CaseResultPart) -> None:
    mark = (_HOLDS, ADDED) if case.holds else (_FAILS, REMOVED)
    page.line(mark, case.name, ("  " + case.treatment, FAINT), indent=2, hang=2)
    if case.holds:
        return
    page.line((case.place, FAINT), indent=4)
    for one in case.unexpected:
        _unexpected(page, one)
    expected = {one.what for one in case.unexpected}
    if case.held is not None and "what" not in expected:
        page.line(f"{case.decision.value}: {case.held.what}", indent=4, hang=2)
