"""Flags, environment and bridge.toml become one frozen `Settings`.

A flag beats the environment, which beats bridge.toml. Tokens are read from the environment alone,
so that none lies in a file that is copied or committed, and are secret types from here on.
"""

from __future__ import annotations

import difflib
import tomllib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import platformdirs
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bridge.bounds import SETTLE_SECONDS
from bridge.errors import SettingsError
from bridge.model import Amount, Risk

CONFIG_FILE = "bridge.toml"
"""Looked for in the current folder, then in the platform's user configuration folder."""

_APP = "gotallo-bridge"
_PROFILES = "profiles"


def _https(url: str) -> str:
    if not url.startswith("https://"):
        raise ValueError("must start with https://, since a token travels with every request")
    return url.rstrip("/")


def _uuid(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError as exc:
        raise ValueError("must be a uuid: the tenant id of your GoTallo account") from exc


def _amount(given: object) -> str:
    text = str(given).strip()
    if text != NO_LIMIT:
        Amount.parse(text)
    return text


def _or_none(given: object) -> object:
    return None if given == NO_LIMIT else given


def _risks(given: object) -> object:
    """Words in a list, or in one text with commas; `none` for no risk at all."""
    if given is None:
        return None
    words = given.split(",") if isinstance(given, str) else given
    names = [str(word).strip() for word in words] if isinstance(words, list) else [str(words)]
    if names == [NO_LIMIT]:
        return frozenset()
    unknown = [name for name in names if name not in list(Risk)]
    if unknown:
        raise ValueError(
            f'"{unknown[0]}" is no risk: name some of {", ".join(Risk)}, or {NO_LIMIT} alone'
        )
    return frozenset(map(Risk, names))


NO_LIMIT = "none"
AmountText = Annotated[str, BeforeValidator(_amount)]
"""`50`, `10%` or `none`."""
Most = Annotated[Annotated[int, Field(ge=1)] | None, BeforeValidator(_or_none)]
"""A number, or `none`."""
Risks = Annotated[frozenset[Risk] | None, NoDecode, BeforeValidator(_risks)]
"""`lossless,lossy`, or a list of such words."""
HttpsUrl = Annotated[str, AfterValidator(_https)]


class Settings(BaseSettings):
    """What a command is told beside its own arguments.

    Each field is read from the environment variable of the same name in capitals.
    """

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_ignore_empty=True, hide_input_in_errors=True
    )

    gotallo_base_url: HttpsUrl = "https://api.gotallo.com/api/v1"
    gotallo_tenant_id: Annotated[str, AfterValidator(_uuid)] | None = None
    gotallo_api_token: SecretStr | None = None

    sf_access_token: SecretStr | None = None
    sf_org_instance_url: HttpsUrl | None = None
    sf_login_url: HttpsUrl | None = None
    sf_client_id: str | None = None
    sf_client_secret: SecretStr | None = None

    bridge_ledger: str = Field(
        default_factory=lambda: str(Path(platformdirs.user_data_dir(_APP)) / "ledger.sqlite3"),
        repr=False,
    )
    bridge_mapping: Path | None = None
    """None for the mapping that comes with the program."""
    bridge_ca_bundle: Path | None = None
    """PEM, for both remotes; None for the usual authorities."""
    bridge_proxy: str | None = None
    """For both remotes. The proxy variables of the environment are not read."""
    bridge_settle_seconds: Annotated[float, Field(ge=0)] = SETTLE_SECONDS
    """How long an unanswered request may still commit; counts where the key is not unique."""
    bridge_assume_visible: bool = False
    """Take it on that this user sees every row, where the org doesn't show that it does."""

    bridge_approve: Risks = None
    """Risks of changes that go without a person; None for all that the mapping names. It counts
    where a plan is made."""

    bridge_max_refused: AmountText = "10%"
    """Refused messages at which a sending stops."""
    bridge_max_new_refused: Most = 25
    """Messages refused for a cause that the plan does not show at which it stops."""
    bridge_max_calls: Most = None
    """Calls to the org at which it stops."""
    bridge_api_reserve: AmountText = "10%"
    """Of the org's daily allowance, left to others."""
    bridge_max_age_days: Most = 7
    """Of a message that is sent without a person being asked."""
    bridge_max_plan_hours: Most = 24
    """Of a plan that is sent."""

    @property
    def max_refused(self) -> Amount | None:
        return _amount_of(self.bridge_max_refused)

    @property
    def api_reserve(self) -> Amount | None:
        return _amount_of(self.bridge_api_reserve)

    def gotallo(self) -> GoTalloAccess:
        """What GoTallo's client needs.

        Raises:
            SettingsError: names what is missing.
        """
        if self.gotallo_tenant_id is None or self.gotallo_api_token is None:
            raise self._missing("gotallo_tenant_id", "gotallo_api_token")
        return GoTalloAccess(self.gotallo_base_url, self.gotallo_tenant_id, self.gotallo_api_token)

    def given_token(self) -> GivenToken | None:
        """The access token that the environment holds, if it does.

        Raises:
            SettingsError: there is a token, and nothing says for which org.
        """
        if self.sf_access_token is None:
            return None
        if self.sf_org_instance_url is None:
            raise self._missing("sf_org_instance_url")
        return GivenToken(self.sf_access_token, self.sf_org_instance_url)

    def client_credentials(self) -> LoginByClient | None:
        """The login by client credentials, if it is set.

        Raises:
            SettingsError: a part of it is missing.
        """
        if self.sf_client_id is None and self.sf_client_secret is None:
            return None
        if self.sf_login_url is None or self.sf_client_id is None or self.sf_client_secret is None:
            raise self._missing("sf_login_url", "sf_client_id", "sf_client_secret")
        return LoginByClient(self.sf_login_url, self.sf_client_id, self.sf_client_secret)

    def _missing(self, *names: str) -> SettingsError:
        missing = [name.upper() for name in names if getattr(self, name) is None]
        return SettingsError(
            f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set",
            "Set them in the environment. To try everything without an account: bridge demo.",
        )


def _amount_of(text: str) -> Amount | None:
    return None if text == NO_LIMIT else Amount.parse(text)


@dataclass(frozen=True, slots=True)
class GoTalloAccess:
    """Where GoTallo is and what opens it."""

    base_url: str
    tenant_id: str
    token: SecretStr


@dataclass(frozen=True, slots=True)
class GivenToken:
    """An access token and the org that it is for."""

    value: SecretStr
    instance_url: str


@dataclass(frozen=True, slots=True)
class LoginByClient:
    """An OAuth login by client credentials."""

    login_url: str
    client_id: str
    client_secret: SecretStr


def load(
    flags: Mapping[str, object], *, config: Path | None = None, profile: str | None = None
) -> Settings:
    """Bring flags, environment and file together.

    Args:
        flags: by field name, those that were given.
        config: the file to read; None for the usual places, where it may be absent.
        profile: the table `[profiles.NAME]` of the file, laid over its top level.

    Raises:
        SettingsError: one line for each value that is not usable.
    """
    file = _from_file(config, profile)
    refuse_password(file.get("bridge_ledger"), "bridge_ledger in the settings file")

    class _Layered(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return init_settings, env_settings, InitSettingsSource(settings_cls, file)

    try:
        return _Layered.model_validate(flags)
    except ValidationError as exc:
        lines = [
            f"{str(error['loc'][0]).upper()}: {error['msg'].removeprefix('Value error, ')}"
            for error in exc.errors(include_url=False, include_input=False)
        ]
        raise SettingsError("\n".join(lines), "Mend the value and run the command again.") from exc


def refuse_password(location: object, where: str) -> None:
    """Refuse a ledger's URL with a password where others see it: in a file, on a command line.

    Raises:
        SettingsError: it has one.
    """
    scheme, url, rest = str(location or "").partition("://")
    authority, _, parameters = rest.partition("?")
    user = authority.rpartition("@")[0]
    if url and (":" in user or "password=" in parameters):
        raise SettingsError(
            f"{where} holds a password",
            f"Set BRIDGE_LEDGER in the environment, or leave the password out ({scheme}://"
            "user@host/database) and keep it in a password file (~/.pgpass).",
        )


def _from_file(config: Path | None, profile: str | None) -> dict[str, object]:
    path = config or _usual_config()
    if path is None:
        if profile is not None:
            raise SettingsError(
                f'There is no {CONFIG_FILE}, so no profile "{profile}"',
                f"Write a {CONFIG_FILE} with [profiles.{profile}], or leave --profile out.",
            )
        return {}
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as exc:
        raise SettingsError(
            f"{path} can't be read: {exc.strerror or exc}", "Look at --config."
        ) from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise SettingsError(f"{path}: {exc}", "Mend the file there.") from exc
    return _flat(table, path, profile)


def _usual_config() -> Path | None:
    places = (Path(CONFIG_FILE), Path(platformdirs.user_config_dir(_APP)) / CONFIG_FILE)
    return next((place for place in places if place.is_file()), None)


def _flat(table: dict[str, object], path: Path, profile: str | None) -> dict[str, object]:
    profiles = table.pop(_PROFILES, {})
    chosen: object = {}
    if profile is not None:
        known = profiles if isinstance(profiles, dict) else {}
        if profile not in known:
            raise SettingsError(
                f'{path} has no profile "{profile}"',
                f"It has: {', '.join(known) or 'none'}.",
            )
        chosen = known[profile]
    values = {**table, **(chosen if isinstance(chosen, dict) else {})}
    for name in values:
        _refuse_key(name, path)
    return values


def _refuse_key(name: str, path: Path) -> None:
    field = Settings.model_fields.get(name)
    if field is None:
        near = difflib.get_close_matches(name, Settings.model_fields, n=1)
        raise SettingsError(
            f'{path}: unknown key "{name}"' + (f', did you mean "{near[0]}"?' if near else ""),
            f"Known are: {', '.join(Settings.model_fields)}.",
        )
    if field.annotation == SecretStr | None:
        raise SettingsError(
            f"{path}: {name} is a secret and is not read from a file",
            f"Set {name.upper()} in the environment.",
        )
