"""Conversations are spread over lanes and stay whole and in order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bridge.delivery.lanes import share
from tests.delivery.test_rounds import item


@given(st.lists(st.integers(1, 30), max_size=40), st.integers(1, 8))
def test_each_conversation_is_whole_in_one_lane_in_time_order(
    lengths: list[int], lanes: int
) -> None:
    positions = iter(range(10_000))
    talks = [[item(next(positions), f"c{n}") for _ in range(m)] for n, m in enumerate(lengths)]
    loads = share(talks, lanes)
    assert len(loads) <= lanes
    assert sorted(one.position for load in loads for one in load) == list(range(sum(lengths)))
    for load in loads:
        assert [one.order for one in load] == sorted(one.order for one in load)
    homes = [{n for n, load in enumerate(loads) if talk[0] in load} for talk in talks]
    assert all(len(home) == 1 for home in homes)
    for talk, home in zip(talks, homes, strict=True):
        assert all(one in loads[min(home)] for one in talk)
