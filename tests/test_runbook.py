"""The files of docs/runbook/ are what the tools that will read them take; each tool checks its own.

A tool that can't be had on a machine is a visible skip.
"""

from __future__ import annotations

import ast
import datetime as dt
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from cronsim import CronSim

from bridge.settings import Settings

ROOT = Path(__file__).parents[1]
RUNBOOK = ROOT / "docs" / "runbook"
SCRIPT = RUNBOOK / "resync.sh"
PAGE = ROOT / "docs" / "runbook.md"


def tool(name: str) -> str:
    """A program of the machine, or of this environment."""
    found = shutil.which(name) or shutil.which(name, path=str(Path(sys.executable).parent))
    if found is None:
        pytest.skip(f"{name} is not on this machine")
    return found


def check(command: Sequence[str], folder: Path = ROOT) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr)[0] == 0, done.stdout + done.stderr


@pytest.mark.parametrize("shell", ["sh", "dash", "bash"])
def test_each_shell_can_read_the_script(shell: str) -> None:
    check([tool(shell), "-n", str(SCRIPT)])


def test_shellcheck_finds_nothing_in_the_script() -> None:
    check([tool("shellcheck"), "--shell", "sh", "--severity", "style", str(SCRIPT)])


STAND_IN = """\
#!/bin/sh
printf '%s\\n' "$*" >>said.txt
case $1 in
    resync) printf '  "run_id": "7c2e1f",\\n' >left/summary.json; exit 4 ;;
    verify) exit "$PROOF" ;;
esac
"""
"""In the place of bridge: it is away at first, and tells what it was called with."""


@pytest.mark.parametrize(
    ("proof", "says"), [(0, "resync: done, run 7c2e1f"), (3, "resync: not proven: ")]
)
def test_a_run_that_the_script_goes_on_with_keeps_its_limits(
    tmp_path: Path, proof: int, says: str
) -> None:
    (tmp_path / "bridge").write_text(STAND_IN, encoding="utf-8")
    (tmp_path / "bridge").chmod(0o755)
    options = ["--date", "2026-11-22", "--max-refused", "5%", "--tz=UTC", "--key", "a b"]
    done = subprocess.run(
        ["/bin/sh", str(SCRIPT), *options, "--expect=34", "--no-canary"],
        cwd=tmp_path,
        env={
            "PATH": f"{tmp_path}:/usr/bin:/bin",
            "RESYNC_FOLDER": "left",
            "RESYNC_PAUSE": "0",
            "PROOF": str(proof),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    (first, second, third, *more) = (tmp_path / "said.txt").read_text("utf-8").splitlines()
    rest = "--yes --wait --summary-file left/summary.json"
    assert first == f"resync {' '.join(options)} --expect=34 --no-canary {rest}"
    assert second == f"apply 7c2e1f --max-refused 5% --no-canary {rest}"
    assert (third, more) == ("verify 7c2e1f", [])
    assert done.returncode == proof
    assert done.stdout.splitlines()[-1 if proof == 0 else -2].startswith(says)


def test_the_crontab_has_times_that_come_once_a_day() -> None:
    lines = [line for line in text_of("crontab").splitlines() if line and line[0] != "#"]
    jobs = [line for line in lines if not re.match(r"[A-Z_]+=", line)]
    assert jobs
    for job in jobs:
        assert "%" not in job, "cron takes it for a line's end"
        *times, command = job.split(None, 5)
        assert command.endswith("resync.sh --yesterday --tz Europe/Amsterdam")
        coming = CronSim(" ".join(times), dt.datetime(2026, 11, 22, tzinfo=dt.UTC))
        first, second = next(coming), next(coming)
        assert (second - first).total_seconds() == 24 * 3600


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    """It looks whether the program is there: the script stands in for its installed place."""
    analyze = tool("systemd-analyze")
    for name in ("gotallo-bridge.service", "gotallo-bridge.timer"):
        unit = text_of(name).replace("/usr/local/bin/resync.sh", str(SCRIPT))
        (tmp_path / name).write_text(unit, encoding="utf-8")
    units = [str(tmp_path / name) for name in ("gotallo-bridge.service", "gotallo-bridge.timer")]
    done = subprocess.run([analyze, "verify", *units], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    (calendar,) = re.findall(r"^OnCalendar=(.*)$", text_of("gotallo-bridge.timer"), re.MULTILINE)
    check([analyze, "calendar", calendar])


def test_the_workflow_fits_the_schema_of_its_forge() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema"]
    check([*command, "vendor.github-workflows", str(RUNBOOK / "github-workflow.yml")])
    (job,) = yaml.safe_load(text_of("github-workflow.yml"))["jobs"].values()
    for step in job["steps"]:
        if "run" in step:
            line = "#!/bin/sh\n# shellcheck disable=SC2086\n" + step["run"]
            shell = [tool("shellcheck"), "--shell", "sh", "-"]
            done = subprocess.run(shell, input=line, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout


def test_kubernetes_takes_its_objects_and_the_pod_is_locked_down() -> None:
    path = str(RUNBOOK / "kubernetes.yaml")
    check([sys.executable, "-m", "kubernetes_validate", "--strict", path])
    claim, job = yaml.safe_load_all(text_of("kubernetes.yaml"))
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    mounted = {mount["name"] for mount in container["volumeMounts"]}
    assert mounted == {volume["name"] for volume in pod["volumes"]}
    (of_claim,) = [v for v in pod["volumes"] if "persistentVolumeClaim" in v]
    assert of_claim["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]
    assert job["spec"]["concurrencyPolicy"] == "Forbid"
    assert pod["terminationGracePeriodSeconds"] > 120, "how long a call may take"


def test_hadolint_finds_nothing_in_the_container_file() -> None:
    check([tool("hadolint"), str(RUNBOOK / "Containerfile")])


def test_the_container_file_copies_what_is_there_and_does_not_run_as_root() -> None:
    lines = text_of("Containerfile").splitlines()
    copies = [line.split()[1:-1] for line in lines if line.startswith("COPY")]
    for words in (words for words in copies if "--from=built" not in words):
        for path in (word for word in words if not word.startswith("--")):
            assert (ROOT / path).exists(), path
    (user,) = [line for line in lines if line.startswith("USER")]
    pod = list(yaml.safe_load_all(text_of("kubernetes.yaml")))[1]["spec"]["jobTemplate"]["spec"]
    run_as = pod["template"]["spec"]["securityContext"]
    assert user == f"USER {run_as['runAsUser']}:{run_as['runAsGroup']}"


def test_airflow_finds_the_dag() -> None:
    airflow = pytest.importorskip("airflow.sdk", reason="Airflow is not on this machine")
    namespace: dict[str, Any] = {}
    exec(compile(text_of("airflow_dag.py"), "airflow_dag.py", "exec"), namespace)  # noqa: S102
    assert isinstance(namespace["dag"], airflow.DAG)
    assert namespace["dag"].task_ids == ["resync"]


def test_the_dag_is_python_and_its_command_ends_with_a_space() -> None:
    """Airflow takes a command that ends with .sh for the file of a template."""
    compile(text_of("airflow_dag.py"), "airflow_dag.py", "exec")
    (command,) = re.findall(r'bash_command=f"([^"]*)"', text_of("airflow_dag.py"))
    assert command.endswith(" ")


def test_a_run_of_the_dag_that_is_cleared_later_is_about_its_own_day() -> None:
    tree = ast.parse(text_of("airflow_dag.py"))
    own: list[ast.stmt] = [
        one for one in tree.body if isinstance(one, ast.FunctionDef | ast.Assign)
    ]
    namespace: dict[str, Any] = {"dt": dt, "ZoneInfo": ZoneInfo}
    exec(compile(ast.Module(own, []), "airflow_dag.py", "exec"), namespace)  # noqa: S102
    winter = dt.datetime(2026, 11, 24, 7, 30, tzinfo=dt.UTC)
    by_hand_at_night = dt.datetime(2026, 7, 1, 22, 30, tzinfo=dt.UTC)
    assert namespace["day_before"](winter) == "2026-11-23"
    assert namespace["day_before"](by_hand_at_night) == "2026-07-01", "2 July in Amsterdam"


def test_the_workflow_refuses_to_run_with_a_ledger_that_would_be_lost(tmp_path: Path) -> None:
    (job,) = yaml.safe_load(text_of("github-workflow.yml"))["jobs"].values()
    (step,) = [step["run"] for step in job["steps"] if "resync.sh" in step.get("run", "")]
    done = subprocess.run(
        ["/bin/bash", "-e", "-c", step],
        cwd=tmp_path,
        env={"BRIDGE_LEDGER": "", "WINDOW": "--yesterday"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (2, "The secret BRIDGE_LEDGER is missing\n")


def test_each_variable_that_the_files_set_is_one_that_the_program_reads() -> None:
    known = {name.upper() for name in Settings.model_fields}
    known |= {"BRIDGE_PROFILE", "BRIDGE_SUMMARY_FILE", "BRIDGE_METRICS_FILE"}
    for path in sorted(RUNBOOK.iterdir()):
        text = path.read_text(encoding="utf-8")
        named = set(re.findall(r"\b(?:BRIDGE|GOTALLO|SF)_[A-Z_]+\b", text))
        assert named <= known, path.name
    of_script = set(re.findall(r"\$\{(RESYNC_[A-Z]+)", SCRIPT.read_text(encoding="utf-8")))
    assert of_script == {"RESYNC_FOLDER", "RESYNC_TRIES", "RESYNC_PAUSE"}
    assert all(f"`{name}`" in PAGE.read_text(encoding="utf-8") for name in of_script)


def test_the_page_shows_every_file_and_the_steps_come_in_order() -> None:
    page = PAGE.read_text(encoding="utf-8")
    linked = re.findall(r"\]\(runbook/([\w.-]+)\)", page)
    assert set(linked) == {path.name for path in RUNBOOK.iterdir()}
    for numbers in re.findall(r"(?:^\d+\. .*\n(?:(?!\d+\. |#).*\n)*)+", page, re.MULTILINE):
        steps = [int(n) for n in re.findall(r"^(\d+)\. ", numbers, re.MULTILINE)]
        assert all(b == a + 1 for a, b in pairwise(steps)), steps


def text_of(name: str) -> str:
    return (RUNBOOK / name).read_text(encoding="utf-8")
