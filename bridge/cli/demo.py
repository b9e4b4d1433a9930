"""`bridge demo`: the whole job on the practice org, with the commands that a person would type."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.rule import Rule
from rich.text import Text

from bridge.cli import screen
from bridge.cli.plainness import is_plain
from bridge.cli.practice import need_practice
from bridge.errors import BridgeError, Exit

_RULE = "No_Links"


def demo() -> None:
    """See the whole job on a practice org on this machine: nothing to set, nothing to break.

    Example: bridge demo
    """
    need_practice()
    from bridge.practice import PracticeServer, Scenario

    with (
        PracticeServer(Scenario(size=60)) as practice,
        tempfile.TemporaryDirectory(prefix="bridge-demo-") as folder,
    ):
        stage = _Stage({**practice.environment, "BRIDGE_LEDGER": str(Path(folder) / "ledger")})
        window = ["--date", practice.day.isoformat()]
        _say("It is 8:30. The e-mail says that 60 messages failed to sync yesterday. First, look:")
        stage.run(["resync", *window, "--expect", "60", "--dry-run"], Exit.OK)
        _say("Now send them. Five of each cause go ahead; where all are refused, the rest waits:")
        stage.run(["apply", stage.newest_run(), "--yes"], Exit.LEFT_OVER)
        practice.org.set_rule_active(_RULE, False)
        _say(f"In Setup, an admin switches the validation rule {_RULE} off. Once more:")
        stage.run(["resync", *window, "--yes"], Exit.LEFT_OVER)
        _say("And the proof, from Salesforce's side:")
        stage.run(["verify", stage.newest_run()], Exit.OK)
        _say("Running it again inserts nothing: each message goes there once.")
        before = len(practice.org.rows_per_key())
        stage.run(["resync", *window, "--yes"], Exit.LEFT_OVER)
        twice = [key for key, rows in practice.org.rows_per_key().items() if rows != 1]
        if twice or len(practice.org.rows_per_key()) != before:
            raise BridgeError("The demo found a message more than once in the practice org")
        _say(
            f"The practice org holds {before} messages, each once: those that you saw arrive, and "
            "those of that day that never failed. What is left needs a person."
        )


@dataclass(frozen=True, slots=True)
class _Stage:
    """Runs commands against the practice org and shows them as a person would type them."""

    environment: Mapping[str, str]

    def run(self, arguments: list[str], expected: Exit) -> None:
        screen.stdout.print(Text(f"$ bridge {shlex.join(arguments)}", style="bold"))
        done = subprocess.run(  # noqa: S603  our own program
            [sys.executable, "-m", "bridge", *arguments, "--log-level", "warning"],
            env=self._environment(),
            check=False,
        )
        if done.returncode != expected:
            raise BridgeError(
                f"bridge {arguments[0]} ended with {done.returncode}, {expected.value} was expected"
            )

    def newest_run(self) -> str:
        told = subprocess.run(
            [sys.executable, "-m", "bridge", "status", "--json"],
            env=self._environment(),
            check=True,
            capture_output=True,
        )
        newest: str = json.loads(told.stdout)[0]["run_id"]
        return newest

    def _environment(self) -> dict[str, str]:
        kept = {n: v for n, v in os.environ.items() if not n.startswith(("SF_", "GOTALLO_"))}
        return {**kept, **self.environment}


def _say(text: str) -> None:
    screen.stdout.print()
    if not is_plain():
        screen.stdout.print(Rule(style="dim"))
    screen.stdout.print(Text(text, style="italic"))
    screen.stdout.print()
