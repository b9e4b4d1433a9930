"""The questions of `bridge init`, and what the answers come to. A flag is an answer beforehand."""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import typer
from pydantic import SecretStr
from rich.text import Text

from bridge.cli import screen
from bridge.doctor import misleading
from bridge.errors import BridgeError, Declined, SettingsError
from bridge.salesforce import CliLogin, cli_logins
from bridge.secret_reference import (
    FromCommand,
    InEnvironment,
    InKeyring,
    SecretReference,
    parse_reference,
)
from bridge.settings import Settings, environment_of, leading_elsewhere, of_a_new_profile
from bridge.settings_file import APP, text_of
from bridge.setup import FoundOrg, said_beside, try_gotallo, try_org
from bridge.setup.profile import NAME, Value

T = TypeVar("T")

WHERE = "env:NAME, keyring, or command:pass show NAME"

_ALSO_KEPT = ("gotallo_base_url", "bridge_ca_bundle", "bridge_proxy")
"""Settings of the environment that lead to the remotes, and that the profile has to have too."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A secret that a person typed, and the place in the keyring that it is for."""

    reference: InKeyring
    secret: SecretStr


class Person:
    """Who answers; nobody, where there is no terminal."""

    def __init__(self) -> None:
        self.there = sys.stdin.isatty() and sys.stderr.isatty()
        self.typed: dict[str, Typed] = {}
        """By the setting. They are put into the keyring when all is agreed, and not before."""

    def ask(self, question: str, flag: str, default: str | None = None) -> str:
        """An answer in words.

        Raises:
            SettingsError: there is no terminal to ask on.
        """
        if not self.there:
            if default is not None:
                return default
            raise SettingsError(
                f"{question}: not given, and there is no terminal to ask on", f"Give {flag}."
            )
        answer: str = self._prompt(lambda: typer.prompt(question, default=default, err=True))
        return answer.strip()

    def ask_hidden(self, question: str) -> SecretStr:
        return SecretStr(
            self._prompt(lambda: typer.prompt(question, hide_input=True, err=True)).strip()
        )

    def agrees(self, question: str, *, default: bool) -> bool:
        return self.there and self._prompt(
            lambda: typer.confirm(question, default=default, err=True)
        )

    def _prompt(self, ask: Callable[[], T]) -> T:
        try:
            return ask()
        except typer.Abort as exc:
            raise Declined("Nothing was written", "Run bridge init again.") from exc


@dataclass(frozen=True, slots=True)
class Given:
    """What flags say."""

    tenant: str | None
    gotallo_token_from: str | None
    target_org: str | None
    instance_url: str | None
    access_token_from: str | None
    login_url: str | None
    client_id: str | None
    client_secret_from: str | None
    username: str | None
    jwt_key_file: Path | None


def profile_name(person: Person, given: str | None) -> str:
    name = given or person.ask("Name of the profile (sandbox, production, …)", "--profile NAME")
    if NAME.fullmatch(name) is None:
        raise SettingsError(
            f'"{name}" is no name of a profile', "Take letters, digits, _ and - alone."
        )
    return name


def answers_of(
    person: Person, given: Given, name: str, config: Path, mapping: Path
) -> tuple[Mapping[str, Value], FoundOrg]:
    """The settings of the profile, tried on both sides."""
    said = said_beside(text_of(config), name) if config.exists() else {}
    kept = environment_of(_ALSO_KEPT)
    beside: dict[str, Value] = {**said, **kept}
    if "bridge_ca_bundle" in kept:
        beside["bridge_ca_bundle"] = str(Path(kept["bridge_ca_bundle"]).expanduser().absolute())
    tenant_now = os.environ.get("GOTALLO_TENANT_ID") or None

    def settings_of(values: Mapping[str, Value]) -> Settings:
        typed = {setting: one.secret for setting, one in person.typed.items() if setting in values}
        return of_a_new_profile({**values, **typed}, config)

    def of_gotallo() -> dict[str, Value]:
        nonlocal tenant_now
        tenant = given.tenant or person.ask(f"[{name}] GoTallo tenant id", "--tenant", tenant_now)
        settings_of({**beside, "gotallo_tenant_id": tenant})
        tenant_now = tenant
        where = _where(
            person, given.gotallo_token_from, "gotallo_api_token", "--gotallo-token-from", name
        )
        values: dict[str, Value] = {
            **beside,
            "gotallo_tenant_id": tenant,
            "gotallo_api_token": _as_table(where),
        }
        try_gotallo(settings_of(values), dt.datetime.now(dt.UTC))
        say(f"[{name}] GoTallo answers, and takes the token.")
        return values

    def of_org() -> tuple[dict[str, Value], FoundOrg]:
        values = {**gotallo, **_way_in(person, given, name)}
        found = try_org(settings_of(values), mapping.name)
        return values, found

    gotallo = _until_it_works(person, of_gotallo)
    values, found = _until_it_works(person, of_org)
    _say_found(name, found)
    beating = leading_elsewhere(values)
    if beating:
        say(f"[{name}] The environment beats the profile: unset {', '.join(beating)}.")
    return {**_without_password(name, values), "bridge_mapping": _seen_from(config, mapping)}, found


def _seen_from(config: Path, file: Path) -> str:
    """A file as the settings file names it: its relative paths count from its own folder."""
    beside = file.parent.resolve() == config.parent.resolve()
    return file.name if beside else str(file.expanduser().absolute())


def _without_password(name: str, values: Mapping[str, Value]) -> Mapping[str, Value]:
    """The same without a proxy whose address holds what no file may hold."""
    if "@" not in str(values.get("bridge_proxy", "")):
        return values
    say(f"[{name}] BRIDGE_PROXY holds a password: it is not written, and has to stay set.")
    return {setting: value for setting, value in values.items() if setting != "bridge_proxy"}


def _until_it_works(person: Person, attempt: Callable[[], T]) -> T:
    """Ask again as long as the answers lead nowhere and a person wants to go on."""
    while True:
        try:
            return attempt()
        except Declined:
            raise
        except BridgeError as error:
            if not person.there:
                raise
            screen.stderr.print(Text(f"{error.message}\n{error.advice}"))
            if not person.agrees("Answer again?", default=True):
                raise


def _where(
    person: Person, given: str | None, setting: str, flag: str, name: str
) -> SecretReference:
    usual = f"env:{setting.upper()}"
    text = given or person.ask(f"[{name}] Where is {setting.upper()} ({WHERE})", flag, usual)
    reference = parse_reference(text, setting, APP, name)
    if isinstance(reference, InKeyring) and given is None and person.there:
        reference.opened(setting)
        secret = person.ask_hidden(f"[{name}] {setting.upper()}, to be put there")
        person.typed[setting] = Typed(reference, secret)
    else:
        person.typed.pop(setting, None)
    return reference


def _way_in(person: Person, given: Given, name: str) -> dict[str, Value]:
    """The settings that lead into Salesforce."""
    if given.target_org:
        return {"sf_target_org": given.target_org}
    if given.instance_url or given.access_token_from:
        return _by_token(person, given, name)
    if given.username or given.jwt_key_file:
        return _by_key(person, given, name)
    if given.login_url or given.client_id or given.client_secret_from:
        return _by_client(person, given, name)
    logins = _cli_logins(name)
    if not person.there:
        known = f" The Salesforce CLI knows: {', '.join(one.name for one in logins)}."
        raise SettingsError(
            "No way into Salesforce is given, and there is no terminal to ask on",
            "Give --target-org NAME, or --login-url, --client-id and --client-secret-from (or "
            "--username and --jwt-key-file), or "
            f"--instance-url and --access-token-from.{known if logins else ''}",
        )
    return _chosen(person, given, name, logins)


def _cli_logins(name: str) -> tuple[CliLogin, ...]:
    """Those that can be listed: there are other ways in."""
    try:
        return cli_logins()
    except SettingsError as error:
        say(f"[{name}] The logins of the Salesforce CLI can't be listed. {error.message}.")
        return ()


def _chosen(
    person: Person, given: Given, name: str, logins: tuple[CliLogin, ...]
) -> dict[str, Value]:
    for number, login in enumerate(logins, start=1):
        say(f"  {number}  {login.name}  {login.username}, {login.instance_url}")
    say("  c  client credentials of an External Client App")
    say("  j  a key, for the JWT bearer flow of such an app")
    say("  t  an access token")
    answer = person.ask(
        f"[{name}] Way into Salesforce" + (", or a login by number" if logins else ""),
        "--target-org",
        "1" if logins else "c",
    )
    match answer.lower():
        case "c":
            return _by_client(person, given, name)
        case "j":
            return _by_key(person, given, name)
        case "t":
            return _by_token(person, given, name)
    if answer.isascii() and answer.isdigit() and 0 < int(answer) <= len(logins):
        return {"sf_target_org": logins[int(answer) - 1].name}
    if not logins:
        raise SettingsError(f'"{answer}" is no way into Salesforce', "Answer c, j or t.")
    return {"sf_target_org": answer}


def _by_client(person: Person, given: Given, name: str) -> dict[str, Value]:
    url = given.login_url or person.ask(f"[{name}] My Domain URL of the org", "--login-url")
    key = given.client_id or person.ask(f"[{name}] Consumer key", "--client-id")
    where = _where(
        person, given.client_secret_from, "sf_client_secret", "--client-secret-from", name
    )
    return {"sf_login_url": url, "sf_client_id": key, "sf_client_secret": _as_table(where)}


def _by_key(person: Person, given: Given, name: str) -> dict[str, Value]:
    url = given.login_url or person.ask(f"[{name}] My Domain URL of the org", "--login-url")
    key = given.client_id or person.ask(f"[{name}] Consumer key", "--client-id")
    user = given.username or person.ask(f"[{name}] User name in the org", "--username")
    file = given.jwt_key_file or Path(
        person.ask(f"[{name}] File of the private key", "--jwt-key-file")
    )
    return {
        "sf_login_url": url,
        "sf_client_id": key,
        "sf_username": user,
        "sf_jwt_key_file": str(file.expanduser().absolute()),
    }


def _by_token(person: Person, given: Given, name: str) -> dict[str, Value]:
    url = given.instance_url or person.ask(f"[{name}] My Domain URL of the org", "--instance-url")
    where = _where(person, given.access_token_from, "sf_access_token", "--access-token-from", name)
    return {"sf_org_instance_url": url, "sf_access_token": _as_table(where)}


def _as_table(reference: SecretReference) -> Mapping[str, str | tuple[str, ...]]:
    match reference:
        case InEnvironment(env=name):
            return {"env": name}
        case InKeyring(keyring=service, user=user):
            return {"keyring": service, "user": user}
        case FromCommand(command=command):
            return {"command": command}


def _say_found(name: str, found: FoundOrg) -> None:
    org = found.identity
    kind = "a sandbox" if org.sandbox else "a PRODUCTION org"
    say(f"[{name}] Salesforce: {org.name}, {kind}, as {org.username}.")
    if misleading(name, sandbox=org.sandbox):
        say(f'[{name}] Look twice: the profile is called "{name}", and this is {kind}.')
    if found.mapping.lacking:
        say(
            f"[{name}] The mapping leaves out what this org does not show: "
            f"{', '.join(found.mapping.lacking)}."
        )
    if found.untaken:
        say(
            f"[{name}] GoTallo's messages have {', '.join(found.untaken)}, which this user may not "
            "write: they would be held. Grant read and edit, or write drop: {unknown: true} "
            "among the mapping's fixers."
        )


def say(line: str) -> None:
    screen.stderr.print(Text(line), soft_wrap=True)
