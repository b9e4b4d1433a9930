"""`bridge mapping test`: the cases of a mapping."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bridge.cli import screen
from bridge.cli.options import AsJson, with_settings
from bridge.errors import Exit
from bridge.planning import built_in_mapping, cases_beside, read_cases, read_mapping, try_cases
from bridge.report.mapping_test import mapping_test_document
from bridge.report.terminal.mapping_test import show_mapping_test
from bridge.settings import Settings


@with_settings
def run_cases(
    settings: Settings,
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="A mapping; else the one in use.")
    ] = None,
    *,
    cases: Annotated[
        Path | None,
        typer.Option("--cases", metavar="CASES", help="Else my-org.cases.yaml beside my-org.yaml."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Try a mapping on the cases beside it: this message gives this record. No org is asked.

    Example: bridge mapping test my-org.yaml
    """
    path = file or settings.bridge_mapping or built_in_mapping()
    mapping = read_mapping(path)
    beside = cases or cases_beside(path)
    results = try_cases(mapping, read_cases(beside))
    document = mapping_test_document(path.name, beside.name, results)
    if as_json:
        screen.print_json(document.model_dump_json(indent=2))
    else:
        show_mapping_test(document, screen.stdout)
    raise typer.Exit(Exit.OK if document.holds else Exit.LEFT_OVER)
