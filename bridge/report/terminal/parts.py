"""What several pages have: the head, the counts, what is left over, the next commands."""

from __future__ import annotations

from pydantic import JsonValue
from rich.cells import cell_len

from bridge.report.document import RunDocument
from bridge.report.terminal.page import Page
from bridge.report.terminal.words import window_in_full, without_namespace
from bridge.report.text import ELLIPSIS, LEAST_ROOM, Excerpt, difference

HEADING = "bold"
FAINT = "dim"
REMOVED = "red"
ADDED = "green"
WARNING = "yellow"
ALARM = "bold magenta"


def head(page: Page, run: RunDocument) -> None:
    """Which window, which org, which key."""
    kind = ("sandbox", "") if run.org.sandbox else ("PRODUCTION", ALARM)
    unique = "unique" if run.key.unique else "not unique"
    page.line(
        (window_in_full(run.window), HEADING),
        f" · org {run.org.name}, ",
        kind,
        f" · key {without_namespace(run.key.field, run)}, {unique}",
    )


def disagreements(page: Page, run: RunDocument) -> None:
    """Where the e-mail, GoTallo and what was fetched differ."""
    counts = run.counts
    if counts.expected is not None and counts.expected != counts.fetched:
        page.line((f"The e-mail says {_against(counts.expected, counts.fetched)}.", WARNING))
    if counts.announced is not None and counts.announced != counts.fetched:
        again = f"; {counts.repeated:,} came more than once" if counts.repeated else ""
        page.line(
            (f"GoTallo announced {_against(counts.announced, counts.fetched)}{again}.", WARNING)
        )
    for note in run.notes:
        page.line(note, hang=2)


def next_commands(page: Page, run: RunDocument) -> None:
    """Ready to paste."""
    longest = max((cell_len(step.command) for step in run.next), default=0)
    for number, step in enumerate(run.next):
        label = ("next   ", HEADING) if not number else "       "
        if 7 + longest + 4 + len(step.why) > page.width:
            page.line(label, step.command)
            page.line((step.why, FAINT), indent=9)
        else:
            page.line(label, f"{step.command:<{longest}}    ", (step.why, FAINT))


def show_difference(page: Page, before: JsonValue, after: JsonValue, indent: int) -> None:
    """The value before and after: on one line where that is short, else one above the other."""
    room = max(LEAST_ROOM, page.width - indent - 2)
    shown = difference(before, after, room)
    old, new = str(shown.before), str(shown.after)
    if cell_len(old) + cell_len(new) + 4 <= room and ELLIPSIS not in old + new:
        page.line((old, REMOVED), " → ", (new, ADDED), indent=indent, hang=2)
        return
    page.line(*_signed("− ", shown.before, REMOVED), indent=indent, hang=2)
    page.line(*_signed("+ ", shown.after, ADDED), indent=indent, hang=2)


def _signed(sign: str, excerpt: Excerpt, style: str) -> tuple[str | tuple[str, str], ...]:
    return (sign, style), (excerpt.head, FAINT), (excerpt.differing, style), (excerpt.tail, FAINT)


def _against(said: int, fetched: int) -> str:
    more = "more" if said > fetched else "fewer"
    return f"{said:,}: {abs(said - fetched):,} {more} than were fetched"
