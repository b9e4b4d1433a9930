"""Dates, times of day and moments in the forms of ISO 8601.

All forms that name one day or one moment: calendar dates, ordinal dates (`2019-274`) and week dates
(`2019-W40-2`), with and without dashes and colons; fractions behind a comma or a point, of an hour
or a minute too; `24:00` for the end of a day; an offset as `Z`, `+02`, `+0200` or `+02:00`. A
leap second and an expanded year have no counterpart in Salesforce: they are not read.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from dataclasses import dataclass

_DATE = (
    r"(?P<year>\d{4})"
    r"(?:(?P<dash>-?)W(?P<week>\d\d)(?P=dash)(?P<weekday>[1-7])"
    r"|-?(?P<day_of_year>\d{3})"
    r"|(?P<dash2>-?)(?P<month>\d\d)(?P=dash2)(?P<day>\d\d))"
)
_CLOCK = (
    r"(?P<hour>\d\d)(?::?(?P<minute>\d\d)(?::?(?P<second>\d\d))?)?(?:[.,](?P<fraction>\d{1,40}))?"
)
_OFFSET = r"(?:(?P<utc>Z)|(?P<sign>[+-])(?P<off_hour>\d\d)(?::?(?P<off_minute>\d\d))?)"

_ONE_DAY = re.compile(_DATE, re.ASCII)
_ONE_TIME = re.compile(rf"T?{_CLOCK}(?: ?{_OFFSET})?", re.ASCII)
_ONE_MOMENT = re.compile(rf"{_DATE}(?:T| +){_CLOCK}(?: ?{_OFFSET})?", re.ASCII)

_USUAL = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{3})?", re.ASCII)
"""Read by the standard library, at a tenth of the time."""

_SECOND = 1000
_MINUTE = 60 * _SECOND
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR


@dataclass(frozen=True, slots=True)
class Moment:
    """A date and time of day, cut to the millisecond."""

    utc: dt.datetime
    """Aware; read as UTC where no offset was given."""
    zoned: bool
    """Whether an offset was given."""
    finer: bool
    """Whether it said more than milliseconds can."""


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """A time of day, cut to the millisecond."""

    time: dt.time
    zoned: bool
    """Whether it was said to be UTC."""
    finer: bool


def day(text: str) -> dt.date | None:
    """The day that `text` names, None where it names none."""
    form = _ONE_DAY.fullmatch(text.strip().upper())
    return None if form is None else _date(form)


def moment(text: str) -> Moment | None:
    """The moment that `text` names, None where it names none."""
    if _USUAL.fullmatch(text):
        with contextlib.suppress(ValueError):
            return Moment(dt.datetime.fromisoformat(f"{text}Z"), zoned=False, finer=False)
    form = _ONE_MOMENT.fullmatch(text.strip().upper())
    if form is None:
        return None
    date, since_midnight, offset = _date(form), _milliseconds(form), _offset(form)
    if date is None or since_midnight is None or offset is None:
        return None
    milliseconds, finer = since_midnight
    midnight = dt.datetime.combine(date, dt.time(), dt.UTC)
    try:
        utc = midnight + dt.timedelta(milliseconds=milliseconds) - offset
    except OverflowError:
        return None
    return Moment(utc, _is_zoned(form), finer)


def time_of_day(text: str) -> TimeOfDay | None:
    """The time that `text` names, to the minute at least, without an offset or in UTC."""
    form = _ONE_TIME.fullmatch(text.strip().upper())
    if form is None or form["minute"] is None or _offset(form) != dt.timedelta():
        return None
    milliseconds, finer = _milliseconds(form) or (_DAY, False)
    if milliseconds >= _DAY:
        return None
    at = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(milliseconds=milliseconds)
    return TimeOfDay(at.time(), _is_zoned(form), finer)


def _date(form: re.Match[str]) -> dt.date | None:
    year = int(form["year"])
    try:
        if form["week"]:
            return dt.date.fromisocalendar(year, int(form["week"]), int(form["weekday"]))
        if form["day_of_year"]:
            date = dt.date(year, 1, 1) + dt.timedelta(days=int(form["day_of_year"]) - 1)
            return date if date.year == year else None
        return dt.date(year, int(form["month"]), int(form["day"]))
    except (ValueError, OverflowError):
        return None


def _milliseconds(form: re.Match[str]) -> tuple[int, bool] | None:
    """Since midnight, and whether the text says more; None for a time that no day has."""
    hour, minute, second = form["hour"], form["minute"] or "0", form["second"] or "0"
    if int(minute) > 59 or int(second) > 59:
        return None
    whole = int(hour) * _HOUR + int(minute) * _MINUTE + int(second) * _SECOND
    digits = form["fraction"] or "0"
    unit = _SECOND if form["second"] else _MINUTE if form["minute"] else _HOUR
    part, rest = divmod(int(digits) * unit, 10 ** len(digits))
    total = whole + part
    return (total, rest != 0) if total + (rest != 0) <= _DAY else None


def _is_zoned(form: re.Match[str]) -> bool:
    return form["utc"] is not None or form["sign"] is not None


def _offset(form: re.Match[str]) -> dt.timedelta | None:
    """From UTC; none where the text gives none, None where no place has it."""
    if form["sign"] is None:
        return dt.timedelta()
    minutes = int(form["off_minute"] or 0)
    if int(form["off_hour"]) > 23 or minutes > 59:
        return None
    ahead = dt.timedelta(hours=int(form["off_hour"]), minutes=minutes)
    return ahead if form["sign"] == "+" else -ahead
