"""The examples of docs/library.md are the files here, which mypy reads, and they run."""

from __future__ import annotations

import runpy
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.practice import MorningCause, PracticeServer, Scenario
from tests.test_docs import fences
from tests.whole.house import House

EXAMPLES = Path(__file__).parent / "examples"
CAUSES = {MorningCause.ROW_LOCK: 3, MorningCause.NO_REGION: 2}


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A practice org that the environment leads to."""
    before = signal.getsignal(signal.SIGTERM)
    with PracticeServer(Scenario(causes=CAUSES, extra_rows=0)) as practice:
        opened = House(practice, tmp_path)
        for name, value in opened.environment.items():
            monkeypatch.setenv(name, value)
        yield opened
    signal.signal(signal.SIGTERM, before)


def test_the_page_shows_the_files() -> None:
    shown = {f.info: f.text for f in fences("docs/library.md") if f.info.startswith("python")}
    files = {f"python {path.stem}": path.read_text("utf-8") for path in EXAMPLES.glob("[a-z]*.py")}
    assert shown == files


def test_the_one_of_the_readme_runs(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    (shown,) = [fence.text for fence in fences("README.md") if fence.info == "python"]
    exec(compile(shown, "README.md", "exec"), {})  # noqa: S102
    assert "inserted" in capsys.readouterr().out
    assert set(house.rows().values()) <= {1}


def run(name: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    runpy.run_path(str(EXAMPLES / f"{name}.py"))
    printed = capsys.readouterr()
    assert printed.err == ""
    return printed.out.splitlines()


def test_looking_sends_nothing(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    first, *more = run("look", capsys)
    assert first.endswith("3 ready 2 held")
    assert any("UNABLE_TO_LOCK_ROW 3" in line for line in more)
    assert sum("Region__c" in line for line in more) >= 2
    assert not house.rows()


def test_sending_brings_what_is_ready_and_tells_the_rest(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    first, code = run("send", capsys)
    assert first.endswith("3 inserted 2 left over")
    assert code == "3"
    assert set(house.rows().values()) == {1}
    again, code = run("send", capsys)
    assert again.endswith("0 inserted 2 left over")
    assert set(house.rows().values()) == {1}


def test_all_that_is_open_is_sent(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    house.plan()
    assert run("open", capsys) == ["3 of 5 inserted"]


def test_watching_counts_what_became(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    (said,) = run("watch", capsys)
    assert said.endswith("finished {'held': 2, 'synced': 3}")
