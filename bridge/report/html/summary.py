"""What stands in the page without a script: figures that add up, causes, what needs a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Final

from bridge.model import Decision
from bridge.report.causes import DayPart
from bridge.report.document import CausePart, HeldGroupPart, RunDocument
from bridge.report.handout import IN_WORDS, Content, Handout, Stands
from bridge.report.html.markup import Child, Markup, joined, tag
from bridge.report.html.messages import HELD_IN_WORDS
from bridge.report.terminal.words import (
    counted,
    made_at,
    standing_in_words,
    window_in_full,
    window_in_short,
    without_namespace,
)
from bridge.report.text import shortened, visible

_ROOM: Final = 160
"""Cells for what Salesforce said."""
_BAR: Final = 1000
_DAY_WIDTH: Final = 8
_DAYS_HEIGHT: Final = 28


def title(run: RunDocument) -> Markup:
    """What a browser's tab and a mailed file are called by."""
    return joined(f"Run {run.run_id}, {window_in_short(run.window)}, {visible(run.org.name)}")


def summary(handout: Handout) -> Markup:
    """All of the page that needs no script."""
    run = handout.document.run
    return joined(
        [
            _head(handout),
            tag(
                "main",
                _stopped(run),
                _figures(run),
                _next(run),
                _causes(handout),
                _held(run),
                _refused(run),
                _notes(run),
                _messages(handout),
                id="main",
            ),
        ]
    )


def _head(handout: Handout) -> Markup:
    run = handout.document.run
    org = "sandbox" if run.org.sandbox else "PRODUCTION"
    facts = (
        ("Window", window_in_full(run.window)),
        ("Org", f"{visible(run.org.name)}, {org}"),
        ("Planned", f"{made_at(run)} ({run.window.zone})"),
        ("State", run.state.value),
        ("Mapping", visible(run.mapping.name)),
        ("Calls to the org", f"{run.api_calls:,}"),
    )
    told = (
        "Texts, names and keys are masked. With them: --with-content."
        if handout.content is Content.MASKED
        else "This file holds people's messages. Keep it as you would keep those."
    )
    return tag(
        "header",
        tag("h1", "Run ", tag("code", run.run_id)),
        tag("p", _headline(run), class_="headline"),
        tag("p", told, class_=f"content {handout.content.value}"),
        tag("dl", [tag("div", tag("dt", name), tag("dd", value)) for name, value in facts]),
    )


def _headline(run: RunDocument) -> str:
    counts = run.counts
    return f"{counted(counts.fetched, 'message')}: {standing_in_words(counts)}"


def _stopped(run: RunDocument) -> Child:
    if not run.stop_reason:
        return ""
    return tag(
        "section",
        tag("h2", "It ended before its last message", id="stopped"),
        tag("p", visible(run.stop_reason)),
        class_="stopped",
        aria_labelledby="stopped",
    )


def _figures(run: RunDocument) -> Markup:
    counts = run.counts
    first = (
        (counts.fetched, "fetched", ""),
        (counts.ready, "ready", ""),
        (counts.held, "held", "held"),
        (counts.skipped, "skipped", "skipped"),
    )
    second = ((counts.ready, "ready", ""), *((n, IN_WORDS[s], s.value) for s, n in _of_ready(run)))
    return _section(
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


def _next(run: RunDocument) -> Child:
    steps = [step for step in run.next if step.command != f"bridge report {run.run_id}"]
    if not steps:
        return ""
    return _section(
        "next",
        "What comes next",
        tag(
            "ul",
            [tag("li", tag("code", visible(step.command)), f" {step.why}") for step in steps],
            class_="commands",
        ),
    )


def _causes(handout: Handout) -> Child:
    run = handout.document.run
    if not run.causes:
        return ""
    names = ("Messages", "Cause", "How they stand", "What to do", "Last days")
    return _section(
        "causes",
        "Causes",
        _table(
            "Causes of the failures, the most frequent first",
            names,
            [_cause(cause, run, handout.days.get(cause.id, ())) for cause in run.causes],
        ),
    )


def _cause(cause: CausePart, run: RunDocument, days: Sequence[DayPart]) -> Markup:
    code = cause.code or "no code"
    fields = ", ".join(without_namespace(visible(name), run) for name in cause.fields)
    message = shortened(cause.message, _ROOM)
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


def _held(run: RunDocument) -> Child:
    groups: dict[tuple[str, str, str], int] = {}
    for cause in run.causes:
        for group in cause.held:
            if group.decision is Decision.HELD:
                key = (HELD_IN_WORDS[group.reason], _what(group, run), _advice(group, run))
                groups[key] = groups.get(key, 0) + group.count
    if not groups:
        return ""
    rows = sorted(groups.items(), key=lambda one: -one[1])
    return _section(
        "held",
        "Held: what waits for a person",
        _table(
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
    return shortened(without_namespace(group.what, run), _ROOM)


def _advice(group: HeldGroupPart, run: RunDocument) -> str:
    return visible(without_namespace(group.advice, run))


def _refused(run: RunDocument) -> Child:
    if not run.rejections:
        return ""
    return _section(
        "refused",
        "Rejected by Salesforce",
        _table(
            "What Salesforce answered, and what to do",
            ("Messages", "Code", "What Salesforce said", "What to do"),
            [
                tag(
                    "tr",
                    tag("td", f"{one.count:,}", class_="number"),
                    tag("th", tag("code", visible(one.code or "no code")), scope="row"),
                    tag("td", shortened(one.message, _ROOM)),
                    tag("td", one.advice),
                )
                for one in run.rejections
            ],
        ),
    )


def _notes(run: RunDocument) -> Child:
    notes = [
        *(visible(note) for note in run.notes),
        *(
            f"{counted(one.count, 'message')}: {visible(one.note)}"
            for one in run.remarks
            if one.note
        ),
    ]
    if not notes:
        return ""
    return _section("notes", "To be known", tag("ul", [tag("li", note) for note in notes]))


def _messages(handout: Handout) -> Markup:
    number = len(handout.document.items)
    return _section(
        "messages",
        "Messages",
        tag(
            "noscript",
            tag("p", f"The table of {counted(number, 'message')} needs JavaScript in the browser."),
        ),
        tag("div", id="browser"),
    )


def _section(id_: str, heading: str, *children: Child) -> Markup:
    return tag("section", tag("h2", heading, id=id_), *children, aria_labelledby=id_)


def _table(caption: str, names: Sequence[str], rows: Sequence[Markup]) -> Markup:
    """A table that can be scrolled with the keyboard where it is wider than the window."""
    head = tag("tr", [tag("th", name, scope="col") for name in names])
    return tag(
        "div",
        tag("table", tag("caption", caption), tag("thead", head), tag("tbody", rows)),
        class_="wide",
        role="region",
        aria_label=caption,
        tabindex=0,
    )
