"""Whatever happens in whatever order: no message twice, none lost, every state true."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from bridge.practice import PracticeServer
from tests.exactly_once.histories import Histories
from tests.exactly_once.site import Clock
from tests.proof import histories

HISTORIES = histories()
"""`scripts/prove --histories 2000` asks for more."""
STEPS = 12
SHARDS = max(2, HISTORIES // 50)
"""A defect ends its shard; the others go on."""


@pytest.mark.parametrize("shard", range(SHARDS))
def test_every_promise_holds_throughout_any_history(
    practice: tuple[PracticeServer, Clock], shard: int
) -> None:
    server, clock = practice
    run_state_machine_as_test(
        lambda: Histories(server, clock),  # type: ignore[arg-type]
        settings=settings(
            max_examples=(HISTORIES + shard) // SHARDS,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.reuse, Phase.generate),
        ),
    )
