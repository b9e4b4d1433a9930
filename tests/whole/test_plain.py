"""Pages for screen readers, logs and terminals that are narrow, wide or without UTF-8."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len

from bridge.planning import built_in_mapping, cases_beside
from bridge.practice import Scenario
from tests.whole.conftest import OpenHouse
from tests.whole.house import House
from tests.whole.terminal import seen_at_a_terminal

TEXT = (
    "bad value for restricted picklist field: Voice_Message_With_A_Long_Name: "
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST, [Type__c]"
)
WHOLE = re.compile(r"^\s*(next |Next: |       bridge |https://|bridge )|--(json|describe) ")
"""A line that is copied, which nothing may break."""
SIGNS = re.compile(r"[\u2500-\u259f\u2190-\u21ff✓✗−·\x1b\r]| {3,}\S")
"""Boxes, blocks, arrows, marks, movements of the cursor; columns."""


@pytest.fixture
def house(open_house: OpenHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.chdir(tmp_path)
    house = open_house(Scenario())
    mapping = built_in_mapping().read_text("utf-8")
    Path("mine.yaml").write_text(mapping, "utf-8")
    Path("trial.yaml").write_text(mapping.replace('" […]"', '" [cut]"', 1), "utf-8")
    cases = cases_beside(built_in_mapping()).read_text("utf-8")
    Path("mine.cases.yaml").write_text(cases.replace("ready", "held", 1), "utf-8")
    return house


def pages(house: House, run_id: str, **environment: str) -> Iterator[tuple[str, str]]:
    """Each command of which a person reads a page, and its page."""
    for line in (
        ["plan", "--date", house.practice.day.isoformat(), "--expect", "30"],
        ["status"],
        ["status", run_id],
        ["report", run_id],
        ["verify", run_id],
        ["causes"],
        ["explain", TEXT],
        ["doctor"],
        ["fixers"],
        ["fixers", "truncate"],
        ["ledger", "check"],
        ["mapping", "test", "mine.yaml"],
        ["mapping", "diff", "mine.yaml", "trial.yaml"],
    ):
        done = house.command(*line, **environment)
        assert "Traceback" not in done.stderr, done.stderr
        assert done.stdout, done.stderr
        yield " ".join(line), done.stdout


def too_long(page: str, columns: int) -> list[str]:
    lines = page.splitlines()
    return [said for said in lines if cell_len(said) > columns and not WHOLE.search(said)]


def test_pages_fit_their_terminal_and_say_the_same_without_columns_and_signs(house: House) -> None:
    run = house.plan(house.assuming)
    house.apply(run.id, settings=house.assuming)
    for columns in (40, 200):
        for line, page in pages(house, run.id, COLUMNS=str(columns)):
            assert too_long(page, columns) == [], line
    for line, page in pages(house, run.id, COLUMNS="40", BRIDGE_PLAIN="1"):
        assert too_long(page, 40) == [], line
        assert [said for said in page.splitlines() if SIGNS.search(said.lstrip(" "))] == [], line
    for line, page in pages(house, run.id, COLUMNS="60", PYTHONIOENCODING="ascii"):
        assert too_long(page, 60) == [], line
        assert page.isascii(), line


@pytest.mark.parametrize(
    ("arguments", "environment", "unwanted"),
    [
        pytest.param(["--plain"], {}, r"[\x1b\u2500-\u259f]", id="plain"),
        pytest.param([], {"NO_COLOR": "1"}, r"\x1b\[[0-9;]*(3[0-7]|4[0-7]|[39][0-9])m", id="none"),
    ],
)
def test_a_terminal_is_given_no_colour_that_was_not_wanted(
    house: House, arguments: list[str], environment: dict[str, str], unwanted: str
) -> None:
    window = ["--date", house.practice.day.isoformat(), "--yes", "--log-level", "info"]
    seen = seen_at_a_terminal(
        house, ["resync", *window, *arguments], **environment, COLUMNS="60", TERM="xterm"
    )
    assert "fetched" in seen
    assert not re.search(unwanted, seen)


def test_help_and_mistakes_are_plain_too(house: House) -> None:
    told = house.command("--help", "--plain", COLUMNS="60").stdout
    assert "Fetch a window's failures" in told
    assert "..." not in told.replace("[ARGS]...", "")
    for page in (told, house.command("plan", "--nonsense", BRIDGE_PLAIN="1").stderr):
        assert page
        assert not SIGNS.search(re.sub(r"^ +|(?<=\S)  +", " ", page, flags=re.MULTILINE))
