from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import WindowError
from bridge.model import Window
from bridge.window import between, day, yesterday

zones = st.sampled_from(sorted(available_timezones()))
dates = st.dates(dt.date(1850, 1, 1), dt.date(2100, 1, 1))
instants = st.integers(0, 4_000_000_000).map(
    lambda second: dt.datetime.fromtimestamp(second, dt.UTC)
)

SECOND = dt.timedelta(seconds=1)


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def hours(window: Window) -> float:
    return (window.till_time - window.from_time) / dt.timedelta(hours=1)


def is_skipped(date: dt.date, zone: str) -> bool:
    """Whether no instant falls on the date."""
    noon = dt.datetime.combine(date, dt.time(12), tzinfo=ZoneInfo(zone))
    return noon.astimezone(dt.UTC).astimezone(ZoneInfo(zone)).date() != date


@pytest.mark.parametrize(
    ("date", "zone", "from_time", "till_time"),
    [
        pytest.param("2026-11-22", "UTC", "2026-11-22T00:00", "2026-11-23T00:00", id="UTC"),
        pytest.param(
            "2026-11-22", "Europe/Amsterdam", "2026-11-21T23:00", "2026-11-22T23:00", id="winter"
        ),
        pytest.param(
            "2026-03-29", "Europe/Amsterdam", "2026-03-28T23:00", "2026-03-29T22:00", id="23 hours"
        ),
        pytest.param(
            "2026-10-25", "Europe/Amsterdam", "2026-10-24T22:00", "2026-10-25T23:00", id="25 hours"
        ),
        pytest.param(
            "2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00", "2018-11-05T02:00",
            id="no midnight",
        ),
        pytest.param(
            "2018-11-03", "America/Sao_Paulo", "2018-11-03T03:00", "2018-11-04T03:00",
            id="next day has no midnight",
        ),
        pytest.param(
            "2023-04-28", "Africa/Cairo", "2023-04-27T22:00", "2023-04-28T21:00",
            id="no midnight in Cairo",
        ),
        pytest.param(
            "2026-11-01", "America/Havana", "2026-11-01T04:00", "2026-11-02T05:00",
            id="two midnights",
        ),
        pytest.param(
            "1919-03-31", "America/Toronto", "1919-03-31T04:30", "1919-04-01T04:00",
            id="midnight in the midst of a gap",
        ),
        pytest.param(
            "2011-12-31", "Pacific/Apia", "2011-12-30T10:00", "2011-12-31T10:00",
            id="after a skipped day",
        ),
    ],
)  # fmt: skip
def test_a_day_runs_from_its_first_instant_to_the_next_days(
    date: str, zone: str, from_time: str, till_time: str
) -> None:
    assert day(date, zone) == Window(utc(from_time), utc(till_time), zone)


@given(dates, zones)
def test_a_day_holds_its_own_instants_and_none_before(date: dt.date, zone: str) -> None:
    if is_skipped(date, zone):
        return
    window = day(date.isoformat(), zone)
    local = ZoneInfo(zone)
    assert window.from_time.astimezone(local).date() == date
    assert (window.from_time - SECOND).astimezone(local).date() < date
    assert (window.till_time - SECOND).astimezone(local).date() <= date
    assert window.till_time.astimezone(local).date() > date


@given(dates, zones)
def test_days_follow_each_other_without_gap_or_overlap(date: dt.date, zone: str) -> None:
    following = date + dt.timedelta(days=1)
    if not (is_skipped(date, zone) or is_skipped(following, zone)):
        assert day(date.isoformat(), zone).till_time == day(following.isoformat(), zone).from_time


def test_a_day_that_the_clock_skipped_is_refused() -> None:
    with pytest.raises(WindowError, match="no 2011-12-30 in Pacific/Apia"):
        day("2011-12-30", "Pacific/Apia")


def test_yesterday_is_the_day_before_now_in_the_zone() -> None:
    now = utc("2026-11-23T23:30")
    assert yesterday("UTC", now) == day("2026-11-22", "UTC")
    assert yesterday("Europe/Amsterdam", now) == day("2026-11-23", "Europe/Amsterdam")
    assert yesterday("America/New_York", now) == day("2026-11-22", "America/New_York")


@given(instants, zones)
def test_yesterday_ends_before_now_and_within_a_days_reach(now: dt.datetime, zone: str) -> None:
    date = now.astimezone(ZoneInfo(zone)).date()
    if is_skipped(date - dt.timedelta(days=1), zone):
        return
    window = yesterday(zone, now)
    assert window.till_time <= now
    assert now - window.till_time < dt.timedelta(hours=49)


@given(instants, instants, zones)
def test_times_with_an_offset_mean_the_same_in_every_zone(
    one: dt.datetime, other: dt.datetime, zone: str
) -> None:
    if one != other:
        start, end = sorted((one, other))
        window = between(f"{start:%Y-%m-%dT%H:%M:%SZ}", end.isoformat(), zone)
        assert window == Window(start, end, zone)


@given(instants, zones)
def test_a_local_time_means_an_instant_that_shows_it(instant: dt.datetime, zone: str) -> None:
    local = f"{instant.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S}"
    start = between(local, "2200-01-01", zone).from_time
    end = between("1950-01-01", local, zone).till_time
    assert start <= instant <= end
    for side in (start, end):
        assert f"{side.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S}" == local


def test_dates_mean_the_start_of_their_day() -> None:
    window = between(" 2026-11-20 ", "2026-11-22", "Europe/Amsterdam")
    assert window.from_time == utc("2026-11-19T23:00")
    assert window.till_time == utc("2026-11-21T23:00")


def test_a_date_without_midnight_starts_at_its_first_instant() -> None:
    window = between("2018-11-04", "2018-11-05", "America/Sao_Paulo")
    assert window == day("2018-11-04", "America/Sao_Paulo")


def test_a_time_that_the_clock_showed_twice_makes_the_wider_window() -> None:
    window = between("2026-10-25T02:30", "2026-10-25T02:31", "Europe/Amsterdam")
    assert window.from_time == utc("2026-10-25T00:30")
    assert window.till_time == utc("2026-10-25T01:31")


def test_a_time_that_the_clock_skipped_is_refused_with_both_sides() -> None:
    with pytest.raises(WindowError) as caught:
        between("2026-03-29T02:30", "2026-03-30", "Europe/Amsterdam")
    assert "2026-03-29 01:59:59 to 2026-03-29 03:00:00" in caught.value.message
    assert "2026-03-29 03:00:00" in caught.value.advice


@pytest.mark.parametrize(
    "text",
    [
        "", "yesterday", "22-11-2026", "2026-02-30", "2026-11-22T24:00", "2026-11-22T10:00:60",
        "2026-11-22T10", "20261122", "2026-W48-1", "2026-11-22T10:00+25:00", "２026-11-22",
        "2026-11-22T10:00:00.5Z", "0000-01-01",
    ],
)  # fmt: skip
def test_what_is_no_time_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(WindowError, match="is no time") as caught:
        between(text, "2026-11-23", "UTC")
    assert "2026-11-22T08:30" in caught.value.advice
    with pytest.raises(WindowError, match="is no date"):
        day(text, "UTC")


@pytest.mark.parametrize(
    ("from_time", "till_time", "zone"),
    [
        ("0001-01-01", "2026-11-22", "Asia/Tokyo"),
        ("2026-11-22", "9999-12-31T23:59", "America/New_York"),
    ],
)
def test_a_time_at_the_end_of_the_calendar_is_refused(
    from_time: str, till_time: str, zone: str
) -> None:
    with pytest.raises(WindowError, match="range"):
        between(from_time, till_time, zone)
    with pytest.raises(WindowError, match="range"):
        day("9999-12-31", zone)


def test_a_reversed_window_is_refused_with_both_times() -> None:
    with pytest.raises(WindowError, match="from 2026-11-23 00:00:00 UTC till 2026-11-22 00:00:00"):
        between("2026-11-23", "2026-11-22", "UTC")


def test_an_empty_window_is_refused() -> None:
    with pytest.raises(WindowError, match="empty") as caught:
        between("2026-11-22", "2026-11-22", "UTC")
    assert "--date" in caught.value.advice


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Europe/Amsterdm", "Europe/Amsterdam"),
        ("amsterdam", "Europe/Amsterdam"),
        ("europe/paris", "Europe/Paris"),
        ("New York", "America/New_York"),
        ("Europe", ""),
        ("../../etc/passwd", ""),
        ("", ""),
        ("Europe/Ams\0", ""),
        ("e" * 5000, ""),
    ],
)
def test_an_unknown_zone_is_refused_with_the_nearest(name: str, meant: str) -> None:
    with pytest.raises(WindowError, match="no time zone") as caught:
        day("2026-11-22", name)
    assert meant in caught.value.advice
