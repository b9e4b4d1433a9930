from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import stamina
import structlog

from bridge.gotallo import retry
from bridge.practice import PracticeServer, Scenario
from bridge.practice.faults import Faults
from tests.exactly_once.process import doors_watched
from tests.exactly_once.site import Clock, Site, ledger_folder

OpenSite = Callable[..., Site]


@pytest.fixture(autouse=True)
def watched_and_in_haste(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Processes can die, and no read waits before it is tried again."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    monkeypatch.setattr(retry._backoff, "multiplier", 0)
    stamina.set_testing(True, attempts=4)
    try:
        with doors_watched():
            yield
    finally:
        stamina.set_testing(False)


@pytest.fixture(scope="package")
def practice() -> Iterator[tuple[PracticeServer, Clock]]:
    """One server for all; each site begins it anew."""
    clock = Clock()
    with PracticeServer(Scenario(size=0, extra_rows=0), clock=clock) as server:
        yield server, clock


@pytest.fixture
def open_site(practice: tuple[PracticeServer, Clock]) -> Iterator[OpenSite]:
    """Gives a scenario's org and an empty ledger; the site before it is gone then."""
    server, clock = practice
    with ExitStack() as stack:

        def open_one(scenario: Scenario, faults: Faults | None = None) -> Site:
            clock.set_right()
            server.begin_anew(scenario, faults=faults)
            return Site(server, clock, Path(stack.enter_context(ledger_folder())))

        yield open_one
