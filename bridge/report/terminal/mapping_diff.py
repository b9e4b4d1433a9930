"""Two mappings side by side: how many messages come out differently, and which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from rich.console import Console

from bridge.planning import Aspect
from bridge.report.mapping_diff import ContrastPart, GroupPart, MappingDiffDocument, SidePart
from bridge.report.terminal.page import Page
from bridge.report.terminal.parts import ADDED, FAINT, HEADING, REMOVED, WARNING, show_difference
from bridge.report.terminal.words import counted, listed, what_is_done, why_in_words

_MOST_CAUSES: Final = 5
"""Of one group, the most frequent first."""
_MOST_MESSAGES: Final = 5
"""Of one group; one at least of each cause that is shown."""
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
    if page.plain:
        page.line(f"before: under {document.old}; after: under {document.new}")
        return
    page.line((f"− under {document.old}, + under {document.new}", FAINT))


def _runs(document: MappingDiffDocument) -> str:
    return listed(f"run {run}" for run in document.without_describe)


def _group(page: Page, group: GroupPart, document: MappingDiffDocument) -> None:
    page.line((f"{group.count:,}  {_said(page, group)}", HEADING))
    alike = [
        one
        for one in document.different
        if (one.aspect, one.old.decision, one.new.decision) == (group.aspect, group.old, group.new)
    ]
    counts = Counter(one.cause for one in alike).most_common()
    shown = counts[:_MOST_CAUSES]
    for cause, count in shown:
        page.line(f"{count:,} of cause {cause}", indent=3)
        of_cause = [one for one in alike if one.cause == cause]
        for one in of_cause[: max(1, _MOST_MESSAGES // len(shown))]:
            _message(page, one, document)
    if len(counts) > len(shown):
        more = counted(len(counts) - len(shown), "more cause")
        page.line((f"and {more}: --json has them all", FAINT), indent=3)


def _said(page: Page, group: GroupPart) -> str:
    if group.aspect is Aspect.DECISION and page.plain:
        return f"{group.old.value} before, {group.new.value} after"
    if group.aspect is Aspect.DECISION:
        return f"{group.old.value} → {group.new.value}"
    return f"{group.new.value}, {_WORDS[group.aspect]}"


def _message(page: Page, one: ContrastPart, document: MappingDiffDocument) -> None:
    page.line(one.key or "unreadable", (f"  run {one.run}", FAINT), indent=5)
    if _side(one.old) != _side(one.new):
        before, after = ("before: ", "after: ") if page.plain else ("− ", "+ ")
        page.line((before, REMOVED), _side(one.old), indent=7, hang=2)
        page.line((after, ADDED), _side(one.new), indent=7, hang=2)
    for part in one.fields[:_MOST_FIELDS]:
        page.line(part.field.removeprefix(f"{document.namespace}__"), indent=7)
        show_difference(page, part.old, part.new, indent=9)
    if len(one.fields) > _MOST_FIELDS:
        page.line((f"and {len(one.fields) - _MOST_FIELDS:,} more fields", FAINT), indent=7)


def _side(side: SidePart) -> str:
    done = what_is_done(side.treatment, side.reason)
    if side.why is None:
        return f"{done}, {side.risk}"
    return f"{done}: {why_in_words(side.treatment, side.why, side.advice or '')}"
