"""What a person may have meant."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from bridge.model import ObjectSchema


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """The end of a sentence that suggests the nearest known name; empty where none is near."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f', did you mean "{near[0]}"?' if near else ""


def no_such_field(schema: ObjectSchema, name: str) -> str:
    """That an object has no field of this name, with the nearest that it has."""
    names = tuple(schema.short(field.name) for field in schema.fields)
    return f'{schema.name} has no field "{name}"{did_you_mean(name, names)}'
