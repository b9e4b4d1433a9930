"""`bridge amend`: what a person repaired in a spreadsheet goes back to the run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from bridge import use_cases
from bridge.cli import screen
from bridge.cli.options import AsJson, RunId, repeated_flags, with_settings
from bridge.errors import UsageError
from bridge.report.amendment import amendment_document
from bridge.report.terminal.amendment import show_amendment, show_amendment_recorded
from bridge.report.terminal.words import counted
from bridge.settings import Settings

STDIN = "-"


@with_settings
def amend(
    settings: Settings,
    run_id: RunId,
    file: Annotated[str, typer.Argument(metavar="FILE", help="As bridge report --csv wrote it.")],
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the changes; nothing goes on record.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Put on record without asking.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take over what was repaired by hand: show each change, ask, put on record. Nothing is sent.

    Example: bridge amend 7c2e1f held.csv
    """
    data = _read(file)
    with use_cases.open_existing_ledger(settings) as ledger, use_cases.open_org(settings) as org:
        run = ledger.run(run_id)
        if not dry_run:
            screen.refuse_without_yes(
                yes,
                "Add --yes to the same command, or --dry-run to look first.",
                does="puts changes of records on record",
            )
        found = use_cases.look_at_amendments(settings, run, data, ledger, org)
        document = amendment_document(
            run, found.items, found.rows, found.was, found.who, found.unchanged
        )
        if not as_json:
            show_amendment(document, run.plan.namespace, screen.stdout)
        if found.items and not dry_run:
            screen.confirm(
                f"Put {counted(len(found.items), 'amended message')} on record?",
                yes,
                f"The file stays as it is: bridge amend {run.id} {file}{repeated_flags()}",
                declined="Nothing was changed",
            )
            use_cases.amend(run, found, ledger)
            document = document.model_copy(update={"recorded": True})
    if as_json:
        screen.print_json(document.model_dump_json(indent=2))
    else:
        show_amendment_recorded(document, screen.stdout)


def _read(name: str) -> bytes:
    if name == STDIN:
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as exc:
        raise UsageError(
            f"{name} can't be read: {exc.strerror or exc}",
            "bridge report RUN --csv FILE writes one.",
        ) from exc
