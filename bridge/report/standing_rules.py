"""Which ready messages of a plan a validation rule will refuse again, as far as is known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bridge.model import Topic
from bridge.planning.policies import Treatment
from bridge.report.document import CausePart

_NO_REPAIR = frozenset(treatment.value for treatment in Treatment)


@dataclass(frozen=True, slots=True)
class BehindRules:
    """Messages that would be sent to a rule which refused them, and is as it was then."""

    count: int
    rules: tuple[str, ...]
    """Their names, each once."""


def behind_rules(causes: Iterable[CausePart]) -> BehindRules:
    """The messages behind rules that stand; what the mapping repairs for its cause is not."""
    behind = [
        (cause.counts.not_sent_yet, rules)
        for cause in causes
        if (rules := standing_rules(cause)) and cause.counts.not_sent_yet
    ]
    names = dict.fromkeys(name for _, rules in behind for name in rules)
    return BehindRules(sum(count for count, _ in behind), tuple(names))


def standing_rules(cause: CausePart) -> tuple[str, ...]:
    """The rules that refuse a cause's messages again; none where the mapping repairs them."""
    if any(is_repair(one.treatment) for one in cause.treatments if one.ready):
        return ()
    return tuple(
        found.rule for found in cause.findings if found.topic is Topic.STANDING_RULE and found.rule
    )


def is_repair(treatment: str) -> bool:
    """Whether fixers repair what a treatment is about: in words it begins with their names."""
    return treatment.split(maxsplit=1)[0].rstrip(",") not in _NO_REPAIR
