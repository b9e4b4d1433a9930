"""`bridge apply`: send a plan, or go on with one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Annotated, Protocol

import typer

from bridge import use_cases
from bridge.cli import progress, screen
from bridge.cli.handover import Handover
from bridge.cli.options import (
    Approve,
    AsJson,
    LanesOption,
    Limit,
    NoCanary,
    RoundsOption,
    RunId,
    Wait,
    Yes,
    repeated_flags,
    with_settings_and_limits,
)
from bridge.delivery import MOST_ROUNDS, STEPS, Ending
from bridge.errors import GoTalloError
from bridge.events import Observer
from bridge.ledger import Ledger, Run
from bridge.library.results import sending_exit
from bridge.report.document import RunDocument
from bridge.report.reading import run_document
from bridge.report.terminal.result import show_result
from bridge.report.text import visible
from bridge.salesforce import Org
from bridge.settings import Settings


@with_settings_and_limits
def apply(
    settings: Settings,
    handover: Handover,
    run_id: RunId,
    *,
    yes: Yes = False,
    approve: Approve = None,
    limit: Limit = None,
    lanes: LanesOption = 4,
    no_canary: NoCanary = False,
    rounds: RoundsOption = MOST_ROUNDS,
    wait: Wait = False,
    as_planned: Annotated[
        bool,
        typer.Option("--as-planned", help="Don't ask GoTallo whether a message has changed."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Send a plan, or go on with one that was interrupted.

    Example: bridge apply 7c2e1f
    """
    request = apply_request(lanes, limit, no_canary=no_canary, rounds=rounds)
    with ExitStack() as opened:
        ledger = opened.enter_context(use_cases.open_existing_ledger(settings))
        run = ledger.run(run_id)
        use_cases.refuse_unfinished_plan(run)
        screen.refuse_without_yes(
            yes,
            f"Add --yes to the same command; bridge report {run.id}{repeated_flags()} shows the "
            "plan.",
        )
        org = opened.enter_context(use_cases.open_org(settings))
        if approve:
            _approve(run, approve, ledger, org)
        if not as_planned:
            request = recheck(settings, run, request, ledger, org)
        document = run_document(ledger, run)
        handover.tell_run(document)
        if to_send(document):
            request = ask_about_old_ones(settings, run, request, ledger, yes=yes)
            ask(document, yes=yes)
        elif not as_json:
            screen.stdout.print(f"Run {run.id} has nothing left to send. It stands as it stood:")
        document, ending = send(
            settings, run, request, ledger, org, handover, way=way_of(wait=wait)
        )
    finish(document, ending, as_json=as_json)


def _approve(run: Run, wanted: Sequence[str], ledger: Ledger, org: Org) -> None:
    """Let go what waits for approval: on record before anybody is asked whether to send."""
    keys = use_cases.approve(run, wanted, ledger, org)
    said = "Nothing waits for approval"
    if keys:
        said = f"{len(keys):,} approved, on record: ready to be sent"
    screen.stderr.print(f"{said}.")


def recheck(
    settings: Settings, run: Run, request: use_cases.ApplyRequest, ledger: Ledger, org: Org
) -> use_cases.ApplyRequest:
    """Hold what has changed at GoTallo since the plan, what is in doubt once that is settled.

    Raises:
        GoTalloError: it could not be asked; the advice names the way without it.
    """
    try:
        with progress.shown() as observe:
            changed = use_cases.recheck(settings, run.id, ledger, org, observe=observe)
    except GoTalloError as exc:
        raise GoTalloError(
            exc.message,
            f"{exc.advice} To send the plan without asking whether a message has changed since: "
            f"bridge apply {run.id} --as-planned",
        ) from exc
    if changed.held:
        screen.stderr.print(
            f"{changed.held} changed at GoTallo since the plan and are held: bridge report {run.id}"
        )
    if changed.in_doubt:
        screen.stderr.print(
            f"{len(changed.in_doubt)} in doubt changed at GoTallo since the plan: held where they "
            "turn out not to be in Salesforce"
        )
    return replace(request, changed=changed.in_doubt)


def apply_request(
    lanes: int, limit: int | None, *, no_canary: bool, rounds: int
) -> use_cases.ApplyRequest:
    """How to send, from the options."""
    return use_cases.ApplyRequest(
        lanes=lanes, canary=() if no_canary else STEPS, limit=limit, rounds=rounds
    )


def ask_about_old_ones(
    settings: Settings, run: Run, request: use_cases.ApplyRequest, ledger: Ledger, *, yes: bool
) -> use_cases.ApplyRequest:
    """Ask whether old messages are to be sent, where there are any and somebody can be asked."""
    old = None if yes else use_cases.old_ones(settings, run, ledger)
    if old is None:
        return request
    days = "a day" if old.days == 1 else f"{old.days} days"
    screen.confirm(
        f"{old.count:,} of the messages are older than {days}, the oldest of "
        f"{old.oldest:%Y-%m-%d %H:%M} UTC: triggers may answer customers that late. Send them too?",
        yes,
        f"The plan stays on record: bridge apply {run.id}",
    )
    return replace(request, old_ones_too=True)


def ask(document: RunDocument, *, yes: bool) -> None:
    """Ask whether to send the plan; for a production org its name has to be typed."""
    org = document.org
    advice = f"The plan stays on record: bridge apply {document.run_id}"
    profile = f"[{visible(document.profile)}] " if document.profile else ""
    messages = f"{profile}Send {to_send(document)} messages to {visible(org.name)}"
    if org.sandbox:
        screen.confirm(f"{messages}, a sandbox?", yes, advice)
    else:
        screen.confirm_in_words(f"{messages}, a PRODUCTION org?", org.name, yes, advice)


def to_send(document: RunDocument) -> int:
    """How many may be sent: those in doubt too, where they turn out not to be in the org."""
    return document.counts.not_sent_yet + document.counts.in_doubt


class Way(Protocol):
    """How a plan is sent: at once, or with patience for what only time can mend."""

    def __call__(
        self,
        settings: Settings,
        run_id: str,
        request: use_cases.ApplyRequest,
        ledger: Ledger,
        org: Org,
        *,
        observe: Observer,
    ) -> Ending: ...


def way_of(*, wait: bool) -> Way:
    """The way that the option `--wait` chooses."""
    if wait:
        return use_cases.apply_patiently
    return use_cases.apply


def send(
    settings: Settings,
    run: Run,
    request: use_cases.ApplyRequest,
    ledger: Ledger,
    org: Org,
    handover: Handover,
    *,
    way: Way,
) -> tuple[RunDocument, Ending]:
    """Send, with progress, and read back from the ledger what became of it."""
    handover.tell_sending()
    with progress.shown() as observe:
        ending = way(settings, run.id, request, ledger, org, observe=observe)
    document = run_document(ledger, ledger.run(run.id))
    handover.tell_run(document)
    return document, ending


def finish(document: RunDocument, ending: Ending, *, as_json: bool) -> None:
    """Print the result and end with its exit code."""
    if as_json:
        screen.print_json(document.model_dump_json(indent=2))
    else:
        show_result(document, screen.stdout)
    raise typer.Exit(sending_exit(document, ending))
