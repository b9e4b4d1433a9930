"""Patterns of a mapping: `*` stands for any characters, `?` for one, all else for itself."""

from __future__ import annotations

import re
from typing import Final

_SIGNS: Final = {"*": ".*", "?": "."}


def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern for a whole text; both are folded by whoever asks."""
    return re.compile("".join(_SIGNS.get(sign, re.escape(sign)) for sign in pattern), re.DOTALL)
