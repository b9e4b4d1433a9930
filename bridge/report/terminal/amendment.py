"""What a person changes by hand: each message with its fields, before and after."""

from __future__ import annotations

from collections import Counter

from rich.console import Console

from bridge.model import Risk
from bridge.report.document import AmendedPart, AmendmentDocument
from bridge.report.terminal.page import Page
from bridge.report.terminal.parts import (
    ALARM,
    FAINT,
    HEADING,
    WAITS,
    WARNING,
    next_commands,
    show_difference,
)
from bridge.report.terminal.words import counted
from bridge.report.text import shortened

_WAS_ROOM = 200
"""Cells for why a message was held or refused."""
_STYLE = {Risk.LOSSLESS: "", Risk.LOSSY: WARNING, Risk.INVENTED: ALARM}


def show_amendment(document: AmendmentDocument, namespace: str, console: Console) -> None:
    """Print what a file would change."""
    page = Page(console)
    if not document.amended:
        rows = counted(document.unchanged, "row")
        page.line(("No changes", HEADING), f": {rows} say what the messages hold.")
        return
    amended = counted(len(document.amended), "message")
    page.line((f"{amended} amended by {document.who}, {document.unchanged:,} as before", HEADING))
    for one in document.amended:
        page.blank()
        _message(page, one, f"{namespace}__" if namespace else "")
    page.blank()
    count = Counter(change.risk for one in document.amended for change in one.changes)
    told = ", ".join(f"{count[risk]:,} {risk}" for risk in Risk)
    page.line(f"In all: {told}. What a person writes needs no approval.")


def show_amendment_recorded(document: AmendmentDocument, console: Console) -> None:
    """Print what has become of it, and the next commands."""
    if not document.amended:
        return
    page = Page(console)
    if document.recorded:
        page.line("On record. Nothing was sent.")
        next_commands(page, document.next)
    else:
        page.line("Nothing was changed: this was a dry run.")


def _message(page: Page, one: AmendedPart, prefix: str) -> None:
    page.line((f"{one.key}  row {one.row:,}", HEADING))
    page.line((shortened(one.was.replace(prefix, ""), _WAS_ROOM), FAINT), indent=2, hang=2)
    for change in one.changes:
        field = change.field.removeprefix(prefix)
        page.line((change.risk.value, _STYLE[change.risk]), f"  {field}", indent=2, hang=2)
        show_difference(page, change.before, change.after, indent=4)
    if one.waits:
        said = f"{WAITS}: {one.waits.replace(prefix, '')}"
        page.line((shortened(said, _WAS_ROOM), WARNING), indent=2, hang=2)
