from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bridge.ledger import check
from bridge.practice import PracticeServer, Scenario
from tests.whole.house import House

OpenHouse = Callable[..., House]


@pytest.fixture
def open_house(tmp_path: Path) -> Iterator[OpenHouse]:
    """Opens practice orgs by their scenario; at the end each ledger is checked."""
    with ExitStack() as stack:

        def open_one(scenario: Scenario | None = None, mapping: str | None = None) -> House:
            practice = stack.enter_context(PracticeServer(scenario or Scenario()))
            path = None
            if mapping is not None:
                path = tmp_path / "mapping.yaml"
                path.write_text(mapping, encoding="utf-8")
            return House(practice, tmp_path, path)

        yield open_one
        for ledger in tmp_path.rglob("ledger.sqlite3"):
            broken = [one for one in check(str(ledger)).checked if one.broken]
            assert not broken, "the ledger says what can't be"
