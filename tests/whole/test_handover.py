"""What a command leaves for a runbook's next step, however it ends."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bridge.cli.handover import handing_over
from bridge.errors import Exit
from bridge.practice import Fault, MorningCause, Operation, Remote, Scenario, Status
from bridge.report.summary import SummaryDocument
from tests.report import strictly
from tests.whole.conftest import OpenHouse
from tests.whole.house import House

CAUSES = {MorningCause.LONG_TEXT: 5, MorningCause.NO_REGION: 2}


@pytest.fixture
def house(open_house: OpenHouse) -> House:
    return open_house(Scenario(causes=CAUSES))


def day(house: House) -> list[str]:
    return ["--date", house.practice.day.isoformat()]


def summary_of(path: Path) -> SummaryDocument:
    document = strictly.the_document(path.read_text(encoding="utf-8"))
    return SummaryDocument.model_validate(document)


def metrics_of(path: Path) -> dict[str, dict[str, float]]:
    """Of each metric its values, by the last label."""
    return {
        family.name: {list(one.labels.values())[-1]: one.value for one in family.samples}
        for family in text_string_to_metric_families(path.read_text(encoding="utf-8"))
    }


def test_a_job_leaves_its_figures_and_the_next_command(house: House, tmp_path: Path) -> None:
    left, metrics = tmp_path / "left.json", tmp_path / "bridge.prom"
    files = {"BRIDGE_SUMMARY_FILE": str(left), "BRIDGE_METRICS_FILE": str(metrics)}

    done = house.command("resync", *day(house), "--yes", "--json", **files)
    summary, result = summary_of(left), json.loads(done.stdout)
    assert done.returncode == summary.exit_code == Exit.LEFT_OVER
    assert (summary.command, summary.meaning, summary.error) == ("resync", "left_over", None)
    assert summary.run_id == result["run_id"]
    assert summary.counts is not None
    assert (summary.counts.synced, summary.counts.held, summary.fetched) == (5, 2, 7)
    assert sum(part.counts.total for part in summary.kinds) == 7
    assert summary.next_command == result["next"][0]["command"]
    told = metrics_of(metrics)
    assert told["bridge_messages"]["synced"] == 5
    assert told["bridge_messages"]["held"] == 2
    assert list(told["bridge_exit_code"].values()) == [3]
    assert list(told["bridge_api_calls"].values()) == [result["api_calls"]]
    assert stat.S_IMODE(left.stat().st_mode) == 0o600
    assert stat.S_IMODE(metrics.stat().st_mode) == 0o644, "the collector is another user"

    verified = house.command(
        "verify", result["run_id"], "--summary-file", str(left), "--metrics-file", str(metrics)
    )
    summary = summary_of(left)
    assert verified.returncode == summary.exit_code == Exit.OK
    assert summary.verified is not None
    assert (summary.verified.once, summary.verified.absent) == (5, 2)
    assert metrics_of(metrics)["bridge_verified_messages"]["once"] == 5
    everything = left.read_text() + metrics.read_text()
    for item in house.items(result["run_id"]):
        assert item.key is not None
        assert item.key not in everything


def test_a_plan_leaves_that_nothing_was_sent_yet(house: House, tmp_path: Path) -> None:
    left = tmp_path / "left.json"
    assert house.command("plan", *day(house), "--summary-file", str(left)).returncode == Exit.OK
    summary = summary_of(left)
    assert summary.counts is not None
    assert (summary.state, summary.counts.not_sent_yet) == ("planned", 5)
    assert summary.next_command is not None
    assert summary.next_command.startswith(f"bridge apply {summary.run_id}")


@pytest.mark.parametrize(
    ("environment", "code", "says"),
    [
        ({"GOTALLO_API_TOKEN": "wrong"}, Exit.REMOTE, "GoTallo refused the token"),
        ({"GOTALLO_TENANT_ID": "acme"}, Exit.USAGE, "must be a uuid"),
    ],
)
def test_a_command_that_fails_leaves_why(
    house: House, tmp_path: Path, environment: dict[str, str], code: Exit, says: str
) -> None:
    left, metrics = tmp_path / "left.json", tmp_path / "bridge.prom"
    left.write_text('{"exit_code": 0}', encoding="utf-8")
    done = house.command(
        *("resync", *day(house), "--yes"),
        *("--summary-file", str(left), "--metrics-file", str(metrics)),
        **environment,
    )
    summary = summary_of(left)
    assert done.returncode == summary.exit_code == code
    assert summary.error is not None
    assert says in summary.error.message
    assert summary.error.advice
    assert summary.counts is None
    told = metrics_of(metrics)
    assert list(told["bridge_exit_code"].values()) == [code]
    assert "bridge_messages" not in told


def test_a_sending_that_the_org_stops_leaves_the_run_to_go_on_with(
    house: House, tmp_path: Path
) -> None:
    left = tmp_path / "left.json"
    run = house.plan()
    house.practice.faults.add(Fault(Remote.SALESFORCE, Status(403), Operation.INSERT, times=99))
    done = house.command("apply", run.id, "--yes", "--summary-file", str(left))
    summary = summary_of(left)
    assert done.returncode == summary.exit_code == Exit.REMOTE
    assert summary.run_id == run.id
    assert summary.counts is not None
    assert summary.counts.not_sent_yet == 5
    assert summary.stop_reason


def test_where_a_file_can_not_be_put_nothing_is_begun(house: House, tmp_path: Path) -> None:
    left, nowhere = tmp_path / "left.json", str(tmp_path / "none" / "bridge.prom")
    done = house.command(
        *("resync", *day(house), "--yes"),
        *("--summary-file", str(left), "--metrics-file", nowhere),
        COLUMNS="300",
    )
    assert done.returncode == summary_of(left).exit_code == Exit.USAGE
    assert "can't be written: No such file" in " ".join(done.stderr.split())
    assert done.stderr.count("bridge.prom") == 1
    assert house.practice.requests.all() == ()
    assert list(tmp_path.glob(".*")) == [], "no trial stays behind"


@pytest.mark.parametrize("flag", ["--summary-file", "--metrics-file"])
def test_what_is_no_ordinary_file_is_not_replaced(house: House, tmp_path: Path, flag: str) -> None:
    """As /dev/null would be, by a user who may."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    done = house.command("resync", *day(house), "--yes", flag, str(pipe), COLUMNS="300")
    assert done.returncode == Exit.USAGE
    assert "pipe can't be written: it is no ordinary file" in done.stderr
    assert pipe.is_fifo()


def broken_off(left: Path, how: BaseException, *, house: House, sending: bool) -> dict[str, Any]:
    run = house.plan()

    def command() -> None:
        with handing_over("apply", None, left, None) as known:
            known.tell_run(house.document(run.id))
            if sending:
                known.tell_sending()
            raise how

    with pytest.raises(type(how)):
        command()
    found: dict[str, Any] = json.loads(left.read_text(encoding="utf-8"))
    assert found["run_id"] == run.id
    return found


def test_what_breaks_off_says_no_figures_that_it_does_not_know(
    house: House, tmp_path: Path
) -> None:
    left = tmp_path / "left.json"
    defect = broken_off(left, RuntimeError("with somebody's data"), house=house, sending=True)
    assert (defect["exit_code"], defect["meaning"]) == (Exit.DEFECT, "defect")
    assert "somebody" not in left.read_text(encoding="utf-8")
    assert defect["counts"] is None
    left_off = broken_off(left, KeyboardInterrupt(), house=house, sending=False)
    assert left_off["exit_code"] == Exit.INTERRUPTED
    assert left_off["counts"]["not_sent_yet"] == 5
