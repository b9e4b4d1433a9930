"""Commands that are loaded when they are called, not when they are listed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, ClassVar

import typer
import typer.main
from typer.core import TyperCommand, TyperGroup

from bridge.cli.plainness import Plain, is_plain


@dataclass(frozen=True, slots=True)
class Lazy:
    """Where a command or a group of commands is defined, and its line in the list."""

    module: str
    attribute: str
    help: str

    def listed(self, name: str) -> TyperCommand:
        """What a list shows of it, without loading it."""
        return TyperCommand(name, help=self.help, short_help=self.help)

    def loaded(self, name: str) -> Any:
        """The command itself."""
        defined = getattr(import_module(self.module), self.attribute)
        command: Any = (
            typer.main.get_group(defined)
            if isinstance(defined, typer.Typer)
            else typer.main.get_command(_alone(defined))
        )
        command.name = name
        _dress(command)
        return command


class LazyGroup(TyperGroup):
    """A group that knows its commands by name, and loads the one that is called.

    A list, the completion of a name and the proposal after a typing mistake need no more.
    """

    lazy: ClassVar[Mapping[str, Lazy]] = {}

    def __init__(self, **attributes: Any) -> None:
        if is_plain():
            attributes["rich_markup_mode"] = None
        super().__init__(**attributes)
        self.commands.update({name: lazy.listed(name) for name, lazy in self.lazy.items()})

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Load the command that the arguments name."""
        name, listed, rest = super().resolve_command(ctx, args)
        return name, self.loaded(name) if name else listed, rest

    def loaded(self, name: str) -> Any:
        """The command of this name itself."""
        return self.lazy[name].loaded(name) if name in self.lazy else self.commands[name]


def _dress(command: Any) -> None:
    """Give a command and those within it what each has: `--plain`, and help that is so too."""
    command.params.append(_plain())
    command.short_help = (command.help or "").partition("\n\n")[0]
    if is_plain():
        command.rich_markup_mode = None
    for inner in getattr(command, "commands", {}).values():
        _dress(inner)


@cache
def _plain() -> Any:
    def only_plain(*, plain: Plain = False) -> None:
        """Take the option, which has had its effect before."""

    option: Any = typer.main.get_command(_alone(only_plain)).params[0]
    option.expose_value = False
    return option


def _alone(function: Callable[..., Any]) -> typer.Typer:
    alone = typer.Typer(add_completion=False)
    alone.command()(function)
    return alone
