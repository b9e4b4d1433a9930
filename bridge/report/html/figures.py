"""The story in numbers, which add up, and the bar of outcomes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Final

from bridge.report.document import RunDocument
from bridge.report.handout import IN_WORDS, Stands
from bridge.report.html.markup import Child, Markup, tag
from bridge.report.html.parts import section
from bridge.report.terminal.words import (
    standing_in_words,
)

_BAR: Final = 1000
"""How wide it is, in units of its own."""


def figures(run: RunDocument) -> Markup:
    """What became of how many."""
    counts = run.counts
    first = (
        (counts.fetched, "fetched", ""),
        (counts.ready, "ready", ""),
        (counts.held, "held", "held"),
        (counts.skipped, "skipped", "skipped"),
    )
    second = ((counts.ready, "ready", ""), *((n, IN_WORDS[s], s.value) for s, n in _of_ready(run)))
    return section(
        "figures",
        "The story in numbers",
        _sum(first),
        _sum(second),
        _bar(run),
        _compared(run),
    )


def _of_ready(run: RunDocument) -> Iterator[tuple[Stands, int]]:
    for one, number in _standings(run).items():
        if one not in (Stands.HELD, Stands.SKIPPED):
            yield one, number


def _standings(run: RunDocument) -> Mapping[Stands, int]:
    counts = run.counts
    return {
        Stands.SYNCED: counts.synced,
        Stands.PRESENT: counts.present,
        Stands.REJECTED: counts.rejected,
        Stands.IN_DOUBT: counts.in_doubt,
        Stands.NOT_SENT: counts.not_sent_yet,
        Stands.HELD: counts.held,
        Stands.SKIPPED: counts.skipped,
    }


def _sum(parts: Sequence[tuple[int, str, str]]) -> Markup:
    """`34 fetched = 31 ready + 3 held + 0 skipped`."""
    signs = ("", "=", *("+" for _ in parts[2:]))
    return tag(
        "p",
        [
            [
                tag("span", f" {sign} ", class_="sign") if sign else "",
                tag(
                    "span",
                    tag("strong", f"{number:,}"),
                    f" {word}",
                    class_=f"figure {marked} {'' if number else 'none'}".strip(),
                ),
            ]
            for sign, (number, word, marked) in zip(signs, parts, strict=True)
        ],
        class_="sum",
    )


def _bar(run: RunDocument) -> Child:
    shown = [(one, number) for one, number in _standings(run).items() if number]
    total = sum(number for _, number in shown)
    if not total:
        return ""
    widths = [_BAR * number / total for _, number in shown]
    starts = accumulate(widths, initial=0.0)
    legend = [
        tag(
            "li",
            tag("svg", tag("rect", width=12, height=12, class_=one.value), class_="key", width=12,
                height=12, aria_hidden="true"),
            f" {number:,} {IN_WORDS[one]} ({number / total:.1%})",
        )
        for one, number in shown
    ]  # fmt: skip
    return tag(
        "figure",
        tag(
            "svg",
            [
                tag("rect", x=f"{start:.2f}", width=f"{width:.2f}", height=24, class_=one.value)
                for (one, _), width, start in zip(shown, widths, starts, strict=False)
            ],
            class_="bar",
            viewBox=f"0 0 {_BAR} 24",
            preserveAspectRatio="none",
            role="img",
            aria_label=f"Outcomes: {standing_in_words(run.counts)}",
        ),
        tag("figcaption", tag("ul", legend, class_="legend")),
    )


def _compared(run: RunDocument) -> Child:
    """With what GoTallo announced and the operator expects."""
    counts = run.counts
    told = []
    if counts.announced is not None and counts.announced != counts.fetched:
        repeated = f", {counts.repeated:,} of them repeated" if counts.repeated else ""
        told.append(f"GoTallo announced {counts.announced:,}{repeated}.")
    if counts.expected is not None:
        as_expected = "as" if counts.expected == counts.listed else "not as"
        told.append(f"{counts.expected:,} were expected, {as_expected} the window has.")
    if counts.narrowed:
        told.append(f"The window has {counts.listed:,}; this run is about some of them.")
    return tag("p", " ".join(told)) if told else ""
