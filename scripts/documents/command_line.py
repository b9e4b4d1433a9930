"""docs/command-line.md: each command with its arguments and options, as `--help` has them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main
from marks import cell, table
from typer.core import TyperGroup

from bridge.cli.lazy import LazyGroup
from bridge.cli.main import app

HEAD = """\
# The command line

Made of the program itself: each command with its arguments and options, as `--help` has them.
[Commands and settings](commands.md) says the same at more length, in the order of use.
"""
NAME = "bridge"


def pages(docs: Path) -> Iterator[tuple[Path, str]]:
    command = typer.main.get_command(app)
    sections = _sections(command, typer.Context(command, info_name=NAME))
    yield docs / "command-line.md", "\n".join((HEAD, *sections))


def _sections(command: Any, context: typer.Context) -> Iterator[str]:
    if not isinstance(command, TyperGroup) or context.parent is None:
        yield _section(command, context)
    if not isinstance(command, TyperGroup):
        return
    for name in command.list_commands(context):
        is_lazy = isinstance(command, LazyGroup)
        inner = command.loaded(name) if is_lazy else command.get_command(context, name)
        # A group's hidden command is what the group's name alone does.
        path = context.info_name if inner.hidden else f"{context.info_name} {name}"
        yield from _sections(inner, typer.Context(inner, info_name=path, parent=context))


def _section(command: Any, context: typer.Context) -> str:
    said = re.split(r"\n\s*\n", (command.help or "").strip())
    paragraphs = (re.sub(r"^Example: (.*)$", r"    $ \1", " ".join(one.split())) for one in said)
    records = (parameter.get_help_record(context) for parameter in command.params)
    rows = [(f"`{cell(names)}`", cell(meaning)) for names, meaning in filter(None, records)]
    return "\n".join(
        (
            f"## `{context.info_name}`\n",
            *(f"{paragraph}\n" for paragraph in paragraphs if paragraph),
            table(("argument or option", "meaning"), rows) if rows else "It takes no options.\n",
        )
    )
