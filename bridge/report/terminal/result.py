"""The result: what became of every message, and what is left to do."""

from __future__ import annotations

from rich.console import Console

from bridge.ledger import RunState, Writer
from bridge.model import Decision, HeldReason, Outcome
from bridge.report.document import CausePart, HeldGroupPart, RunDocument
from bridge.report.terminal.page import Page, Piece
from bridge.report.terminal.parts import (
    ALARM,
    FAINT,
    HEADING,
    WAITS,
    WARNING,
    CauseColumns,
    disagreements,
    head,
    next_commands,
    resend,
)
from bridge.report.terminal.visibility import visibility
from bridge.report.terminal.words import (
    counted,
    standing_in_words,
    without_namespace,
)
from bridge.report.text import shortened

_MOST_REMARKS = 3
"""Of one outcome."""
_MESSAGE_ROOM = 300
"""Cells for what Salesforce said."""


def show_result(document: RunDocument, console: Console, writer: Writer | None = None) -> None:
    """Print how a run stands, and which process sends it, where one does."""
    page = Page(console)
    show_story(page, document, writer)
    _left_to_do(page, document)
    next_commands(page, document.next)


def show_story(page: Page, document: RunDocument, writer: Writer | None = None) -> None:
    """Write what became of a run, in figures and by cause."""
    head(page, document)
    visibility(page, document)
    _sentence(page, document)
    disagreements(page, document)
    resend(page, document)
    _stop(page, document, writer)
    page.blank()
    _figures(page, document)
    if document.causes:
        page.blank()
    columns = CauseColumns(page, document)
    for number, cause in enumerate(document.causes, 1):
        columns.head(number, cause)
        page.line((standing_in_words(cause.counts), FAINT), indent=columns.body, hang=2)


def nothing_fetched(run: RunDocument) -> str:
    """Why a run has no message: a plan that broke off says nothing about its window."""
    if run.state is RunState.PLANNING:
        return "Broken off before any message was on record: whether some failed is not known."
    return "No failed messages in this window."


def _sentence(page: Page, document: RunDocument) -> None:
    counts = document.counts
    if not counts.fetched:
        page.line((nothing_fetched(document), HEADING))
        return
    there = (
        f"{counts.there:,} of {counted(counts.fetched, 'message')} "
        f"{'is' if counts.there == 1 else 'are'} in Salesforce"
    )
    how = {"inserted": counts.synced, "there already": counts.present}
    page.line((f"{there}{_told(how)}.", HEADING), hang=2)
    missing = {
        "rejected": counts.rejected,
        "in doubt": counts.in_doubt,
        "not sent yet": counts.not_sent_yet,
        "held": counts.held,
        "skipped": counts.skipped,
    }
    left = counts.fetched - counts.there
    if left:
        page.line(
            (f"{left:,} {'is' if left == 1 else 'are'} not{_told(missing)}.", HEADING), hang=2
        )


def _told(parts: dict[str, int]) -> str:
    said = ", ".join(f"{count:,} {word}" for word, count in parts.items() if count)
    return f": {said}" if said else ""


def _stop(page: Page, document: RunDocument, writer: Writer | None) -> None:
    match document.state:
        case RunState.STOPPED:
            page.line(("The run stopped before its end: ", ALARM), document.stop_reason, hang=2)
        case RunState.SENDING:
            page.line(*_sending(writer), hang=2)
        case RunState.PLANNING:
            page.line("The plan was not finished: it can't be sent.")
        case RunState.PLANNED | RunState.FINISHED:
            pass


def _sending(writer: Writer | None) -> tuple[Piece, ...]:
    if writer is None:
        return (("The run was cut off while it was being sent.", ALARM),)
    process = f"process {writer.pid} on {writer.host}"
    heard = f"last heard of at {writer.heard_at:%Y-%m-%d %H:%M:%S} UTC"
    if writer.alive:
        return (f"The run is being sent now: {process}, {heard}.",)
    return ("The run was cut off while it was being sent", ALARM), f": {process} is gone, {heard}."


def _figures(page: Page, document: RunDocument) -> None:
    """A column that adds up to what was fetched."""
    counts = document.counts
    rows = (
        (counts.synced, "inserted by this run", Outcome.SYNCED),
        (counts.present, "in Salesforce already, not inserted again", Outcome.PRESENT),
        (counts.rejected, "rejected by Salesforce", Outcome.REJECTED),
        (counts.in_doubt, "in doubt: a request gave no answer", Outcome.IN_DOUBT),
        (counts.not_sent_yet, "not sent yet", Outcome.NOT_SENT),
        (counts.held, "held: a person has to look at them", None),
        (counts.skipped, "skipped: left out on purpose", None),
    )
    width = len(f"{counts.fetched:,}") + 2
    for count, words, outcome in rows:
        if count:
            page.figure(count, words, width=width)
            if outcome is not None:
                _remarks(page, document, outcome, width + 4)
            if outcome is Outcome.SYNCED:
                _heals(page, document, width + 4)
    page.figure(counts.fetched, "fetched", HEADING, width=width)


def _heals(page: Page, document: RunDocument, indent: int) -> None:
    """What was sent again with a repair that the plan could not show."""
    for heal in document.heals:
        fields = ", ".join(without_namespace(field, document) for field in heal.fields)
        refused = f"{heal.code or 'an error'}{f' on {fields}' if fields else ''}"
        said = (
            f"{heal.count:,} refused with {refused}, repaired with {', '.join(heal.fixers)} and "
            f"sent again (round {heal.round})"
        )
        page.line((said, FAINT), indent=indent, hang=2)


def _remarks(page: Page, document: RunDocument, outcome: Outcome, indent: int) -> None:
    remarks = [remark for remark in document.remarks if remark.outcome is outcome]
    for remark in remarks[:_MOST_REMARKS]:
        page.line((f"{remark.count:,}: {remark.note}", FAINT), indent=indent, hang=2)
    beyond = sum(remark.count for remark in remarks[_MOST_REMARKS:])
    if beyond:
        page.line((f"{beyond:,} more with a note of their own", FAINT), indent=indent)


def _left_to_do(page: Page, document: RunDocument) -> None:
    if document.rejections or document.counts.held:
        page.blank()
        page.line(("Left to do", HEADING))
    for rejection in document.rejections:
        page.line(
            (f"{rejection.count:,} rejected", WARNING),
            f'  "{shortened(rejection.message, _MESSAGE_ROOM)}"',
            indent=2,
            hang=2,
        )
        page.line(rejection.advice, indent=4, hang=2)
        _where(page, rejection.cause_id, document)
    for number, cause in enumerate(document.causes, 1):
        _waiting(page, number, cause, document)


def _where(page: Page, cause_id: str, document: RunDocument) -> None:
    """The rule or field in Setup, as the plan found it behind the same cause."""
    found = [one for cause in document.causes if cause.id == cause_id for one in cause.findings]
    for finding in found:
        if finding.link is None:
            continue
        if finding.rule:
            page.line(f"The rule {finding.rule}:", indent=4)
        elif finding.field:
            page.line(f"The field {without_namespace(finding.field, document)}:", indent=4)
        page.command("    ", (finding.link, FAINT))


def _waiting(page: Page, number: int, cause: CausePart, document: RunDocument) -> None:
    """What is held; what is skipped is left out on purpose."""
    for group in (group for group in cause.held if group.decision is Decision.HELD):
        page.line(
            (f"{group.count:,} {group.decision}", WARNING),
            f"  {_what(group, document)}",
            (f" (cause {number})", FAINT),
            indent=2,
            hang=2,
        )
        page.line(without_namespace(group.advice, document), indent=4, hang=2)


def _what(group: HeldGroupPart, document: RunDocument) -> str:
    what = without_namespace(group.what, document)
    if group.reason is not HeldReason.APPROVAL:
        return what
    return f"{WAITS}{', such as' if group.count > 1 else ''}: {what}"
