"""`bridge verify`: the org is asked for every message of a run, of a window, or of all."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Protocol

import typer

from bridge import use_cases
from bridge.cli import progress, screen
from bridge.cli.handover import Handover
from bridge.cli.options import (
    AsJson,
    Date,
    From,
    PerhapsRunId,
    Till,
    Yesterday,
    Zone,
    window_of,
    with_settings_and_files,
)
from bridge.errors import UsageError
from bridge.events import Observer
from bridge.ledger import Ledger
from bridge.library.results import verify_exit
from bridge.model import Verification
from bridge.report.terminal.verification import show_verification
from bridge.report.verification import verification_document
from bridge.salesforce import Org
from bridge.settings import Settings


class _Ask(Protocol):
    def __call__(self, ledger: Ledger, org: Org, *, observe: Observer) -> Verification: ...


@with_settings_and_files
def verify(
    settings: Settings,
    handover: Handover,
    run_id: PerhapsRunId = None,
    *,
    yesterday: Yesterday = False,
    date: Date = None,
    from_time: From = None,
    till_time: Till = None,
    tz: Zone = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every message that the ledger has of the org.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Ask Salesforce for every message: there once, twice, missing, as it was sent.

    Example: bridge verify 7c2e1f
    """
    named = yesterday or any(v is not None for v in (date, from_time, till_time))
    if sum((run_id is not None, named, everything)) != 1:
        raise UsageError(
            "Name one of a run, a window and --all",
            "Such as bridge verify 7c2e1f, bridge verify --yesterday, bridge verify --all.",
        )

    ask: _Ask
    if run_id is not None:
        ask = partial(use_cases.verify, run_id)
    elif everything:
        ask = use_cases.verify_all
    else:
        window, words = window_of(
            yesterday_too=yesterday, date=date, from_time=from_time, till_time=till_time, zone=tz
        )
        ask = partial(use_cases.verify_window, window, words, settings.gotallo_tenant_id)
    with use_cases.open_existing_ledger(settings) as ledger, use_cases.open_org(settings) as org:
        with progress.shown() as observe:
            verification = ask(ledger, org, observe=observe)
        document = verification_document(verification)
    handover.tell_verification(document)
    if as_json:
        screen.print_json(document.model_dump_json(indent=2))
    else:
        show_verification(document, screen.stdout)
    raise typer.Exit(verify_exit(document))
