from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bridge.practice import PracticeServer, Scenario
from tests.whole.house import House

OpenHouse = Callable[..., House]


@pytest.fixture
def open_house(tmp_path: Path) -> Iterator[OpenHouse]:
    """Opens practice orgs by their scenario; all are closed at the end."""
    with ExitStack() as stack:

        def open_one(scenario: Scenario | None = None, mapping: str | None = None) -> House:
            practice = stack.enter_context(PracticeServer(scenario or Scenario()))
            path = None
            if mapping is not None:
                path = tmp_path / "mapping.yaml"
                path.write_text(mapping, encoding="utf-8")
            return House(practice, tmp_path, path)

        yield open_one
