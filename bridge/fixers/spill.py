"""The rest of a text that was cut, kept in another field of the same record."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.fixers import text
from bridge.fixers.emptiness import is_empty
from bridge.model import FieldSchema, Value

_BETWEEN_LINES = "\n\n"
_BETWEEN_WORDS = " "


@dataclass(frozen=True, slots=True)
class Place:
    """The field that the rest goes into, and how it may be filled."""

    field: FieldSchema
    limit: int
    marker: str
    """Stands before the rest, and at its end where that has no room."""
    holds: Value
    """What stands there already."""


@dataclass(frozen=True, slots=True)
class Spilled:
    """What has become of the rest."""

    holds: Value
    """What the other field holds now."""
    lost: int
    """Characters of the rest that are in neither field."""


def spill(rest: str, place: Place) -> Spilled:
    """Put the rest into the other field, behind what stands there.

    The marker before it keeps the white space at its start, which the platform would take off. What
    does not fit is cut; where nothing does, the other field stays as it was.
    """
    head = _head(place)
    if head is None:
        return Spilled(place.holds, lost=len(rest))
    whole = head + place.marker.strip() + rest
    white_space_before = len(whole) - len(whole.lstrip(text.WHITE_SPACE))
    cut = text.cut(whole, place.field, place.limit, place.marker)
    lost = len(rest) if cut is None else cut.lost + white_space_before
    if cut is None or lost >= len(rest):
        return Spilled(place.holds, lost=len(rest))
    return Spilled(cut.text, lost)


def _head(place: Place) -> str | None:
    """What stands before the rest; None where the other field holds no text."""
    if is_empty(place.holds):
        return ""
    if not isinstance(place.holds, str):
        return None
    between = _BETWEEN_LINES if place.field.type == "textarea" else _BETWEEN_WORDS
    return place.holds.strip(text.WHITE_SPACE) + between
