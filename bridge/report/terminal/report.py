"""The report: the result, and each message that needs a person."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from bridge.model import Decision, Outcome
from bridge.report.document import ItemPart, ReportDocument, RunDocument
from bridge.report.terminal.page import Page
from bridge.report.terminal.parts import FAINT, HEADING, next_commands
from bridge.report.terminal.result import story
from bridge.report.terminal.words import counted, without_namespace
from bridge.report.text import shortened

MOST_LISTED = 20
"""Messages of one standing."""
_WHAT_ROOM = 200


def show_report(document: ReportDocument, console: Console) -> None:
    """Print how a run stands, and the messages that are not in Salesforce."""
    page = Page(console)
    run = document.run
    story(page, run)
    rejected = [item for item in document.items if item.outcome is Outcome.REJECTED]
    in_doubt = [item for item in document.items if item.outcome is Outcome.IN_DOUBT]
    held = [
        item
        for item in document.items
        if item.decision is Decision.HELD and item.outcome is not Outcome.PRESENT
    ]
    _listed(page, "refused by Salesforce", rejected, run)
    _listed(page, "in doubt", in_doubt, run)
    _listed(page, "held", held, run)
    page.blank()
    next_commands(page, run)


def _listed(page: Page, standing: str, items: Sequence[ItemPart], run: RunDocument) -> None:
    if not items:
        return
    page.blank()
    page.line((f"{counted(len(items), 'message')} {standing}", HEADING))
    for item in items[:MOST_LISTED]:
        what, advice = _why(item)
        name = item.key or f"the result at position {item.position} of the fetch"
        page.line((name, HEADING), f"  {_shown(what, run)}", indent=2, hang=2)
        if advice:
            page.line((_shown(advice, run), FAINT), indent=4, hang=2)
    beyond = len(items) - MOST_LISTED
    if beyond > 0:
        page.line(f"and {beyond:,} more: bridge report {run.run_id} --json lists each", indent=2)


def _why(item: ItemPart) -> tuple[str, str]:
    """What stands in the message's way, and what to do about it."""
    if item.rejection is not None:
        return item.rejection.text, item.rejection.advice
    if item.held is not None:
        return item.held.what, item.held.advice
    return item.note, ""


def _shown(text: str, run: RunDocument) -> str:
    return shortened(without_namespace(text, run), _WHAT_ROOM)
