from __future__ import annotations

import signal
import ssl
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from bridge.cli.main import app
from bridge.cli.practice import ShippedScenario
from bridge.errors import Exit, UsageError
from bridge.practice import PracticeServer, load_scenario
from bridge.practice.scenario_file import parse_scenario, shipped_scenarios
from tests.watched import BRIDGE, started


def served(*options: str) -> tuple[dict[str, object], str, int]:
    """The state of what `practice serve` serves, what it told, and how it ended."""
    with started(BRIDGE, "practice", "serve", *options) as process:
        assert process.stdout is not None
        exports: dict[str, str] = {}
        while "BRIDGE_LEDGER" not in exports:
            name, _, value = process.stdout.readline().removeprefix("export ").partition("=")
            assert value
            exports[name] = value.rstrip()
        context = ssl.create_default_context(cafile=exports["BRIDGE_CA_BUNDLE"])
        with httpx.Client(verify=context, trust_env=False) as web:
            state = web.get(f"{exports['SF_ORG_INSTANCE_URL']}/practice/state").json()
        process.send_signal(signal.SIGTERM)
        assert process.stderr is not None
        told = process.stderr.read()
        return state, told, process.wait()


@pytest.mark.parametrize(
    ("options", "failures"),
    [
        pytest.param([], 34, id="default"),
        pytest.param(["--scenario", "quiet"], 5, id="named"),
        pytest.param(["--scenario", "quiet", "--size", "20"], 20, id="size beats the scenario's"),
    ],
)
def test_it_serves_the_scenario_that_is_named_and_says_what_it_is(
    options: list[str], failures: int
) -> None:
    state, told, ended = served(*options)
    assert state["failures"] == failures
    assert "not Salesforce" in told
    assert ended == 0


def test_it_says_where_lost_answers_settle_sooner_than_with_a_real_org(tmp_path: Path) -> None:
    file = tmp_path / "late.yaml"
    late = "{remote: salesforce, operation: insert, effect: CommitLate, options: {after: 2}}"
    file.write_text(f"{{size: 0, faults: [{late}]}}", encoding="utf-8")
    assert "BRIDGE_SETTLE_SECONDS" in served("--scenario", str(file))[1]
    assert "BRIDGE_SETTLE_SECONDS" not in served("--scenario", "quiet")[1]


def test_it_serves_a_file(tmp_path: Path) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text("{causes: {long_text: 2}, rules: []}", encoding="utf-8")
    assert served("--scenario", str(file))[0]["failures"] == 2


@pytest.mark.parametrize(
    "text",
    ["siz: 3", "rules: 3", "day: 2026-13-40", "", None],
    ids=["key", "value", "date", "empty", "no file"],
)
def test_a_scenario_that_can_not_be_used_is_an_error_of_usage(
    tmp_path: Path, text: str | None
) -> None:
    file = tmp_path / "ours.yaml"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(app, ["practice", "serve", "--scenario", str(file)])
    assert isinstance(result.exception, UsageError)
    assert str(file) in result.exception.message


def test_an_env_file_that_is_something_elses_is_an_error_of_usage(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("API_KEY=secret\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["practice", "serve", "--env-file", str(file)])
    assert isinstance(result.exception, UsageError)
    assert str(file) in result.exception.message
    assert file.read_text(encoding="utf-8") == "API_KEY=secret\n"


@pytest.mark.parametrize("name", list(ShippedScenario))
def test_a_scenario_that_ships_is_printed_with_its_comments(name: ShippedScenario) -> None:
    told = CliRunner().invoke(app, ["practice", "scenario", name])
    assert told.stdout.startswith("# ")
    assert parse_scenario(told.stdout, "printed") == load_scenario(name)


def test_each_scenario_that_ships_can_be_printed() -> None:
    assert sorted(ShippedScenario) == sorted(shipped_scenarios())


def test_a_rehearsal_of_late_commits_settles_soon() -> None:
    with PracticeServer(load_scenario("everything-wrong")) as late:
        assert late.environment["BRIDGE_SETTLE_SECONDS"] == "15"
    with PracticeServer(load_scenario("quiet")) as quiet:
        assert "BRIDGE_SETTLE_SECONDS" not in quiet.environment


DEFECT = """
from bridge.cli.main import app, main

@app.command()
def defective():
    secret = "a text of somebody's"
    raise RuntimeError

sys.argv[:] = ["bridge", "defective"]
main()
"""


def test_a_defect_is_told_on_stderr_without_what_the_program_held() -> None:
    with started(DEFECT) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        out, err = process.stdout.read(), process.stderr.read()
        assert process.wait() == Exit.DEFECT
    assert out == ""
    assert "Traceback" in err
    assert "╭" not in err
