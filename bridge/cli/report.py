"""`bridge report`: what became of every message of a run."""

from __future__ import annotations

from bridge import resync
from bridge.cli import screen
from bridge.cli.options import AsJson, RunId, with_settings
from bridge.report import report_document, show_report
from bridge.settings import Settings


@with_settings
def report(settings: Settings, run_id: RunId, *, as_json: AsJson = False) -> None:
    """Show what became of every message of a run; with --json each with its changes.

    Example: bridge report 7c2e1f
    """
    with resync.open_existing_ledger(settings) as ledger:
        document = report_document(ledger, ledger.run(run_id))
    if as_json:
        screen.print_json(document.model_dump_json(indent=2))
    else:
        show_report(document, screen.stdout)
