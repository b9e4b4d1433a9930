"""`bridge practice serve`: the practice org, to rehearse on."""

from __future__ import annotations

import datetime as dt
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from bridge.errors import SettingsError, UsageError

practice = typer.Typer(help="A GoTallo and a Salesforce org on this machine, to rehearse on.")


@practice.callback()
def group() -> None:
    """Rehearse on a GoTallo and a Salesforce org on this machine."""


@practice.command()
def serve(
    *,
    seed: Annotated[int, typer.Option(help="Another seed is another morning.")] = 1,
    size: Annotated[int, typer.Option(min=1, help="How many messages failed.")] = 34,
    day: Annotated[
        str | None, typer.Option("--date", metavar="D", help="Their day. Default: yesterday, UTC.")
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free one.")] = 0,
    env_file: Annotated[
        Path | None, typer.Option("--env-file", metavar="FILE", help="Write the exports there too.")
    ] = None,
    key_not_unique: Annotated[
        bool, typer.Option("--key-not-unique", help="An org whose key field is not unique.")
    ] = False,
) -> None:
    """Print the environment as export lines, then serve until stopped.

    Example: bridge practice serve --env-file practice.env
    """
    need_practice()
    from bridge.practice import Scenario
    from bridge.practice import serve as serve_practice

    scenario = Scenario(seed=seed, size=size, day=_date(day), key_unique=not key_not_unique)
    try:
        serve_practice(scenario, "127.0.0.1", port, env_file, _announce)
    except OSError as exc:
        raise UsageError(
            f"The practice org can't be served: {exc.strerror or exc}",
            "Look at --port and --env-file.",
        ) from exc


def need_practice() -> None:
    """Refuse to go on without the packages of the extra `practice`.

    Raises:
        SettingsError: the extra is not installed.
    """
    missing = [
        name for name in ("lark", "starlette", "trustme", "uvicorn") if find_spec(name) is None
    ]
    if missing:
        raise SettingsError(
            f"The practice org needs {', '.join(missing)}, not installed here",
            "Install the extra: pip install 'gotallo-bridge[practice]'",
        )


def _announce(exports: str) -> None:
    typer.echo(exports, nl=False)
    sys.stdout.flush()
    typer.echo("# Serving until stopped (Ctrl-C). In another terminal: set these, then", err=True)
    typer.echo("#   bridge resync --yesterday --dry-run", err=True)


def _date(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as exc:
        raise UsageError(f'"{text}" is no date', "Write it like 2026-11-22.") from exc
