"""The cases of a mapping: a tick or a cross each, and what came out otherwise."""

from __future__ import annotations

import re

from pydantic import JsonValue
from rich.console import Console

from bridge.report.mapping_test import CaseResultPart, MappingTestDocument, UnexpectedPart
from bridge.report.terminal.page import Page
from bridge.report.terminal.parts import ADDED, ALARM, FAINT, HEADING, REMOVED, show_difference
from bridge.report.terminal.words import counted, what_is_done, why_in_words
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
    stacked = 0
    for case in document.cases:
        stacked += _case(page, case)
    page.blank()
    cases = counted(len(document.cases), "case")
    if document.holds:
        page.line(f"All of {cases} hold." if len(document.cases) > 1 else "The one case holds.")
        return
    page.line((f"{document.failed:,} of {cases} came out otherwise.", ALARM))
    if stacked and page.plain:
        page.line("before: as expected; after: as it came out")
    elif stacked:
        page.line(("− as expected, + as it came out", FAINT))


def _unexpected(page: Page, one: UnexpectedPart) -> bool:
    """On one line where both values are short, else one above the other: whether that was so."""
    line = f"{one.what}: {_word(one.expected)} expected, {_word(one.found)} came out"
    if page.holds("    ", line) and len(line) <= _SHORT:
        page.line(line, indent=4, hang=2)
        return False
    page.line(f"{one.what}:", indent=4)
    show_difference(page, one.expected, one.found, indent=6)
    return True


def _word(value: JsonValue) -> str:
    is_plain = isinstance(value, str) and _PLAIN.fullmatch(value)
    return str(value) if is_plain else literal(value)


def _case(page: Page, case: CaseResultPart) -> int:
    """Print it; returns how many differences stand one above the other."""
    holds, fails = ("holds: ", "fails: ") if page.plain else (_HOLDS, _FAILS)
    mark = (holds, ADDED) if case.holds else (fails, REMOVED)
    done = what_is_done(case.treatment, case.held.reason if case.held else None)
    page.line(mark, case.name, (f"  {done}", FAINT), indent=2, hang=2)
    if case.holds:
        return 0
    page.line((case.place, FAINT), indent=4)
    stacked = sum(_unexpected(page, one) for one in case.unexpected)
    expected = {one.what for one in case.unexpected}
    if case.held is not None and "what" not in expected:
        why = why_in_words(case.treatment, case.held.what, case.held.advice)
        page.line(f"{case.decision.value}: {why}", indent=4, hang=2)
    return stacked
