"""The result: what became of every message, and what is left to do."""

from __future__ import annotations

from rich.console import Console

from bridge.ledger import RunState
from bridge.model import Outcome
from bridge.report.document import CausePart, RunDocument
from bridge.report.terminal.page import Page
from bridge.report.terminal.parts import (
    ALARM,
    FAINT,
    HEADING,
    WARNING,
    disagreements,
    head,
    next_commands,
)
from bridge.report.terminal.words import counted, without_namespace
from bridge.report.text import shortened

_MOST_REMARKS = 3
"""Of one outcome."""
_MESSAGE_ROOM = 300
"""Cells for what Salesforce said."""


def show_result(document: RunDocument, console: Console) -> None:
    """Print how a run stands."""
    page = Page(console)
    story(page, document)
    if document.next:
        page.blank()
        next_commands(page, document)


def story(page: Page, document: RunDocument) -> None:
    """All but the next commands."""
    head(page, document)
    _sentence(page, document)
    disagreements(page, document)
    page.blank()
    _figures(page, document)
    _left_to_do(page, document)
    _stop(page, document)


def _sentence(page: Page, document: RunDocument) -> None:
    counts = document.counts
    if not counts.fetched:
        page.line(("No failed messages in this window.", HEADING))
        return
    there = (
        f"{counts.there:,} of {counted(counts.fetched, 'message')} "
        f"{'is' if counts.there == 1 else 'are'} in Salesforce now"
    )
    how = {"inserted": counts.synced, "there already": counts.present}
    missing = {
        "refused": counts.rejected,
        "in doubt": counts.in_doubt,
        "not sent yet": counts.not_sent_yet,
        "held": counts.held,
        "skipped": counts.skipped,
    }
    left = counts.fetched - counts.there
    page.line((there + _told(how) + ".", HEADING))
    if left:
        page.line((f"{left:,} {'is' if left == 1 else 'are'} not{_told(missing)}.", HEADING))


def _told(parts: dict[str, int]) -> str:
    said = ", ".join(f"{count:,} {word}" for word, count in parts.items() if count)
    return f": {said}" if said else ""


def _figures(page: Page, document: RunDocument) -> None:
    """A column that adds up to what was fetched."""
    counts = document.counts
    rows = (
        (counts.synced, "inserted by this run", Outcome.SYNCED),
        (counts.present, "in Salesforce already, not inserted again", Outcome.PRESENT),
        (counts.rejected, "refused by Salesforce", Outcome.REJECTED),
        (counts.in_doubt, "in doubt: a request gave no answer", Outcome.IN_DOUBT),
        (counts.not_sent_yet, "not sent yet", Outcome.NOT_SENT),
        (counts.held, "held: nothing was sent", None),
        (counts.skipped, "skipped: nothing was sent", None),
    )
    width = len(f"{counts.fetched:,}") + 2
    for count, words, outcome in rows:
        if count:
            page.line(f"{count:>{width},}  {words}", hang=width + 2)
            if outcome is not None:
                _remarks(page, document, outcome, width + 2)
    page.line(f"{counts.fetched:>{width},}  fetched", hang=width + 2)
    if counts.repeated:
        page.line(f"{counts.repeated:,} more came a second time, and count once.", indent=width + 2)


def _remarks(page: Page, document: RunDocument, outcome: Outcome, indent: int) -> None:
    remarks = [remark for remark in document.remarks if remark.outcome is outcome]
    for remark in remarks[:_MOST_REMARKS]:
        page.line((f"{remark.count:,}: {remark.note}", FAINT), indent=indent + 2, hang=2)
    beyond = sum(remark.count for remark in remarks[_MOST_REMARKS:])
    if beyond:
        page.line((f"{beyond:,} more with a note of their own", FAINT), indent=indent + 2)


def _left_to_do(page: Page, document: RunDocument) -> None:
    if document.rejections or document.counts.held or document.counts.skipped:
        page.blank()
        page.line(("Left to do", HEADING))
    for rejection in document.rejections:
        page.line(
            (f"{rejection.count:,} refused", WARNING),
            f'  "{shortened(rejection.message, _MESSAGE_ROOM)}"',
            indent=2,
            hang=2,
        )
        page.line(rejection.advice, indent=4, hang=2)
    for cause in document.causes:
        for group in cause.held:
            page.line(
                (f"{group.count:,} {group.decision.value}", WARNING),
                f"  {without_namespace(group.what, document)}",
                (f" (failed for {_named(cause, document)})", FAINT),
                indent=2,
                hang=2,
            )
            page.line(without_namespace(group.advice, document), indent=4, hang=2)


def _named(cause: CausePart, document: RunDocument) -> str:
    fields = "".join(f" {without_namespace(field, document)}" for field in cause.fields[:1])
    return f"{cause.code}{fields}" if cause.code else "no known cause"


def _stop(page: Page, document: RunDocument) -> None:
    if document.state is RunState.STOPPED:
        page.blank()
        page.line(("The run stopped before its end: ", ALARM), document.stop_reason, hang=2)
    elif document.state is RunState.PLANNING:
        page.blank()
        page.line("The plan was not finished: it can't be sent.")
    elif document.state is RunState.SENDING:
        page.blank()
        page.line("The run has not ended: it is being sent, or was killed while it was.")
