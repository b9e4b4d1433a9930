"""`bridge resync`: plan a window, show it, ask, send it."""

from __future__ import annotations

import typer

from bridge import use_cases
from bridge.cli import progress, screen
from bridge.cli.apply import (
    apply_request,
    ask,
    ask_about_old_ones,
    finish,
    recheck,
    send,
    to_send,
    way_of,
)
from bridge.cli.choice import Asked, ledger_for, named_window, request_of, say_nothing_is_open
from bridge.cli.handover import Handover
from bridge.cli.options import (
    AsJson,
    CauseIds,
    Date,
    DetailedExit,
    EvenIfDeleted,
    Expect,
    From,
    Keys,
    LanesOption,
    Limit,
    NoCanary,
    RoundsOption,
    StillOpen,
    Till,
    Wait,
    Why,
    Yes,
    Yesterday,
    Zone,
    causes_of,
    reason_of,
    repeated_flags,
    with_settings_and_limits,
)
from bridge.cli.plan import exit_code, show
from bridge.delivery import MOST_ROUNDS
from bridge.ledger import Ledger, Run
from bridge.model import Window
from bridge.report.reading import run_document
from bridge.report.terminal.plan import show_plan
from bridge.salesforce import Org
from bridge.settings import Settings


@with_settings_and_limits
def resync(
    settings: Settings,
    handover: Handover,
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
    key: Keys = None,
    cause: CauseIds = None,
    still_open: StillOpen = False,
    even_if_deleted: EvenIfDeleted = False,
    why: Why = None,
    lanes: LanesOption = 4,
    no_canary: NoCanary = False,
    rounds: RoundsOption = MOST_ROUNDS,
    wait: Wait = False,
    as_json: AsJson = False,
    detailed_exitcode: DetailedExit = False,
) -> None:
    """Bring a window's failed messages into Salesforce: plan, show, ask, send.

    Example: bridge resync --yesterday --tz Europe/Amsterdam --dry-run
    """
    keys = key or ()
    causes = causes_of(cause)
    named = named_window(
        still_open=still_open,
        narrowed_to_keys=bool(keys),
        expected=expect,
        yesterday_too=yesterday,
        date=date,
        from_time=from_time,
        till_time=till_time,
        zone=tz,
    )
    reason = reason_of(even_if_deleted=even_if_deleted, keys=keys, why=why)
    if not dry_run:
        screen.refuse_without_yes(yes, "Add --yes to send, or --dry-run to look first.")
    asked = Asked(repeated_flags(), expect, limit, keys, causes, even_if_deleted=reason)
    sending = apply_request(lanes, None, no_canary=no_canary, rounds=rounds)
    with ledger_for(settings, still_open=still_open) as ledger, use_cases.open_org(settings) as org:
        request = request_of(settings, asked, named, ledger, org)
        if request is None:
            say_nothing_is_open(ledger, causes, as_json=as_json)
            return
        narrowed = dry_run or keys or causes or still_open
        run = None if narrowed else _unfinished(settings, request.window, ledger, org, yes=yes)
        if run is not None:
            sending = recheck(settings, run, sending, ledger, org)
        else:
            with progress.shown() as observe:
                run = use_cases.plan(settings, request, ledger, org, observe=observe)
        document = run_document(ledger, run)
        handover.tell_run(document)
        if dry_run:
            show(document, as_json=as_json)
            raise typer.Exit(exit_code(document, detailed=detailed_exitcode))
        if not as_json:
            show_plan(document, screen.stdout)
        if to_send(document):
            sending = ask_about_old_ones(settings, run, sending, ledger, yes=yes)
            ask(document, yes=yes)
        document, ending = send(
            settings, run, sending, ledger, org, handover, way=way_of(wait=wait)
        )
    finish(document, ending, as_json=as_json)


def _unfinished(
    settings: Settings, window: Window, ledger: Ledger, org: Org, *, yes: bool
) -> Run | None:
    """The run of this window to go on with, where there is one and a person wants it so.

    Nobody who could be asked is there with `--yes`: then the window is planned anew, which settles
    what the older run left in doubt and brings what it did not send.
    """
    found = use_cases.unfinished(settings, window, ledger, org)
    if found is None:
        return None
    counts = run_document(ledger, found, samples=0).counts
    left = {"not sent": counts.not_sent_yet, "in doubt": counts.in_doubt}
    told = ", ".join(f"{count:,} {word}" for word, count in left.items() if count)
    if not told:
        return None
    said = f"Run {found.id} of this window is not finished: {told}."
    if yes:
        screen.stderr.print(f"{said} The window is planned anew, and takes them over.")
        return None
    return found if screen.agreed(f"{said} Go on with it? (No: plan anew.)") else None
