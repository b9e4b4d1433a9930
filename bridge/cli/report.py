"""`bridge report`: what became of every message of a run."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from bridge import resync
from bridge.cli import screen
from bridge.cli.options import AsJson, RunId, repeated_flags, with_settings
from bridge.errors import UsageError
from bridge.ledger import Ledger, Run
from bridge.report import report_document, show_report
from bridge.settings import Settings

STDOUT = "-"


@with_settings
def report(
    settings: Settings,
    run_id: RunId,
    *,
    csv: Annotated[
        str | None,
        typer.Option("--csv", metavar="FILE", help="Write what can be repaired by hand; - stdout."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what became of every message of a run; with --json each with its changes.

    Example: bridge report 7c2e1f
    """
    if csv is not None and as_json:
        raise UsageError("--csv and --json are two reports", "Ask for one after the other.")
    with resync.open_existing_ledger(settings) as ledger:
        run = ledger.run(run_id)
        if csv is not None:
            _write_csv(settings, run, ledger, csv)
            return
        document = report_document(ledger, run)
    if as_json:
        screen.print_json(document.model_dump_json(indent=2))
    else:
        show_report(document, screen.stdout)


def _write_csv(settings: Settings, run: Run, ledger: Ledger, name: str) -> None:
    with resync.open_org(settings) as org:
        sheet = resync.sheet_of(run, ledger, org)
    if name == STDOUT:
        sys.stdout.buffer.write(sheet.text.encode())
        sys.stdout.buffer.flush()
    else:
        _write_new(Path(name), sheet.text.encode())
        screen.stderr.print(
            f"{sheet.rows:,} held or rejected written to {name}. Repair them in a spreadsheet, "
            f"save as CSV UTF-8, then: bridge amend {run.id} {name}{repeated_flags()}",
            soft_wrap=True,
            markup=False,
        )
    if sheet.left_out:
        screen.stderr.print(
            f"{sheet.left_out:,} are held for what no change of their record mends: "
            f"bridge report {run.id}{repeated_flags()}",
            soft_wrap=True,
            markup=False,
        )


def _write_new(path: Path, data: bytes) -> None:
    """Write a file that its owner alone may read: it holds people's messages.

    Raises:
        UsageError: there is one already, which may hold somebody's work; or it can't be written.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as exc:
        raise UsageError(
            f"{path} is there already, and may hold what somebody has repaired",
            "Name another file, or remove it first.",
        ) from exc
    except OSError as exc:
        raise UsageError(
            f"{path} can't be written: {exc.strerror or exc}", "Name another file."
        ) from exc
    with os.fdopen(handle, "wb") as file:
        file.write(data)
