"""How many calls a sending will take, before it is begun. Pure."""

from __future__ import annotations

from collections.abc import Collection
from math import ceil

from bridge.delivery.limits import questions
from bridge.delivery.rounds import MOST_CANDIDATES, STEPS
from bridge.delivery.sender import MOST_A_CALL

_BEGINNING = 8
"""Who we are, the object's describe, and whether this user sees every row of it."""
_LANES = 4


def estimated_calls(ready: Collection[int]) -> int:
    """About how many calls it takes to send so many messages of each cause.

    Where all goes well: calls that are repeated, halved or settled come on top.
    """
    ahead = sum(_ahead(count) for count in ready)
    rest = sum(max(count - sum(STEPS), 0) for count in ready)
    shares = min(_LANES, rest)
    return _BEGINNING + ahead + (shares * _chunks(ceil(rest / shares)) if shares else 0)


def _ahead(count: int) -> int:
    """The canaries of one cause: of each step many are asked for and few inserted."""
    calls = 0
    for step in STEPS:
        if count > 0:
            calls += questions(min(count, MOST_CANDIDATES)) + 1
        count -= step
    return calls


def _chunks(count: int) -> int:
    whole, part = divmod(count, MOST_A_CALL)
    return whole * (questions(MOST_A_CALL) + 1) + (questions(part) + 1 if part else 0)
