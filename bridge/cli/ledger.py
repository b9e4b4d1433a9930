"""`bridge ledger`: check the ledger, or write it out."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from bridge.cli import completion, screen
from bridge.cli.options import AsJson, with_settings
from bridge.errors import Exit
from bridge.ledger import check as check_ledger
from bridge.ledger import export as export_ledger
from bridge.report.ledger_check import ledger_check_document
from bridge.report.terminal.ledger_check import show_ledger_check
from bridge.settings import Settings

ledger = typer.Typer(help="Check the ledger, or write it out.")


@ledger.callback()
def group() -> None:
    """Check the ledger, or write it out."""


@ledger.command()
@with_settings
def check(settings: Settings, *, as_json: AsJson = False) -> None:
    """Check that the ledger is whole and agrees with itself. Changes nothing, asks no remote.

    Example: bridge ledger check
    """
    found = check_ledger(settings.bridge_ledger)
    if as_json:
        screen.print_json(ledger_check_document(found).model_dump_json(indent=2))
    else:
        show_ledger_check(found, screen.stdout)
    raise typer.Exit(Exit.OK if found.sound else Exit.LEFT_OVER)


@ledger.command()
@with_settings
def export(
    settings: Settings,
    *,
    run_id: Annotated[
        str | None,
        typer.Option(
            "--run",
            metavar="RUN",
            help="One run and its messages alone.",
            autocompletion=completion.run_ids,
        ),
    ] = None,
) -> None:
    """Write the ledger as lines of JSON, one for each row. It holds people's messages: guard it.

    Example: bridge ledger export > ledger.jsonl
    """
    screen.print_lines(json.dumps(row) for row in export_ledger(settings.bridge_ledger, run_id))
