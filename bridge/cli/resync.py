"""`bridge resync`: plan a window, show it, ask, send it."""

from __future__ import annotations

import typer

from bridge import resync as use_cases
from bridge.cli import screen
from bridge.cli.apply import apply_request, ask, finish, send, to_send
from bridge.cli.options import (
    AsJson,
    Date,
    DetailedExit,
    Expect,
    From,
    LanesOption,
    Limit,
    NoCanary,
    RoundsOption,
    Till,
    Yes,
    Yesterday,
    Zone,
    repeated_flags,
    window_of,
    with_settings,
)
from bridge.cli.plan import plan_exit, show
from bridge.delivery import MOST_ROUNDS
from bridge.report import run_document, show_plan
from bridge.settings import Settings


@with_settings
def resync(
    settings: Settings,
    *,
    yesterday: Yesterday = False,
    date: Date = None,
    from_time: From = None,
    till_time: Till = None,
    tz: Zone = None,
    dry_run: bool = typer.Option(False, "--dry-run", help="Stop after the plan; nothing is sent."),
    yes: Yes = False,
    expect: Expect = None,
    limit: Limit = None,
    lanes: LanesOption = 4,
    no_canary: NoCanary = False,
    rounds: RoundsOption = MOST_ROUNDS,
    as_json: AsJson = False,
    detailed_exitcode: DetailedExit = False,
) -> None:
    """Bring a window's failed messages into Salesforce: plan, show, ask, send.

    Example: bridge resync --yesterday --tz Europe/Amsterdam --dry-run
    """
    window, words = window_of(
        yesterday_too=yesterday, date=date, from_time=from_time, till_time=till_time, zone=tz
    )
    if not dry_run:
        screen.refuse_without_yes(yes, "Add --yes to send, or --dry-run to look first.")
    request = use_cases.PlanRequest(window, words, repeated_flags(), expect, limit)
    sending = apply_request(lanes, None, no_canary=no_canary, rounds=rounds)
    with use_cases.open_ledger(settings) as ledger, use_cases.open_org(settings) as org:
        with screen.counting() as counting:
            run = use_cases.plan(settings, request, ledger, org, progress=counting.planned)
        document = run_document(ledger, run)
        if dry_run:
            show(document, as_json=as_json)
            raise typer.Exit(plan_exit(document, detailed=detailed_exitcode))
        if not as_json:
            show_plan(document, screen.stdout)
        if to_send(document):
            ask(document, yes=yes)
        document, ending = send(settings, run, sending, ledger, org)
    finish(document, ending, as_json=as_json)
