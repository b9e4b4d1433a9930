"""Flags, environment and bridge.toml become one frozen `Settings`.

A flag beats the environment, which beats bridge.toml. A file holds no secret, since files are
copied and committed: it says where one is.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

import platformdirs
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    SecretStr,
    ValidationError,
)

from bridge import settings_file
from bridge.bounds import SETTLE_SECONDS
from bridge.errors import SettingsError
from bridge.model import Amount, Risk
from bridge.secret_reference import PLACES, Secret, fetched
from bridge.settings_file import APP, SettingsFile
from bridge.ways_in import is_of_another_way, ways_of, without_other_ways


def _https(url: str) -> str:
    if not url.startswith("https://"):
        raise ValueError("must start with https://, since a token travels with every request")
    if "@" in url.removeprefix("https://").partition("/")[0]:
        raise ValueError("must hold no user name and no password: addresses are shown")
    return url.rstrip("/")


def _proxy(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise ValueError("must be the URL of a proxy such as http://proxy.example:3128")
    return url


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
Risks = Annotated[frozenset[Risk] | None, BeforeValidator(_risks)]
"""`lossless,lossy`, or a list of such words."""
HttpsUrl = Annotated[str, AfterValidator(_https)]


class Settings(BaseModel):
    """What a command is told beside its own arguments.

    Each field is read from the environment variable of the same name in capitals.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    gotallo_base_url: HttpsUrl = "https://api.gotallo.com/api/v1"
    gotallo_tenant_id: Annotated[str, AfterValidator(_uuid)] | None = None
    gotallo_api_token: Secret | None = None

    sf_access_token: Secret | None = None
    sf_org_instance_url: HttpsUrl | None = None
    sf_target_org: str | None = None
    """A login of the Salesforce CLI, by alias or user name."""
    sf_login_url: HttpsUrl | None = None
    sf_client_id: str | None = None
    sf_client_secret: Secret | None = None
    sf_username: str | None = None
    sf_jwt_key_file: Path | None = None
    """PEM of the private key whose certificate the app holds."""

    bridge_ledger: str = Field(
        default_factory=lambda: str(Path(platformdirs.user_data_dir(APP)) / "ledger.sqlite3"),
        repr=False,
    )
    bridge_mapping: Path | None = None
    """None for the mapping that comes with the program."""
    bridge_ca_bundle: Path | None = None
    """PEM, for both remotes; None for the usual authorities."""
    bridge_proxy: Annotated[str, AfterValidator(_proxy)] | None = None
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

    _unchosen: tuple[str, ...] = PrivateAttr(())

    def beside(self, unchosen: tuple[str, ...]) -> Self:
        """The same, knowing of the profiles of which none was chosen."""
        self._unchosen = unchosen
        return self

    @property
    def hint_of_profile(self) -> str:
        """Where the settings file has profiles and none was chosen: to choose one, and a space."""
        named = ", ".join(f"--profile {name}" for name in self._unchosen)
        return f"The settings file has profiles: give {named}. " if named else ""

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
        token = fetched(self.gotallo_api_token, "gotallo_api_token")
        return GoTalloAccess(self.gotallo_base_url, self.gotallo_tenant_id, token)

    def given_token(self) -> GivenToken | None:
        """The access token that the environment holds, if it does.

        Raises:
            SettingsError: there is a token, and nothing says for which org.
        """
        if self.sf_access_token is None:
            return None
        if self.sf_org_instance_url is None:
            raise self._missing("sf_org_instance_url")
        token = fetched(self.sf_access_token, "sf_access_token")
        return GivenToken(token, self.sf_org_instance_url)

    def client_credentials(self) -> LoginByClient | None:
        """The login by client credentials, if it is set.

        Raises:
            SettingsError: a part of it is missing.
        """
        if self.sf_client_id is None and self.sf_client_secret is None:
            return None
        if self.sf_login_url is None or self.sf_client_id is None or self.sf_client_secret is None:
            raise self._missing("sf_login_url", "sf_client_id", "sf_client_secret")
        secret = fetched(self.sf_client_secret, "sf_client_secret")
        return LoginByClient(self.sf_login_url, self.sf_client_id, secret)

    def key_login(self) -> LoginByKey | None:
        """The login by what a key signs, if it is set; a key file beats a client secret.

        Raises:
            SettingsError: a part of it is missing.
        """
        if self.sf_jwt_key_file is None and (
            self.sf_username is None or self.sf_client_secret is not None
        ):
            return None
        if (
            self.sf_login_url is None
            or self.sf_client_id is None
            or self.sf_username is None
            or self.sf_jwt_key_file is None
        ):
            raise self._missing("sf_login_url", "sf_client_id", "sf_username", "sf_jwt_key_file")
        return LoginByKey(
            self.sf_login_url, self.sf_client_id, self.sf_username, self.sf_jwt_key_file
        )

    def _missing(self, *names: str) -> SettingsError:
        missing = [name.upper() for name in names if getattr(self, name) is None]
        verb, pronoun = ("is", "it") if len(missing) == 1 else ("are", "them")
        return SettingsError(
            f"{' and '.join(missing)} {verb} not set",
            f"{self.hint_of_profile}Set {pronoun} in the environment, or let bridge init ask for "
            "what is missing. To try everything without an account: bridge demo.",
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


@dataclass(frozen=True, slots=True)
class LoginByKey:
    """An OAuth login by a JWT that a key signs."""

    login_url: str
    client_id: str
    username: str
    key_file: Path


FILE = "bridge.toml"
"""Stands for the settings file where a field's name would."""


class Layer(StrEnum):
    """Where a setting comes from; the first that has it counts."""

    FLAG = "flag"
    ENVIRONMENT = "environment"
    PROFILE = "profile"
    FILE = "file"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Layered:
    """All that is set, and where, whatever is wrong with it."""

    settings: Settings
    """Of what is usable; the defaults stand in for the rest."""
    layers: Mapping[str, Layer]
    """By field name."""
    file: Path | None
    """The one that is read, also where it can't be: `problems` has that."""
    profile: str | None
    problems: Mapping[str, SettingsError]
    """What is wrong with a value, by field name; with the file, by `FILE`."""
    led_elsewhere: tuple[str, ...]
    """The variables that lead elsewhere than the profile says."""
    others_may_write: bool
    """Whether somebody else may have written the file."""


def flag_of(name: str) -> str:
    """What a command line calls a field."""
    return "--" + name.removeprefix("bridge_").replace("_", "-")


def load(
    given: Mapping[str, object],
    *,
    config: Path | None = None,
    profile: str | None = None,
    called: Callable[[str], str] = flag_of,
) -> Settings:
    """Bring what the caller gives, the environment and the file together.

    Args:
        given: by field name, such as flags.
        config: the file to read; None for the usual places, where it may be absent.
        profile: the table `[profiles.NAME]` of the file, laid over its top level.
        called: what the caller calls a field.

    Raises:
        SettingsError: one line for each value that is not usable.
    """
    file = settings_file.read(config, profile, Settings)
    return _validated(_by_layer(given, file), called).beside(file.unchosen)


def of_a_new_profile(values: Mapping[str, object], config: Path) -> Settings:
    """What a profile that is to be written would come to, whatever the environment says now.

    Args:
        values: of the profile.
        config: the file that it is for, which may be there.

    Raises:
        SettingsError: one line for each value that is not usable.
    """
    file = settings_file.read(config, None, Settings) if config.exists() else SettingsFile()
    below = without_other_ways(file.top, values)
    return _validated({Layer.FILE: below, Layer.PROFILE: values})


def environment_of(names: Container[str]) -> Mapping[str, str]:
    """What the environment says of some fields; an empty variable says nothing."""
    return {name: value for name, value in _environment().items() if name in names}


def leading_elsewhere(profile: Mapping[str, object]) -> tuple[str, ...]:
    """The variables of the environment that lead a run elsewhere than a profile says.

    Args:
        profile: what it says, by field name.
    """
    referred = {value.get("env") for value in profile.values() if isinstance(value, Mapping)}
    ways = ways_of(profile)
    return tuple(
        name.upper()
        for name, value in _environment().items()
        if name.upper() not in referred
        and (
            (name in profile and profile[name] != value) or (ways and is_of_another_way(name, ways))
        )
        and name.startswith(("gotallo_", "sf_"))
    )


def look(
    given: Mapping[str, object], *, config: Path | None = None, profile: str | None = None
) -> Layered:
    """The same for whoever wants to know what is wrong: it tells, where `load` refuses.

    Args:
        given: by field name, such as flags.
        config: the file to read; None for the usual places, where it may be absent.
        profile: the table `[profiles.NAME]` of the file, laid over its top level.
    """
    problems: dict[str, SettingsError] = {}
    file = SettingsFile()
    try:
        file = settings_file.read(config, profile, Settings)
    except SettingsError as exc:
        problems[FILE] = exc
    by_layer = _by_layer(given, file)
    values = _values(by_layer)
    layers = dict.fromkeys(Settings.model_fields, Layer.DEFAULT) | {
        name: layer for layer, given in by_layer.items() for name in given
    }
    try:
        settings = Settings.model_validate(values)
    except ValidationError as exc:
        mistakes = _mistakes(exc, given, flag_of)
        problems |= {name: SettingsError(line, _MEND) for name, line in mistakes.items()}
        settings = Settings.model_validate(
            {name: value for name, value in values.items() if name not in mistakes}
        )
    elsewhere = leading_elsewhere(file.profile)
    by_others = file.path is not None and settings_file.others_may_write(file.path)
    settings = settings.beside(file.unchosen)
    place = settings_file.place_of(config)
    return Layered(settings, layers, place, profile, problems, elsewhere, by_others)


_MEND = "Mend the value and run the command again."


def _by_layer(
    given: Mapping[str, object], file: SettingsFile
) -> Mapping[Layer, Mapping[str, object]]:
    """What each layer says, the weakest first."""
    return {
        Layer.FILE: without_other_ways(file.top, file.profile),
        Layer.PROFILE: file.profile,
        Layer.ENVIRONMENT: _environment(),
        Layer.FLAG: given,
    }


def _environment() -> Mapping[str, str]:
    """What the environment says; an empty variable counts as not set."""
    given = {name.lower(): value for name, value in os.environ.items() if value}
    return {name: given[name] for name in Settings.model_fields if name in given}


def _validated(
    by_layer: Mapping[Layer, Mapping[str, object]], called: Callable[[str], str] = flag_of
) -> Settings:
    try:
        return Settings.model_validate(_values(by_layer))
    except ValidationError as exc:
        lines = "\n".join(_mistakes(exc, by_layer.get(Layer.FLAG, {}), called).values())
        raise SettingsError(lines, _MEND) from exc


def _values(by_layer: Mapping[Layer, Mapping[str, object]]) -> dict[str, object]:
    return {name: value for given in by_layer.values() for name, value in given.items()}


def _mistakes(
    exc: ValidationError, given: Mapping[str, object], called: Callable[[str], str]
) -> Mapping[str, str]:
    """A line for each value that is not usable, by its field: named as it was given."""
    lines: dict[str, str] = {}
    for error in exc.errors(include_url=False, include_input=False):
        name = str(error["loc"][0])
        says = error["msg"].removeprefix("Value error, ")
        field = Settings.model_fields.get(name)
        if field is not None and field.annotation == Secret | None:
            says = f"write where it is: {PLACES}"
        given_as = called(name) if name in given else name.upper()
        lines.setdefault(name, f"{given_as}: {says}")
    return lines
