"""Every exit code as a runbook meets it: in shell scripts, the one of the docs among them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bridge.errors import Exit
from bridge.practice import (
    CutBefore,
    Fault,
    MorningCause,
    Operation,
    Remote,
    Scenario,
    Status,
)
from tests.whole.conftest import OpenHouse
from tests.whole.house import House, process_environment

SCRIPT = Path(__file__).parents[2] / "docs" / "runbook" / "resync.sh"
FIVE = {MorningCause.LONG_TEXT: 5}
STEP = """\
bridge resync --yesterday --yes "$@" >result.txt
code=$?
case $code in
    0) echo "all is there" ;;
    1) echo "report the traceback" ;;
    2) echo "mend the settings" ;;
    3) echo "look at the report" ;;
    4) echo "later again" ;;
    5) echo "a person looks" ;;
    6) echo "settle the doubt" ;;
    7) echo "another is writing" ;;
    130) echo "go on" ;;
    *) echo "what is $code?" ;;
esac
exit $code
"""
"""A step of somebody's runbook."""


class Shell:
    """Where scripts run: a folder of its own, `bridge` on the PATH, no terminal."""

    def __init__(self, house: House, folder: Path) -> None:
        self.house = house
        self.folder = folder
        programs = folder / "programs"
        programs.mkdir()
        bridge = programs / "bridge"
        bridge.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m bridge "$@"\n', encoding="utf-8")
        bridge.chmod(0o755)
        self._path = f"{programs}:{os.environ['PATH']}"

    def start(self, script: str, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Start a script that is given as text, or by the name of its file."""
        given = [script] if script == str(SCRIPT) else ["-c", script, "step"]
        variables = {
            **self.house.environment,
            "PATH": self._path,
            "PYTHONPATH": os.pathsep.join([str(SCRIPT.parents[2]), *sys.path[:1]]),
            "COLUMNS": "200",
            "RESYNC_FOLDER": "left",
            "RESYNC_TRIES": "1",
            "RESYNC_PAUSE": "0",
            **environment,
        }
        return subprocess.Popen(
            ["/bin/sh", *given, *arguments],
            cwd=self.folder,
            env=process_environment(variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, script: str, *arguments: str, **environment: str) -> tuple[int, str]:
        """Run it to its end: how it ended, and what it said."""
        process = self.start(script, *arguments, **environment)
        said, _ = process.communicate()
        return process.returncode, said

    @property
    def summary(self) -> dict[str, object]:
        left = self.folder / "left" / "summary.json"
        found: dict[str, object] = json.loads(left.read_text(encoding="utf-8"))
        return found


def plain(metrics: Path) -> str:
    return metrics.read_text(encoding="utf-8").replace(',profile=""', "")


def open_shell(open_house: OpenHouse, folder: Path, **scenario: object) -> Shell:
    place = folder / "shell"
    place.mkdir()
    return Shell(open_house(Scenario(**{"causes": FIVE, "extra_rows": 0, **scenario})), place)  # type: ignore[arg-type]


def test_0_all_is_there_and_proven(open_house: OpenHouse, tmp_path: Path) -> None:
    shell = open_shell(open_house, tmp_path)
    metrics = shell.folder / "bridge.prom"
    code, said = shell.run(str(SCRIPT), BRIDGE_METRICS_FILE=str(metrics))
    assert code == shell.summary["exit_code"] == Exit.OK, said
    assert f"resync: done, run {shell.summary['run_id']}" in said
    written = [str(value) for item in shell.house.items(str(shell.summary["run_id"]))
               for name, value in item.original.items() if "Text__c" in name]  # fmt: skip
    assert written
    assert not [text for text in written if text[:20] in said], "what people wrote is in no log"
    assert (shell.folder / "left" / "result.txt").stat().st_mode & 0o077 == 0
    assert f"run {shell.summary['run_id']}: ready 5, synced 5, " in said
    assert 'bridge_messages{command="resync",outcome="synced"} 5' in plain(metrics)
    assert 'bridge_verified{command="verify"} 1' in plain(shell.folder / "bridge-verify.prom")
    assert "there once" in said, "what bridge verify says"
    assert shell.house.rows().total() == 5
    assert set(shell.house.rows().values()) == {1}


def test_1_a_damaged_installation(open_house: OpenHouse, tmp_path: Path) -> None:
    """A library of which a file is broken, as after a disk error or half an update."""
    shell = open_shell(open_house, tmp_path)
    (shell.folder / "simple_salesforce.py").write_text("import no_such_part\n", encoding="utf-8")
    root = f"{shell.folder}{os.pathsep}{SCRIPT.parents[2]}"
    code, said = shell.run(str(SCRIPT), PYTHONPATH=root)
    assert code == Exit.DEFECT, said
    assert "No module named 'no_such_part'" in said
    assert "resync: a defect of bridge: report it with the traceback above" in said
    assert shell.house.practice.requests.all() == ()


def test_2_a_setting_that_is_none_is_told_with_what_doctor_says(
    open_house: OpenHouse, tmp_path: Path
) -> None:
    shell = open_shell(open_house, tmp_path)
    code, said = shell.run(str(SCRIPT), GOTALLO_TENANT_ID="acme")
    assert code == shell.summary["exit_code"] == Exit.USAGE, said
    assert said.count("GOTALLO_TENANT_ID: must be a uuid") == 2, "by resync, then by doctor"
    assert "1 thing is wrong. Mend and look again." in said


def test_3_what_is_left_over_is_in_a_page_and_the_rest_is_there(
    open_house: OpenHouse, tmp_path: Path
) -> None:
    shell = open_shell(open_house, tmp_path, causes={**FIVE, MorningCause.NO_REGION: 2})
    code, said = shell.run(str(SCRIPT))
    assert code == shell.summary["exit_code"] == Exit.LEFT_OVER, said
    assert "left/report.html says why" in said
    assert "<html" in (shell.folder / "left" / "report.html").read_text(encoding="utf-8")
    assert shell.house.rows().total() == 5


def test_4_what_passes_is_tried_again_and_what_lasts_is_told(
    open_house: OpenHouse, tmp_path: Path
) -> None:
    shell = open_shell(open_house, tmp_path)
    refused = Fault(Remote.SALESFORCE, Status(403), Operation.INSERT)
    shell.house.practice.faults.add(refused)
    code, said = shell.run(str(SCRIPT))
    assert code == Exit.OK, said
    assert "resync: ended with 4 (remote); trying again in 0 seconds" in said
    assert shell.summary["command"] == "apply", "it goes on with the run"
    assert set(shell.house.rows().values()) == {1}
    code, said = shell.run(str(SCRIPT), GOTALLO_API_TOKEN="wrong", RESYNC_TRIES="0")
    assert code == shell.summary["exit_code"] == Exit.REMOTE, said
    assert "GoTallo refused the token" in said
    assert "resync:   bridge resync --yesterday\n" in said
    assert "--date in place of --yesterday" in said


def test_5_a_limit_is_for_a_person(open_house: OpenHouse, tmp_path: Path) -> None:
    shell = open_shell(open_house, tmp_path)
    code, said = shell.run(str(SCRIPT), "--yesterday", "--max-calls", "1")
    assert code == shell.summary["exit_code"] == Exit.SAFETY, said
    assert "resync: a limit stopped it, and a person has to look" in said
    assert "trying again" not in said
    assert shell.house.rows().total() < 5


def test_6_a_doubt_is_settled_by_the_next_run(open_house: OpenHouse, tmp_path: Path) -> None:
    shell = open_shell(open_house, tmp_path, key_unique=False)
    cut = Fault(Remote.SALESFORCE, CutBefore(), Operation.INSERT)
    shell.house.practice.faults.add(cut)
    code, said = shell.run(STEP)
    assert (code, said.splitlines()[-1]) == (Exit.IN_DOUBT, "settle the doubt"), said
    code, said = shell.run(str(SCRIPT), BRIDGE_SETTLE_SECONDS="0")
    assert code == Exit.OK, said
    assert shell.house.rows().total() == 5
    assert set(shell.house.rows().values()) == {1}


def test_7_another_run_is_writing(open_house: OpenHouse, tmp_path: Path) -> None:
    shell = open_shell(open_house, tmp_path)
    run = shell.house.plan()
    with shell.house.ledger() as ledger:
        lease = ledger.take_lease(run.plan.org_id, run.id, run.created_at)
        code, said = shell.run(STEP)
        ledger.give_back(lease)
    assert (code, said.splitlines()[-1]) == (Exit.LEASE, "another is writing"), said
    assert shell.house.rows().total() == 0


def test_130_a_stop_reaches_bridge_which_finishes_what_is_in_the_air(
    open_house: OpenHouse, tmp_path: Path
) -> None:
    """As a service manager stops it: everybody gets the signal, and the script hands it on too."""
    shell = open_shell(open_house, tmp_path, causes={MorningCause.LONG_TEXT: 600})
    process = shell.start(str(SCRIPT), "--yesterday", "--lanes", "1")
    faults = shell.house.practice.faults
    strike = faults.strike

    def stopping(remote: Remote, operation: Operation) -> object:
        if operation is Operation.INSERT and process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        return strike(remote, operation)

    faults.strike = stopping  # type: ignore[method-assign, assignment]
    said, _ = process.communicate()
    faults.strike = strike  # type: ignore[method-assign]
    run_id = str(shell.summary["run_id"])
    assert process.returncode == shell.summary["exit_code"] == Exit.INTERRUPTED, said
    assert f"No schedule goes on with it, a person does:\nresync:   bridge apply {run_id}\n" in said
    counts = shell.house.document(run_id).counts
    assert counts.in_doubt == 0, "the calls in the air were finished"
    assert 0 < counts.synced < 600
    assert shell.house.command("apply", run_id, "--yes").returncode == Exit.OK
    assert shell.house.rows().total() == 600
    assert set(shell.house.rows().values()) == {1}


def test_each_documented_code_has_its_test_here() -> None:
    tested = {int(n.split("_")[1]) for n in globals() if n.startswith("test_") and n[5].isdigit()}
    assert tested == {code.value for code in Exit}


@pytest.mark.parametrize("code", [code for code in Exit if code is not Exit.DEFECT])
def test_the_script_knows_each_code(code: Exit) -> None:
    text = SCRIPT.read_text(encoding="utf-8")
    assert f"\n    {code.value})\n" in text
