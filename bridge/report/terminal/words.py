"""How figures, times and names are said to people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bridge.model import HeldReason

if TYPE_CHECKING:
    from bridge.report.document import RunDocument, Standing, WindowPart


def counted(number: int, singular: str, plural: str = "") -> str:
    """`1 message`, `2,000 messages`."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def listed(parts: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def bounded(names: list[str], most: int) -> str:
    """The first of them, and how many more there are."""
    beyond = len(names) - most
    return ", ".join(names) if beyond <= 0 else f"{', '.join(names[:most])} and {beyond:,} more"


def window_in_full(window: WindowPart) -> str:
    """`Sunday 22 November 2026 (Europe/Amsterdam)`, or both ends where it is no whole day."""
    start, till = _local(window)
    day = f"{start:%A} {start.day} {start:%B} {start.year}"
    if _is_whole_day(start, till):
        return f"{day} ({window.zone})"
    end = f"{till:%H:%M}" if till.date() == start.date() else f"{till.day} {till:%B} {till:%H:%M}"
    return f"{day} {start:%H:%M} to {end} ({window.zone})"


def window_in_short(window: WindowPart) -> str:
    """`2026-11-22`, or both ends where it is no whole day; without the zone."""
    start, till = _local(window)
    if _is_whole_day(start, till):
        return f"{start:%Y-%m-%d}"
    end = f"{till:%H:%M}" if till.date() == start.date() else f"{till:%Y-%m-%d %H:%M}"
    return f"{start:%Y-%m-%d %H:%M} to {end}"


def made_at(run: RunDocument) -> str:
    """When the run was planned, in the zone of its window."""
    return f"{run.created_at.astimezone(ZoneInfo(run.window.zone)):%Y-%m-%d %H:%M}"


def without_namespace(text: str, run: RunDocument) -> str:
    """A text of ours, its field names as people know them."""
    return without_prefix(text, run.namespace)


def without_prefix(text: str, namespace: str) -> str:
    """The same where a namespace is known and no run is at hand."""
    return text.replace(f"{namespace}__", "") if namespace else text


def standing_in_words(standing: Standing) -> str:
    """`29 inserted, 2 there already, 3 held`: what there is none of is left out."""
    said = {
        "inserted": standing.synced,
        "there already": standing.present,
        "rejected": standing.rejected,
        "in doubt": standing.in_doubt,
        "not sent yet": standing.not_sent_yet,
        "held": standing.held,
        "skipped": standing.skipped,
    }
    return ", ".join(f"{number:,} {word}" for word, number in said.items() if number) or "none"


def _local(window: WindowPart) -> tuple[dt.datetime, dt.datetime]:
    zone = ZoneInfo(window.zone)
    return window.from_time.astimezone(zone), window.till_time.astimezone(zone)


def _is_whole_day(start: dt.datetime, till: dt.datetime) -> bool:
    midnight = dt.time()
    return start.time() == till.time() == midnight and till.date() - start.date() == dt.timedelta(
        days=1
    )


def what_is_done(treatment: str, reason: HeldReason | None) -> str:
    """What a mapping does about a message, or what keeps it back in spite of that."""
    return "held by the schema" if reason is HeldReason.SCHEMA else treatment


def why_in_words(treatment: str, what: str, advice: str) -> str:
    """Why a message is kept back; the author's own words where a line of the mapping says so."""
    line = treatment.partition(" ")[2]
    return advice if line and what.endswith(line) else what
