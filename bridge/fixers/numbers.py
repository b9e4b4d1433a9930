"""Numbers as text and text as numbers, where both say exactly the same."""

from __future__ import annotations

import math
import re
from decimal import Decimal

_PLAIN = re.compile(r"(?P<whole>[+-]?[0-9]{1,40})(\.(?P<fraction>[0-9]{1,40}))?")
_EXACT_UP_TO = 2**53
"""Beyond this a float no longer tells a whole number from its neighbours."""


def from_text(text: str, scale: int) -> int | float | None:
    """The number that `text` spells in plain digits.

    Returns:
        None where it spells none, or has more digits behind the point than `scale` allows, or
        where JSON could not carry it exactly.
    """
    spelt = _PLAIN.fullmatch(text.strip())
    if spelt is None:
        return None
    fraction = (spelt["fraction"] or "").rstrip("0")
    if len(fraction) > scale:
        return None
    if not fraction:
        return int(spelt["whole"])
    number = float(f"{spelt['whole']}.{fraction}")
    exact = Decimal(f"{spelt['whole']}.{fraction}")
    return number if Decimal(repr(number)) == exact else None


def whole(number: float) -> int | None:
    """The whole number that a float is, None where it is none or too great to be sure."""
    return int(number) if number.is_integer() and abs(number) <= _EXACT_UP_TO else None


def as_text(number: float) -> str | None:
    """The number in digits, never with an exponent; None where a float can't tell them all."""
    if isinstance(number, int):
        return str(number)
    if not math.isfinite(number):
        return None
    if number.is_integer():
        exact = whole(number)
        return None if exact is None else str(exact)
    return format(Decimal(repr(number)), "f")
