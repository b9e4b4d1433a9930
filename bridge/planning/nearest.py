"""What a person may have meant."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from bridge.model import ObjectSchema


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """The end of a sentence that suggests the nearest known name, in any case; else empty."""
    folded = {one.casefold(): one for one in reversed(known)}
    near = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
    return f', did you mean "{folded[near[0]]}"?' if near else ""


def no_such_field(schema: ObjectSchema, name: str) -> str:
    """That an object has no field of this name, with the nearest that it has."""
    names = tuple(schema.short(field.name) for field in schema.fields)
    return f'{schema.name} has no field "{name}"{did_you_mean(name, names)}'
