"""What becomes of a message under two mappings, side by side. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bridge.model import Decision, Held, Item, Value
from bridge.planning.mapping_trial import same


class Aspect(StrEnum):
    """What differs first of all."""

    DECISION = "decision"
    """It is ready under the one, and held or skipped under the other."""
    RECORD = "record"
    """Salesforce is given another record."""
    RISK = "risk"
    """The same record is reached at another risk."""
    REASON = "reason"
    """It is held for another reason."""


@dataclass(frozen=True, slots=True)
class FieldUnderBoth:
    """A field that Salesforce is given otherwise."""

    field: str
    """The org's API name."""
    old: Value
    new: Value


@dataclass(frozen=True, slots=True)
class Contrast:
    """A message that comes out differently."""

    aspect: Aspect
    fields: tuple[FieldUnderBoth, ...]
    """Of the records; none where neither is sent."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """A failure on record, planned under two mappings."""

    run_id: str
    key: str | None
    """None where the message is unreadable."""
    cause_id: str
    """For which it failed."""
    old: Item
    new: Item
    contrast: Contrast | None
    """None where both come to the same."""


def contrast(old: Item, new: Item) -> Contrast | None:
    """What differs between two plans of one message; None where it comes out the same."""
    fields = _fields(old, new)
    if old.decision is not new.decision:
        return Contrast(Aspect.DECISION, fields)
    if fields:
        return Contrast(Aspect.RECORD, fields)
    if old.decision is Decision.READY and old.risk is not new.risk:
        return Contrast(Aspect.RISK, ())
    if _reason(old.held) != _reason(new.held):
        return Contrast(Aspect.REASON, ())
    return None


def _fields(old: Item, new: Item) -> tuple[FieldUnderBoth, ...]:
    if Decision.READY not in {old.decision, new.decision}:
        return ()
    names = dict.fromkeys((*old.record, *new.record))
    both = (FieldUnderBoth(name, old.record.get(name), new.record.get(name)) for name in names)
    return tuple(one for one in both if not same(one.old, one.new))


def _reason(held: Held | None) -> tuple[object, ...] | None:
    """Without its words, which name the file of the mapping."""
    return (held.reason, held.code, frozenset(held.fields)) if held is not None else None
