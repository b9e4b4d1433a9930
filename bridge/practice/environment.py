"""The environment that leads a client to the practice org."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path

from bridge.practice.faults import CommitLate, Fault
from bridge.practice.gotallo import API_TOKEN, TENANT_ID
from bridge.practice.http.gotallo import BASE_PATH
from bridge.practice.org.org import USERNAME
from bridge.practice.org.session import CLIENT_ID, CLIENT_SECRET


class Login(StrEnum):
    """What a client is given to come into the org with."""

    TOKEN = "token"  # noqa: S105  a word
    """An access token, and an app's secret to renew it with."""
    JWT = "jwt"
    """A key to sign with."""


_MARGIN = 10
"""Seconds."""


def environment(
    origin: str, access_token: str, authority: Path, faults: Iterable[Fault]
) -> Mapping[str, str]:
    """Variable → value, under the names that `bridge` reads.

    Where the scenario has commits that come late, it says how long that is to be waited for: a real
    org's quarter of an hour would be long for a rehearsal.

    The ledger is the rehearsal's own and goes with it: the next practice org knows nothing of what
    this one was sent.
    """
    return {
        "GOTALLO_BASE_URL": origin + BASE_PATH,
        "GOTALLO_TENANT_ID": TENANT_ID,
        "GOTALLO_API_TOKEN": API_TOKEN,
        "SF_ACCESS_TOKEN": access_token,
        "SF_ORG_INSTANCE_URL": origin,
        "SF_LOGIN_URL": origin,
        "SF_CLIENT_ID": CLIENT_ID,
        "SF_CLIENT_SECRET": CLIENT_SECRET,
        "BRIDGE_CA_BUNDLE": str(authority),
        "BRIDGE_LEDGER": str(authority.parent / "ledger.sqlite3"),
        **_settling(faults),
    }


def by_jwt(variables: Mapping[str, str], key_file: Path) -> Mapping[str, str]:
    """The same with a key to sign with, and no token or secret."""
    others = ("SF_ACCESS_TOKEN", "SF_ORG_INSTANCE_URL", "SF_CLIENT_SECRET")
    kept = {name: value for name, value in variables.items() if name not in others}
    return {**kept, "SF_USERNAME": USERNAME, "SF_JWT_KEY_FILE": str(key_file)}


def _settling(faults: Iterable[Fault]) -> dict[str, str]:
    late = [f.effect.after for f in faults if isinstance(f.effect, CommitLate) and f.effect.after]
    return {"BRIDGE_SETTLE_SECONDS": f"{max(late) + _MARGIN:g}"} if late else {}


def as_exports(variables: Mapping[str, str]) -> str:
    """The variables as lines that a POSIX shell can read."""
    return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in variables.items())
