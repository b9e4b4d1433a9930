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
    if "\x1b" in part:
        part = _ORDERS.sub("", part)
    return part.strip().removeprefix("\ufeff").strip(), not whole
