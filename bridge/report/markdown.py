"""A run as Markdown for a ticket: its figures, causes, and what waits for a person.

What a message says is written so that no tracker makes a link, a mention or an element of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from bridge.model import Decision
from bridge.report.document import CausePart, ItemPart, RunDocument
from bridge.report.handout import IN_WORDS, Content, Handout, Stands, stands
from bridge.report.terminal.words import (
    counted,
    made_at,
    standing_in_words,
    window_in_full,
    without_namespace,
)
from bridge.report.text import shortened, visible

MOST_LISTED: Final = 20
"""Messages that wait for the same thing."""
_ROOM: Final = 200
_ACTIVE: Final = re.compile(
    r"(?P<refers>[@#!$~%&](?=[\w\"']))|[&<>\\`*_{}\[\]#|@~$^]|:(?=\S)|(?<=\bwww)\.", re.IGNORECASE
)
"""What Markdown or a tracker may act on."""
_WORD_JOINER: Final = "&#8288;"
"""Not seen. Trackers look for `@name`, `#12` and `!12` in the page that Markdown has become, where
a character that was written out is itself again."""
_IN_CODE: Final = re.compile(r"[`|]")


def markdown(handout: Handout) -> str:
    """The whole of it, with a line break at its end."""
    return "\n".join(_lines(handout)) + "\n"


def inert(text: str) -> str:
    """Text of whatever origin, on one line, as the same text in Markdown."""
    return _ACTIVE.sub(_written_out, visible(text))


def _written_out(found: re.Match[str]) -> str:
    return f"&#{ord(found.group())};{_WORD_JOINER if found['refers'] else ''}"


def _code(text: str) -> str:
    """A name, a code or a command between backticks."""
    return f"`{_IN_CODE.sub('?', visible(text))}`" if text else ""


def _lines(handout: Handout) -> Iterator[str]:
    run = handout.document.run
    counts = run.counts
    where = "sandbox" if run.org.sandbox else "PRODUCTION"
    yield f"## Run {_code(run.run_id)}: {counted(counts.fetched, 'message')}"
    yield ""
    yield f"{inert(window_in_full(run.window))}, org {inert(run.org.name)} ({where}), planned"
    yield f"{made_at(run)}. State: {run.state.value}."
    yield ""
    yield f"**{standing_in_words(counts)}**"
    yield ""
    yield (
        f"- {counts.fetched:,} fetched = {counts.ready:,} ready + {counts.held:,} held + "
        f"{counts.skipped:,} skipped"
    )
    yield (
        f"- {counts.ready:,} ready = {counts.synced:,} inserted + {counts.present:,} there already "
        f"+ {counts.rejected:,} rejected + {counts.in_doubt:,} in doubt + "
        f"{counts.not_sent_yet:,} not sent yet"
    )
    if run.stop_reason:
        yield ""
        yield f"It ended before its last message. {inert(run.stop_reason)}"
    yield from _causes(run)
    yield from _held(run)
    yield from _refused(run)
    if handout.content is Content.WHOLE:
        yield from _messages(handout)
    yield from _next(run)
    if handout.content is Content.MASKED:
        yield ""
        yield "Texts, names and keys are masked."


def _causes(run: RunDocument) -> Iterator[str]:
    if not run.causes:
        return
    yield from _table(
        "Causes",
        ("messages", "cause", "code, fields, rules", "kind", "how they stand", "what to do"),
        (
            (
                f"{cause.count:,}",
                _said(cause.message) or _code(cause.id),
                f"{_code(cause.code or 'no code')} {_told(cause, run)}".strip(),
                cause.kind.value,
                standing_in_words(cause.counts),
                inert(cause.advice),
            )
            for cause in run.causes
        ),
    )


def _told(cause: CausePart, run: RunDocument) -> str:
    """The fields that a cause is about, and the rules behind it."""
    rules = (found.rule for found in cause.findings if found.rule)
    fields = (without_namespace(name, run) for name in cause.fields)
    return " ".join(map(_code, dict.fromkeys((*fields, *rules))))


def _held(run: RunDocument) -> Iterator[str]:
    groups: dict[tuple[str, str, str], int] = {}
    for cause in run.causes:
        for group in cause.held:
            if group.decision is Decision.HELD:
                what = without_namespace(group.what, run)
                key = (group.reason.value, what, without_namespace(group.advice, run))
                groups[key] = groups.get(key, 0) + group.count
    if groups:
        yield from _table(
            "Held",
            ("messages", "for", "why", "what to do"),
            (
                (f"{count:,}", reason, _said(what), inert(advice))
                for (reason, what, advice), count in sorted(groups.items(), key=lambda x: -x[1])
            ),
        )


def _refused(run: RunDocument) -> Iterator[str]:
    if run.rejections:
        yield from _table(
            "Rejected by Salesforce",
            ("messages", "code", "what Salesforce said", "what to do"),
            (
                (
                    f"{one.count:,}",
                    _code(one.code or "no code"),
                    _said(one.message),
                    inert(one.advice),
                )
                for one in run.rejections
            ),
        )


def _messages(handout: Handout) -> Iterator[str]:
    """Those that need a person, each by its key."""
    for standing in (Stands.REJECTED, Stands.IN_DOUBT, Stands.HELD):
        alike = [item for item in handout.document.items if stands(item) is standing]
        if not alike:
            continue
        yield ""
        yield f"### Messages {IN_WORDS[standing]}"
        yield ""
        for item in alike[:MOST_LISTED]:
            name = _code(item.key) if item.key else f"number {item.position + 1}"
            yield f"- {name} {_said(_why(item))}".rstrip()
        if len(alike) > MOST_LISTED:
            yield f"- and {len(alike) - MOST_LISTED:,} more"


def _why(item: ItemPart) -> str:
    if item.rejection is not None:
        return item.rejection.text
    return item.held.what if item.held is not None else item.note


def _next(run: RunDocument) -> Iterator[str]:
    steps = [step for step in run.next if step.command != f"bridge report {run.run_id}"]
    if steps:
        yield ""
        yield "### What comes next"
        yield ""
        for step in steps:
            yield f"- {_code(step.command)} {inert(step.why)}"


def _said(text: str) -> str:
    return inert(shortened(text, _ROOM))


def _table(heading: str, names: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield ""
    yield f"### {heading}"
    yield ""
    yield f"| {' | '.join(names)} |"
    yield "| --- " * len(names) + "|"
    for row in rows:
        yield f"| {' | '.join(row)} |"
