"""`bridge doctor`: whether a run could do its work, and what to mend where it could not."""

from __future__ import annotations

import datetime as dt

import typer

from bridge.cli import screen
from bridge.cli.options import AsJson, with_layers
from bridge.doctor import examine
from bridge.report.terminal.doctor import show_doctor
from bridge.settings import Layered


@with_layers
def doctor(layered: Layered, *, as_json: AsJson = False) -> None:
    """Look at everything that a run needs, and say how to mend what is wrong. Writes nothing.

    Example: bridge doctor --profile sandbox
    """
    document = examine(layered, lambda: dt.datetime.now(dt.UTC))
    if as_json:
        screen.print_json(document.model_dump_json(indent=2))
    else:
        show_doctor(document, screen.stdout)
    raise typer.Exit(document.exit_code)
