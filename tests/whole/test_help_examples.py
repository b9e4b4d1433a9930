"""The example in the help of each command, run as it stands there."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from bridge.cli.lazy import LazyGroup
from bridge.cli.main import app
from bridge.errors import Exit
from bridge.planning import built_in_mapping, cases_beside
from bridge.practice import MorningCause, Scenario
from tests import forks
from tests.salesforce.cli import install
from tests.whole.conftest import OpenHouse
from tests.whole.house import House, process_environment
from tests.whole.terminal import at_a_terminal

RUN = "7c2e1f"
"""The run that the examples name: a real one takes its place."""
NO_MORE = "\x04"
ANSWERS = {"bridge init": "\n\n1\ny\n", "bridge apply": "y\n", "bridge amend": "y\n"}
"""What a person says at the terminal to the commands that ask."""


def commands(path: str = "bridge", command: Any = None) -> Iterator[tuple[str, str]]:
    """Each command that does something, with its help; a group that can be called is one."""
    command = command or typer.main.get_command(app)
    inner = getattr(command, "commands", {})
    if not inner or any(one.hidden for one in inner.values()):
        yield path, command.help
    for name, listed in inner.items():
        if not listed.hidden:
            is_lazy = isinstance(command, LazyGroup)
            yield from commands(f"{path} {name}", command.loaded(name) if is_lazy else listed)


def examples(text: str) -> list[str]:
    return re.findall(r"^Example: (bridge .+)$", text, re.MULTILINE)


@pytest.fixture
def house(open_house: OpenHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """With the files that the examples name in the present folder, and a Salesforce CLI."""
    cli = install(tmp_path, monkeypatch)
    monkeypatch.chdir(tmp_path)
    house = open_house(Scenario(causes={MorningCause.LONG_TEXT: 3, MorningCause.NO_REGION: 1}))
    cli.knows("acme", house.environment["SF_ACCESS_TOKEN"], house.practice.origin)
    for mapping in ("my-org.yaml", "trial.yaml"):
        shutil.copy(built_in_mapping(), mapping)
    shutil.copy(cases_beside(built_in_mapping()), "my-org.cases.yaml")
    return house


def test_each_command_has_an_example_that_can_be_typed(house: House) -> None:
    run = house.plan()
    written = house.command("report", run.id, "--csv", "held.csv")
    assert written.returncode == Exit.OK, written.stderr
    told = dict(commands())
    assert [path for path, said in told.items() if not examples(said)] == []
    for path, said in told.items():
        for example in examples(said):
            assert f"{example} ".startswith(f"{path} ")
            code, complaint = typed(house, path, example.replace(RUN, run.id))
            assert code in (Exit.OK, Exit.LEFT_OVER), f"{example}: {complaint}"


def typed(house: House, path: str, line: str) -> tuple[int, str]:
    """Do as a shell does with a line; give the exit code and what was said on stderr."""
    command, _, file = line.partition(" > ")
    arguments = shlex.split(command)[1:]
    if path in ANSWERS:
        conversation = at_a_terminal(house, arguments, ANSWERS[path] + NO_MORE)
        return conversation.code, conversation.said
    if path == "bridge practice serve":
        return served(house, arguments)
    done = house.command(*arguments)
    if file:
        assert done.stdout
        Path(file).write_text(done.stdout, encoding="utf-8")
    return done.returncode, done.stderr


def served(house: House, arguments: list[str]) -> tuple[int, str]:
    """Stop what serves until it is stopped, once it says how it is reached."""
    os.mkfifo("said")
    environment = process_environment(house.environment)
    process = forks.parent().start(arguments, environment, prints="said", complains="complained")
    with Path("said").open(encoding="utf-8") as said:
        assert any(line.startswith("export BRIDGE_LEDGER=") for line in said)
        os.kill(process.pid, signal.SIGTERM)
    return process.wait(), Path("complained").read_text(encoding="utf-8")
