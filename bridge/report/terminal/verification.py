"""The verification: what the org itself answered about a run's messages."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from bridge.model import Verification
from bridge.report.document import RunDocument
from bridge.report.interchange import json_of
from bridge.report.terminal.page import Page
from bridge.report.terminal.parts import ALARM, FAINT, HEADING, head, show_difference
from bridge.report.terminal.words import counted, without_namespace

MOST_LISTED = 10
"""Messages of one finding."""


def show_verification(verification: Verification, document: RunDocument, console: Console) -> None:
    """Print what the org answered."""
    page = Page(console)
    head(page, document)
    _sentence(page, verification)
    _keys(
        page,
        "not there, though the ledger says so",
        "Look whether the integration user sees every row, and whether old rows are purged.",
        verification.missing,
    )
    _keys(
        page,
        "not there any more, but a witness shows that they were",
        "Their rows were purged: the record that the mapping names as witness is there.",
        verification.witnessed,
    )
    _keys(
        page,
        "deleted since: in the recycle bin",
        "Restore what is wanted; nothing sends it again.",
        verification.deleted,
    )
    _repeated(page, verification)
    _differing(page, verification, document)
    _keys(
        page,
        "in doubt: a request gave no answer",
        f"bridge apply {document.run_id} settles them, once they can be.",
        verification.in_doubt,
    )
    _keys(
        page,
        "there, though this run did not bring them",
        "Somebody else did; the next run finds them there and inserts nothing.",
        verification.there_unsent,
    )
    if not verification.proven:
        page.blank()
        page.line(f"Not proven. bridge verify {document.run_id} --json lists every key.")


def _sentence(page: Page, found: Verification) -> None:
    gone = len(found.missing) + len(found.deleted) + len(found.witnessed)
    expected = found.once + gone + len(found.repeated)
    unsent = found.absent + len(found.there_unsent) + len(found.in_doubt)
    page.line((f"Asked the org for {counted(expected + unsent, 'key')}.", HEADING))
    differing = len({difference.key for difference in found.differing})
    as_sent = f"all but {differing:,} as sent" if differing else "as sent"
    if expected:
        page.line(
            f"{expected:,} should be there: ",
            (f"{found.once:,} there exactly once", HEADING),
            f", {as_sent}." if found.once else ".",
        )
    if unsent:
        page.line(f"{unsent:,} should not be: {found.absent:,} not there.")


def _keys(page: Page, finding: str, advice: str, keys: Sequence[str]) -> None:
    if not keys:
        return
    _heading(page, counted(len(keys), "message"), finding, advice)
    for key in keys[:MOST_LISTED]:
        page.line(key, indent=4)
    _more(page, len(keys))


def _repeated(page: Page, found: Verification) -> None:
    if not found.repeated:
        return
    _heading(
        page,
        counted(len(found.repeated), "message"),
        "there more than once",
        "Look at what the triggers made of each before one is deleted.",
    )
    for message in found.repeated[:MOST_LISTED]:
        page.line(
            f"{message.key}  {len(message.ids):,} times, {message.ours:,} of them made by this "
            f"user: {', '.join(message.ids[:MOST_LISTED])}",
            indent=4,
            hang=2,
        )
    _more(page, len(found.repeated))


def _differing(page: Page, found: Verification, document: RunDocument) -> None:
    if not found.differing:
        return
    _heading(
        page,
        counted(len(found.differing), "field"),
        "not as sent",
        "A trigger, a flow or a person may have changed it since.",
    )
    for difference in found.differing[:MOST_LISTED]:
        field = without_namespace(difference.field, document)
        page.line(
            f"{field} of {difference.key}", (f"  {difference.salesforce_id}", FAINT), indent=4
        )
        show_difference(page, json_of(difference.sent), json_of(difference.found), indent=6)
    _more(page, len(found.differing))


def _heading(page: Page, count: str, finding: str, advice: str) -> None:
    page.blank()
    page.line((f"{count} {finding}", ALARM))
    page.line(advice, indent=2, hang=2)


def _more(page: Page, count: int) -> None:
    if count > MOST_LISTED:
        page.line(f"and {count - MOST_LISTED:,} more", indent=4)
