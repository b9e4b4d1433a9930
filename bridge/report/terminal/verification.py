"""The verification: what the org itself answered about messages."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from bridge.model import Scope
from bridge.report.terminal.page import Page
from bridge.report.terminal.parts import ALARM, FAINT, HEADING, WARNING, show_difference
from bridge.report.terminal.words import counted, listed, window_in_full
from bridge.report.verification import RepeatedPart, VerificationDocument

MOST_LISTED = 10
"""Messages of one finding."""
_MOST_ROWS = 5
"""Of one message."""


def show_verification(found: VerificationDocument, console: Console) -> None:
    """Print what the org answered."""
    page = Page(console)
    _head(page, found)
    _sentence(page, found)
    _keys(
        page,
        "not there, though the ledger says so",
        "Look whether the integration user sees every row, and whether old rows are purged. One "
        f"that is gone for good is sent again with {_resend(found)}.",
        found.missing,
    )
    _keys(
        page,
        "not there any more, but a witness shows that they were",
        "Their rows were purged: the record that the mapping names as witness is there.",
        found.witnessed,
    )
    _keys(
        page,
        "deleted since: in the recycle bin",
        f"Restore what is wanted, or send it again with {_resend(found)}.",
        found.deleted,
    )
    _repeated(page, found)
    _differing(page, found)
    _keys(
        page,
        "in doubt: a request gave no answer",
        f"bridge apply {found.run_id or 'RUN'} --wait settles them, once they can be.",
        found.in_doubt,
    )
    _keys(
        page,
        "there, not brought by the bridge",
        "Somebody else did; the next run finds them there and inserts nothing.",
        found.there_unsent,
    )
    page.blank()
    if found.unseen:
        page.line(
            ("Not proven", ALARM),
            f": {found.unseen}. A row that this user does not see is not told here; what it would "
            "take stands in docs/salesforce.md, and bridge plan says it.",
            hang=2,
        )
    elif found.proven:
        page.line(("Proven", HEADING), ": what should be there is there once, as it was sent.")
    else:
        page.line(("Not proven", ALARM), f": bridge verify {_again(found)} --json lists every key.")


def _again(found: VerificationDocument) -> str:
    if found.scope is Scope.RUN:
        return str(found.run_id)
    return "--all" if found.window is None else found.window.words


def _resend(found: VerificationDocument) -> str:
    window = "WINDOW" if found.window is None else found.window.words
    key = "" if " --key " in window else " --key KEY"
    return f"bridge resync {window}{key} --even-if-deleted --why REASON"


def _head(page: Page, found: VerificationDocument) -> None:
    """What was asked for, in which org, when and as whom."""
    window = window_in_full(found.window) if found.window is not None else ""
    asked_for = {
        Scope.RUN: f"Run {found.run_id} of {window}",
        Scope.WINDOW: f"{window}, {counted(found.runs, 'run')}",
        Scope.ALL: f"Every message of the ledger, {counted(found.runs, 'run')}",
    }[found.scope]
    kind = ("sandbox", "") if found.org.sandbox else ("PRODUCTION", ALARM)
    keys = [
        f"{key.field.removeprefix(f'{key.namespace}__')}, "
        f"{'unique' if key.unique else 'not unique'}"
        for key in found.keys
    ]
    page.line((asked_for, HEADING), hang=2)
    page.line(f"org {found.org.name}, ", kind, f"{page.separator}key {listed(keys)}", hang=2)
    page.line(f"asked on {found.asked_at:%Y-%m-%d %H:%M} UTC as {found.asked_as}", hang=2)


def _sentence(page: Page, found: VerificationDocument) -> None:
    gone = len(found.missing) + len(found.deleted) + len(found.witnessed)
    expected = found.once + gone + len(found.repeated)
    unsent = found.absent + len(found.there_unsent) + len(found.in_doubt)
    page.line((f"Asked the org for {counted(found.asked, 'key')}.", HEADING))
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
    if found.unreadable:
        could = counted(found.unreadable, "message")
        page.line((f"{could} could not be read and have no key to ask for.", WARNING))


def _keys(page: Page, finding: str, advice: str, keys: Sequence[str]) -> None:
    if not keys:
        return
    _heading(page, counted(len(keys), "message"), finding, advice)
    for key in keys[:MOST_LISTED]:
        page.line(key, indent=4)
    _more(page, len(keys))


def _repeated(page: Page, found: VerificationDocument) -> None:
    if not found.repeated:
        return
    _heading(
        page,
        counted(len(found.repeated), "message"),
        "there more than once",
        "Look at what the triggers made of each before one is deleted.",
    )
    for message in found.repeated[:MOST_LISTED]:
        page.line(f"{message.key}  {len(message.ids):,} times", indent=4)
        _rows(page, message)
    _more(page, len(found.repeated))


def _rows(page: Page, message: RepeatedPart) -> None:
    for row in message.rows[:_MOST_ROWS]:
        who = "us" if row.ours else f"another user ({row.created_by})"
        page.line(f"{row.id} by {who} on {row.created_at:%Y-%m-%d %H:%M} UTC", indent=6, hang=2)
    beyond = len(message.rows) - _MOST_ROWS
    if beyond > 0:
        page.line(f"and {beyond:,} more", indent=6)


def _differing(page: Page, found: VerificationDocument) -> None:
    if not found.differing:
        return
    _heading(
        page,
        counted(len(found.differing), "field"),
        "not as sent",
        "A trigger, a flow or a person may have changed it since.",
    )
    for difference in found.differing[:MOST_LISTED]:
        field = _short(difference.field, found)
        page.line(
            f"{field} of {difference.key}", (f"  {difference.salesforce_id}", FAINT), indent=4
        )
        show_difference(page, difference.sent, difference.found, indent=6)
    _more(page, len(found.differing))


def _short(field: str, found: VerificationDocument) -> str:
    """The field as people know it: without its package's namespace."""
    for key in found.keys:
        if key.namespace:
            field = field.removeprefix(f"{key.namespace}__")
    return field


def _heading(page: Page, count: str, finding: str, advice: str) -> None:
    page.blank()
    page.line((f"{count} {finding}", ALARM))
    page.line(advice, indent=2, hang=2)


def _more(page: Page, count: int) -> None:
    if count > MOST_LISTED:
        page.line(f"and {count - MOST_LISTED:,} more", indent=4)
