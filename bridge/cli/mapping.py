"""`bridge mapping`: the mapping that comes with the program, and a look at your own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from bridge.cli import screen
from bridge.cli.mapping_describe import describe
from bridge.cli.mapping_diff import diff
from bridge.cli.mapping_test import run_cases
from bridge.planning import built_in_mapping, doubts, mapping_schema, read_mapping, shipped_file

mapping = typer.Typer(help="Show the built-in mapping; check, test and compare your own.")


@mapping.callback()
def group() -> None:
    """Show the built-in mapping; check, test and compare your own."""


@mapping.command()
def show(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Another one, such as example_org.")
    ] = None,
) -> None:
    """Print the mapping that is used when you name no other, to start your own from.

    Example: bridge mapping show > my-org.yaml
    """
    path = built_in_mapping() if name is None else shipped_file(name)
    screen.print_document(path.read_text(encoding="utf-8"))


@mapping.command()
def check(file: Annotated[Path, typer.Argument(metavar="FILE")]) -> None:
    """Check a mapping without asking an org; a plan checks it against the org's fields too.

    Example: bridge mapping check my-org.yaml
    """
    found = read_mapping(file, "Give the path of a mapping, such as my-org.yaml.")
    fixers = ", ".join(dict.fromkeys(use.fixer.name for use in found.all_fixers()))
    witness = found.witness
    shown = f" Witness: {witness.object}.{witness.field}." if witness else ""
    policies = len(found.policies)
    typer.echo(f"{file}: valid. Fixers: {fixers or 'none'}. Policies: {policies}.{shown}")
    typer.echo(
        "Whether your org has its fields is not checked here: doctor and a plan look at that."
    )
    for doubt in doubts(found):
        typer.echo(f"Look at {doubt}")


@mapping.command()
def schema() -> None:
    """Print the JSON Schema of a mapping, with which an editor completes and checks one.

    Example: bridge mapping schema > mapping.schema.json
    """
    screen.print_json(json.dumps(mapping_schema(), ensure_ascii=False, indent=2))


mapping.command("test")(run_cases)
mapping.command()(diff)
mapping.command()(describe)
