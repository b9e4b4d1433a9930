"""The status: the newest runs, one a line."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from bridge.report.document import RunDocument
from bridge.report.terminal.page import Page
from bridge.report.terminal.parts import ALARM, HEADING
from bridge.report.terminal.words import counted, made_at, standing_in_words, window_in_short


def show_status(documents: Sequence[RunDocument], console: Console) -> None:
    """Print the runs, in the order in which they are given."""
    page = Page(console)
    if not documents:
        page.line("No runs in this ledger. bridge plan --yesterday makes one.")
        return
    windows = [window_in_short(run.window) for run in documents]
    longest_window = max(map(len, windows))
    longest_state = max(len(run.state) for run in documents)
    for run, window in zip(documents, windows, strict=True):
        if page.plain:
            _in_words(page, run, window)
            continue
        production = () if run.org.sandbox else (" ", ("PRODUCTION", ALARM))
        page.line(
            (run.run_id, HEADING),
            f"  {made_at(run)}  {window:<{longest_window}}  {run.state:<{longest_state}}  ",
            f"{run.counts.fetched:,}: {standing_in_words(run.counts)} · {run.org.name}",
            *production,
            hang=len(run.run_id) + 2,
        )


def _in_words(page: Page, run: RunDocument, window: str) -> None:
    org = run.org.name if run.org.sandbox else f"{run.org.name}, PRODUCTION"
    page.line(
        f"Run {run.run_id}: {run.state}, planned {made_at(run)}, window {window}, org {org}. "
        f"{counted(run.counts.fetched, 'message')}: {standing_in_words(run.counts)}.",
        hang=2,
    )
