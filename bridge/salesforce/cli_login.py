"""The logins of the Salesforce CLI: which there are, and their tokens.

The CLI is asked, its files are not read: their form is private. Sources: the CLI's help of
`org list`, `org display` and `org auth show-access-token`, and its release notes of version 2.136.8
(27 May 2026), since which `org display` hides the token and the last of these commands shows it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from bridge.errors import OrgRefused, SettingsError
from bridge.salesforce.tokens import KeptToken, Token

CLI_SECONDS = 90.0
"""How long one command may take: the CLI needs seconds to start, and asks the org."""

_QUIETLY = {
    "SF_AUTOUPDATE_DISABLE": "true",
    "SF_DISABLE_TELEMETRY": "true",
    "NO_COLOR": "1",
    "FORCE_COLOR": "0",  # of a build server, else puts colours into the JSON
}
_SETTINGS = "SF_TARGET_ORG"


@dataclass(frozen=True, slots=True)
class CliLogin:
    """One org that somebody on this machine has logged into."""

    name: str
    """Its alias, else the user name: what `--target-org` takes."""
    username: str
    instance_url: str


class CliToken(KeptToken):
    """The token of one login, which the CLI renews."""

    def __init__(self, target_org: str) -> None:
        """Prepare; the CLI is not asked before the first token is needed.

        Raises:
            SettingsError: there is no CLI on this machine.
        """
        super().__init__()
        _executable()
        self._target = target_org

    def _fetch_after(self, spent: Token) -> Token:
        fetched = self._fetch()
        if fetched == spent:
            raise OrgRefused(
                f"{spent.host} refuses the token that the Salesforce CLI has for {self._target}.",
                f"Log in anew: sf org login web --alias {self._target}.",
                status=HTTPStatus.UNAUTHORIZED,
                code="INVALID_SESSION_ID",
            )
        return fetched

    def _fetch(self) -> Token:
        of_org = ("--target-org", self._target, "--json")
        shown = _read(_Display, _ask("org", "display", *of_org))
        try:
            token = _read(_Shown, _ask("org", "auth", "show-access-token", *of_org)).result.value
        except _UnknownCommand:
            token = shown.result.value
        return Token(token, shown.result.instance_url)


def cli_logins() -> tuple[CliLogin, ...]:
    """The logins that the Salesforce CLI has, by name; none where there is no CLI.

    Raises:
        SettingsError: the CLI answers with something else.
    """
    if shutil.which("sf") is None:
        return ()
    listed = _read(_List, _ask("org", "list", "--skip-connection-status", "--json")).result
    found = {
        one.username: CliLogin(one.alias or one.username, one.username, one.instance_url)
        for group in listed.values()
        for one in group
        if one.instance_url
    }
    return tuple(sorted(found.values(), key=lambda login: login.name.casefold()))


class _UnknownCommand(SettingsError):
    """The CLI is older than the command."""


def _ask(*arguments: str) -> bytes:
    """What the CLI prints. It is never logged: it may hold a token."""
    try:
        done = subprocess.run(  # noqa: S603  arguments in a list, without a shell
            [_executable(), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **_QUIETLY},
            timeout=CLI_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as exc:
        raise _failed(arguments, f"gave no answer in {CLI_SECONDS:g} seconds") from exc
    except OSError as exc:
        raise _failed(arguments, f"can't be run: {exc.strerror}") from exc
    if done.returncode == 0:
        return done.stdout
    fault = _fault(done.stdout)
    # An unknown command ends with 127, or with 2 in older versions, and prints no JSON.
    if done.returncode in {2, 127} and not fault.name:
        raise _UnknownCommand(f"The Salesforce CLI knows no {' '.join(arguments[:3])}")
    raise _failed(arguments, f"ended with {done.returncode} {fault.name}".rstrip())


def _executable() -> str:
    found = shutil.which("sf")
    if found is None:
        raise SettingsError(
            f"{_SETTINGS} names a login of the Salesforce CLI, and there is no sf on the PATH",
            "Install the Salesforce CLI, or set another way into Salesforce.",
        )
    return found


def _failed(arguments: Sequence[str], how: str) -> SettingsError:
    return SettingsError(
        f"The Salesforce CLI {how}: sf {' '.join(arguments)}",
        f"Run it by hand and look at what it says; sf org list shows the names for {_SETTINGS}.",
    )


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


class _Listed(_Answer):
    username: str
    alias: str | None = None
    instance_url: str = Field(alias="instanceUrl", default="")


class _List(_Answer):
    result: dict[str, list[_Listed]]


class _Displayed(_Answer):
    value: SecretStr = Field(alias="accessToken", default=SecretStr(""))
    instance_url: str = Field(alias="instanceUrl")


class _Display(_Answer):
    result: _Displayed


class _Access(_Answer):
    value: SecretStr = Field(alias="accessToken")


class _Shown(_Answer):
    result: _Access


class _Fault(_Answer):
    name: str = ""


FormT = TypeVar("FormT", bound=BaseModel)


def _read(form: type[FormT], printed: bytes) -> FormT:
    try:
        return form.model_validate_json(printed)
    except ValidationError as exc:
        raise SettingsError(
            "The Salesforce CLI answered with something else than was asked for",
            "Look at its version (sf version): this program knows version 2.",
        ) from exc


def _fault(printed: bytes) -> _Fault:
    try:
        return _Fault.model_validate_json(printed)
    except ValidationError:
        return _Fault()
