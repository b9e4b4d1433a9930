"""Where a secret is, for a settings file that must not hold it itself.

    gotallo_api_token = {env = "GOTALLO_TOKEN_OF_SANDBOX"}
    gotallo_api_token = {keyring = "gotallo-bridge", user = "sandbox gotallo_api_token"}
    sf_client_secret = {command = ["pass", "show", "salesforce/sandbox"]}

It is fetched when it is needed, and not before: a look at the ledger unlocks nothing.
"""

from __future__ import annotations

import importlib
import os
import re
import shlex
import subprocess
from typing import Annotated, Any, Final, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from bridge.errors import SettingsError

COMMAND_SECONDS = 60.0
"""How long a command may take: a person may have to unlock something."""
_VARIABLE: Final = re.compile(r"[A-Z_][A-Z0-9_]{0,63}", re.ASCII)
"""What is shown as the name of a variable. Something else may be the secret itself: a shell makes
that of `env:$NAME`."""


PLACES = '{env = "NAME"}, {keyring = "SERVICE", user = "NAME"} or {command = ["NAME", …]}'
"""As a settings file has them."""


class _Reference(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class InEnvironment(_Reference):
    """In an environment variable of another name."""

    env: Annotated[str, Field(min_length=1)]

    @property
    def words(self) -> str:
        if _VARIABLE.fullmatch(self.env) or self.env in os.environ:
            return f"the variable {self.env}"
        return "the variable that env names"

    def fetch(self, setting: str) -> SecretStr:
        return _secret(os.environ.get(self.env, ""), setting, self.words)


class InKeyring(_Reference):
    """In the keyring of the system, which the library `keyring` opens."""

    keyring: Annotated[str, Field(min_length=1)]
    """The service."""
    user: Annotated[str, Field(min_length=1)]

    @property
    def words(self) -> str:
        return f"the keyring, {self.keyring}, {self.user}"

    def fetch(self, setting: str) -> SecretStr:
        keyring = self.opened(setting)
        try:
            found = keyring.get_password(self.keyring, self.user)
        except Exception as exc:
            raise SettingsError(
                f"{setting.upper()} can't be read from {self.words}: {type(exc).__name__}",
                "Unlock the keyring, or keep the secret elsewhere.",
            ) from exc
        return _secret(found or "", setting, self.words)

    def keep(self, secret: SecretStr, setting: str) -> None:
        """Put a secret there.

        Raises:
            SettingsError: the keyring takes none.
        """
        keyring = self.opened(setting)
        try:
            keyring.set_password(self.keyring, self.user, secret.get_secret_value())
        except Exception as exc:
            raise SettingsError(
                f"{setting.upper()} can't be put into {self.words}: {type(exc).__name__}",
                "Unlock the keyring, or keep the secret elsewhere.",
            ) from exc

    def opened(self, setting: str) -> Any:
        """The library that opens it.

        Raises:
            SettingsError: it is not installed.
        """
        try:
            return importlib.import_module("keyring")
        except ImportError as exc:
            raise SettingsError(
                f"{setting.upper()} is in {self.words}, and the library keyring is not installed",
                "Install the extra: pip install 'gotallo-bridge[keyring]'.",
            ) from exc


class FromCommand(_Reference):
    """The first line that a command prints. It is run as it stands, without a shell.

    What password managers print behind it are notes of their owner.
    """

    command: Annotated[tuple[str, ...], Field(min_length=1)]

    @property
    def words(self) -> str:
        # The arguments may say more than a person looking on should read.
        return f"the command {shlex.quote(self.command[0])}"

    def fetch(self, setting: str) -> SecretStr:
        try:
            done = subprocess.run(  # noqa: S603  the operator's own settings name it
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=COMMAND_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as exc:
            raise self._failed(setting, f"it took longer than {COMMAND_SECONDS:g} s") from exc
        except (OSError, ValueError) as exc:
            said = exc.strerror if isinstance(exc, OSError) else None
            raise self._failed(setting, said or "it can't be run") from exc
        if done.returncode:
            raise self._failed(setting, f"it ended with {done.returncode}")
        printed = done.stdout.decode("utf-8", "replace").strip()
        return _secret(printed.partition("\n")[0], setting, self.words)

    def _failed(self, setting: str, why: str) -> SettingsError:
        return SettingsError(
            f"{setting.upper()} can't be had from {self.words}: {why}",
            "Run the command by hand and look at what it says.",
        )


SecretReference: TypeAlias = InEnvironment | InKeyring | FromCommand
Secret: TypeAlias = SecretStr | SecretReference
"""A secret itself, or where it is."""


def parse_reference(text: str, setting: str, service: str, profile: str) -> SecretReference:
    """Read `env:NAME`, `keyring` or `command:pass show NAME`.

    Args:
        text: as a person wrote it.
        setting: that it is for.
        service: in the keyring.
        profile: that it is for.

    Raises:
        SettingsError: it is none of them.
    """
    kind, _, rest = text.strip().partition(":")
    rest = rest.strip()
    if kind == "env" and rest:
        return InEnvironment(env=rest)
    if kind == "keyring" and not rest:
        return InKeyring(keyring=service, user=f"{profile} {setting}")
    try:
        words = tuple(shlex.split(rest))
    except ValueError:
        words = ()
    if kind == "command" and words:
        return FromCommand(command=words)
    # What was written may be the secret itself: it is not repeated.
    raise SettingsError(
        f"Where {setting.upper()} is can't be read",
        "Write env:NAME, keyring, or command:pass show NAME; not the secret itself.",
    )


def fetched(secret: Secret, setting: str) -> SecretStr:
    """The secret itself.

    Raises:
        SettingsError: there is none where it should be.
    """
    return secret if isinstance(secret, SecretStr) else secret.fetch(setting)


def _secret(found: str, setting: str, where: str) -> SecretStr:
    value = found.strip()
    if not value:
        raise SettingsError(
            f"{setting.upper()} should be in {where}, and nothing is there",
            f"Put the secret there, or set {setting.upper()} in the environment. Of a variable the "
            "name is written, without $, and not what it holds.",
        )
    if not value.isprintable():
        raise SettingsError(
            f"{setting.upper()} in {where} holds a line break or what no secret has",
            "Put the secret there, and nothing else.",
        )
    return SecretStr(value)
