"""`bridge fixers`: the fixers that a mapping may name, one with its help, and a new one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

from bridge.cli import completion, screen
from bridge.report.fixers import fixer_document, fixers_document
from bridge.report.terminal.fixers import show_fixer, show_fixers, show_new_fixer
from bridge.skeleton import write_skeleton

LOOK_UP: Final = "look-up"
"""The command behind `bridge fixers [NAME]`; no fixer can have this name."""


class _Group(TyperGroup):
    """A fixer's name needs no command before it, and the list needs none at all."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        first = args[0] if args else None
        if first not in self.commands and first not in ctx.help_option_names:
            args = [LOOK_UP, *args]
        return super().parse_args(ctx, args)


fixers = typer.Typer(
    cls=_Group,
    subcommand_metavar="[NAME | new NAME] [--json]",
)


@fixers.callback()
def group() -> None:
    """List the fixers that a mapping may name, or show one with its options and examples.

    Example: bridge fixers truncate
    """


@fixers.command(LOOK_UP, hidden=True)
def look_up(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="A fixer's name.", autocompletion=completion.fixers),
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """List the fixers that a mapping may name, or show one with its options and examples."""
    if name is None:
        listing = fixers_document()
        if as_json:
            screen.print_json(listing.model_dump_json(indent=2))
        else:
            show_fixers(listing, screen.stdout)
        return
    one = fixer_document(name)
    if as_json:
        screen.print_json(one.model_dump_json(indent=2))
    else:
        show_fixer(one, screen.stdout)


@fixers.command()
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What a mapping will call it.")],
    *,
    into: Annotated[
        Path, typer.Option("--into", metavar="DIR", help="The folder to make it in; default here.")
    ] = Path(),
) -> None:
    """Write a fixer of your own to begin with: a Python package that passes its tests as it stands.

    Example: bridge fixers new plain_spaces
    """
    show_new_fixer(name, write_skeleton(name, into), screen.stdout)
