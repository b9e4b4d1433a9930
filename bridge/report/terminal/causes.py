"""The pages of `bridge causes`: those that are open, and one with its history."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
from bridge.report.next_part import NextPart
from bridge.report.terminal.page import Page
from bridge.report.terminal.parts import FAINT, HEADING, WARNING, next_commands
from bridge.report.terminal.words import bounded, counted, listed, without_prefix
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
        if document.settled:
            page.line(("No cause leaves a message open.", HEADING))
            page.line("bridge causes --all lists those that are settled, too.")
        else:
            page.line(("No causes in this ledger yet.", HEADING))
        return
    all_of_them = _together(one.messages for one in document.causes)
    causes = counted(len(document.causes), "cause" if document.all else "open cause")
    page.line(
        (f"{causes}, {counted(_left(all_of_them), 'message')} open", HEADING),
        (f": {_unfinished(all_of_them)}" if _left(all_of_them) else "", HEADING),
        f"{page.separator}the last {DAYS} days ({document.zone})",
        hang=2,
    )
    for one in document.causes:
        page.blank()
        _summary(page, one, ZoneInfo(document.zone))
    first = document.causes[0].id
    steps = [NextPart(command=f"bridge causes {first}{flags}", why="with examples and its history")]
    if _left(all_of_them):
        steps.append(NextPart(command=f"bridge resync --open{flags}", why=_why(all_of_them)))
    next_commands(page, steps)


def show_cause(document: CauseDocument, console: Console, flags: str = "") -> None:
    """Print one cause: what it says, what is known of it, how it went."""
    page = Page(console)
    cause, zone = document.cause, ZoneInfo(document.zone)
    _summary(page, cause, zone)
    if cause.former_ids:
        page.line(f"Its id was {bounded(list(cause.former_ids), 5)}.", indent=_BODY, hang=2)
    left = _left(cause.messages)
    if left:
        _found_out(page, document)
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
        page.line(("Runs", HEADING), f" ({document.zone})")
        for run in document.runs:
            when = f"{run.created_at.astimezone(zone):%Y-%m-%d %H:%M}"
            page.line(f"{run.run_id}  {when}  {run.count:,}: {_became(run)}", indent=2, hang=2)
    if left:
        narrowed = f"bridge resync --open --cause {cause.id}"
        look = NextPart(command=f"{narrowed} --dry-run{flags}", why="ask the org again, and plan")
        send = NextPart(command=f"{narrowed}{flags}", why=_why(cause.messages))
        next_commands(page, [look, send])


def sparkline(days: Sequence[DayPart]) -> str:
    """One block a day, as high as its share of the worst day; the lowest has no failure."""
    worst = max((day.failures for day in days), default=0)
    return "".join(
        _LEVELS[0 if not day.failures else max(1, -(-day.failures * 7 // worst))] for day in days
    )


def _summary(page: Page, cause: CauseSummary, zone: ZoneInfo) -> None:
    room = max(20, page.width - _BODY - 2)
    said = (
        f'"{page.in_column(cause.message, room)}"'
        if cause.message
        else "no error text came with it"
    )
    page.line((f"{cause.id:<{_BODY - 2}}", HEADING), "  ", said, hang=_BODY)
    named = f"{cause.kind}  {cause.code or 'no code'}"
    if cause.fields:
        fields = [without_prefix(field, cause.namespace) for field in cause.fields]
        named += f" on {bounded(fields, _MOST_FIELDS)}"
    page.line((named, FAINT), indent=_BODY, hang=2)
    first, last = _day(cause.first_seen, zone), _day(cause.last_seen, zone)
    seen = first if first == last else f"{first} to {last}"
    page.line(
        _by_day(page, cause.days),
        _messages(cause.messages),
        (f"{page.separator}{seen}, {_runs(cause)}", FAINT),
        indent=_BODY,
        hang=2,
    )
    for line in _what_to_do(cause):
        page.line(*line, indent=_BODY, hang=2)
    if len(cause.orgs) > 1:
        page.line(f"in {bounded(list(cause.orgs), 3)}", indent=_BODY, hang=2)
    if cause.care is not None:
        page.line(*_care(cause, zone), indent=_BODY, hang=2)


def _by_day(page: Page, days: Sequence[DayPart]) -> str:
    """A picture where one can be seen; else each line below says a figure of its own."""
    return "" if page.plain else f"{sparkline(days)}  "


def _found_out(page: Page, document: CauseDocument) -> None:
    """What the plan and the org said of a cause; the latter as of when it was asked."""
    asked, namespace = document.asked, document.cause.namespace
    if asked is not None:
        zone = ZoneInfo(asked.zone)
        when = f"{_day(asked.at, zone)} {asked.at.astimezone(zone):%H:%M}"
        page.line(f"Asked on {when} ({asked.zone}, run {asked.run_id}):", indent=_BODY, hang=2)
    for finding in document.findings:
        page.line(f"{without_prefix(finding.says, namespace)}.", indent=_BODY + 2, hang=2)
        if finding.link:
            page.command(" " * (_BODY + 2), (finding.link, FAINT))
    if asked is not None and asked.refused_since:
        said = "1 was" if asked.refused_since == 1 else f"{asked.refused_since:,} were"
        page.line((f"{said} refused again since.", WARNING), indent=_BODY + 2, hang=2)


def _what_to_do(cause: CauseSummary) -> Iterator[tuple[str | tuple[str, str], ...]]:
    """The plan's own reasons before the advice that a code has for everybody."""
    messages = cause.messages
    if not _left(messages):
        yield ("Nothing is open.",)
        return
    for group in cause.held if messages.held else ():
        yield ("held", WARNING), f"  {without_prefix(group.what, cause.namespace)}"
        yield (without_prefix(group.advice, cause.namespace),)
    if messages.held == _left(messages) and cause.held:
        return
    if cause.repaired_with and not messages.rejected:
        yield (f"The mapping repairs them: {'; or '.join(cause.repaired_with)}.",)
        return
    rules = f"Rule {listed(cause.rules)}. " if cause.rules else ""
    yield (f"{rules}{cause.advice}",)


def _runs(cause: CauseSummary) -> str:
    runs = counted(cause.runs, "run")
    if not cause.only_planned:
        return runs
    if cause.only_planned == cause.runs:
        return f"{runs}, only planned"
    return f"{runs}, {cause.only_planned:,} of them only planned"


def _left(messages: MessagesPart) -> int:
    return messages.open + messages.in_doubt


def _together(parts: Iterable[MessagesPart]) -> MessagesPart:
    sums: Counter[str] = Counter()
    for part in parts:
        sums.update(part.model_dump())
    return MessagesPart(**{name: sums[name] for name in MessagesPart.model_fields})


def _why(messages: MessagesPart) -> str:
    """What a resync of these comes to."""
    unrepaired = messages.held + messages.rejected
    said = {
        f"send the {messages.ready:,}": messages.ready,
        f"once repaired: bring the {unrepaired:,}": unrepaired,
        f"settle the {messages.in_doubt:,} in doubt": messages.in_doubt,
    }
    return "; ".join(words for words, number in said.items() if number)


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


def _unfinished(messages: MessagesPart) -> str:
    return _told(
        {
            "ready": messages.ready,
            "held": messages.held,
            "rejected": messages.rejected,
            "in doubt": messages.in_doubt,
        }
    )


def _messages(messages: MessagesPart) -> str:
    there = {
        "inserted": messages.delivered,
        "there already": messages.present,
        "skipped": messages.skipped,
    }
    parts = (_unfinished(messages), _told(there))
    return ", ".join(part for part in parts if part) or "no message"


def _became(run: CauseRunPart) -> str:
    said = {
        "inserted": run.synced,
        "there already": run.present,
        "rejected": run.rejected,
        "in doubt": run.in_doubt,
        "ready" if run.only_planned else "not sent": run.not_sent,
        "held": run.held,
        "skipped": run.skipped,
    }
    return (_told(said) or "none") + (", only planned" if run.only_planned else "")


def _told(parts: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,} {word}" for word, number in parts.items() if number)


def _day(moment: dt.datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    return f"{local.day} {local:%B %Y}"
