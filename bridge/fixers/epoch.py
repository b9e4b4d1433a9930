"""Moments that are counted from the beginning of 1970."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from bridge.fixers import numbers
from bridge.model import Value

_SECOND = 10**3
_FIRST, _LAST = 978_307_200, 4_133_980_800
"""Seconds: the years 2001 to 2100. Before, seconds and milliseconds could not be told apart."""
_DIGITS = re.compile(r"[0-9]{9,13}(\.[0-9]{1,20})?")
_COMPACT_HOUR = re.compile(
    r"(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])([01][0-9]|2[0-3])"
)
"""`2033010109`: the year, month, day and hour without a mark between them."""
_BEGINNING = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Counted:
    """A moment that a bare number means."""

    utc: dt.datetime
    """Cut to the millisecond."""
    unit: str
    """What was counted, in the plural."""
    finer: bool
    """Whether the number said more than milliseconds can."""


def moment(value: Value) -> Counted | None:
    """The moment that a number, or a text of digits, counts; None where that is not plausible."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    text = value.strip() if isinstance(value, str) else numbers.as_text(value)
    if text is None or not _DIGITS.fullmatch(text) or _COMPACT_HOUR.fullmatch(text):
        return None
    number = numbers.spelt(text)
    if number is None:
        return None
    if _FIRST <= number < _LAST:
        unit, milliseconds = "seconds", number * _SECOND
    elif _FIRST * _SECOND <= number < _LAST * _SECOND:
        unit, milliseconds = "milliseconds", number
    else:
        return None
    whole = int(milliseconds)
    return Counted(_BEGINNING + dt.timedelta(milliseconds=whole), unit, milliseconds != whole)
