"""How long to wait before a call is made again."""

from __future__ import annotations

import datetime as dt
from typing import Final

import tenacity

from bridge.gotallo.refusals import Passing
from bridge.http_date import http_date

LONGEST_PAUSE: Final = 60.0
"""Seconds, whatever GoTallo asks for."""

_backoff = tenacity.wait_random_exponential(multiplier=1, max=20)


def pause(state: tenacity.RetryCallState) -> float:
    """Seconds until the next attempt: as GoTallo asks, else exponential with jitter."""
    error = state.outcome.exception() if state.outcome else None
    asked = read_retry_after(error.retry_after) if isinstance(error, Passing) else None
    return _backoff(state) if asked is None else min(asked, LONGEST_PAUSE)


def read_retry_after(header: str | None) -> float | None:
    """Read the seconds that a `Retry-After` asks for; None where it says nothing that can be read.

    It holds seconds or an HTTP date (RFC 9110, 10.2.3).
    """
    if header is None:
        return None
    if header.isascii() and header.isdigit():
        return float(header)
    date = http_date(header)
    return None if date is None else max((date - dt.datetime.now(dt.UTC)).total_seconds(), 0.0)
