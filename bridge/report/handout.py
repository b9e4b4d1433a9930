"""A run's report as it is handed to somebody: with what people wrote, or with that masked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bridge.model import Decision, Outcome
from bridge.report.causes import DayPart
from bridge.report.document import ItemPart, ReportDocument

Days = Mapping[str, Sequence[DayPart]]
"""How many messages failed on each of the last days, by the cause's id."""


class Content(StrEnum):
    """What a handout tells of the messages themselves."""

    MASKED = "masked"
    """Nothing that a message or an error text holds."""
    WHOLE = "whole"
    """All of it."""


@dataclass(frozen=True, slots=True)
class Handout:
    """What a page for people is made of."""

    document: ReportDocument
    days: Days
    content: Content


class Stands(StrEnum):
    """How one message stands; each stands in one way, as the figures count it."""

    SYNCED = "synced"
    PRESENT = "present"
    REJECTED = "rejected"
    IN_DOUBT = "in_doubt"
    NOT_SENT = "not_sent_yet"
    HELD = "held"
    SKIPPED = "skipped"


IN_WORDS: Mapping[Stands, str] = {
    Stands.SYNCED: "inserted",
    Stands.PRESENT: "there already",
    Stands.REJECTED: "rejected",
    Stands.IN_DOUBT: "in doubt",
    Stands.NOT_SENT: "not sent yet",
    Stands.HELD: "held",
    Stands.SKIPPED: "skipped",
}

_OUTCOMES: Mapping[Outcome, Stands] = {
    Outcome.SYNCED: Stands.SYNCED,
    Outcome.PRESENT: Stands.PRESENT,
    Outcome.REJECTED: Stands.REJECTED,
    Outcome.IN_DOUBT: Stands.IN_DOUBT,
    Outcome.NOT_SENT: Stands.NOT_SENT,
}


def stands(item: ItemPart) -> Stands:
    """How a message stands; what is in the org counts as that, whatever was decided."""
    if item.decision is Decision.READY or item.outcome is Outcome.PRESENT:
        return _OUTCOMES[item.outcome]
    return Stands.HELD if item.decision is Decision.HELD else Stands.SKIPPED


def whole(document: ReportDocument, days: Days) -> Handout:
    """A report with all that the messages hold."""
    return Handout(document, days, Content.WHOLE)
