"""The command `bridge`: its commands, and how an error becomes a message and an exit code."""

from __future__ import annotations

import sys
from typing import Annotated, ClassVar

import typer

from bridge.cli.lazy import Lazy, LazyGroup
from bridge.cli.plainness import Plain, take_flag
from bridge.errors import BridgeError, Exit
from bridge.report.terminal.letters import spell
from bridge.version import __version__

_LISTED = {
    "plan": "Fetch a window's failures and record what would be done about each. Nothing is sent.",
    "apply": "Send a plan, or go on with one that was interrupted.",
    "resync": "Bring a window's failed messages into Salesforce: plan, show, ask, send.",
    "verify": "Ask Salesforce for every message: there once, twice, missing, as it was sent.",
    "status": "List the newest runs, or show how one stands.",
    "report": "Show what became of every message of a run; with --json each with its changes.",
    "amend": (
        "Take over what was repaired by hand: show each change, ask, put on record. "
        "Nothing is sent."
    ),
    "causes": (
        "List the causes that leave messages open, or show one with its history. No org is asked."
    ),
    "explain": (
        "Say what a Salesforce error text means, and what to do. Needs no settings and no network."
    ),
    "init": "Ask for what is missing, try GoTallo and the org, write bridge.toml and a mapping.",
    "doctor": (
        "Look at everything that a run needs, and say how to mend what is wrong. Writes nothing."
    ),
    "schema": "Print the JSON Schema of a document that --json prints, or list the documents.",
    "demo": (
        "See the whole job on a practice org on this machine: nothing to set, nothing to break."
    ),
    "fixers": "List the fixers that a mapping may name, or show one with its options and examples.",
    "ledger": "Check the ledger, or write it out.",
    "mapping": "Show the built-in mapping; check, test and compare your own.",
    "practice": "A GoTallo and a Salesforce org on this machine, to rehearse on.",
}
"""The commands, each in the module of its name, and what the list of commands says of it."""


class _Commands(LazyGroup):
    lazy: ClassVar = {n: Lazy(f"bridge.cli.{n}", n, said) for n, said in _LISTED.items()}


app = typer.Typer(
    name="bridge",
    cls=_Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"gotallo-bridge {__version__}")
        raise typer.Exit


@app.callback()
def bridge(
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True)
    ] = False,
    plain: Plain = False,
) -> None:
    """Bring messages that GoTallo could not insert into Salesforce there after all, each once."""


def main() -> None:
    """Run the command and end the process with one of the documented exit codes."""
    take_flag(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        spell(stream)
    try:
        app(prog_name="bridge")
    except BridgeError as error:
        show_error(error)
        sys.exit(error.exit_code)
    except Exception as error:
        _log_defect(error)
        _say(
            f"A defect of this program: {type(error).__name__}. What is on record stays; "
            "bridge status shows it. Please report it with the traceback above."
        )
        sys.exit(Exit.DEFECT)


def show_error(error: BridgeError) -> None:
    """Say what happened and what to do, on stderr; a path in it can be copied whole."""
    _say(f"{error.heading}{error.message}", "bold")
    if error.advice:
        _say(error.advice)


def _say(text: str, style: str = "") -> None:
    from textwrap import fill

    from rich.text import Text

    from bridge.cli import screen

    lines = (
        fill(line, screen.stderr.width, break_long_words=False, break_on_hyphens=False)
        for line in text.splitlines()
    )
    screen.stderr.print(Text("\n".join(lines), style=style), soft_wrap=True)


def _log_defect(error: Exception) -> None:
    """Log it as the command was told to log."""
    import structlog

    from bridge.cli.log_choice import LogFormat
    from bridge.cli.logs import set_up_logs

    if not structlog.is_configured():
        set_up_logs(LogFormat.CONSOLE, None, None)
    structlog.get_logger("bridge").exception("defect", error=type(error).__name__)
