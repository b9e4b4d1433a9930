"""Whether a text is one e-mail address that Salesforce takes."""

from __future__ import annotations

import re
from typing import Final

_INSIDE: Final = r"(?:[^\W_]|-)*[^\W_]"
_LABEL: Final = rf"[^\W_](?:{_INSIDE})?"
_ADDRESS: Final = re.compile(rf"(?!\.)[\w!#$%&'*/=?^+`{{|}}~.-]+@(?:{_LABEL}\.)+[^\W\d_]{_INSIDE}")
"""Source: Salesforce Help 000384328: the characters of the RFCs, no dot at the beginning. Letters
of any script: whether an org takes them is a setting that no describe tells."""


def is_address(text: str) -> bool:
    return _ADDRESS.fullmatch(text) is not None


def with_small_domain(address: str) -> str:
    """The same address; only letters of ASCII have one small form that means the same."""
    local, at, domain = address.rpartition("@")
    return f"{local}{at}{domain.lower()}" if domain.isascii() else address
