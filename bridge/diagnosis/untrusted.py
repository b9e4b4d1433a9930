"""A foreign text made fit to be read: of bounded size, and without orders to a terminal."""

from __future__ import annotations

import re
from typing import Final

FIRST: Final = 16_000
"""How many characters of a longer text count from its start."""
LAST: Final = 8_000
"""And from its end, where wrappers have their last words."""

_GAP: Final = "…"
_ORDERS = re.compile(r"\x1b(?:\[[0-?]{0,30}[ -/]{0,5}[@-~]|[@-Z\\-_])")


def readable(text: str) -> tuple[str, bool]:
    """The part of the text that counts, and whether something was left out of its middle."""
    whole = len(text) <= FIRST + LAST
    part = text if whole else text[:FIRST] + _GAP + text[-LAST:]
    return without_orders(part).strip().removeprefix("\ufeff").strip(), not whole


def without_orders(text: str) -> str:
    """The text without what a terminal would take for an order: a colour, a title."""
    return _ORDERS.sub("", text) if "\x1b" in text else text
