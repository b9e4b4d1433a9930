"""How fast it goes, from what was done in the last while, and how long it takes yet.

Messages come in chunks of up to two hundred, so a rate of the last second would jump. Pure: what
time it is comes from the caller.
"""

from __future__ import annotations

import math
from collections import deque
from typing import Final

LAST_WHILE: Final = 30.0
"""Seconds that the rate is of."""
_BETWEEN = 1.0
"""Seconds, at the least, between two marks that are kept."""
_SOONEST = 3.0
"""Seconds after which the rate is worth telling."""
_FOLLOWS = 8.0
"""Seconds in which the end that is told comes most of the way to the one that the rate says."""

_MINUTE = 60
_COARSE_FROM = 10 * _MINUTE
_HOUR = 60 * _MINUTE


class Pace:
    """Remembers when how much was done, for the last while alone."""

    def __init__(self) -> None:
        self._marks: deque[tuple[float, int]] = deque()
        self._ends_at: float | None = None

    def mark(self, at: float, done: int, left: int) -> None:
        """Take in that so much is done by now, and so much is left."""
        since = at - self._marks[-1][0] if self._marks else _BETWEEN
        if since < _BETWEEN:
            return
        self._marks.append((at, done))
        while len(self._marks) > 1 and self._marks[1][0] <= at - LAST_WHILE:
            self._marks.popleft()
        rate = self.rate
        if rate is None:
            return
        ends_at = at + left / rate
        if self._ends_at is None:
            self._ends_at = ends_at
        self._ends_at += (ends_at - self._ends_at) * (1 - math.exp(-since / _FOLLOWS))

    @property
    def rate(self) -> float | None:
        """How many a second; None where it is too early to tell, or nothing was done of late."""
        if not self._marks:
            return None
        (first_at, first_done), (last_at, last_done) = self._marks[0], self._marks[-1]
        if last_at - first_at < _SOONEST or last_done <= first_done:
            return None
        return (last_done - first_done) / (last_at - first_at)

    def seconds_left(self, at: float) -> int | None:
        """How long it takes yet, in steps that grow with it; None where nobody can tell."""
        if self._ends_at is None or self.rate is None:
            return None
        return _in_steps(max(0.0, self._ends_at - at))


def _in_steps(seconds: float) -> int:
    step = 5 if seconds < _MINUTE else 15 if seconds < _COARSE_FROM else _MINUTE
    return max(step, round(seconds / step) * step)


def in_words(seconds: int) -> str:
    """`40 s`, `2 min 15 s`, `1 h 5 min`."""
    if seconds < _MINUTE:
        return f"{seconds} s"
    if seconds < _HOUR:
        minutes, rest = divmod(seconds, _MINUTE)
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, rest = divmod(seconds // _MINUTE, _MINUTE)
    return f"{hours} h {rest} min" if rest else f"{hours} h"
