"""`bridge init`: a first set-up. Asks for what is missing, tries both sides, writes two files."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from bridge.cli import screen
from bridge.cli.init_questions import WHERE, Given, Person, answers_of, profile_name, say
from bridge.cli.interrupts import interruptible
from bridge.cli.log_choice import LogFormat
from bridge.cli.logs import set_up_logs
from bridge.errors import Declined, SettingsError
from bridge.settings_file import CONFIG_FILE, text_of
from bridge.setup import has_profile, with_profile, write_privately
from bridge.setup.profile import Value


def init(
    *,
    profile: Annotated[
        str | None,
        typer.Option("--profile", envvar="BRIDGE_PROFILE", metavar="NAME", help="Such as sandbox."),
    ] = None,
    tenant: Annotated[
        str | None, typer.Option("--tenant", metavar="UUID", help="Of your GoTallo account.")
    ] = None,
    gotallo_token_from: Annotated[
        str | None, typer.Option("--gotallo-token-from", metavar="WHERE", help=WHERE)
    ] = None,
    target_org: Annotated[
        str | None,
        typer.Option("--target-org", metavar="NAME", help="A login of the Salesforce CLI."),
    ] = None,
    instance_url: Annotated[
        str | None,
        typer.Option("--instance-url", metavar="URL", help="With --access-token-from."),
    ] = None,
    access_token_from: Annotated[
        str | None, typer.Option("--access-token-from", metavar="WHERE", help=WHERE)
    ] = None,
    login_url: Annotated[
        str | None,
        typer.Option("--login-url", metavar="URL", help="For a key or a client secret: My Domain."),
    ] = None,
    client_id: Annotated[
        str | None, typer.Option("--client-id", metavar="KEY", help="The consumer key.")
    ] = None,
    client_secret_from: Annotated[
        str | None, typer.Option("--client-secret-from", metavar="WHERE", help=WHERE)
    ] = None,
    username: Annotated[
        str | None, typer.Option("--username", metavar="NAME", help="With --jwt-key-file.")
    ] = None,
    jwt_key_file: Annotated[
        Path | None,
        typer.Option(
            "--jwt-key-file", metavar="FILE", help="A private key, in a client secret's place."
        ),
    ] = None,
    config: Annotated[
        Path, typer.Option("--config", metavar="FILE", help="What to write the settings to.")
    ] = Path(CONFIG_FILE),
    mapping: Annotated[
        Path | None,
        typer.Option("--mapping", metavar="FILE", help="What to write the mapping to."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be written, and write nothing.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the profile and the mapping unasked.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Write without asking.")] = False,
) -> None:
    """Ask for what is missing, try GoTallo and the org, write bridge.toml and a mapping.

    Example: bridge init --profile sandbox
    """
    set_up_logs(LogFormat.CONSOLE, None, None)
    with interruptible("Interrupted. Run bridge init again: what it writes, it writes last."):
        person = Person()
        name = profile_name(person, profile)
        given = Given(
            tenant=tenant,
            gotallo_token_from=gotallo_token_from,
            target_org=target_org,
            instance_url=instance_url,
            access_token_from=access_token_from,
            login_url=login_url,
            client_id=client_id,
            client_secret_from=client_secret_from,
            username=username,
            jwt_key_file=jwt_key_file,
        )
        path = mapping or config.parent / f"{name}-mapping.yaml"
        if path.resolve() == config.resolve():
            raise SettingsError(
                f"{config} can't hold the settings and the mapping", "Give --mapping another name."
            )
        values, found = answers_of(person, given, name, config, path)
        # The settings come last: until they are there, nothing leads to the rest.
        files = {path: found.mapping.text, config: _settings_text(config, name, values)}
        if dry_run:
            _show({config: files[config], **files})
            return
        _agree(person, files, config, name, overwrite=overwrite, yes=yes)
        for setting, typed in person.typed.items():
            typed.reference.keep(typed.secret, setting)
        for file, text in files.items():
            write_privately(file, text)
        _say_next(name, config, path)


def _settings_text(config: Path, name: str, values: Mapping[str, Value]) -> str:
    before = text_of(config) if config.exists() else ""
    return with_profile(before, name, values)


def _show(files: Mapping[Path, str]) -> None:
    for path, text in files.items():
        typer.echo(f"# {path}\n{text}")
    say("Nothing was written.")


def _agree(
    person: Person,
    files: Mapping[Path, str],
    config: Path,
    name: str,
    *,
    overwrite: bool,
    yes: bool,
) -> None:
    """Ask before anything is written, and by name before anything is replaced.

    Raises:
        SettingsError: something would be replaced, and nobody can be asked.
        Declined: a person said no.
    """
    replaced = [str(path) for path in files if path != config and path.exists()]
    if config.exists() and has_profile(text_of(config), name):
        replaced.insert(0, f'the profile "{name}" of {config}')
    if replaced and not overwrite:
        if not person.there:
            raise SettingsError(
                f"{' and '.join(replaced)} would be replaced",
                "Give --overwrite, or other names with --profile, --config and --mapping.",
            )
        if not person.agrees(f"Replace {' and '.join(replaced)}?", default=False):
            raise Declined("Nothing was written", "Other names: --profile, --config, --mapping.")
        return
    screen.refuse_without_yes(yes, "Add --yes, or look with --dry-run.", "writes files")
    screen.confirm(
        f"Write {' and '.join(map(str, files))}?",
        yes,
        "Look at what would be written: bridge init --dry-run.",
        "Nothing was written",
    )


def _say_next(name: str, config: Path, mapping: Path) -> None:
    say(f'Written: the profile "{name}" in {config}, and {mapping}.')
    where = "" if config == Path(CONFIG_FILE) else f" --config {shlex.quote(str(config))}"
    typer.echo(f"next   bridge doctor --profile {name}{where}")
    typer.echo(f"       bridge resync --yesterday --dry-run --profile {name}{where}")
