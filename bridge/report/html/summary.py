"""What stands in the page without a script: figures that add up, causes, what needs a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final
from zoneinfo import ZoneInfo

from bridge.model import Visibility
from bridge.report.document import RunDocument
from bridge.report.handout import Content, Handout
from bridge.report.html.causes import causes
from bridge.report.html.figures import figures
from bridge.report.html.markup import Child, Markup, joined, tag
from bridge.report.html.parts import section
from bridge.report.html.waiting import held, refused
from bridge.report.terminal.words import (
    counted,
    made_at,
    standing_in_words,
    window_in_full,
    window_in_short,
    without_namespace,
)
from bridge.report.text import visible

_STANDING: Final[Mapping[Visibility, str]] = {
    Visibility.GUARDED: "not proven; the key is unique, so Salesforce refuses a second one",
    Visibility.ASSUMED: "not proven, and was taken on by BRIDGE_ASSUME_VISIBLE",
    Visibility.UNPROVEN: "not proven, so nothing may be sent",
}


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
                figures(run),
                _next(run),
                causes(handout),
                held(run),
                refused(run),
                _notes(run),
                _messages(handout),
                id="main",
            ),
        ]
    )


def _head(handout: Handout) -> Markup:
    run = handout.document.run
    org = "sandbox" if run.org.sandbox else "PRODUCTION"
    profile = (("Profile", visible(run.profile)),) if run.profile else ()
    facts = (
        ("Window", window_in_full(run.window)),
        *profile,
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


def _next(run: RunDocument) -> Child:
    steps = [step for step in run.next if step.command != f"bridge report {run.run_id}"]
    if not steps:
        return ""
    return section(
        "next",
        "What comes next",
        tag(
            "ul",
            [tag("li", tag("code", visible(step.command)), f" {step.why}") for step in steps],
            class_="commands",
        ),
    )


def _notes(run: RunDocument) -> Child:
    """What is to be known of the fetch, of outcomes, repairs and what was taken on."""
    notes = [*run.notes, *_remarks(run), *_repaired(run), *_sent_again(run), *_unseen(run)]
    if run.settles_at:
        at = run.settles_at.astimezone(ZoneInfo(run.window.zone))
        notes.append(f"Those in doubt can be settled from {at:%Y-%m-%d %H:%M:%S} on.")
    if not notes:
        return ""
    told = [tag("li", visible(without_namespace(note, run))) for note in notes]
    return section("notes", "To be known", tag("ul", told))


def _remarks(run: RunDocument) -> Iterator[str]:
    for one in run.remarks:
        if one.note:
            yield f"{counted(one.count, 'message')}: {one.note}"


def _repaired(run: RunDocument) -> Iterator[str]:
    for heal in run.heals:
        on_fields = f" on {', '.join(heal.fields)}" if heal.fields else ""
        yield (
            f"{counted(heal.count, 'message')} refused with {heal.code or 'an error'}{on_fields}, "
            f"repaired with {', '.join(heal.fixers)} and sent again (round {heal.round})"
        )


def _sent_again(run: RunDocument) -> Iterator[str]:
    if run.resend:
        again = counted(len(run.resend.messages), "message")
        yield f"{again} deleted in the org, sent again for {run.resend.who}: {run.resend.why}"


def _unseen(run: RunDocument) -> Iterator[str]:
    seen = run.visibility
    if seen and seen.standing is not Visibility.PROVEN:
        why = f": {seen.why}. To prove it, grant {seen.grant}" if seen.why else ""
        yield f"That every row is seen is {_STANDING[seen.standing]}{why}."


def _messages(handout: Handout) -> Markup:
    number = len(handout.document.items)
    return section(
        "messages",
        "Messages",
        tag(
            "noscript",
            tag("p", f"The table of {counted(number, 'message')} needs JavaScript in the browser."),
        ),
        tag("div", id="browser"),
    )
