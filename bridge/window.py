"""The window that a person names: a day, or two times, in a zone of their own.

Pure: what day it is comes from the caller.
"""

from __future__ import annotations

import bisect
import datetime as dt
import difflib
import re
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from bridge.errors import WindowError
from bridge.model import Window

DEFAULT_ZONE: Final = "UTC"

_EARLIER, _LATER = 0, 1
"""Which of the two instants an ambiguous local time means (`datetime.fold`, PEP 495)."""

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ](?:[01][0-9]|2[0-3]):[0-9]{2}(?::[0-9]{2})?"
    r"(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)


def yesterday(zone: str, now: dt.datetime) -> Window:
    """Name the day before the one that `now`, an aware time, falls on in a zone."""
    return _whole_day(now.astimezone(zone_of(zone)).date() - dt.timedelta(days=1), zone_of(zone))


def day(date: str, zone: str) -> Window:
    """Name one day, from its first instant to the next day's, whatever its clock does between.

    Raises WindowError if the date can't be read or the clock of the zone skipped it, or if there
    is no such zone.
    """
    return _whole_day(_read_date(date.strip()), zone_of(zone))


def between(from_time: str, till_time: str, zone: str) -> Window:
    """Name the span between two times.

    A time is a date, which means its first instant, or an ISO 8601 time; one that has no offset of
    its own is local to the zone. Where the clock showed it twice, the span is the wider one: a
    message too many is known by its key, one too few would be lost.

    Raises WindowError if a time can't be read or the clock skipped it, if the span is empty or
    reversed, or if there is no such zone.
    """
    local = zone_of(zone)
    start = _read_time(from_time.strip(), local, _EARLIER)
    end = _read_time(till_time.strip(), local, _LATER)
    if start > end:
        raise WindowError(
            f"The window ends before it starts: from {_words(start)} till {_words(end)}.",
            "Swap the times of --from and --till.",
        )
    if start == end:
        raise WindowError(
            f"The window is empty: it starts and ends at {_words(start)}.",
            "Give --till a later time; for one whole day use --date.",
        )
    return Window(start, end, local.key)


def _whole_day(date: dt.date, zone: ZoneInfo) -> Window:
    try:
        start, end = _first_instant(date, zone), _first_instant(date + dt.timedelta(days=1), zone)
    except OverflowError:
        raise _out_of_range(date.isoformat()) from None
    if start == end:
        raise WindowError(
            f"There was no {date} in {zone.key}: the clock skipped that day.",
            "Name the day before or the day after it.",
        )
    return Window(start, end, zone.key)


def _first_instant(date: dt.date, zone: ZoneInfo) -> dt.datetime:
    midnight = dt.datetime.combine(date, dt.time())
    instant = _to_utc(midnight, zone, _EARLIER)
    if _to_local(instant, zone) == midnight:
        return instant
    return _clock_change(midnight, zone)


def _read_date(text: str) -> dt.date:
    try:
        if _DATE.fullmatch(text):
            return dt.date.fromisoformat(text)
    except ValueError:
        pass
    raise WindowError(f"{text!r} is no date.", "Write it as 2026-11-22.")


def _read_time(text: str, zone: ZoneInfo, fold: int) -> dt.datetime:
    try:
        if _DATE.fullmatch(text):
            return _first_instant(dt.date.fromisoformat(text), zone)
        if _TIME.fullmatch(text):
            return _instant(dt.datetime.fromisoformat(text), zone, fold)
    except ValueError:
        pass
    except OverflowError:
        raise _out_of_range(text) from None
    raise WindowError(
        f"{text!r} is no time.",
        "Write it as 2026-11-22, 2026-11-22T08:30 (in the zone of --tz) or 2026-11-22T08:30+01:00.",
    )


def _instant(time: dt.datetime, zone: ZoneInfo, fold: int) -> dt.datetime:
    if time.tzinfo is not None:
        return time.astimezone(dt.UTC)
    instant = _to_utc(time, zone, fold)
    if _to_local(instant, zone) == time:
        return instant
    change = _clock_change(time, zone)
    last, first = _to_local(change - dt.timedelta(seconds=1), zone), _to_local(change, zone)
    raise WindowError(
        f"There was no {time} in {zone.key}: the clock went from {last} to {first}.",
        f"Write {first}, or give the time an offset.",
    )


def _clock_change(skipped: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """Find the instant at which the clock jumped over a local time.

    Read with the offset of after the change the time lies before it, and the other way round.
    """
    before, after = _to_utc(skipped, zone, _LATER), _to_utc(skipped, zone, _EARLIER)
    old_offset = before.astimezone(zone).utcoffset()

    def has_changed(seconds: int) -> bool:
        later = before + dt.timedelta(seconds=seconds)
        return later.astimezone(zone).utcoffset() != old_offset

    span = range(int((after - before).total_seconds()))
    return before + dt.timedelta(seconds=bisect.bisect_left(span, True, key=has_changed))


def _to_utc(local: dt.datetime, zone: ZoneInfo, fold: int) -> dt.datetime:
    return local.replace(tzinfo=zone, fold=fold).astimezone(dt.UTC)


def _to_local(instant: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def zone_of(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, KeyError, OSError):  # not well-formed, not there, or a folder of zones
        raise WindowError(
            f"There is no time zone {name!r}.",
            f"Give --tz an IANA name: did you mean {_nearest_zone(name)}?",
        ) from None


def _nearest_zone(name: str) -> str:
    by_spelling = {
        spelling: zone
        for zone in sorted(available_timezones())
        for spelling in (zone.rpartition("/")[2].casefold(), zone.casefold())
    }
    near = difflib.get_close_matches(name.casefold(), by_spelling, n=1)
    return by_spelling[near[0]] if near else "Europe/Amsterdam"


def _words(instant: dt.datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M:%S} UTC"


def _out_of_range(text: str) -> WindowError:
    return WindowError(f"{text} is out of the calendar's range.", "Check the year.")
