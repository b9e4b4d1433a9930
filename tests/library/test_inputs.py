"""A window that a program names has the flags that name it again."""

from __future__ import annotations

import datetime as dt
import shlex

from hypothesis import given
from hypothesis import strategies as st

from bridge.library.inputs import between, day, words_of, yesterday
from bridge.window import between as between_in_words
from bridge.window import day as day_in_words

ZONES = st.sampled_from(["UTC", "Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe"])
TIMES = st.integers(1_577_836_800, 1_893_456_000).map(
    lambda seconds: dt.datetime.fromtimestamp(seconds, dt.UTC)
)


@given(st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)), ZONES)
def test_a_day_is_named_as_a_day(date: dt.date, zone: str) -> None:
    window = day(date, zone)
    _, named, _, in_zone = shlex.split(words_of(window))
    assert (named, in_zone) == (date.isoformat(), zone)
    assert day_in_words(named, in_zone) == window


@given(TIMES, st.integers(1, 900_000), ZONES)
def test_a_span_is_named_by_its_ends(start: dt.datetime, seconds: int, zone: str) -> None:
    window = between(start, start + dt.timedelta(seconds=seconds), zone)
    words = shlex.split(words_of(window))
    if words[0] == "--date":
        assert day_in_words(words[1], words[3]) == window
    else:
        assert between_in_words(words[1], words[3], words[5]) == window


def test_yesterday_is_a_day() -> None:
    window = yesterday("Europe/Amsterdam")
    assert words_of(window).startswith("--date ")
