"""`bridge plan`: a window becomes a recorded plan; nothing is sent."""

from __future__ import annotations

import typer

from bridge import use_cases
from bridge.cli import progress, screen
from bridge.cli.choice import Asked, ledger_for, named_window, request_of, say_nothing_is_open
from bridge.cli.handover import Handover
from bridge.cli.options import (
    AsJson,
    CauseIds,
    Date,
    DetailedExit,
    Expect,
    From,
    Keys,
    Limit,
    StillOpen,
    Till,
    Yesterday,
    Zone,
    causes_of,
    repeated_flags,
    with_settings_and_files,
)
from bridge.errors import Exit
from bridge.library.results import plan_exit
from bridge.report.document import RunDocument
from bridge.report.reading import run_document
from bridge.report.terminal.plan import show_plan_alone
from bridge.settings import Settings


@with_settings_and_files
def plan(
    settings: Settings,
    handover: Handover,
    *,
    yesterday: Yesterday = False,
    date: Date = None,
    from_time: From = None,
    till_time: Till = None,
    tz: Zone = None,
    expect: Expect = None,
    limit: Limit = None,
    key: Keys = None,
    cause: CauseIds = None,
    still_open: StillOpen = False,
    as_json: AsJson = False,
    detailed_exitcode: DetailedExit = False,
) -> None:
    """Fetch a window's failures and record what would be done about each. Nothing is sent.

    Example: bridge plan --yesterday --tz Europe/Amsterdam --expect 34
    """
    causes = causes_of(cause)
    named = named_window(
        still_open=still_open,
        narrowed_to_keys=bool(key),
        expected=expect,
        yesterday_too=yesterday,
        date=date,
        from_time=from_time,
        till_time=till_time,
        zone=tz,
    )
    asked = Asked(repeated_flags(), expect, limit, key or (), causes)
    with ledger_for(settings, still_open=still_open) as ledger, use_cases.open_org(settings) as org:
        request = request_of(settings, asked, named, ledger, org)
        if request is None:
            say_nothing_is_open(ledger, causes, as_json=as_json)
            return
        with progress.shown() as observe:
            run = use_cases.plan(settings, request, ledger, org, observe=observe)
        document = run_document(ledger, run)
    handover.tell_run(document)
    show(document, as_json=as_json)
    raise typer.Exit(exit_code(document, detailed=detailed_exitcode))


def show(document: RunDocument, *, as_json: bool) -> None:
    """Print a plan."""
    if as_json:
        screen.print_json(document.model_dump_json(indent=2))
    else:
        show_plan_alone(document, screen.stdout)


def exit_code(document: RunDocument, *, detailed: bool) -> Exit:
    """A plan that was made is a success; with `detailed` one that holds some back says so."""
    return plan_exit(document) if detailed else Exit.OK
