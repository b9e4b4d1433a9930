"""The command `bridge`: its commands, and how an error becomes a message and an exit code."""

from __future__ import annotations

import sys
from typing import Annotated

import structlog
import typer
from rich.text import Text

from bridge import __version__
from bridge.cli import screen
from bridge.cli.amend import amend
from bridge.cli.apply import apply
from bridge.cli.causes import causes
from bridge.cli.demo import demo
from bridge.cli.doctor import doctor
from bridge.cli.explain import explain
from bridge.cli.fixers import fixers
from bridge.cli.init import init
from bridge.cli.ledger import ledger
from bridge.cli.logs import LogFormat, set_up_logs
from bridge.cli.mapping import mapping
from bridge.cli.plan import plan
from bridge.cli.practice import practice
from bridge.cli.report import report
from bridge.cli.resync import resync
from bridge.cli.schema import schema
from bridge.cli.status import status
from bridge.cli.verify import verify
from bridge.errors import BridgeError, Exit

app = typer.Typer(
    name="bridge",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (
    plan,
    apply,
    resync,
    verify,
    status,
    report,
    amend,
    causes,
    explain,
    init,
    doctor,
    schema,
    demo,
):
    app.command()(command)
app.add_typer(fixers, name="fixers")
app.add_typer(ledger, name="ledger")
app.add_typer(mapping, name="mapping")
app.add_typer(practice, name="practice")


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"gotallo-bridge {__version__}")
        raise typer.Exit


@app.callback()
def bridge(
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True)
    ] = False,
) -> None:
    """Bring messages that GoTallo could not insert into Salesforce there after all, each once."""


def main() -> None:
    """Run the command and end the process with one of the documented exit codes."""
    set_up_logs(LogFormat.CONSOLE, None, None)
    try:
        app()
    except BridgeError as error:
        show_error(error)
        sys.exit(error.exit_code)
    except Exception as error:
        structlog.get_logger("bridge").exception("defect", error=type(error).__name__)
        screen.stderr.print(
            Text(
                f"A defect of this program: {type(error).__name__}. What is on record stays; "
                "bridge status shows it. Please report it with the traceback above."
            )
        )
        sys.exit(Exit.DEFECT)


def show_error(error: BridgeError) -> None:
    """Say what happened and what to do, on stderr."""
    screen.stderr.print(Text(f"{error.heading}{error.message}", style="bold"))
    if error.advice:
        screen.stderr.print(Text(error.advice))
