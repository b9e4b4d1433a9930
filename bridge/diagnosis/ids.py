"""Salesforce's ids: 15 characters, or 18 of which the last three say which letters are capital."""

from __future__ import annotations

import re
from typing import Final

_FROM_RESERVED = re.compile(r"0(?<=(?<!\w)[A-Za-z0-9]{5}0)[A-Za-z0-9]{9}(?:[A-Za-z0-9]{3})?+(?!\w)")
"""What may be an id, from its reserved place on: a search for that one sign is quick."""
_CHECKS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_RESERVED: Final = 5
"""The place after key prefix and instance that is 0 in every id given so far, as is the next."""


def ids_in(text: str) -> tuple[str, ...]:
    """The ids in a text, in order, each once."""
    return all_ids_in(text) if "00" in text else ()


def all_ids_in(text: str) -> tuple[str, ...]:
    """Those that are ids if anything in the text is sure to be one: nearly all ids have `00`."""
    words = (text[at.start() - _RESERVED : at.end()] for at in _FROM_RESERVED.finditer(text))
    return tuple(dict.fromkeys(filter(is_id, words)))


def is_id(word: str) -> bool:
    """Whether a word can be nothing else: a long one by its check letters, a short one by form."""
    if len(word) == 18:
        return word[15:] == _checks_of(word)
    if len(word) != 15 or not (word[0].isdigit() or word[0].islower()):
        return False
    if word.isdigit():
        return "0000" in word[3:]
    return word[_RESERVED] == "0" and not word.startswith("0x") and any(map(str.isdigit, word[:3]))


def _checks_of(word: str) -> str:
    return "".join(
        _CHECKS[sum(word[start + bit].isupper() << bit for bit in range(5))] for start in (0, 5, 10)
    )
