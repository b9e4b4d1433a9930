"""Record ids: three characters of key prefix, twelve of counter, three that guard the case."""

from __future__ import annotations

import re
from itertools import count

_SUFFIX_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_INSTANCE = "5g"
_ID = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?", re.ASCII)


def with_suffix(id15: str) -> str:
    """The 18-character form of a 15-character id.

    Each of the three added characters tells which of five characters are upper case, so that ids
    stay distinct where case is lost. Source: Salesforce help, "Record ID" (15 and 18 characters).
    """
    suffix = ""
    for start in (0, 5, 10):
        bits = sum(1 << i for i, c in enumerate(id15[start : start + 5]) if "A" <= c <= "Z")
        suffix += _SUFFIX_ALPHABET[bits]
    return id15 + suffix


class IdSequence:
    """Hands out the ids of one object, in order."""

    def __init__(self, key_prefix: str) -> None:
        self._key_prefix = key_prefix
        self._numbers = count(1)

    def next(self) -> str:
        number, digits = next(self._numbers), ""
        while number:
            number, digit = divmod(number, 62)
            digits = _BASE62[digit] + digits
        return with_suffix(f"{self._key_prefix}{_INSTANCE}{digits.rjust(10, '0')}")


def is_id(text: str) -> bool:
    """Whether it has the form of an id."""
    return _ID.fullmatch(text) is not None


def canonical_id(text: str) -> str:
    """The 18-character form of an id given in either form; other text is returned as it is."""
    return with_suffix(text) if len(text) == 15 and text.isalnum() else text
