"""Going on: with patience for what only time can mend, and with a run that was not finished."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Callable
from dataclasses import replace

import bridge
from bridge import use_cases
from bridge.delivery import Ending, EndingKind, Halt
from bridge.errors import Exit
from bridge.events import Event, Waiting
from bridge.ledger import Run
from bridge.practice import CutBefore, Fault, MorningCause, Operation, Remote, Scenario
from tests.whole.conftest import OpenHouse
from tests.whole.house import HASTE, House
from tests.whole.terminal import at_a_terminal

FIVE = {MorningCause.ROW_LOCK: 5}
CUT = Fault(Remote.SALESFORCE, CutBefore(), Operation.INSERT)


class Watch:
    """A clock that moves only while somebody waits for it."""

    def __init__(self) -> None:
        self.now = dt.datetime.now(dt.UTC)
        self.waits: list[float] = []

    def __call__(self) -> dt.datetime:
        return self.now

    def pause(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += dt.timedelta(seconds=seconds)


def apply_patiently(
    house: House,
    run: Run,
    watch: Watch,
    pause: Callable[[float], None] | None = None,
    halt: Halt | None = None,
) -> tuple[Ending, list[str]]:
    told: list[str] = []
    with house.ledger() as ledger, use_cases.open_org(house.settings) as org:
        ending = use_cases.apply_patiently(
            house.settings,
            run.id,
            use_cases.ApplyRequest(),
            ledger,
            org,
            observe=lambda event: told.append(event.says) if isinstance(event, Waiting) else None,
            halt=halt,
            pause=pause or watch.pause,
            tempo=replace(HASTE, settle_seconds=900.0),
            clock=watch,
        )
    return ending, told


def test_with_patience_a_doubt_is_settled_once_it_can_be_and_the_rest_sent(
    open_house: OpenHouse,
) -> None:
    house = open_house(Scenario(causes=FIVE, key_unique=False, extra_rows=0))
    house.practice.faults.add(CUT)
    watch = Watch()
    ending, told = apply_patiently(house, house.plan(), watch)
    assert ending.kind is EndingKind.FINISHED
    assert house.rows().total() == 5
    assert set(house.rows().values()) == {1}
    assert watch.waits == [900.0]
    (said,) = told
    until = watch.now
    assert (
        said
        == f"Messages are in doubt until {until:%Y-%m-%d %H:%M:%S} UTC. Waiting to settle them."
    )


def test_with_patience_another_writer_is_waited_for(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes=FIVE, extra_rows=0))
    run = house.plan()
    watch = Watch()
    with house.ledger() as ledger:
        lease = ledger.take_lease(run.plan.org_id, run.id, watch())

        def pause(seconds: float) -> None:
            watch.pause(seconds)
            if len(watch.waits) == 3:
                ledger.give_back(lease)

        ending, told = apply_patiently(house, run, watch, pause)
    assert ending.kind is EndingKind.FINISHED
    assert len(watch.waits) == 3
    (said,) = told
    assert said.startswith(f"Run {run.id} has been writing to this org since")


def test_a_program_that_ends_it_ends_the_waiting_for_another_writer_too(
    open_house: OpenHouse,
) -> None:
    house = open_house(Scenario(causes=FIVE, extra_rows=0))
    run = house.plan()
    watch = Watch()
    halt = Halt()
    with house.ledger() as ledger:
        lease = ledger.take_lease(run.plan.org_id, run.id, watch())

        def pause(seconds: float) -> None:
            watch.pause(seconds)
            assert not halt.thrown, "it waits on"
            halt.throw(None)

        ending, _ = apply_patiently(house, run, watch, pause, halt)
        ledger.give_back(lease)
    assert ending.kind is EndingKind.INTERRUPTED
    assert len(watch.waits) == 1
    assert not house.rows()


def test_a_program_that_ends_it_ends_the_waiting_for_a_doubt_too(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes=FIVE, key_unique=False, extra_rows=0))
    house.practice.faults.add(CUT)
    run = house.plan()
    halt = Halt()

    def end(event: Event) -> None:
        if isinstance(event, Waiting):
            threading.Timer(0, halt.throw, [None]).start()

    sent = bridge.apply(run.id, house.settings, wait=True, observe=end, halt=halt)
    assert (sent.ending, sent.exit_code) == (EndingKind.INTERRUPTED, Exit.INTERRUPTED)
    assert sent.counts.in_doubt == 5


def test_what_is_in_doubt_says_from_when_on_it_can_be_settled(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes=FIVE, key_unique=False, extra_rows=0))
    house.practice.faults.add(CUT)
    done = house.command("resync", *words(house), "--yes", "--json", BRIDGE_SETTLE_SECONDS="600")
    assert done.returncode == Exit.IN_DOUBT
    document = json.loads(done.stdout)
    settles_at = dt.datetime.fromisoformat(document["settles_at"])
    left = settles_at - dt.datetime.now(dt.UTC)
    assert dt.timedelta() < left <= dt.timedelta(seconds=600)
    (settle, *_) = document["next"]
    assert settle["command"] == f"bridge apply {document['run_id']} --wait"
    assert f"{settles_at:%H:%M}" in settle["why"]


def test_the_option_waits(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes=FIVE, key_unique=False, extra_rows=0))
    house.practice.faults.add(CUT)
    waiting = ("resync", *words(house), "--yes", "--wait")
    done = house.command(*waiting, BRIDGE_SETTLE_SECONDS="0.2")
    assert done.returncode == Exit.OK, done.stderr
    assert "Waiting to settle them" in done.stderr
    assert house.rows().total() == 5


def test_a_window_with_an_unfinished_run_is_gone_on_with_where_a_person_wants_it(
    open_house: OpenHouse,
) -> None:
    house, run = with_an_interrupted_run(open_house)
    told = at_a_terminal(house, ["resync", *words(house)], answers="\ny\n")
    assert told.code == Exit.OK, told.said
    assert f"Run {run.id} of this window is not finished: 5 not sent." in told.said
    assert set(house.rows().values()) == {1}
    assert [r.id for r in runs(house)] == [run.id]


def test_a_window_with_an_unfinished_run_is_planned_anew_where_a_person_wants_that(
    open_house: OpenHouse,
) -> None:
    house, run = with_an_interrupted_run(open_house)
    assert at_a_terminal(house, ["resync", *words(house)], answers="n\ny\n").code == Exit.OK
    assert set(house.rows().values()) == {1}
    assert len(runs(house)) == 2
    again = house.command("apply", run.id, "--yes", "--json")
    assert json.loads(again.stdout)["counts"]["present"] == 5


def test_without_a_person_a_window_with_an_unfinished_run_is_planned_anew(
    open_house: OpenHouse,
) -> None:
    house, run = with_an_interrupted_run(open_house)
    done = house.command("resync", *words(house), "--yes")
    assert done.returncode == Exit.OK
    assert f"Run {run.id} of this window is not finished: 5 not sent." in done.stderr
    assert set(house.rows().values()) == {1}


def with_an_interrupted_run(open_house: OpenHouse) -> tuple[House, Run]:
    house = open_house(Scenario(causes=FIVE, extra_rows=0))
    run = house.plan()
    halt = Halt()
    halt.throw(None)
    assert house.apply(run.id, halt=halt).kind is EndingKind.INTERRUPTED
    return house, run


def words(house: House) -> tuple[str, ...]:
    return ("--date", house.practice.day.isoformat())


def runs(house: House) -> tuple[Run, ...]:
    with house.ledger() as ledger:
        return ledger.runs(10)
