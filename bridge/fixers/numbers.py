"""Numbers as text and text as numbers, where both say exactly the same."""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_UP, Context, Decimal

_SPELT = re.compile(r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,2})?")
_MOST_DIGITS = 40
_EXACT_UP_TO = 2**53
"""Beyond this a float no longer tells a whole number from its neighbours."""
_ROUNDING = Context(prec=200, rounding=ROUND_HALF_UP)


def spelt(text: str) -> Decimal | None:
    """The number that `text` spells in digits: `12`, `-7.50`, `.5`, `9.1E3`; never `1,234`."""
    stripped = text.strip()
    if _SPELT.fullmatch(stripped) is None:
        return None
    number = Decimal(stripped)
    return number if abs(number.adjusted()) < _MOST_DIGITS or not number else None


def exact(number: float) -> Decimal | None:
    """The number that JSON carries; None where it is none: infinite, or not a number."""
    return Decimal(repr(number)) if math.isfinite(number) else None


def decimals(number: Decimal) -> int:
    """Digits behind the point, without zeros at the end."""
    exponent = number.normalize(_ROUNDING).as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def rounded(number: Decimal, scale: int) -> Decimal:
    """With so many digits behind the point; a half goes away from zero."""
    return number.quantize(Decimal(1).scaleb(-scale), context=_ROUNDING)


def for_json(number: Decimal) -> int | float | None:
    """The number as JSON carries it; None where a float can't tell all its digits."""
    if not decimals(number):
        return int(number)
    nearest = float(number)
    return nearest if Decimal(repr(nearest)) == number else None


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
        exactly = whole(number)
        return None if exactly is None else str(exactly)
    return format(Decimal(repr(number)), "f")
