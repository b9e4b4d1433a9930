"""A run's report as a file: for the browser, for a ticket, masked unless asked otherwise."""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import JsonValue

from bridge.errors import Exit
from bridge.practice import Scenario

from .conftest import OpenHouse
from .house import House, process_environment


@pytest.fixture
def house(open_house: OpenHouse) -> House:
    return open_house(Scenario())


def leaves(value: object) -> Iterator[str]:
    """Every text and number within a value, as text."""
    if isinstance(value, dict):
        for one in value.values():
            yield from leaves(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from leaves(one)
    elif value is not None:
        yield str(value)


def values_of(house: House, run_id: str) -> set[str]:
    """What the messages of a run hold, and the words of their errors that are no language."""
    found: set[str] = set()
    for item in house.items(run_id):
        raw: JsonValue = json.loads(item.raw)
        for held in (raw, item.original, item.record):
            found |= set(leaves(held))
        for text in (item.error_text or "", item.rejection_text):
            found.add(text)
            found |= set(re.findall(r"\S*(?:@|://|\d{4})\S*", text))
    return found


def test_the_default_files_hold_no_value_of_the_run(house: House, tmp_path: Path) -> None:
    run_id = house.resync().run_id
    shown_by_design = {house.practice.day.isoformat(), run_id, "GoTallo"}
    values = {
        value
        for value in values_of(house, run_id)
        if len(value) > 4 and value not in shown_by_design
    }
    assert len(values) > 100
    for option in ("--html", "--md"):
        done = house.command("report", run_id, option, "-")
        assert done.returncode == Exit.OK, done.stderr
        assert not {value for value in values if value in done.stdout}


def test_with_content_they_hold_what_the_messages_hold(house: House, tmp_path: Path) -> None:
    run_id = house.resync().run_id
    path = tmp_path / "run.html"
    done = house.command("report", run_id, "--html", str(path), "--with-content")
    assert (done.returncode, done.stdout) == (Exit.OK, "")
    assert "It holds people's messages" in done.stderr
    assert path.stat().st_mode & 0o777 == 0o600
    page = path.read_text("utf-8")
    assert all(item.key in page for item in house.items(run_id) if item.key)
    again = house.command("report", run_id, "--html", str(path))
    assert again.returncode == Exit.USAGE
    assert "is there already" in " ".join(again.stderr.split())
    assert path.read_text("utf-8") == page


def test_a_masked_page_tells_which_rule_stands_where_it_is_and_when_its_causes_failed(
    house: House,
) -> None:
    run_id = house.resync().run_id
    page = house.command("report", run_id, "--html", "-").stdout
    assert "Rule: No_Links" in page
    assert "The rule stands: it refuses the same record again." in page
    assert re.search(r'href="https://[^"]+__Heroku_Message__c/ValidationRules/view"', page)
    assert re.search(r"\d+ in 14 days, most on", page)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--html", "-", "--md", "-"), "--html and --md are two reports"),
        (("--csv", "-", "--json"), "--csv and --json are two reports"),
        (("--with-content",), "--with-content goes with --html or --md"),
    ],
)
def test_one_report_is_written_at_a_time(house: House, options: tuple[str, ...], said: str) -> None:
    run_id = house.plan().id
    done = house.command("report", run_id, *options)
    assert (done.returncode, done.stdout) == (Exit.USAGE, "")
    assert said in done.stderr


def started(house: House, *arguments: str, most_bytes: int | None = None) -> subprocess.Popen[str]:
    """The command, which may write no file of more bytes than these."""

    def bound() -> None:
        if most_bytes is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))

    return subprocess.Popen(
        [sys.executable, "-m", "bridge", *arguments],
        env=process_environment(house.environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=bound,
    )


def test_half_a_page_is_no_page(house: House, tmp_path: Path) -> None:
    run_id = house.plan().id
    path = tmp_path / "run.html"
    with started(house, "report", run_id, "--html", str(path), most_bytes=40_000) as process:
        _, said = process.communicate()
    assert process.returncode == Exit.USAGE, said
    assert f"{path} can't be written: File too large" in " ".join(said.split())
    assert not path.exists()


@pytest.mark.parametrize("option", ["--html", "--csv"])
def test_a_reader_that_has_seen_enough_changes_nothing(house: House, option: str) -> None:
    run_id = house.plan().id
    with started(house, "report", run_id, option, "-") as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        said = process.stderr.read()
    assert (process.returncode, "Traceback" in said) == (Exit.OK, False), said
