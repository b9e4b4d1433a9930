"""`bridge verify`: the org is asked for every message of a run."""

from __future__ import annotations

import typer

from bridge import resync
from bridge.cli import screen
from bridge.cli.options import AsJson, RunId, with_settings
from bridge.errors import Exit
from bridge.report import run_document, show_verification
from bridge.report.verification import verification_document
from bridge.settings import Settings


@with_settings
def verify(settings: Settings, run_id: RunId, *, as_json: AsJson = False) -> None:
    """Ask Salesforce for every message of a run: there once, twice, missing, as it was sent.

    Example: bridge verify 7c2e1f
    """
    with resync.open_ledger(settings) as ledger, resync.open_org(settings) as org:
        verification = resync.verify(run_id, ledger, org)
        document = run_document(ledger, ledger.run(run_id))
    if as_json:
        screen.print_json(verification_document(verification).model_dump_json(indent=2))
    else:
        show_verification(verification, document, screen.stdout)
    raise typer.Exit(Exit.OK if verification.proven else Exit.LEFT_OVER)
