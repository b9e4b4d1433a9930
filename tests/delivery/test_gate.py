"""How old messages are: by their own time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from bridge.delivery import old_messages

NOW = dt.datetime(2026, 11, 23, 8, 30, tzinfo=dt.UTC)


@given(
    ages=st.lists(st.timedeltas(dt.timedelta(days=-2), dt.timedelta(days=400)), max_size=20),
    days=st.integers(1, 500),
)
def test_old_ones_are_those_beyond_the_limit_and_the_oldest_is_named(
    ages: Sequence[dt.timedelta], days: int
) -> None:
    orders = [(NOW - age).isoformat(timespec="microseconds") for age in ages]
    beyond = [age for age in ages if age > dt.timedelta(days=days)]
    old = old_messages(["", *orders], NOW, days)
    if old is None:
        assert not beyond
    else:
        assert (old.count, old.oldest, old.days) == (len(beyond), NOW - max(beyond), days)


def test_without_a_limit_or_a_time_nothing_is_old() -> None:
    assert old_messages(["2001-01-01T00:00:00.000000+00:00"], NOW, None) is None
    assert old_messages(["", ""], NOW, 1) is None
