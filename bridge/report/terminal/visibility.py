"""Whether what this user does not find is absent: told wherever it is not proven."""

from __future__ import annotations

from bridge.model import Visibility
from bridge.report.document import RunDocument
from bridge.report.terminal.page import Page
from bridge.report.terminal.parts import ALARM, FAINT, WARNING
from bridge.report.terminal.words import without_namespace


def visibility(page: Page, run: RunDocument) -> None:
    """One line on what is not proven, and what would prove it."""
    seen = run.visibility
    if seen is None or seen.standing is Visibility.PROVEN:
        return
    why, grant = without_namespace(seen.why, run), without_namespace(seen.grant, run)
    match seen.standing:
        case Visibility.GUARDED:
            page.line(
                (f"Not proven that every row is seen: {why}. The key is unique, so ", FAINT),
                ("Salesforce refuses a second row. ", FAINT),
                (f"To prove it, grant {grant}.", FAINT),
                hang=2,
            )
        case Visibility.ASSUMED:
            page.line(
                ("Taken on by BRIDGE_ASSUME_VISIBLE: that every row is seen. ", WARNING),
                f"Not proven: {why}. A message that is there unseen is inserted a second time.",
                hang=2,
            )
        case Visibility.UNPROVEN:
            page.line(
                ("Can't be sent: a message that is there could look absent. ", ALARM),
                f"{why}. Grant {grant}; or take it on with BRIDGE_ASSUME_VISIBLE=1, on record.",
                hang=2,
            )
