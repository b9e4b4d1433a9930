"""The environment that leads a client to the practice org."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

from bridge.practice.gotallo import API_TOKEN, TENANT_ID
from bridge.practice.http.gotallo import BASE_PATH
from bridge.practice.org.session import CLIENT_ID, CLIENT_SECRET


def environment(origin: str, access_token: str, authority: Path) -> Mapping[str, str]:
    """Variable → value, under the names that `bridge` reads.

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
    }


def as_exports(variables: Mapping[str, str]) -> str:
    """The variables as lines that a POSIX shell can read."""
    return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in variables.items())
