"""A check of the ledger: what was looked at, and what was found."""

from __future__ import annotations

from rich.console import Console

from bridge.ledger import LedgerCheck
from bridge.report.terminal.page import Page
from bridge.report.terminal.parts import ALARM, FAINT, HEADING

_OK = "ok      "
_BROKEN = "BROKEN  "


def show_ledger_check(check: LedgerCheck, console: Console) -> None:
    """Print each sentence that was checked, and the rows that break it."""
    page = Page(console)
    page.line(("Ledger ", HEADING), (check.place, HEADING))
    page.line(page.separator.join(f"{name} {count:,}" for name, count in check.rows if count))
    page.blank()
    for one in check.checked:
        mark = (_BROKEN, ALARM) if one.broken else (_OK, FAINT)
        page.line(mark, one.says, indent=2, hang=len(_OK))
        for name in one.named:
            page.line(name, indent=2 + len(_OK) + 2, hang=2)
        if one.broken > len(one.named):
            page.line(f"and {one.broken - len(one.named):,} more", indent=2 + len(_OK) + 2)
    page.blank()
    broken = sum(bool(one.broken) for one in check.checked)
    if broken:
        page.line(
            (f"{broken} of {len(check.checked)} do not hold.", ALARM),
            " Send nothing with this ledger. Keep a copy of it, and look whether a back-up is "
            "sound; bridge verify RUN asks the org itself.",
        )
    else:
        page.line(f"All {len(check.checked)} hold.")
