"""Two mappings side by side: how many messages come out differently, and which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rich.console import Console

from bridge.model import Decision
from bridge.planning import Aspect
from bridge.report.mapping_diff import ContrastPart, GroupPart, MappingDiffDocument, SidePart
from bridge.report.terminal.page import Page
from bridge.report.terminal.parts import ADDED, FAINT, HEADING, REMOVED, WARNING, show_difference
from bridge.report.terminal.words import counted, listed

_MOST_MESSAGES: Final = 5
"""Of one group."""
_MOST_FIELDS: Final = 8
"""Of one message."""
_WORDS: Final[Mapping[Aspect, str]] = {
    Aspect.RECORD: "another record",
    Aspect.RISK: "at another risk",
    Aspect.REASON: "for another reason",
}


def show_mapping_diff(document: MappingDiffDocument, console: Console) -> None:
    """Print what comes out differently, in sum and message by message."""
    page = Page(console)
    failures = counted(document.failures, "failure")
    runs = counted(len(document.runs), "run")
    page.line((f"{failures} of {runs}, under {document.old} and {document.new}", HEADING))
    if document.without_describe:
        page.line(
            (f"Left out, for they kept no describe of the org: {_runs(document)}.", WARNING),
            " --describe org.json tries them on the one that you saved.",
        )
    if not document.different:
        page.line("All come out the same." if document.failures else "Nothing was tried.")
        return
    page.line(f"{document.same:,} come out the same, {len(document.different):,} differently.")
    for group in document.groups:
        page.blank()
        _group(page, group, document)
    page.blank()
    page.line((f"− under {document.old}, + under {document.new}", FAINT))


def _runs(document: MappingDiffDocument) -> str:
    return listed(f"run {run}" for run in document.without_describe)


def _group(page: Page, group: GroupPart, document: MappingDiffDocument) -> None:
    page.line((f"{group.count:,}  {_said(group)}", HEADING))
    alike = [
        one
        for one in document.different
        if (one.aspect, one.old.decision, one.new.decision) == (group.aspect, group.old, group.new)
    ]
    for one in alike[:_MOST_MESSAGES]:
        _message(page, one, document)
    if len(alike) > _MOST_MESSAGES:
        more = len(alike) - _MOST_MESSAGES
        page.line((f"and {more:,} more: --json has them all", FAINT), indent=3)


def _said(group: GroupPart) -> str:
    if group.aspect is Aspect.DECISION:
        return f"{group.old.value} → {group.new.value}"
    return f"{group.new.value}, {_WORDS[group.aspect]}"


def _message(page: Page, one: ContrastPart, document: MappingDiffDocument) -> None:
    page.line(one.key or "unreadable", (f"  run {one.run} · cause {one.cause}", FAINT), indent=3)
    if _side(one.old) != _side(one.new):
        page.line(("− ", REMOVED), _side(one.old), indent=5, hang=2)
        page.line(("+ ", ADDED), _side(one.new), indent=5, hang=2)
    for part in one.fields[:_MOST_FIELDS] if _both_are_sent(one) else ():
        page.line(part.field.removeprefix(f"{document.namespace}__"), indent=5)
        show_difference(page, part.old, part.new, indent=7)
    if _both_are_sent(one) and len(one.fields) > _MOST_FIELDS:
        page.line((f"and {len(one.fields) - _MOST_FIELDS:,} more fields", FAINT), indent=5)


def _both_are_sent(one: ContrastPart) -> bool:
    return one.old.decision is Decision.READY and one.new.decision is Decision.READY


def _side(side: SidePart) -> str:
    why = f": {side.why}" if side.why else f", {side.risk}"
    return f"{side.treatment}{why}"
