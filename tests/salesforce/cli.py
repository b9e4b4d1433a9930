"""A Salesforce CLI that knows what it is told: a program `sf` on the PATH."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

REDACTED = "[REDACTED] Use 'sf org auth show-access-token' to view"

_PROGRAM = """\
#!{python}
import json, os, pathlib, sys
if os.environ.get("FORCE_COLOR", "0") != "0":
    print("\\x1b[97m", end="")
told = json.loads(pathlib.Path({told!r}).read_text())
at = sys.argv.index("--target-org") + 1 if "--target-org" in sys.argv else 0
command = " ".join(word for n, word in enumerate(sys.argv) if n and n != at and word[0] != "-")
target = sys.argv[at] if at else ""
if command not in told["commands"]:
    sys.exit(127)
if command == "org list":
    print(json.dumps({{"status": 0, "result": told["list"]}}))
elif target not in told["orgs"]:
    print(json.dumps({{"name": "NamedOrgNotFoundError", "message": "none", "status": 1}}))
    sys.exit(1)
else:
    print(json.dumps({{"status": 0, "result": told["orgs"][target][command], "warnings": []}}))
"""


@dataclass(frozen=True, slots=True)
class Cli:
    """What it says may be changed at any time."""

    told: Path

    def knows(self, alias: str, token: str, url: str, *, old: bool = False) -> None:
        """Log into one org; an `old` CLI shows the token where newer ones hide it."""
        username = f"{alias}@example.com"
        display = {
            "username": username,
            "instanceUrl": url,
            "accessToken": token if old else REDACTED,
        }
        listed = {"alias": alias, "username": username, "instanceUrl": url}
        commands = ["org list", "org display"]
        self._tell(
            {
                "commands": commands if old else [*commands, "org auth show-access-token"],
                "list": {"nonScratchOrgs": [listed], "sandboxes": [listed], "scratchOrgs": []},
                "orgs": {
                    alias: {
                        "org display": display,
                        "org auth show-access-token": {"accessToken": token},
                    }
                },
            }
        )

    def breaks(self) -> None:
        """End every command with an error."""
        self.told.with_name("sf").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")

    def _tell(self, what: object) -> None:
        self.told.write_text(json.dumps(what), encoding="utf-8")


def install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Put the CLI first on the PATH, of this process and those that it starts."""
    place = folder / "bin"
    place.mkdir()
    cli = Cli(place / "told.json")
    program = place / "sf"
    program.write_text(_PROGRAM.format(python=sys.executable, told=str(cli.told)), "utf-8")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{place}{os.pathsep}{os.environ['PATH']}")
    return cli
