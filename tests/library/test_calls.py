"""The commands as functions: what they give, what they raise, and that they print nothing."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest
import structlog

import bridge
from bridge.errors import Declined, Exit, LeaseHeld, LedgerError, SettingsError, UsageError
from bridge.events import Event, MessageOutcome
from bridge.practice import Fault, MorningCause, Operation, Remote, Scenario, Status
from tests.whole.conftest import OpenHouse, open_house  # noqa: F401

HEAVY = {"httpx", "pydantic", "requests", "rich", "sqlalchemy", "structlog", "typer", "yaml"}
MIXED = {MorningCause.ROW_LOCK: 3, MorningCause.NO_REGION: 2}


@pytest.fixture
def no_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a program that has set up neither structlog nor logging."""
    structlog.reset_defaults()
    logger = logging.getLogger("bridge")
    for name, value in {"handlers": [], "propagate": True, "level": logging.NOTSET}.items():
        monkeypatch.setattr(logger, name, value)


def test_importing_the_package_imports_nothing_else() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import bridge, sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    loaded = set(done.stdout.split())
    assert not loaded & HEAVY
    assert {name for name in loaded if name.startswith("bridge")} == {"bridge"}


def test_each_name_that_is_promised_is_there() -> None:
    assert sorted(bridge.__all__) == sorted(bridge._ROOM_OF)
    assert all(getattr(bridge, name) is not None for name in bridge.__all__)
    assert set(dir(bridge)) == set(bridge.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing_of_the_kind'"):
        bridge.nothing_of_the_kind  # noqa: B018


def test_nothing_is_printed_even_where_the_program_has_set_up_no_log(
    open_house: OpenHouse,  # noqa: F811
    capfd: pytest.CaptureFixture[str],
    no_log: None,
) -> None:
    house = open_house(Scenario(causes=MIXED, extra_rows=0))
    house.practice.faults.add(Fault(Remote.SALESFORCE, Status(503), Operation.QUERY))
    bridge.resync(house.request.window, house.settings)
    assert capfd.readouterr() == ("", "")


def test_where_the_program_has_set_up_no_log_the_lines_go_to_logging(
    open_house: OpenHouse,  # noqa: F811
    caplog: pytest.LogCaptureFixture,
    no_log: None,
) -> None:
    house = open_house(Scenario(causes=MIXED, extra_rows=0))
    with caplog.at_level(logging.INFO, logger="bridge"):
        bridge.plan(house.request.window, house.settings)
    assert "run.planned" in [json.loads(line)["event"] for line in caplog.messages]


def test_a_plan_and_its_sending_say_what_their_commands_say(
    open_house: OpenHouse,  # noqa: F811
) -> None:
    house = open_house(Scenario(causes=MIXED, extra_rows=0))
    planned = bridge.plan(house.request.window, house.settings, expected=5)
    assert planned.document == house.document(planned.run_id)
    assert planned.document.window.words == house.request.window_words
    assert (planned.counts.ready, planned.counts.held, planned.counts.expected) == (3, 2, 5)
    assert planned.exit_code is Exit.LEFT_OVER
    assert {message.key for message in planned.held} == {
        item.key for item in house.items(planned.run_id) if item.held_reason is not None
    }
    sent = bridge.apply(planned.run_id[:5], house.settings, limit=2)
    assert (sent.ending, sent.exit_code) == (bridge.EndingKind.LIMITED, Exit.LEFT_OVER)
    sent = bridge.apply(planned.run_id, house.settings)
    assert (sent.ending, sent.reason) == (bridge.EndingKind.FINISHED, None)
    assert sum(counts.synced for counts in sent.by_cause.values()) == sent.counts.synced == 3
    assert [message.key for message in sent.left_over] == [message.key for message in planned.held]
    assert bridge.verify(planned.run_id, house.settings).exit_code is Exit.OK
    assert bridge.verify(house.request.window, house.settings).document.asked == 5


def test_what_is_open_takes_no_keys_and_is_none_once_all_is_there(
    open_house: OpenHouse,  # noqa: F811
) -> None:
    house = open_house(Scenario(causes={MorningCause.ROW_LOCK: 3}, extra_rows=0))
    bridge.plan(house.request.window, house.settings)
    left = bridge.still_open(house.settings)
    assert left is not None
    with pytest.raises(UsageError, match="no keys"):
        bridge.plan(left, house.settings, keys=[*left.keys])
    sent = bridge.resync(left, house.settings)
    assert (sent.counts.synced, sent.document.window.words) == (3, "--open")
    assert bridge.still_open(house.settings) is None


def test_a_no_sends_nothing_and_keeps_the_plan(open_house: OpenHouse) -> None:  # noqa: F811
    house = open_house(Scenario(causes=MIXED, extra_rows=0))
    shown: list[bridge.PlanResult] = []

    def decline(planned: bridge.PlanResult) -> bool:
        shown.append(planned)
        return False

    with pytest.raises(Declined) as no:
        bridge.resync(house.request.window, house.settings, confirm=decline)
    (planned,) = shown
    assert planned.run_id in no.value.advice
    assert not house.rows()
    assert bridge.apply(planned.run_id, house.settings).counts.synced == 3


def test_what_was_begun_and_stopped_is_a_result_with_its_reason(
    open_house: OpenHouse,  # noqa: F811
) -> None:
    house = open_house(Scenario(causes={MorningCause.LONG_TEXT: 40}, extra_rows=0))
    halt = bridge.Halt()
    reason = SettingsError("as if")

    def stop(event: Event) -> None:
        if isinstance(event, MessageOutcome):
            halt.throw(reason)

    sent = bridge.resync(house.request.window, house.settings, observe=stop, halt=halt)
    assert (sent.ending, sent.reason) == (bridge.EndingKind.STOPPED, reason)
    assert sent.exit_code is Exit.USAGE
    assert sent.counts.synced + sent.counts.not_sent_yet == 40
    assert 0 < sent.counts.synced == sum(house.rows().values()) < 40


def test_what_could_not_begin_raises(
    open_house: OpenHouse,  # noqa: F811
    tmp_path: Path,
) -> None:
    house = open_house(Scenario(causes=MIXED, extra_rows=0))
    nowhere = bridge.load_settings(bridge_ledger=str(tmp_path / "no" / "ledger.sqlite3"))
    with pytest.raises(LedgerError):
        bridge.apply("7c2e1f", nowhere)
    with pytest.raises(SettingsError, match="bridge_legder"):
        bridge.load_settings(bridge_legder="x")
    run = house.plan()
    with house.ledger() as ledger:
        lease = ledger.take_lease(run.plan.org_id, run.id, run.created_at)
        try:
            with pytest.raises(LeaseHeld):
                bridge.apply(run.id, house.settings)
        finally:
            ledger.give_back(lease)
