"""The causes of a run: how many, how they stand, what to do, and on which days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from bridge.report.causes import DayPart
from bridge.report.document import CausePart, RunDocument
from bridge.report.handout import Handout
from bridge.report.html.markup import Child, Markup, joined, tag
from bridge.report.html.parts import ROOM, section, table
from bridge.report.terminal.words import (
    standing_in_words,
    without_namespace,
)
from bridge.report.text import shortened, visible

_DAY_WIDTH: Final = 8
_DAYS_HEIGHT: Final = 28


def causes(handout: Handout) -> Child:
    """The table of causes, the most frequent first."""
    run = handout.document.run
    if not run.causes:
        return ""
    names = ("Messages", "Cause", "How they stand", "What to do", "Last days")
    return section(
        "causes",
        "Causes",
        table(
            "Causes of the failures, the most frequent first",
            names,
            [_cause(cause, run, handout.days.get(cause.id, ())) for cause in run.causes],
        ),
    )


def _cause(cause: CausePart, run: RunDocument, days: Sequence[DayPart]) -> Markup:
    code = cause.code or "no code"
    fields = ", ".join(without_namespace(visible(name), run) for name in cause.fields)
    message = shortened(cause.message, ROOM)
    rules = ", ".join(dict.fromkeys(visible(f.rule) for f in cause.findings if f.rule))
    links = dict.fromkeys(f.link for f in cause.findings if f.link)
    return tag(
        "tr",
        tag("td", f"{cause.count:,}", class_="number"),
        tag(
            "th",
            tag("span", message, class_="said") if message else "",
            tag("code", visible(code)),
            f" {cause.kind.value}",
            tag("span", f"Fields: {fields}", class_="fact") if fields else "",
            tag("span", f"Rule: {rules}", class_="fact") if rules else "",
            tag("span", "Cause ", tag("code", visible(cause.id)), class_="fact"),
            scope="row",
        ),
        tag("td", standing_in_words(cause.counts), _treated(cause)),
        tag(
            "td",
            cause.advice,
            [tag("span", without_namespace(visible(f.says), run), class_="fact")
             for f in cause.findings if f.says],
            [_setup(link) for link in links if link and link.startswith("https://")],
        ),
        tag("td", _last_days(days)),
    )  # fmt: skip


def _treated(cause: CausePart) -> Iterable[Markup]:
    for one in cause.treatments:
        yield tag("span", f"{visible(one.treatment)}: {one.count:,}", class_="fact")


def _setup(link: str) -> Markup:
    return tag(
        "span",
        tag("a", "Open it in Setup", href=link, rel="noopener noreferrer"),
        class_="fact",
    )


def _last_days(days: Sequence[DayPart]) -> Child:
    most = max((day.failures for day in days), default=0)
    if not most:
        return tag("span", "none on record", class_="faint")
    total = sum(day.failures for day in days)
    peak = max(days, key=lambda day: day.failures)
    said = f"{total:,} in {len(days)} days, most on {peak.day:%Y-%m-%d}: {peak.failures:,}"
    width = _DAY_WIDTH * len(days)
    heights = [round(_DAYS_HEIGHT * day.failures / most) for day in days]
    return joined(
        [
            tag(
                "svg",
                [
                    tag(
                        "rect",
                        x=_DAY_WIDTH * at,
                        y=_DAYS_HEIGHT - max(height, 1),
                        width=_DAY_WIDTH - 2,
                        height=max(height, 1),
                        class_="day" if height else "day none",
                    )
                    for at, height in enumerate(heights)
                ],
                class_="days",
                viewBox=f"0 0 {width} {_DAYS_HEIGHT}",
                width=width,
                height=_DAYS_HEIGHT,
                role="img",
                aria_label=said,
            ),
            tag("span", said, class_="fact"),
        ]
    )
