"""The pages of `bridge causes`: those that are open, and one with its history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from rich.console import Console

from bridge.report.causes import (
    DAYS,
    CauseDocument,
    CauseRunPart,
    CausesDocument,
    CauseSummary,
    DayPart,
    MessagesPart,
)
from bridge.report.document import NextPart
from bridge.report.terminal.page import Page
from bridge.report.terminal.parts import FAINT, HEADING, WARNING, next_commands
from bridge.report.terminal.words import bounded, counted
from bridge.report.text import shortened

_LEVELS: Final = "▁▂▃▄▅▆▇█"
_ROOM: Final = 400
"""Cells for a message in full."""
_BODY: Final = 8
_MOST_FIELDS: Final = 3


def show_causes(document: CausesDocument, console: Console, flags: str = "") -> None:
    """Print the causes of a ledger, one below the other."""
    page = Page(console)
    if not document.causes:
        said = (
            "No causes in this ledger yet." if document.all else "No cause leaves a message open."
        )
        page.line((said, HEADING))
        if not document.all:
            page.line("bridge causes --all lists those that are settled, too.")
        return
    unfinished = sum(one.messages.open + one.messages.in_doubt for one in document.causes)
    causes = counted(len(document.causes), "cause" if document.all else "open cause")
    page.line(
        (f"{causes}, {counted(unfinished, 'message')} open", HEADING),
        f" · the last {DAYS} days ({document.zone})",
    )
    for one in document.causes:
        page.blank()
        _summary(page, one, ZoneInfo(document.zone))
    first = document.causes[0].id
    steps = [NextPart(command=f"bridge causes {first}{flags}", why="with examples and its history")]
    if unfinished:
        steps.append(
            NextPart(command=f"bridge resync --open{flags}", why=f"send the {unfinished:,} again")
        )
    next_commands(page, steps)


def show_cause(document: CauseDocument, console: Console, flags: str = "") -> None:
    """Print one cause: what it says, what is known of it, how it went."""
    page = Page(console)
    cause, zone = document.cause, ZoneInfo(document.zone)
    _summary(page, cause, zone)
    if cause.former_ids:
        page.line(f"Its id was {bounded(list(cause.former_ids), 5)}.", indent=_BODY, hang=2)
    for finding in document.findings:
        page.line(f"{finding.says}.", indent=_BODY, hang=2)
        if finding.link:
            page.command(" " * _BODY, (finding.link, FAINT))
    if document.mend_at_the_source:
        page.line((document.mend_at_the_source, WARNING), indent=_BODY, hang=2)
    if document.examples:
        page.blank()
        page.line(("Examples", HEADING))
        for example in document.examples:
            page.line((f"run {example.run_id}  {example.key or 'unreadable'}", FAINT), indent=2)
            page.line(f'"{shortened(example.text, _ROOM)}"', indent=4, hang=2)
    if document.runs:
        page.blank()
        page.line(("Runs", HEADING))
        for run in document.runs:
            when = f"{run.created_at.astimezone(zone):%Y-%m-%d %H:%M}"
            page.line(f"{run.run_id}  {when}  {run.count:,}: {_became(run)}", indent=2, hang=2)
    left = cause.messages.open + cause.messages.in_doubt
    if left:
        command = f"bridge resync --open --cause {cause.id}{flags}"
        next_commands(page, [NextPart(command=command, why=f"send the {left:,} again")])


def sparkline(days: Sequence[DayPart]) -> str:
    """One block a day, as high as its share of the worst day; the lowest has no failure."""
    worst = max((day.failures for day in days), default=0)
    return "".join(
        _LEVELS[0 if not day.failures else max(1, -(-day.failures * 7 // worst))] for day in days
    )


def _summary(page: Page, cause: CauseSummary, zone: ZoneInfo) -> None:
    room = max(20, page.width - _BODY - 2)
    said = f'"{shortened(cause.message, room)}"' if cause.message else "no error text came with it"
    page.line((f"{cause.id:<{_BODY - 2}}", HEADING), "  ", said, hang=_BODY)
    named = f"{cause.kind}  {cause.code or 'no code'}"
    if cause.fields:
        named += f" on {bounded(list(cause.fields), _MOST_FIELDS)}"
    page.line((named, FAINT), indent=_BODY, hang=2)
    first, last = _day(cause.first_seen, zone), _day(cause.last_seen, zone)
    seen = first if first == last else f"{first} to {last}"
    page.line(
        f"{sparkline(cause.days)}  {_messages(cause.messages)}",
        (f" · {seen}, {counted(cause.runs, 'run')}", FAINT),
        indent=_BODY,
        hang=2,
    )
    page.line(cause.advice, indent=_BODY, hang=2)
    if len(cause.orgs) > 1:
        page.line(f"in {bounded(list(cause.orgs), 3)}", indent=_BODY, hang=2)
    if cause.care is not None:
        page.line(*_care(cause, zone), indent=_BODY, hang=2)


def _care(cause: CauseSummary, zone: ZoneInfo) -> Iterator[str]:
    care = cause.care
    if care is None:
        return
    if care.owner:
        yield f"{care.owner} looks after it"
    if care.note:
        yield (": " if care.owner else "") + f'"{shortened(care.note, _ROOM)}"'
    if care.owner or care.note:
        yield f" ({_day(care.at, zone)})"


def _messages(messages: MessagesPart) -> str:
    said = {
        "open": messages.open,
        "in doubt": messages.in_doubt,
        "inserted": messages.delivered,
        "there already": messages.present,
        "skipped": messages.skipped,
    }
    return (
        ", ".join(f"{number:,} {word}" for word, number in said.items() if number) or "no message"
    )


def _became(run: CauseRunPart) -> str:
    said = {
        "inserted": run.synced,
        "there already": run.present,
        "rejected": run.rejected,
        "in doubt": run.in_doubt,
        "not sent": run.not_sent,
        "held": run.held,
        "skipped": run.skipped,
    }
    return ", ".join(f"{number:,} {word}" for word, number in said.items() if number) or "none"


def _day(moment: dt.datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    return f"{local.day} {local:%B %Y}"
