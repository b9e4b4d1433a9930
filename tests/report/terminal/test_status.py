from __future__ import annotations

import datetime as dt

from bridge.ledger import Ledger
from bridge.model import Outcome, Window
from bridge.report import run_document
from bridge.report.terminal import show_status
from tests.report.runs import NO_ACCESS, console, item, planned, written


def test_each_run_is_a_line_with_its_figures_and_its_org(ledger: Ledger) -> None:
    older = planned(ledger, [item(1), item(2, held=NO_ACCESS)])
    older.settle([1], Outcome.SYNCED)
    ledger.begin_sending(older.run_id)
    ledger.finish(older.run_id)
    newer = planned(ledger, [item(1)], sandbox=False, org_name="Acme Live")
    to = console(120)
    show_status([run_document(ledger, one.run, samples=0) for one in (newer, older)], to)
    first, second = written(to).splitlines()
    assert first.startswith(f"{newer.run_id}  2026-11-23 08:30  2026-11-22  planned   1: 1 there")
    assert first.endswith(" already · Acme Live PRODUCTION")
    assert second == (
        f"{older.run_id}  2026-11-23 08:30  2026-11-22  finished  2: 1 inserted, 1 held · Acme"
    )


def test_times_by_several_clocks_name_theirs(ledger: Ledger) -> None:
    """A later run would seem to be the earlier one."""
    start = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
    day = Window(start, start + dt.timedelta(days=1), "UTC")
    runs = [planned(ledger, [item(1)]), planned(ledger, [item(1)], window=day)]
    to = console(120)
    show_status([run_document(ledger, one.run, samples=0) for one in runs], to)
    first, second = written(to).splitlines()
    assert "2026-11-23 08:30 CET  2026-11-22  planned" in first
    assert "2026-11-23 07:30 UTC  2026-11-22  planned" in second


def test_a_ledger_without_runs_says_how_to_make_one() -> None:
    to = console()
    show_status([], to)
    assert written(to) == "No runs in this ledger. bridge plan --yesterday makes one.\n"
