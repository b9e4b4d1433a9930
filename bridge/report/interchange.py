"""Values in a form that every JSON parser reads (I-JSON, RFC 7493)."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Final

from pydantic import JsonValue

from bridge.model import Value

_DEEPEST: Final = 50
"""Levels of a value that stay JSON: parsers give up at some depth, some at a hundred."""
_ACTS_ON_TERMINALS: Final = re.compile(
    "[\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
"""What JSON allows as it is, and a terminal or an eye may take for something else."""


def json_of(value: Value, depth: int = 0) -> JsonValue:
    """The value itself, where JSON can hold it; what it can't hold becomes text."""
    if isinstance(value, str):
        return held_by_utf8(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if depth == _DEEPEST:
        return json.dumps(value)
    if isinstance(value, Mapping):
        return {held_by_utf8(name): json_of(part, depth + 1) for name, part in value.items()}
    return [json_of(part, depth + 1) for part in value]


def held_by_utf8(text: str) -> str:
    """The text with U+FFFD for each half of a surrogate pair that stands alone."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def harmless(document: str) -> str:
    """A JSON document that says the same, and that no terminal acts on."""
    return _ACTS_ON_TERMINALS.sub(lambda found: json.dumps(found.group())[1:-1], document)
