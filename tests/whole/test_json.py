"""Each command with `--json` prints one document, as its published schema has it, and no more."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from bridge.errors import Exit
from bridge.planning import built_in_mapping
from bridge.practice import MorningCause, Scenario
from bridge.report.schemas import DOCUMENTS
from tests.report.strictly import the_document
from tests.test_docs import OPTIONS, read
from tests.whole.conftest import OpenHouse
from tests.whole.house import House
from tests.whole.test_amending import edited, write

WRITTEN = {"bridge.summary/1"}
"""What goes to a file, in tests/whole/test_handover.py."""
MIXED = Scenario(
    causes={
        MorningCause.LINK_RULE: 2,
        MorningCause.LONG_TEXT: 2,
    }
)


def a_day(house: House, folder: Path) -> Iterator[tuple[list[str], dict[str, str]]]:
    """Every command with `--json`, in the order of a day; each has what the one before left."""
    day = ["--date", house.practice.day.isoformat()]
    yield ["doctor"], {}
    yield ["plan", *day], {}
    run = newest_run(house)
    yield ["report", run], {}
    yield ["apply", run, "--yes"], {"BRIDGE_APPROVE": "lossless"}
    yield ["resync", *day, "--yes"], {"BRIDGE_APPROVE": "lossless"}
    run = newest_run(house)
    yield ["status"], {}
    yield ["status", run], {}
    yield ["apply", run, "--yes", "--approve", "all"], {}
    yield ["report", run], {}
    assert house.command("report", run, "--csv", str(folder / "held.csv")).returncode == Exit.OK
    mended = edited((folder / "held.csv").read_text("utf-8"), write("Text__c", "no link"))
    (folder / "mended.csv").write_bytes(mended)
    yield ["amend", run, str(folder / "mended.csv"), "--yes"], {}
    yield ["verify", run], {}
    yield ["causes"], {}
    with house.ledger() as ledger:
        cause = next(iter(ledger.items(run))).cause_id
    yield ["causes", cause], {}
    yield ["resync", "--open", "--dry-run"], {}
    yield ["explain", "REQUIRED_FIELD_MISSING: Required fields are missing: [LastName]"], {}
    yield ["ledger", "check"], {}
    yield ["mapping", "test"], {}
    trial = folder / "trial.yaml"
    trial.write_text(built_in_mapping().read_text("utf-8").replace(" […]", "…"), encoding="utf-8")
    yield ["mapping", "diff", str(built_in_mapping()), str(trial)], {}
    yield ["fixers"], {}
    yield ["fixers", "truncate"], {}


def newest_run(house: House) -> str:
    with house.ledger() as ledger:
        return ledger.runs(1)[0].id


def test_each_command_prints_the_document_that_its_schema_describes(
    open_house: OpenHouse, tmp_path: Path
) -> None:
    house = open_house(MIXED)
    printed: dict[str, set[str]] = defaultdict(set)
    for arguments, environment in a_day(house, tmp_path):
        done = house.command(*arguments, "--json", **environment)
        assert done.returncode in {Exit.OK, Exit.LEFT_OVER}, (arguments, done.stderr)
        document = the_document(done.stdout)
        form = "bridge.runs/1" if isinstance(document, list) else document["format"]
        printed[command_of(arguments)].add(form)
    assert printed.keys() == {path for path, options in OPTIONS.items() if "--json" in options}
    assert set().union(*printed.values()) == set(DOCUMENTS) - WRITTEN
    assert printed == documented()


def command_of(arguments: Sequence[str]) -> str:
    """The command that these words begin with."""
    paths = (" ".join(("bridge", *arguments[:length])) for length in (2, 1))
    return next(path for path in paths if path in OPTIONS)


def documented() -> Mapping[str, set[str]]:
    """By command, the forms that docs/json.md says it prints."""
    forms: dict[str, set[str]] = defaultdict(set)
    for commands, prints in re.findall(
        r"^\| (`bridge .*?) \| (.+) \|$", read("docs/json.md"), re.M
    ):
        for command in re.findall("`bridge ([^`]+)`", commands):
            forms[command_of(command.split())] |= set(re.findall(r"`(bridge\.[^`]+)`", prints))
    return forms


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        pytest.param(["plan", "--date", "tomorrow"], Exit.USAGE, id="usage"),
        pytest.param(["apply", "000000", "--yes"], Exit.USAGE, id="no such run"),
        pytest.param(["plan", "--yesterday", "--lanes", "x"], Exit.USAGE, id="no such option"),
        pytest.param(["verify", "--all"], Exit.USAGE, id="no ledger"),
        pytest.param(["plan", "--yesterday"], Exit.REMOTE, id="remote"),
        pytest.param(["resync", "--yesterday"], Exit.SAFETY, id="nobody to ask"),
    ],
)
def test_an_error_leaves_stdout_empty(
    open_house: OpenHouse, arguments: list[str], code: Exit
) -> None:
    house = open_house(MIXED)
    done = house.command(*arguments, "--json", GOTALLO_API_TOKEN="wrong")
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr
