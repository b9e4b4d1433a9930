"""What several pages have: the head, the counts, what is left over, the next commands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import JsonValue
from rich.cells import cell_len

from bridge.model import Delivery
from bridge.report.next_part import NextPart
from bridge.report.terminal.page import Page
from bridge.report.terminal.words import counted, window_in_full, without_namespace
from bridge.report.text import ELLIPSIS, LEAST_ROOM, Excerpt, difference, shortened

if TYPE_CHECKING:
    from bridge.report.document import CausePart, RunDocument

HEADING = "bold"
FAINT = "dim"
REMOVED = "red"
ADDED = "green"
WARNING = "yellow"
ALARM = "bold magenta"

WAITS = "waits for approval"

_MOST_SENT_AGAIN = 10
"""Messages whose re-send is told one by one."""
_WHO_ROOM = 120
"""Cells for who ordered it."""
_WHY_ROOM = 200
"""Cells for why."""
_PLAIN_DIFFERENCE = 300
"""Cells for a value where it need not fit on one line."""
_WAS = {
    Delivery.DELIVERED: "we had inserted it",
    Delivery.PRESENT: "it had been there",
    Delivery.OPEN: "somebody else had inserted it",
}


def head(page: Page, run: RunDocument) -> None:
    """Which window, which org, which key."""
    window = (window_in_full(run.window), HEADING)
    kind = ("sandbox", "") if run.org.sandbox else ("PRODUCTION", ALARM)
    unique = "unique" if run.key.unique else "not unique"
    profile = f"profile {run.profile}{page.separator}" if run.profile else ""
    org = (f"{profile}org {run.org.name}, ", kind)
    key = f"{page.separator}key {without_namespace(run.key.field, run)}, {unique}"
    if page.holds(window, page.separator, *org, key):
        page.line(window, page.separator, *org, key)
    else:
        page.line(window)
        page.line(*org, key)


def disagreements(page: Page, run: RunDocument) -> None:
    """Where the e-mail, GoTallo and what was fetched differ."""
    counts = run.counts
    if counts.expected is not None and counts.expected != counts.listed:
        page.line(
            (f"The e-mail says {_against(counts.expected, counts.listed, 'GoTallo')}.", WARNING)
        )
        page.line("Its day may be another zone's: --tz names the zone.")
    if counts.announced == counts.listed + counts.repeated and counts.repeated:
        page.line(
            f"GoTallo announced {counts.announced:,}: {counts.repeated:,} came a second time, and "
            "count once.",
            hang=2,
        )
    elif counts.announced is not None and counts.announced != counts.listed:
        again = f"; {counts.repeated:,} came a second time" if counts.repeated else ""
        page.line(
            (
                f"GoTallo announced {_against(counts.announced, counts.listed, 'it')}{again}.",
                WARNING,
            ),
            hang=2,
        )
    if counts.narrowed:
        listed = counted(counts.listed, "message")
        page.line(f"Narrowed to {counts.fetched:,} of the window's {listed}.", hang=2)
    for note in run.notes:
        page.line(note, hang=2)


def resend(page: Page, run: RunDocument) -> None:
    """Who has messages sent again that were deleted in the org, why, and what each was."""
    if run.resend is None:
        return
    page.line(
        ("Sent again even if somebody deleted it in Salesforce", WARNING),
        f": ordered by {shortened(run.resend.who, _WHO_ROOM)}, "
        f'"{shortened(run.resend.why, _WHY_ROOM)}"',
        hang=2,
    )
    for one in run.resend.messages[:_MOST_SENT_AGAIN]:
        was = _WAS[one.was] + (f" as {one.salesforce_id}" if one.salesforce_id else "")
        page.line((f"{one.key}  {was}", FAINT), indent=4, hang=2)
    beyond = len(run.resend.messages) - _MOST_SENT_AGAIN
    if beyond > 0:
        page.line((f"and {beyond:,} more", FAINT), indent=4)


def next_commands(page: Page, steps: Sequence[NextPart]) -> None:
    """Ready to paste: what a command is for stands beside it, or below where that is too long."""
    if not steps:
        return
    page.blank()
    longest = max(cell_len(step.command) for step in steps)
    beside = all(page.holds(" " * (longest + 11), step.why) for step in steps)
    for number, step in enumerate(steps):
        label = ("next   ", HEADING) if not number else "       "
        if page.plain:
            page.command("Next: ", step.command)
            page.line(f"What for: {step.why}", hang=2)
        elif beside:
            page.line(label, f"{step.command:<{longest}}    ", (step.why, FAINT))
        else:
            page.command(label, step.command)
            page.line((step.why, FAINT), indent=9)


class CauseColumns:
    """How the causes of a run stand below each other."""

    def __init__(self, page: Page, document: RunDocument) -> None:
        causes = document.causes
        self._page = page
        self._number = len(str(len(causes)))
        self._kind = max((len(cause.kind) for cause in causes), default=0)
        self._count = max((len(f"{cause.count:,}") for cause in causes), default=0)

    def _start(self, number: int, cause: CausePart) -> str:
        if self._page.plain:
            return f"Cause {number}, {cause.kind}, {counted(cause.count, 'message')}"
        return (
            f"{number:>{self._number}}  {cause.kind:<{self._kind}}  {cause.count:>{self._count},}"
        )

    @property
    def body(self) -> int:
        """Where the text of a cause begins."""
        return 2 if self._page.plain else self._number + self._kind + self._count + 6

    def head(self, number: int, cause: CausePart) -> None:
        """Write a cause's number, kind and count, and the message that it failed with."""
        page = self._page
        room = max(20, page.width - self.body - 2)
        quoted = f'"{page.in_column(cause.message, room)}"' if cause.message else None
        said = quoted or cause.code or "no error text came with it"
        page.line((self._start(number, cause), HEADING), "  ", said, hang=self.body)


def show_difference(page: Page, before: JsonValue, after: JsonValue, indent: int) -> None:
    """The value before and after: on one line where that is short, else one above the other."""
    room = _PLAIN_DIFFERENCE if page.plain else max(LEAST_ROOM, page.width - indent - 2)
    shown = difference(before, after, room)
    old, new = str(shown.before), str(shown.after)
    if page.plain:
        page.line(f"before: {old}", indent=indent, hang=2)
        page.line(f"after: {new}", indent=indent, hang=2)
        return
    if cell_len(old) + cell_len(new) + 4 <= room and ELLIPSIS not in old + new:
        page.line((old, REMOVED), " → ", (new, ADDED), indent=indent, hang=2)
        return
    page.line(*_signed("− ", shown.before, REMOVED), indent=indent, hang=2)
    page.line(*_signed("+ ", shown.after, ADDED), indent=indent, hang=2)


def _signed(sign: str, excerpt: Excerpt, style: str) -> tuple[str | tuple[str, str], ...]:
    return (sign, style), (excerpt.head, FAINT), (excerpt.differing, style), (excerpt.tail, FAINT)


def _against(said: int, listed: int, who: str) -> str:
    more = "more" if said > listed else "fewer"
    return f"{said:,}: {abs(said - listed):,} {more} than {who} listed"
