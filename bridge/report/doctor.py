"""What `--json` prints of an examination of everything that a run needs."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict


class Mark(StrEnum):
    """How a check came out."""

    GOOD = "good"
    WARNING = "warning"
    """A run can bear it."""
    WRONG = "wrong"
    """A run would end with it."""
    UNCHECKED = "unchecked"
    """It could not be looked at, since something else is wrong."""


class Family(StrEnum):
    """What a check is about."""

    SETTINGS = "settings"
    GOTALLO = "gotallo"
    ORG = "org"
    MAPPING = "mapping"
    ACCESS = "access"
    ALLOWANCE = "allowance"
    CLOCK = "clock"
    LEDGER = "ledger"
    VERSIONS = "versions"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class SettingPart(_Part):
    """One setting, and where it comes from."""

    name: str
    """As the environment has it."""
    layer: str
    """`flag`, `environment`, `profile`, `file` or `default`."""
    value: str | None
    """Null where it is not set; of a secret no more than that it is set, or where it is."""
    secret: bool


class CheckPart(_Part):
    """One thing that was looked at."""

    family: Family
    mark: Mark
    says: str
    mend: str | None
    """What to do; null where nothing has to be done."""


class ExaminedOrgPart(_Part):
    """Which org answered, and as whom."""

    id: str
    name: str
    sandbox: bool
    username: str
    instance_url: str


class DoctorDocument(_Part):
    """Everything that a run needs, looked at."""

    format: Literal["bridge.doctor/1"] = "bridge.doctor/1"
    sound: bool
    """Whether nothing is wrong; warnings do not count."""
    exit_code: int
    """With what the command ends."""
    profile: str | None
    settings_file: str | None
    settings: tuple[SettingPart, ...]
    org: ExaminedOrgPart | None
    """Null where no org answered."""
    checks: tuple[CheckPart, ...]
    versions: dict[str, str]
    """Of the program, Python and the libraries, by name."""
