"""`bridge schema`: the JSON Schema of what `--json` prints."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from bridge.cli import screen
from bridge.report.schemas import DOCUMENTS, named, schema_of, short_name


def schema(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Of the document: run, report, doctor.")
    ] = None,
) -> None:
    """Print the JSON Schema of a document that --json prints, or list the documents.

    Example: bridge schema run > run-1.json
    """
    if name is None:
        for document in DOCUMENTS:
            typer.echo(f"{short_name(document):<16}  {document}")
        return
    screen.print_json(json.dumps(schema_of(named(name)), ensure_ascii=False, indent=2))
