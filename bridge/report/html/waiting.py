"""What waits for a person, by reason: held ones, and those that Salesforce rejected."""

from __future__ import annotations

from bridge.model import Decision
from bridge.report.document import HeldGroupPart, RunDocument
from bridge.report.html.markup import Child, tag
from bridge.report.html.messages import HELD_IN_WORDS
from bridge.report.html.parts import ROOM, section, table
from bridge.report.terminal.words import (
    without_namespace,
)
from bridge.report.text import shortened, visible


def held(run: RunDocument) -> Child:
    """Why messages are held, and what to do about each reason."""
    groups: dict[tuple[str, str, str], int] = {}
    for cause in run.causes:
        for group in cause.held:
            if group.decision is Decision.HELD:
                key = (HELD_IN_WORDS[group.reason], _what(group, run), _advice(group, run))
                groups[key] = groups.get(key, 0) + group.count
    if not groups:
        return ""
    rows = sorted(groups.items(), key=lambda one: -one[1])
    return section(
        "held",
        "Held: what waits for a person",
        table(
            "Why messages are held, and what to do",
            ("Messages", "Held for", "Why", "What to do"),
            [
                tag(
                    "tr",
                    tag("td", f"{count:,}", class_="number"),
                    tag("th", reason, scope="row"),
                    tag("td", what),
                    tag("td", advice),
                )
                for (reason, what, advice), count in rows
            ],
        ),
    )


def _what(group: HeldGroupPart, run: RunDocument) -> str:
    return shortened(without_namespace(group.what, run), ROOM)


def _advice(group: HeldGroupPart, run: RunDocument) -> str:
    return visible(without_namespace(group.advice, run))


def refused(run: RunDocument) -> Child:
    """What Salesforce answered, and what to do about it."""
    if not run.rejections:
        return ""
    return section(
        "refused",
        "Rejected by Salesforce",
        table(
            "What Salesforce answered, and what to do",
            ("Messages", "Code", "What Salesforce said", "What to do"),
            [
                tag(
                    "tr",
                    tag("td", f"{one.count:,}", class_="number"),
                    tag("th", tag("code", visible(one.code or "no code")), scope="row"),
                    tag("td", shortened(one.message, ROOM)),
                    tag("td", one.advice),
                )
                for one in run.rejections
            ],
        ),
    )
