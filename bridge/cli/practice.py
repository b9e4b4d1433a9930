"""`bridge practice`: an org on this machine to rehearse on, like yours if you wish."""

from __future__ import annotations

import datetime as dt
import functools
import sys
from dataclasses import replace
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bridge import use_cases
from bridge.cli import screen
from bridge.cli.options import with_settings
from bridge.errors import SettingsError, UsageError
from bridge.settings import Settings

if TYPE_CHECKING:
    from bridge.practice import Scenario


class ShippedScenario(StrEnum):
    """The scenarios that come with the practice org."""

    MORNING = "morning"
    QUIET = "quiet"
    EVERYTHING_WRONG = "everything-wrong"


class PracticeLogin(StrEnum):
    """What the environment gives to come into the org with."""

    TOKEN = "token"  # noqa: S105  a word
    JWT = "jwt"


practice = typer.Typer(help="A GoTallo and a Salesforce org on this machine, to rehearse on.")


@practice.callback()
def group() -> None:
    """Rehearse on a GoTallo and a Salesforce org on this machine."""


@practice.command()
def serve(
    *,
    scenario: Annotated[
        str,
        typer.Option(metavar="NAME|FILE", help="morning, quiet, everything-wrong, or a file."),
    ] = "morning",
    seed: Annotated[
        int | None, typer.Option(help="Another seed is another morning. Default: the scenario's.")
    ] = None,
    size: Annotated[
        int | None, typer.Option(min=1, help="How many messages failed. Default: the scenario's.")
    ] = None,
    day: Annotated[
        str | None, typer.Option("--date", metavar="D", help="Their day. Default: yesterday, UTC.")
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free one.")] = 0,
    env_file: Annotated[
        Path | None, typer.Option("--env-file", metavar="FILE", help="Write the exports there too.")
    ] = None,
    login: Annotated[
        PracticeLogin, typer.Option("--login", help="An access token, or a key to sign a JWT with.")
    ] = PracticeLogin.TOKEN,
    key_not_unique: Annotated[
        bool, typer.Option("--key-not-unique", help="An org whose key field is not unique.")
    ] = False,
) -> None:
    """Print the environment as export lines, then serve until stopped.

    Example: bridge practice serve --env-file practice.env
    """
    need_practice()
    from bridge.practice import EnvFileError, Login
    from bridge.practice import serve as serve_practice

    chosen = _scenario(scenario)
    chosen = replace(
        chosen,
        seed=chosen.seed if seed is None else seed,
        size=chosen.size if size is None else size,
        causes=chosen.causes if size is None else None,
        day=_date(day) or chosen.day,
        key_unique=chosen.key_unique and not key_not_unique,
    )
    try:
        serve_practice(chosen, "127.0.0.1", port, env_file, _announce, Login(login))
    except EnvFileError as exc:
        raise UsageError(str(exc), "Name another file with --env-file.") from exc
    except OSError as exc:
        raise UsageError(
            f"Port {port} can't be served on: {exc.strerror or exc}",
            "Leave --port out: any free one does.",
        ) from exc


@practice.command("import-org")
@with_settings
def import_org(
    settings: Settings,
    *,
    object_name: Annotated[
        str, typer.Option("--object", metavar="NAME", help="Where GoTallo puts messages.")
    ] = "Heroku_Message__c",
) -> None:
    """Print a scenario that has your org's fields, access and rules. Reads setup, and no data.

    Example: bridge practice import-org > my-scenario.yaml
    """
    need_practice()
    from bridge.cli.imported_org import import_org as ask
    from bridge.practice import dump_scenario

    with use_cases.open_org(settings) as org:
        imported = ask(org, object_name)
        called = org.identity().name
    typer.echo(f"# The setup of {called}, as bridge practice import-org found it.")
    typer.echo("# A rule's formula is not taken over: `any_of: []` refuses nothing until you write")
    typer.echo("# what the rule refuses. The trigger is the package's own, unless you write yours.")
    for name in imported.left_out:
        typer.echo(f"# Left out, of a type that the practice org does not know: {name}")
    screen.print_document(dump_scenario(imported.scenario))


@practice.command("scenario")
def show_scenario(
    name: Annotated[
        ShippedScenario, typer.Argument(metavar="NAME", help="Which one.")
    ] = ShippedScenario.MORNING,
) -> None:
    """Print a scenario that ships, to begin yours from: morning has every key, explained.

    Example: bridge practice scenario morning > my-scenario.yaml
    """
    need_practice()
    from bridge.practice.scenario_file import shipped_text

    screen.print_document(shipped_text(name))


def _scenario(name_or_file: str) -> Scenario:
    from bridge.practice import ScenarioError, load_scenario

    try:
        return load_scenario(name_or_file)
    except ScenarioError as exc:
        raise UsageError(
            exc.problems[0],
            "\n".join(
                [*exc.problems[1:], "Every key, explained: bridge practice scenario morning"]
            ),
        ) from exc


def need_practice() -> None:
    """Refuse to go on without the packages of the extra `practice`.

    Raises:
        SettingsError: the extra is not installed.
    """
    needed = ("lark", "starlette", "trustme", "uvicorn")
    missing = [name for name in needed if find_spec(name) is None]
    if missing:
        raise SettingsError(
            f"The practice org needs {', '.join(missing)}, not installed here",
            "Install the extra: pip install 'gotallo-bridge[practice]'",
        )


def _announce(exports: str) -> None:
    typer.echo(exports, nl=False)
    sys.stdout.flush()
    say = functools.partial(typer.echo, err=True)
    say("# A practice org: not Salesforce, not GoTallo, on this machine alone.", err=True)
    say("# A browser shows what it holds: open the address SF_LOGIN_URL. It warns of")
    say("# the certificate, which is the practice org's own: go on.")
    if "BRIDGE_SETTLE_SECONDS" in exports:
        say("# A lost answer is settled sooner than with a real org: BRIDGE_SETTLE_SECONDS.")
    say("# Serving until stopped (Ctrl-C). In another terminal: set these, then")
    say("#   bridge resync --yesterday --dry-run")


def _date(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as exc:
        raise UsageError(f'"{text}" is no date', "Write it like 2026-11-22.") from exc
