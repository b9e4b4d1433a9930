"""How events reach an observer: one at a time, and none of its mistakes reaches a message."""

from __future__ import annotations

import logging
import os
from concurrent.futures import ThreadPoolExecutor

import pytest
import structlog
from structlog.testing import capture_logs

from bridge.events import CallsMade, Event, MessageOutcome
from bridge.model import Outcome
from bridge.telling import Told, told

OUTCOME = MessageOutcome("7c2e1f", "k", "c", Outcome.SYNCED)


def test_events_of_several_lanes_come_one_at_a_time() -> None:
    inside = most = calls = 0

    def observe(_: Event) -> None:
        nonlocal inside, most, calls
        inside += 1
        os.sched_yield()
        most = max(most, inside)
        calls += 1
        inside -= 1

    protected = Told(observe)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: protected(CallsMade(n, None)), range(4_000)))
    assert (most, calls) == (1, 4_000)


def test_an_observer_that_fails_is_told_no_more_and_the_log_goes_on() -> None:
    def observe(_: Event) -> None:
        calls.append(1)
        raise ValueError("something private")

    calls: list[int] = []
    protected = Told(observe)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
    with capture_logs() as logs:
        protected(OUTCOME)
        protected(OUTCOME)
    assert len(calls) == 1
    assert [line["event"] for line in logs] == ["item.outcome", "observer.failed", "item.outcome"]
    assert logs[1] == {"event": "observer.failed", "error": "ValueError", "log_level": "warning"}


def test_a_person_s_interrupt_passes_through_an_observer() -> None:
    def observe(_: Event) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Told(observe)(OUTCOME)


def test_an_observer_is_protected_once_and_stays_silent_in_what_comes_later() -> None:
    def observe(_: Event) -> None:
        calls.append(1)
        raise ValueError

    calls: list[int] = []
    once = told(observe)
    once(OUTCOME)
    assert told(once) is once
    told(once)(OUTCOME)
    assert len(calls) == 1


def test_a_log_that_raises_keeps_no_event_from_its_observer() -> None:
    def broken(*_: object) -> str:
        raise ValueError("the log is closed")

    seen: list[Event] = []
    level = structlog.make_filtering_bound_logger(logging.INFO)
    structlog.configure(processors=[broken], wrapper_class=level)
    Told(seen.append)(OUTCOME)
    assert seen == [OUTCOME]
