"""The report: the result, and each message that needs a person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from rich.console import Console

from bridge.ledger import Writer
from bridge.model import Decision, HeldReason, Outcome
from bridge.report.document import ChangePart, ItemPart, ReportDocument, RunDocument
from bridge.report.next_part import NextPart
from bridge.report.terminal.page import Page
from bridge.report.terminal.parts import FAINT, HEADING, WAITS, next_commands
from bridge.report.terminal.result import show_story
from bridge.report.terminal.words import counted, made_at, without_namespace
from bridge.report.text import shortened

MOST_LISTED = 20
"""Messages that wait for the same thing."""
_WHAT_ROOM = 300
"""Cells for what stands in a message's way."""


def show_report(
    document: ReportDocument,
    console: Console,
    last_sent_at: dt.datetime | None = None,
    writer: Writer | None = None,
) -> None:
    """Print how a run stands, and the messages that need a person, with what each needs."""
    page = Page(console)
    page.line((_as_of(document.run, last_sent_at), FAINT), hang=2)
    show_story(page, document.run, writer)
    rejected = (item for item in document.items if item.outcome is Outcome.REJECTED)
    in_doubt = (item for item in document.items if item.outcome is Outcome.IN_DOUBT)
    held = (
        item
        for item in document.items
        if item.decision is Decision.HELD and item.outcome is not Outcome.PRESENT
    )
    _listed(page, "rejected by Salesforce", rejected, document)
    _listed(page, "in doubt", in_doubt, document)
    _listed(page, "held", held, document)
    _cut(page, document)
    next_commands(page, [step for step in document.run.next if not _is_this(step, document)])


def _is_this(step: NextPart, document: ReportDocument) -> bool:
    """Whether a next command is the one whose page this is, whatever says where the run is."""
    this = f"bridge report {document.run.run_id}"
    return f"{step.command} ".startswith(f"{this} ") and "--csv" not in step.command


def _as_of(run: RunDocument, last_sent_at: dt.datetime | None) -> str:
    zone = ZoneInfo(run.window.zone)
    if last_sent_at is None:
        return f"As of {made_at(run)} ({run.window.zone}), when it was planned."
    sent = f"{last_sent_at.astimezone(zone):%Y-%m-%d %H:%M}"
    return f"As of {sent} ({run.window.zone}), when it last sent. bridge verify asks the org."


def _listed(page: Page, standing: str, items: Iterable[ItemPart], document: ReportDocument) -> None:
    groups: dict[tuple[str, str], list[ItemPart]] = {}
    for item in items:
        groups.setdefault(_needs(item, document), []).append(item)
    for (what, advice), alike in groups.items():
        page.blank()
        page.line((f"{counted(len(alike), 'message')} {standing}: ", HEADING), what, hang=2)
        if advice:
            page.line(advice, indent=2, hang=2)
        for item in alike[:MOST_LISTED]:
            page.line((_named(item), FAINT), _waits_for(item, document), indent=4, hang=2)
        if len(alike) > MOST_LISTED:
            beyond = len(alike) - MOST_LISTED
            command = f"bridge report {document.run.run_id} --json"
            page.line(f"and {beyond:,} more: {command}", indent=4, hang=2)


def _cut(page: Page, document: ReportDocument) -> None:
    """What a cut lost of each message, and where the whole text is."""
    cut = [
        (item, change)
        for item in document.items
        if item.decision is not Decision.SKIPPED and item.outcome is not Outcome.PRESENT
        for change in item.changes
        if change.lost
    ]
    if not cut:
        return
    page.blank()
    lost = counted(sum(change.lost for _, change in cut), "character")
    texts = counted(len(cut), "text")
    page.line((f"{texts} cut, {lost} in all", HEADING), hang=2)
    whole = f"bridge report {document.run.run_id} --json"
    page.line(f"The ledger keeps the whole of each: {whole} (before)", indent=2, hang=2)
    for item, change in cut[:MOST_LISTED]:
        field = without_namespace(change.field, document.run)
        said = f"{field} by {change.fixer}: {counted(change.lost, 'character')} cut"
        page.line((_named(item), FAINT), f"  {said}{_of_length(change)}", indent=4, hang=2)
    if len(cut) > MOST_LISTED:
        page.line(f"and {len(cut) - MOST_LISTED:,} more: {whole}", indent=4, hang=2)


def _of_length(change: ChangePart) -> str:
    return f" of {len(change.before):,}" if isinstance(change.before, str) else ""


def _needs(item: ItemPart, document: ReportDocument) -> tuple[str, str]:
    """What stands in the message's way, and what to do about it."""
    if item.rejection is not None:
        return shortened(item.rejection.text, _WHAT_ROOM), item.rejection.advice
    if item.held is not None and item.held.reason is HeldReason.APPROVAL:
        return WAITS, without_namespace(item.held.advice, document.run)
    if item.held is not None:
        what = without_namespace(item.held.what, document.run)
        return shortened(what, _WHAT_ROOM), without_namespace(item.held.advice, document.run)
    return item.note, ""


def _waits_for(item: ItemPart, document: ReportDocument) -> str:
    """What has to be approved of a message: it differs from one to the next."""
    if item.held is None or item.held.reason is not HeldReason.APPROVAL:
        return ""
    return f"  {shortened(without_namespace(item.held.what, document.run), _WHAT_ROOM)}"


def _named(item: ItemPart) -> str:
    return item.key or f"number {item.position + 1} of those fetched"
