"""`bridge mapping diff`: two mappings, tried on the failures that the ledger has."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from bridge import use_cases
from bridge.cli import completion, screen
from bridge.cli.options import AsJson, with_settings
from bridge.errors import Exit, UsageError
from bridge.ledger import Ledger
from bridge.planning import Described, MessageMapping, read_described, read_mapping
from bridge.report.mapping_diff import mapping_diff_document
from bridge.report.terminal.mapping_diff import show_mapping_diff
from bridge.settings import Settings

_DAYS = 14
"""As `bridge causes` looks back."""


@with_settings
def diff(
    settings: Settings,
    old: Annotated[Path, typer.Argument(metavar="OLD")],
    new: Annotated[Path, typer.Argument(metavar="NEW")],
    *,
    run_id: Annotated[
        str | None,
        typer.Option(
            "--run",
            metavar="RUN",
            help="The failures of one run.",
            autocompletion=completion.run_ids,
        ),
    ] = None,
    days: Annotated[
        int | None,
        typer.Option("--days", min=1, metavar="N", help=f"Of runs so new. Default: {_DAYS}."),
    ] = None,
    describe: Annotated[
        Path | None,
        typer.Option("--describe", metavar="JSON", help="Instead of what the runs kept."),
    ] = None,
    as_json: AsJson = False,
    detailed_exitcode: Annotated[
        bool,
        typer.Option("--detailed-exitcode", help="Exit with 3 where something differs."),
    ] = False,
) -> None:
    """Plan the failures on record under two mappings, and show what differs. No org is asked.

    Example: bridge mapping diff my-org.yaml trial.yaml --days 30
    """
    if run_id is not None and days is not None:
        raise UsageError("--run and --days exclude each other", "Give one of them, or neither.")
    mappings = read_mapping(old), read_mapping(new)
    described = read_described(describe) if describe is not None else None
    with use_cases.open_existing_ledger(settings) as ledger:
        replay = _replay(ledger, run_id, days or _DAYS, mappings, described)
        document = mapping_diff_document(
            *mappings,
            [run for run, _ in replay.runs],
            replay.without_describe,
            replay.replayed(),
        )
    if as_json:
        screen.print_json(document.model_dump_json(indent=2))
    else:
        show_mapping_diff(document, screen.stdout)
    raise typer.Exit(Exit.LEFT_OVER if detailed_exitcode and document.different else Exit.OK)


def _replay(
    ledger: Ledger,
    run_id: str | None,
    days: int,
    mappings: tuple[MessageMapping, MessageMapping],
    described: Described | None,
) -> use_cases.Replay:
    if run_id is not None:
        return use_cases.replay_of_run(ledger, ledger.run(run_id), *mappings, described)
    since = dt.datetime.now(dt.UTC) - dt.timedelta(days=days)
    return use_cases.replay_of_runs(ledger, ledger.runs_since(since), *mappings, described)
