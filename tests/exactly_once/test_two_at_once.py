"""Two resyncs of the same window at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

from bridge.errors import Exit, LeaseHeld
from bridge.ledger import RunState
from bridge.model import Outcome
from bridge.practice import MorningCause, Operation, Scenario
from tests.exactly_once.conftest import OpenSite
from tests.exactly_once.site import Site, ledger_folder
from tests.exactly_once.test_crashes import KEYS
from tests.proof import times

THREADED = times(42)
FORKED = times(8)
CAUSES = {MorningCause.LONG_TEXT: 3, MorningCause.ROW_LOCK: 3}


def at_once(*works: Callable[[], object]) -> int:
    """Do all at the same time; says how many were turned away since another is writing."""
    with ThreadPoolExecutor(len(works)) as pool:
        futures = [pool.submit(work) for work in works]
    turned_away = 0
    for future in futures:
        ending = future.exception()
        if isinstance(ending, LeaseHeld):
            turned_away += 1
        elif ending is not None and not isinstance(ending, threading.BrokenBarrierError):
            raise ending
    return turned_away


def meet(site: Site, gate: threading.Barrier) -> None:
    """Resync; wait for the other before the first message is sent."""
    try:
        run_id = site.plan()
    except BaseException:
        gate.abort()
        raise
    gate.wait()
    site.apply(run_id, lanes=2, canary=(1,))


def records_sent(site: Site) -> int:
    return sum(asked.records for asked in site.practice.requests.of(Operation.INSERT))


@KEYS
def test_two_on_one_ledger_send_each_message_once(open_site: OpenSite, unique: bool) -> None:
    turned_away = 0
    for _ in range(THREADED):
        site = open_site(Scenario(causes=CAUSES, extra_rows=0, key_unique=unique))
        gate = threading.Barrier(2)
        held = at_once(partial(meet, site, gate), partial(meet, site, gate))
        assert held < 2, "each waits for the other"
        assert set(site.rows().values()) == {1}
        assert site.rows().keys() == site.failed_keys()
        assert records_sent(site) == len(site.failed_keys()), "a message was sent a second time"
        outcomes = [item.outcome for run in site.runs() for item in site.items(run.id)]
        assert outcomes.count(Outcome.SYNCED) == len(site.failed_keys())
        assert outcomes.count(Outcome.IN_DOUBT) == 0
        turned_away += held
    assert turned_away, "they never met"


@KEYS
def test_two_processes_on_one_ledger_send_each_message_once(
    open_site: OpenSite, unique: bool
) -> None:
    for _ in range(FORKED):
        site = open_site(Scenario(causes=CAUSES, extra_rows=0, key_unique=unique, save_seconds=0.0))
        ends = start_both(site, site)
        assert sorted(ends) in ([Exit.OK, Exit.OK], [Exit.OK, Exit.LEASE])
        assert set(site.rows().values()) == {1}
        assert site.rows().keys() == site.failed_keys()
        assert records_sent(site) == len(site.failed_keys()), "a message was sent a second time"
        states = [run.state for run in site.runs()]
        assert states.count(RunState.FINISHED) == ends.count(Exit.OK)


def test_two_on_two_ledgers_insert_each_message_once_where_the_key_is_unique(
    open_site: OpenSite,
) -> None:
    for number in range(THREADED // 2):
        one = open_site(Scenario(causes=CAUSES, extra_rows=0))
        with ledger_folder() as folder:
            other = replace(one, folder=Path(folder))
            if number % 5:
                gate = threading.Barrier(2)

                at_once(partial(meet, one, gate), partial(meet, other, gate))
            else:
                assert start_both(one, other) == [Exit.OK, Exit.OK]
            assert set(one.rows().values()) == {1}
            assert one.rows().keys() == one.failed_keys()
            for site in (one, other):
                (run,) = site.runs()
                outcomes = {item.outcome for item in site.items(run.id)}
                assert outcomes <= {Outcome.SYNCED, Outcome.PRESENT}


def start_both(*sites: Site) -> list[int]:
    processes = [
        site.start("resync", "--date", site.practice.day.isoformat(), "--tz", "UTC", "--yes")
        for site in sites
    ]
    return [process.wait() for process in processes]
