"""The promise with the ledger on a PostgreSQL server, and the commands that look at a ledger."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bridge import use_cases
from bridge.delivery import Ending, EndingKind
from bridge.errors import Exit, LedgerError
from bridge.events import Event, MessageOutcome
from bridge.ledger import check
from bridge.ledger import tables as t
from bridge.ledger.engine import writing
from bridge.model import Delivery, Outcome
from bridge.practice import MorningCause, PracticeServer, Scenario
from tests import forks
from tests.ledger.line import Cut, Line
from tests.postgres import PASSWORD, Server
from tests.proof import numbers
from tests.whole.conftest import OpenHouse
from tests.whole.house import HASTE, House, process_environment
from tests.whole.test_faults import KillAt, assert_each_once

LONG = {MorningCause.LONG_TEXT: 200}


@pytest.fixture
def house(postgres: Server, open_house: OpenHouse) -> House:
    opened = open_house(Scenario(causes=LONG))
    return replace(opened, database=postgres.new_ledger())


def sound(house: House) -> bool:
    return check(house.location).sound


def apply_an_hour_later(house: House, run_id: str) -> Ending:
    """Go on, when the lease that this process could not give back has run out."""
    settings = house.settings
    with house.ledger() as ledger, use_cases.open_org(settings) as org:
        return use_cases.apply(
            settings,
            run_id,
            use_cases.ApplyRequest(lanes=1),
            ledger,
            org,
            tempo=HASTE,
            clock=lambda: dt.datetime.now(dt.UTC) + dt.timedelta(hours=1),
        )


def test_the_main_job_on_postgresql(house: House) -> None:
    result = house.resync()
    assert result.ending.kind is EndingKind.FINISHED
    assert result.document.counts.synced == 200
    again = house.resync()
    assert (again.document.counts.synced, again.document.counts.present) == (0, 200)
    assert_each_once(house, result.run_id, 200)
    assert sound(house)


def test_a_killed_process_is_gone_on_with_on_postgresql(
    postgres: Server, open_house: OpenHouse
) -> None:
    practice = PracticeServer(Scenario(causes=LONG, key_unique=False))
    practice.faults = killer = KillAt(3, None)
    with practice:
        house = House(practice, open_house().folder, database=postgres.new_ledger())
        run = house.plan()
        killer.process = forks.parent().start(
            ["apply", run.id, "--yes", "--no-canary"], process_environment(house.environment)
        )
        assert killer.process.wait() == -signal.SIGKILL
        assert house.document(run.id).counts.in_doubt > 0
        assert sound(house)
        done = house.command("apply", run.id, "--yes", BRIDGE_SETTLE_SECONDS="0")
        assert done.returncode == Exit.OK, done.stderr + done.stdout
        assert_each_once(house, run.id, 200)
        assert sound(house)


def test_two_processes_at_once_on_postgresql(house: House) -> None:
    runs = [house.plan(), house.plan()]
    both = [
        subprocess.Popen(
            [sys.executable, "-m", "bridge", "apply", run.id, "--yes"],
            env=process_environment(house.environment),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for run in runs
    ]
    told = [process.communicate()[1] for process in both]
    codes = {process.returncode for process in both}
    assert codes <= {Exit.OK, Exit.LEASE}, told
    assert Exit.OK in codes, told
    assert sound(house)
    for run in runs:
        house.apply(run.id)
        assert_each_once(house, run.id, 200)
    assert sound(house)


def test_a_server_that_goes_away_stops_the_sending_and_apply_goes_on(
    house: House, postgres: Server
) -> None:
    run = house.plan()
    settings = house.settings
    up = True

    def stop_the_server(event: Event) -> None:
        nonlocal up
        if up and isinstance(event, MessageOutcome):
            up = False
            postgres.stop()

    with house.ledger() as ledger, use_cases.open_org(settings) as org:
        try:
            with pytest.raises(LedgerError) as caught:
                use_cases.apply(
                    settings,
                    run.id,
                    use_cases.ApplyRequest(canary=()),
                    ledger,
                    org,
                    tempo=HASTE,
                    observe=stop_the_server,
                )
        finally:
            postgres.start()
    assert caught.value.exit_code is Exit.USAGE
    assert "bridge apply RUN" in caught.value.advice
    assert PASSWORD not in caught.value.message
    assert sound(house)
    before = house.document(run.id).counts
    assert before.synced < 200
    assert apply_an_hour_later(house, run.id).kind is EndingKind.FINISHED
    assert_each_once(house, run.id, 200)
    assert sound(house)


@pytest.fixture
def line(postgres: Server) -> Iterator[Line]:
    with Line(postgres.port) as between:
        yield between


@pytest.mark.parametrize("where", list(Cut), ids=lambda cut: cut.name.lower())
@pytest.mark.parametrize("unique", [True, False], ids=["key unique", "key not unique"])
def test_a_server_that_is_cut_off_at_any_commit_costs_no_message_and_makes_none_twice(
    open_house: OpenHouse, postgres: Server, line: Line, where: Cut, unique: bool
) -> None:
    """At the first commit of a sending, the second, and so on until there is none to cut."""
    scenario = Scenario(causes={MorningCause.LONG_TEXT: 8}, extra_rows=0, key_unique=unique)
    opened = open_house(scenario)
    for nth in numbers(2 * list(Cut).index(where) + unique):
        opened.practice.begin_anew(scenario)
        near = postgres.new_ledger()
        house = replace(opened, database=near)
        far = replace(opened, database=near.replace(f":{postgres.port}/", f":{line.port}/"))
        run = house.plan()
        line.cut(where, nth)
        try:
            far.apply(run.id, lanes=1)
        except LedgerError:
            assert sound(house)
        else:
            break
        assert apply_an_hour_later(house, run.id).kind is EndingKind.FINISHED
        assert_each_once(house, run.id, 8)
        fired = house.practice.org.firings()
        assert {fired[key] for key in house.rows()} == {1}
        assert sound(house)
    assert nth > 10, "a sending of eight messages commits more often than that"


def test_a_password_is_in_nothing_that_is_printed(house: House) -> None:
    plan = house.command("plan", "--date", house.practice.day.isoformat(), "--json")
    assert plan.returncode == Exit.OK, plan.stderr
    run_id = json.loads(plan.stdout)["run_id"]
    wrong = house.location.replace("an%20open", "a%20wrong")
    told = [
        plan,
        house.command("report", run_id, "--json"),
        house.command("ledger", "export"),
        house.command("status", BRIDGE_LEDGER=wrong),
        house.command("status", "--ledger", wrong),
    ]
    assert [done.returncode for done in told] == [0, 0, 0, Exit.USAGE, Exit.USAGE]
    for done in told:
        for secret in ("open secret", "open%20secret", "wrong"):
            assert secret not in done.stdout + done.stderr


def test_a_ledger_is_checked_and_what_is_wrong_is_exit_3(open_house: OpenHouse) -> None:
    opened = open_house(Scenario(causes={MorningCause.LONG_TEXT: 3}))
    house = replace(opened, database=str(opened.folder / "to_be_broken.sqlite3"))
    house.resync()
    good = house.command("ledger", "check")
    assert good.returncode == Exit.OK, good.stderr
    assert "All " in good.stdout
    with house.ledger() as ledger, writing(ledger._engine) as connection:
        connection.execute(t.messages.update().values(run_id=None, salesforce_id="a0X"))
    bad = house.command("ledger", "check")
    assert bad.returncode == Exit.LEFT_OVER
    assert "BROKEN  No Salesforce id is that of two delivered messages." in bad.stdout
    document = json.loads(house.command("ledger", "check", "--json").stdout)
    assert (document["format"], document["sound"]) == ("bridge.ledger-check/1", False)


def test_a_ledger_is_written_out_as_lines_and_a_reader_may_end_it(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes={MorningCause.LONG_TEXT: 3}))
    result = house.resync()
    done = house.command("ledger", "export", "--run", result.run_id[:4])
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == Exit.OK
    assert rows[0] == {"row": "ledger", "format": "bridge.ledger/1", "run": result.run_id}
    delivered = [r for r in rows if r["row"] == "message" and r["delivery"] == Delivery.DELIVERED]
    synced = [r for r in rows if r["row"] == "item" and r["outcome"] == Outcome.SYNCED]
    assert len(delivered) == len(synced) == 3
    reader, writer = os.pipe()
    os.close(reader)
    ended = subprocess.run(
        [sys.executable, "-m", "bridge", "ledger", "export"],
        env=process_environment(house.environment),
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)
    assert (ended.returncode, ended.stderr) == (Exit.OK, "")


def test_where_there_is_no_ledger_none_is_made(open_house: OpenHouse) -> None:
    house = open_house()
    for command in (
        ["ledger", "check"],
        ["ledger", "export"],
        ["status"],
        ["report", "7c2e1f"],
        ["verify", "--all"],
        ["apply", "7c2e1f", "--yes"],
    ):
        done = house.command(*command)
        assert done.returncode == Exit.USAGE
        assert "There is no ledger" in done.stderr
    assert not (house.folder / "ledger.sqlite3").exists()
