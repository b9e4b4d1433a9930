"""The status: the newest runs, one a line."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from zoneinfo import ZoneInfo

from rich.console import Console

from bridge.ledger import RunState
from bridge.report.document import RunDocument
from bridge.report.terminal.page import Page
from bridge.report.terminal.parts import ALARM, HEADING
from bridge.report.terminal.words import counted, made_at, standing_in_words, window_in_short


def show_status(
    documents: Sequence[RunDocument], console: Console, sent_now: Collection[str] = ()
) -> None:
    """Print the runs, in the order in which they are given.

    Args:
        documents: of the runs.
        console: where to.
        sent_now: the ids of those that a process may be sending; others that began were cut off.
    """
    page = Page(console)
    if not documents:
        page.line("No runs in this ledger. bridge plan --yesterday makes one.")
        return
    windows = [window_in_short(run.window) for run in documents]
    longest_window = max(map(len, windows))
    states = [_state(run, sent_now) for run in documents]
    longest_state = max(map(len, states))
    moments = _moments(documents)
    for run, moment, window, state in zip(documents, moments, windows, states, strict=True):
        if page.plain:
            _in_words(page, run, moment, window, state)
            continue
        production = () if run.org.sandbox else (" ", ("PRODUCTION", ALARM))
        page.line(
            (run.run_id, HEADING),
            f"  {moment}  {window:<{longest_window}}  {state:<{longest_state}}  ",
            f"{run.counts.fetched:,}: {standing_in_words(run.counts)} · {run.org.name}",
            *production,
            hang=len(run.run_id) + 2,
        )


def _state(run: RunDocument, sent_now: Collection[str]) -> str:
    cut_off = run.state is RunState.SENDING and run.run_id not in sent_now
    return "cut off" if cut_off else str(run.state)


def _moments(documents: Sequence[RunDocument]) -> list[str]:
    """When each was planned; with the clock's name where they were planned by several clocks."""
    moments = [made_at(run) for run in documents]
    if len({run.window.zone for run in documents}) == 1:
        return moments
    clocks = [f"{run.created_at.astimezone(ZoneInfo(run.window.zone)):%Z}" for run in documents]
    widest = max(map(len, clocks))
    return [f"{moment} {clock:<{widest}}" for moment, clock in zip(moments, clocks, strict=True)]


def _in_words(page: Page, run: RunDocument, moment: str, window: str, state: str) -> None:
    org = run.org.name if run.org.sandbox else f"{run.org.name}, PRODUCTION"
    page.line(
        f"Run {run.run_id}: {state}, planned {moment.strip()}, window {window}, org {org}. "
        f"{counted(run.counts.fetched, 'message')}: {standing_in_words(run.counts)}.",
        hang=2,
    )
