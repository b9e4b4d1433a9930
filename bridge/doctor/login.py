"""The way into the org: who else may use its key, and what its profile is called. Pure."""

from __future__ import annotations

import re
import stat
from pathlib import Path
from typing import Final

from bridge.doctor.verdict import Verdict, warning

_OTHERS: Final = stat.S_IROTH | stat.S_IWOTH | stat.S_IWGRP
"""A group may read: that is how containers are given a key."""
_PRODUCTION: Final = frozenset({"production", "prod", "prd", "live"})
_SANDBOX: Final = frozenset(
    {
        *("sandbox", "sbx", "test", "testing", "tst", "dev", "develop", "development", "uat", "qa"),
        *("staging", "stage", "stg", "practice", "training", "scratch", "demo", "trial"),
        *("preprod", "preproduction", "nonprod", "nonproduction", "acceptance", "integration"),
    }
)
_NOT_YET: Final = re.compile(r"(?<![a-z])(pre|non|not)[-_]?(?=prod)")
"""`pre-prod` is one word."""
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


def of_key_file(path: Path, mode: int) -> Verdict | None:
    """Whether others than its owner may use the key; None where all is well.

    Args:
        path: of the private key.
        mode: of the file.
    """
    if not mode & _OTHERS:
        return None
    return warning(
        f"the key {path} can be read or changed by others on this machine: whoever has it can "
        "log in as the integration user",
        f"Make it yours alone: chmod 600 {path}; in a Kubernetes volume, set defaultMode: 0440.",
    )


def of_profile(profile: str | None, *, sandbox: bool) -> Verdict | None:
    """Whether a profile's name says another kind of org than it leads to; None where it does not.

    Args:
        profile: its name; None where none is chosen.
        sandbox: what the org says of itself.
    """
    if profile is None or not misleading(profile, sandbox=sandbox):
        return None
    kind = "a sandbox" if sandbox else "a PRODUCTION org"
    return warning(
        f'the profile is called "{profile}", and it leads to {kind}',
        f"See which org is meant. Lead the profile there (bridge init --profile {profile} "
        f"--overwrite), or give it another name in bridge.toml ([profiles.{profile}]).",
    )


def misleading(profile: str, *, sandbox: bool) -> bool:
    """Whether a name says the other kind of org; one that says both or neither says nothing."""
    parted = _NOT_YET.sub(r"\1", _HUMP.sub("-", profile).casefold())
    words = set(re.findall(r"[^\W\d_]+", parted))
    says_production = bool(words & _PRODUCTION)
    says_sandbox = bool(words & _SANDBOX)
    return says_production != says_sandbox and says_sandbox != sandbox
