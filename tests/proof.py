"""How much of a proof is done each time: all of it with `scripts/prove`, else an even share.

What is proven by trying every point or very many meetings takes many minutes. Each time, the tests
take every third point, another third with each kind of key, and some of the meetings.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Final, TypeVar

T = TypeVar("T")

_WHOLE: Final = "PROOF_HISTORIES" in os.environ
_SHARE: Final = 1 if _WHOLE else 3


def histories() -> int:
    """How many histories are drawn."""
    return int(os.environ.get("PROOF_HISTORIES", "12"))


def times(most: int) -> int:
    """How often something is done that the whole proof does so often."""
    return max(2, most // _SHARE)


def share_of(every: Sequence[T], share: int) -> Sequence[T]:
    """The points that are tried of all there are.

    Args:
        every: all of them, in order.
        share: which of the three shares, from 0; the whole proof takes all.
    """
    return every[share % _SHARE :: _SHARE] or every


def numbers(share: int) -> Iterator[int]:
    """The same of points that are known by number alone, from 1."""
    return count(1 + share % _SHARE, _SHARE)
