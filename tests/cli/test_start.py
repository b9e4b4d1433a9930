"""What a command loads before it does anything: a person waits for it at each call."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from itertools import chain

import pytest
import typer.main

import bridge.report.room
import bridge.report.terminal.room
from bridge.cli.lazy import LazyGroup
from bridge.cli.main import app

LIBRARIES = {
    "httpx",
    "phonenumbers",
    "requests",
    "simple_salesforce",
    "sqlalchemy",
    "stamina",
    "structlog",
    "yaml",
}
ROOMS = {f"bridge.{room}" for room in ("delivery", "ledger", "planning", "salesforce", "use_cases")}
LOADED = """
import json, sys
from contextlib import redirect_stdout, suppress
sys.argv = ["bridge", *sys.argv[1:]]
from bridge.cli.main import main
with redirect_stdout(sys.stderr), suppress(SystemExit):
    main()
print(json.dumps(sorted(sys.modules)))
"""


def loaded_by(*arguments: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *arguments], capture_output=True, text=True, check=True
    )
    return {name.strip('[] "\n') for name in done.stdout.split(",")}


@pytest.mark.parametrize(
    ("arguments", "more"),
    [
        pytest.param(["--version"], {"pydantic", "bridge.cli.options"}, id="version"),
        pytest.param(["--help"], {"pydantic", "bridge.cli.options"}, id="help"),
        pytest.param(["explain", "STRING_TOO_LONG: x"], {"bridge.settings"}, id="explain"),
    ],
)
def test_what_needs_no_ledger_and_no_org_does_not_load_their_libraries(
    arguments: list[str], more: set[str]
) -> None:
    loaded = loaded_by(*arguments)
    assert "bridge.cli.main" in loaded
    assert not loaded & (LIBRARIES | ROOMS | more)


def test_the_list_of_commands_says_of_each_what_its_own_help_begins_with() -> None:
    group = typer.main.get_command(app)
    assert isinstance(group, LazyGroup)
    said = {name: listed.help for name, listed in group.commands.items()}
    own = {name: group.loaded(name).help.partition("\n\n")[0] for name in said}
    assert said == {name: " ".join(told.split()) for name, told in own.items()}


def test_no_name_that_a_room_gives_is_also_a_module_of_it() -> None:
    """The module would take its place: whoever imports it sets the room's attribute."""
    for room in (bridge.report.room, bridge.report.terminal.room):
        home = room.__name__.removesuffix(".room")
        assert [name for name in room.__all__ if find_spec(f"{home}.{name}")] == []


def test_a_mistyped_command_is_answered_with_a_near_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        app(["pla"])
    assert "'plan'" in "".join(chain.from_iterable(capsys.readouterr()))
