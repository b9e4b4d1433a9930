"""The commands as a runbook calls them: exit codes, stdout, stderr, logs; each a real process."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest

from bridge.errors import Exit
from bridge.practice import (
    CutBefore,
    ExpireSessions,
    Fault,
    Login,
    LoseAnswer,
    MorningCause,
    Operation,
    Remote,
    Scenario,
)
from tests.watched import BRIDGE, started
from tests.whole.conftest import OpenHouse
from tests.whole.house import House, process_environment

FIVE = {MorningCause.LONG_TEXT: 5}


@pytest.fixture
def house(open_house: OpenHouse) -> House:
    return open_house(Scenario(causes=FIVE))


def day(house: House) -> list[str]:
    return ["--date", house.practice.day.isoformat()]


def nothing_was_sent(house: House) -> bool:
    return not house.practice.requests.of(Operation.INSERT)


@pytest.mark.parametrize(
    ("environment", "code", "says"),
    [
        pytest.param({"GOTALLO_API_TOKEN": "wrong"}, 4, "GOTALLO_API_TOKEN", id="token wrong"),
        pytest.param(
            {"GOTALLO_TENANT_ID": "3fa85f64-5717-4562-b3fc-2c963f66afa6"},
            4,
            "GOTALLO_TENANT_ID",
            id="tenant of somebody else",
        ),
        pytest.param({"GOTALLO_TENANT_ID": "acme"}, 2, "must be a uuid", id="tenant no uuid"),
        pytest.param(
            {"GOTALLO_BASE_URL": "http://127.0.0.1"}, 2, "GOTALLO_BASE_URL", id="no https"
        ),
        pytest.param(
            {"SF_ACCESS_TOKEN": "00Dxx!wrong", "SF_CLIENT_ID": "", "SF_CLIENT_SECRET": ""},
            4,
            "SF_ACCESS_TOKEN",
            id="Salesforce token wrong",
        ),
        pytest.param(
            {"SF_ACCESS_TOKEN": "", "SF_CLIENT_SECRET": "wrong"},
            4,
            "SF_CLIENT_SECRET",
            id="client secret wrong",
        ),
        pytest.param({"SF_CLIENT_SECRET": ""}, 2, "SF_CLIENT_SECRET", id="half a login"),
        pytest.param(
            {
                "SF_ORG_INSTANCE_URL": "https://127.0.0.1:1",
                "SF_CLIENT_ID": "",
                "SF_CLIENT_SECRET": "",
            },
            4,
            "could not be reached",
            id="no org there",
        ),
        pytest.param({"BRIDGE_CA_BUNDLE": "/nowhere.pem"}, 2, "BRIDGE_CA_BUNDLE", id="CA missing"),
        pytest.param({"BRIDGE_CA_BUNDLE": ""}, 4, "BRIDGE_CA_BUNDLE", id="CA not named"),
        pytest.param({"BRIDGE_LEDGER": "/proc/nowhere/l"}, 2, "BRIDGE_LEDGER", id="ledger"),
        pytest.param({"BRIDGE_MAPPING": "/nowhere.yaml"}, 2, "BRIDGE_MAPPING", id="no mapping"),
        pytest.param({"BRIDGE_SETTLE_SECONDS": "soon"}, 2, "BRIDGE_SETTLE_SECONDS", id="no number"),
    ],
)
def test_a_wrong_setting_is_one_clear_message_and_sends_nothing(
    house: House, environment: dict[str, str], code: int, says: str
) -> None:
    done = house.command("resync", *day(house), "--yes", **environment)
    assert done.returncode == code, done.stderr
    assert says in done.stderr
    assert done.stderr.count("Error:") == 1
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert nothing_was_sent(house)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(
            ["--from", "2026-11-22", "--till", "2026-11-21"], "ends before", id="reversed"
        ),
        pytest.param(["--from", "2026-11-22", "--till", "2026-11-22"], "empty", id="empty"),
        pytest.param(["--date", "tomorrow"], "no date", id="unreadable"),
        pytest.param(["--date", "2026-11-22", "--tz", "Europe/Amsterdm"], "Amsterdam", id="zone"),
        pytest.param([], "Name one window", id="none"),
        pytest.param(["--yesterday", "--date", "2026-11-22"], "not several", id="two"),
        pytest.param(["--from", "2026-11-22"], "go together", id="half"),
        pytest.param(["--date", "2026-11-22", "--lanes", "0"], "--lanes", id="no lane"),
    ],
)
def test_a_window_that_is_none_is_refused_before_any_request(
    house: House, arguments: list[str], says: str
) -> None:
    done = house.command("resync", *arguments, "--yes")
    assert done.returncode == Exit.USAGE
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert house.practice.requests.all() == ()


def test_a_typo_in_a_mapping_is_shown_at_its_place_before_any_request(
    house: House, tmp_path: Path
) -> None:
    path = tmp_path / "typo.yaml"
    path.write_text("object: Heroku_Message__c\nkey: Identifier__c\nkeys: x\n")
    done = house.command("resync", *day(house), "--yes", "--mapping", str(path))
    assert done.returncode == Exit.USAGE
    assert 'typo.yaml:3:1: unknown key "keys", did you mean "key"?' in done.stderr
    assert house.practice.requests.all() == ()


def test_an_org_without_the_object_is_a_clear_error(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes=FIVE, message_object=False))
    done = house.command("resync", *day(house), "--yes")
    assert done.returncode == Exit.USAGE
    assert "Heroku_Message__c" in done.stderr
    assert nothing_was_sent(house)


def test_without_a_terminal_and_without_yes_it_refuses_before_any_request(house: House) -> None:
    run_id = house.plan().id
    before = len(house.practice.requests.all())
    for arguments in (["resync", *day(house)], ["apply", run_id]):
        done = house.command(*arguments)
        assert done.returncode == Exit.SAFETY, done.stderr
        assert "--yes" in done.stderr
    assert len(house.practice.requests.all()) == before


def test_an_unknown_run_is_a_clear_error(house: House) -> None:
    house.plan()
    for command in ("status", "report", "verify"):
        done = house.command(command, "abcdef")
        assert done.returncode == Exit.USAGE
        assert 'No run "abcdef"' in done.stderr


def test_the_whole_morning_in_a_runbook(house: House) -> None:
    """plan, apply, verify, status and report, each by its JSON."""
    planned = house.command("plan", *day(house), "--expect", "5", "--json")
    assert planned.returncode == Exit.OK
    plan = json.loads(planned.stdout)
    assert plan["counts"]["fetched"] == 5
    assert nothing_was_sent(house)

    applied = house.command("apply", plan["run_id"], "--yes", "--json")
    assert applied.returncode == Exit.OK
    assert json.loads(applied.stdout)["counts"]["synced"] == 5

    verified = house.command("verify", plan["run_id"], "--json")
    assert verified.returncode == Exit.OK
    assert json.loads(verified.stdout)["once"] == 5

    (status,) = json.loads(house.command("status", "--json").stdout)
    assert status["run_id"] == plan["run_id"]
    report = json.loads(house.command("report", plan["run_id"], "--json").stdout)
    assert {item["outcome"] for item in report["items"]} == {"synced"}


def test_a_key_opens_the_org_and_its_token_is_renewed_in_mid_run(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes={MorningCause.LONG_TEXT: 60}))
    house.practice.faults.add(
        Fault(Remote.SALESFORCE, ExpireSessions(), Operation.INSERT, nth=2, times=1)
    )
    by_key = dict(house.practice.environment_for(Login.JWT))
    by_key["BRIDGE_LEDGER"] = house.location
    others = [name for name in house.environment if name not in by_key]
    done = house.command("resync", *day(house), "--yes", "--json", without=others, **by_key)
    assert done.returncode == Exit.OK, done.stderr
    assert json.loads(done.stdout)["counts"]["synced"] == 60
    assert len(house.practice.requests.of(Operation.TOKEN)) == 2
    assert set(house.rows().values()) == {1}


def test_what_is_held_is_exit_3_after_a_sending_and_only_on_request_after_a_plan(
    open_house: OpenHouse,
) -> None:
    house = open_house(Scenario(causes={MorningCause.NO_REGION: 2}))
    assert house.command("resync", *day(house), "--dry-run").returncode == Exit.OK
    detailed = house.command("resync", *day(house), "--dry-run", "--detailed-exitcode")
    assert detailed.returncode == Exit.LEFT_OVER
    assert house.command("resync", *day(house), "--yes").returncode == Exit.LEFT_OVER


def test_what_is_in_doubt_is_exit_6(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes=FIVE, key_unique=False))
    house.practice.faults.add(Fault(Remote.SALESFORCE, CutBefore(), Operation.INSERT))
    done = house.command("resync", *day(house), "--yes")
    assert done.returncode == Exit.IN_DOUBT
    assert "in doubt" in done.stdout


@pytest.mark.parametrize("first", [signal.SIGTERM, signal.SIGHUP], ids=["term", "hangup"])
def test_a_signal_that_ends_it_finishes_the_calls_in_the_air_and_exits_130(
    open_house: OpenHouse, first: signal.Signals
) -> None:
    """Also where a second one comes, as from a manager that signals script and command."""
    house = open_house(Scenario(causes={MorningCause.LONG_TEXT: 600}))
    run = house.plan()
    process = subprocess.Popen(
        [sys.executable, "-m", "bridge", "apply", run.id, "--yes", "--lanes", "1"],
        env=process_environment(house.environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    strike = house.practice.faults.strike
    told = threading.Event()

    def interrupting(remote: Remote, operation: Operation) -> object:
        if operation is Operation.INSERT and not told.is_set():
            os.kill(process.pid, first)
            told.wait(30)
        return strike(remote, operation)

    house.practice.faults.strike = interrupting  # type: ignore[method-assign, assignment]
    assert process.stderr is not None
    err = ""
    for line in process.stderr:
        err += line
        if "Interrupted: " in line:
            os.kill(process.pid, signal.SIGTERM)
            told.set()
    out, _ = process.communicate()
    told.set()
    assert process.returncode == Exit.INTERRUPTED, err
    assert "Traceback" not in err
    said = " ".join(err.split())
    assert re.search(
        r"Interrupted: finishing the request under way .*; \d+ not sent\. "
        rf"To go on: bridge apply {run.id}\.",
        said,
    ), err
    counts = house.document(run.id).counts
    assert counts.in_doubt == 0
    assert counts.synced + counts.not_sent_yet == 600
    assert f"bridge apply {run.id}" in out
    house.practice.faults.strike = strike  # type: ignore[method-assign]
    assert house.command("apply", run.id, "--yes").returncode == Exit.OK
    assert set(house.rows().values()) == {1}


def test_every_outcome_is_an_event_and_no_event_holds_a_text_or_a_token(
    open_house: OpenHouse, tmp_path: Path
) -> None:
    house = open_house(Scenario(size=60))
    house.practice.faults.add(Fault(Remote.SALESFORCE, LoseAnswer(), Operation.INSERT))
    log = tmp_path / "bridge.jsonl"
    done = house.command(
        "resync", *day(house), "--yes", "--log-file", str(log), "--log-format", "json",
        "--log-level", "debug",
    )  # fmt: skip
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [json.loads(line) for line in done.stderr.splitlines()], "stderr is JSON lines"
    run_id = house.command("status", "--json").stdout
    items = house.items(json.loads(run_id)[0]["run_id"])
    told = {line["key"]: line["state"] for line in lines if line["event"] == "item.outcome"}
    assert told == {
        i.key: i.outcome if i.decision == "ready" else i.decision for i in items if i.key
    }
    outcome = next(line for line in lines if line["event"] == "item.outcome")
    assert outcome.keys() >= {
        "run", "key", "state", "code", "salesforce_id", "attempt", "fixers", "risk",
    }  # fmt: skip
    everything = log.read_text() + done.stderr
    secrets = [v for n, v in house.environment.items() if "TOKEN" in n or "SECRET" in n]
    texts = [str(v) for i in items for n, v in i.original.items() if "Text__c" in n]
    names = [str(v) for i in items for n, v in i.original.items() if "Full_Name__c" in n]
    for private in (*secrets, *texts, *(name for name in names if len(name) > 3)):
        assert private not in everything


@pytest.mark.parametrize("option", [[], ["--json"]], ids=["text", "json"])
def test_a_reader_that_has_seen_enough_does_not_change_the_exit_code(
    open_house: OpenHouse, option: list[str]
) -> None:
    house = open_house(Scenario(size=400))
    command = " ".join([sys.executable, "-m", "bridge", "plan", *day(house), *option])
    shell = f"set -o pipefail; {command} --detailed-exitcode | head -c 1 >/dev/null"
    done = subprocess.run(
        ["/bin/bash", "-c", shell],
        env=process_environment(house.environment),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == Exit.LEFT_OVER, done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_practice_serve_prints_exports_and_ends_on_a_signal(tmp_path: Path) -> None:
    env_file = tmp_path / "practice.env"
    with started(BRIDGE, "practice", "serve", "--env-file", str(env_file)) as process:
        assert process.stdout is not None
        names = ("GOTALLO_BASE_URL", "GOTALLO_TENANT_ID", "GOTALLO_API_TOKEN", "SF_ACCESS_TOKEN",
                 "SF_ORG_INSTANCE_URL", "SF_LOGIN_URL", "SF_CLIENT_ID", "SF_CLIENT_SECRET",
                 "BRIDGE_CA_BUNDLE", "BRIDGE_LEDGER")  # fmt: skip
        lines = [process.stdout.readline() for _ in names]
        assert [line.split("=")[0] for line in lines] == [f"export {name}" for name in names]
        assert env_file.read_text().endswith("".join(lines))
        shell = f". {env_file} && {sys.executable} -m bridge resync --yesterday --dry-run --json"
        done = subprocess.run(
            ["/bin/sh", "-c", shell],
            capture_output=True,
            text=True,
            env=process_environment({"BRIDGE_LEDGER": str(tmp_path / "ledger")}),
            check=False,
        )
        assert done.returncode == Exit.OK, done.stderr
        assert json.loads(done.stdout)["counts"]["fetched"] == 34
        process.send_signal(signal.SIGTERM)
        assert process.stderr is not None
        err = process.stderr.read()
        assert process.wait() == 0, err
        assert "Traceback" not in err


def test_a_wheel_outside_the_checkout_has_its_mapping_and_shows_the_whole_job(
    tmp_path: Path,
) -> None:
    root = Path(__file__).parents[2]
    wheels = tmp_path / "wheels"
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(wheels)],
        cwd=root,
        check=True,
        capture_output=True,
    )
    (wheel,) = wheels.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    assert (tmp_path / "installed/bridge/mappings/heroku_message.yaml").is_file()
    for name in ("template.html", "report.css", "report.js"):
        assert (tmp_path / "installed/bridge/report/html" / name).is_file()
    assert (tmp_path / "installed/bridge/mappings/example_org.describe.json").is_file()
    assert (tmp_path / "installed/bridge/skeleton/templates/fixer.py.template").is_file()
    environment = process_environment(
        {"PYTHONPATH": str(tmp_path / "installed"), "PYTHONSAFEPATH": "1"}
    )

    def installed(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == Exit.OK, done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout

    shown = "import bridge.planning as p; print(p.built_in_mapping())"
    assert str(tmp_path) in installed("-c", shown)
    assert "cases hold" in installed("-m", "bridge", "mapping", "test")
    assert installed("-m", "bridge", "demo").count("$ bridge ") == 5
