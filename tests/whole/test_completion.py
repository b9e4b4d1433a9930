"""What a shell is told when a word is to be completed, in the words of each shell's protocol."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from bridge.errors import Exit
from bridge.ledger import Ledger
from bridge.practice import MorningCause, Scenario
from tests import forks
from tests.whole.conftest import OpenHouse
from tests.whole.house import process_environment

SHELLS: Mapping[str, Callable[[str], dict[str, str]]] = {
    "bash": lambda line: {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split(" ")) - 1)},
    "zsh": lambda line: {"_TYPER_COMPLETE_ARGS": line},
    "fish": lambda line: {
        "_TYPER_COMPLETE_ARGS": line,
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    },
}
every_shell = pytest.mark.parametrize("shell", SHELLS)


def completed(line: str, shell: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What is proposed for a line whose last word is not whole."""
    asked = {"_BRIDGE_COMPLETE": f"complete_{shell}", **SHELLS[shell](line), **environment}
    return forks.run([], process_environment(asked))


@every_shell
def test_runs_profiles_fixers_and_commands_are_proposed(
    open_house: OpenHouse, shell: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("bridge.toml").write_text("[profiles.uat]\n[profiles.live]\n", encoding="utf-8")
    house = open_house(Scenario(causes={MorningCause.LONG_TEXT: 1}))
    run = house.plan().id
    ledger = {"BRIDGE_LEDGER": house.location}
    for line, proposed, other in (
        ("bridge rep", "report", "plan"),
        ("bridge ledger ex", "export", "check"),
        ("bridge report ", run, "uat"),
        (f"bridge verify {run[:2]}", run, "uat"),
        ("bridge ledger export --run ", run, "uat"),
        ("bridge plan --profile ", "live", run),
        ("bridge plan --profile u", "uat", "live"),
        ("bridge fixers tr", "truncate", "copy"),
    ):
        told = completed(line, shell, **ledger)
        assert told.stderr == "", line
        assert proposed in told.stdout, line
        assert other not in told.stdout, line
    given = completed(f"bridge report --ledger {house.location} ", shell)
    assert run in given.stdout


def test_what_is_missing_or_wrong_is_passed_over_in_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    place = tmp_path / "ledger.sqlite3"
    assert completed("bridge report ", "bash", BRIDGE_LEDGER=str(place)).stdout.strip() == ""
    assert not place.exists()
    place.write_text("no ledger")
    Path("bridge.toml").write_text("no [ toml", encoding="utf-8")
    for line in ("bridge report ", "bridge plan --profile "):
        told = completed(line, "bash", BRIDGE_LEDGER=str(place))
        assert (told.stdout.strip(), told.stderr) == ("", "")
    Ledger(str(tmp_path / "empty")).close()
    assert completed("bridge status ", "bash", BRIDGE_LEDGER="empty").stdout.strip() == ""


@every_shell
def test_the_script_for_the_shell_is_shown(shell: str) -> None:
    environment = process_environment({"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"})
    shown = forks.run(["--show-completion", shell], environment)
    assert shown.returncode == Exit.OK, shown.stderr
    assert f"_BRIDGE_COMPLETE=complete_{shell}" in shown.stdout
