"""Whether output is plain: for screen readers and logs, without columns, signs, boxes and colours.

The flag is looked for before any command is loaded: it also decides how help and mistakes look. It
becomes the variable, which the commands that a command starts see too.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Annotated, Final

import typer

VARIABLE: Final = "BRIDGE_PLAIN"
FLAG: Final = "--plain"

Plain = Annotated[
    bool,
    typer.Option(FLAG, help="For screen readers and logs. Also: BRIDGE_PLAIN=1.", is_eager=True),
]


def is_plain() -> bool:
    """Whether somebody asked for it."""
    return os.environ.get(VARIABLE, "") not in ("", "0")


def take_flag(arguments: Sequence[str]) -> None:
    """Ask for it where the arguments of the process do."""
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    if FLAG in options:
        os.environ[VARIABLE] = "1"


def colours_welcome() -> bool:
    """Whether a terminal may be given colours: see https://no-color.org."""
    return not is_plain() and not os.environ.get("NO_COLOR")
