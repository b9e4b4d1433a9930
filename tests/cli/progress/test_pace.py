"""Rate and time left are steady, though messages come in chunks. Time is told, not waited for."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.cli.progress.pace import LAST_WHILE, Pace, in_words

A_LOOK = 0.25


def looks(whole: int, rate: int, chunk: int) -> list[tuple[float, float | None, int | None]]:
    """Time, rate and time left as they are told of a sending at a constant rate in chunks."""
    pace, told, at = Pace(), [], 0.0
    while True:
        done = min(whole, int(rate * at) // chunk * chunk)
        pace.mark(at, done, whole - done)
        told.append((at, pace.rate, pace.seconds_left(at)))
        if done >= whole - chunk:
            return told
        at += A_LOOK


@given(rate=st.integers(50, 400), chunk=st.sampled_from([1, 25, 200]), whole=st.just(20_000))
def test_a_constant_rate_in_chunks_is_told_as_that_rate(rate: int, chunk: int, whole: int) -> None:
    steady = [told for at, told, _ in looks(whole, rate, chunk) if at > LAST_WHILE]
    assert all(told is not None and abs(told - rate) <= 0.3 * rate for told in steady)


@given(rate=st.integers(50, 400), chunk=st.sampled_from([1, 25, 200]))
def test_the_time_left_counts_down_and_does_not_jump(rate: int, chunk: int) -> None:
    told = [left for at, _, left in looks(20_000, rate, chunk) if at > LAST_WHILE]
    for before, now in pairwise(left for left in told if left is not None):
        assert now <= before + (5 if before < 60 else 15)
        assert before - now <= max(20, 0.1 * before)


def test_it_is_told_only_once_it_can_be() -> None:
    pace = Pace()
    pace.mark(0.0, 0, 100)
    pace.mark(1.0, 50, 50)
    assert (pace.rate, pace.seconds_left(1.0)) == (None, None)
    pace.mark(4.0, 80, 20)
    assert pace.rate == pytest.approx(20)
    assert pace.seconds_left(4.0) == 5


def test_what_was_long_ago_counts_no_more() -> None:
    pace = Pace()
    for second in range(100):
        pace.mark(float(second), second * 10, 10_000)
    for second in range(100, 100 + 2 * int(LAST_WHILE)):
        pace.mark(float(second), 1_000, 10_000)
    assert pace.rate is None
    assert pace.seconds_left(100 + 2 * LAST_WHILE) is None


def test_it_remembers_the_last_while_alone() -> None:
    pace = Pace()
    for look in range(100_000):
        pace.mark(look * A_LOOK, look, 1)
    assert len(pace._marks) <= LAST_WHILE + 2


@pytest.mark.parametrize(
    ("seconds", "says"),
    [(5, "5 s"), (60, "1 min"), (135, "2 min 15 s"), (3600, "1 h"), (3900, "1 h 5 min")],
)
def test_a_time_is_told_in_words(seconds: int, says: str) -> None:
    assert in_words(seconds) == says
