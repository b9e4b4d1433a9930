from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.model import Risk, Value

from .schema import leaves_alone, only_change


@pytest.mark.parametrize(
    ("field", "before", "after"),
    [
        ("Outbound__c", 0, False),
        ("Outbound__c", 1.0, True),
        ("Outbound__c", " True ", True),
        ("Score__c", "12", 12),
        ("Score__c", 12.0, 12),
        ("Worth__c", "12.50", 12.5),
        ("User_Locale_GMT_Offset__c", "2", 2),
        ("Platform_Identifier__c", 262358007148636, "262358007148636"),
        ("Platform_Identifier__c", 1e15, "1000000000000000"),
        ("User_Phone_Number__c", 31201234567, "31201234567"),
        ("Conversation_Medium__c", 7, "7"),
        ("Timestamp__c", "2019-10-01t09:16:28z", "2019-10-01T09:16:28.000Z"),
        ("Timestamp__c", "2019-10-01 11:16:28.5+02", "2019-10-01T09:16:28.500Z"),
        ("Timestamp__c", "20191001T091628,120000Z", "2019-10-01T09:16:28.120Z"),
        ("Timestamp__c", "2019-W40-2T09:16Z", "2019-10-01T09:16:00.000Z"),
        ("Follow_Up__c", "20191001", "2019-10-01"),
        ("Follow_Up__c", " 2019-10-01", "2019-10-01"),
    ],
)
def test_another_form_of_the_same(field: str, before: Value, after: Value) -> None:
    change = only_change("types", None, {field: before})
    assert repr(change.after) == repr(after)
    assert change.risk is Risk.LOSSLESS


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("Outbound__c", 2),
        ("Outbound__c", "yes"),
        ("Outbound__c", ""),
        ("Score__c", "12.5"),
        ("Score__c", True),
        ("Score__c", 1e300),
        ("Worth__c", "12.345"),
        ("Worth__c", 12.345),
        ("Worth__c", "EUR 12"),
        ("Text__c", True),
        ("Platform_Identifier__c", 1e22),
        ("OwnerId", 5),
        ("Timestamp__c", "2019-10-01"),
        ("Timestamp__c", "2019-02-30T09:16:28"),
        ("Timestamp__c", "2019-10-01x09:16:28"),
        ("Timestamp__c", "0001-01-01 00:00:00+05:00"),
        ("Timestamp__c", 1569921388),
        ("Follow_Up__c", "2019-10-01T09:16:28Z"),
        ("Follow_Up__c", "01/10/2019"),
        ("Content_Url__c", {"url": 1}),
    ],
)
def test_what_is_not_sure_stays_as_it_is(field: str, value: Value) -> None:
    assert leaves_alone("types", None, {field: value})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("Outbound__c", False),
        ("Score__c", 12),
        ("Worth__c", 12.5),
        ("Platform_Identifier__c", "0"),
        ("Timestamp__c", "2019-10-01T09:16:28Z"),
        ("Timestamp__c", "2019-10-01T09:16:28.123+0200"),
        ("Follow_Up__c", "2019-10-01"),
        ("Outbound__c", None),
    ],
)
def test_what_is_right_stays_as_it_is(field: str, value: Value) -> None:
    assert leaves_alone("types", None, {field: value})


@pytest.fixture
def far_from_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("far_from_utc")
def test_a_time_without_a_zone_is_utc_wherever_we_run_and_said_to_be() -> None:
    change = only_change("types", None, {"Timestamp__c": "2019-10-01T09:16:28"})
    assert change.after == "2019-10-01T09:16:28.000Z"
    assert "UTC" in change.why


@pytest.mark.parametrize("fraction", ["1235", "123456", "1230001", "123000001"])
def test_fractions_of_a_millisecond_are_dropped_and_counted_as_lossy(fraction: str) -> None:
    change = only_change("types", None, {"Timestamp__c": f"2019-10-01T09:16:28.{fraction}Z"})
    assert change.after == "2019-10-01T09:16:28.123Z"
    assert change.risk is Risk.LOSSY
    assert "UTC" not in change.why


@given(
    st.datetimes(
        timezones=st.integers(-14 * 60, 14 * 60).map(
            lambda minutes: dt.timezone(dt.timedelta(minutes=minutes))
        ),
    ).filter(lambda moment: 1 < moment.year < 9999)
)
def test_a_moment_is_the_same_moment_afterwards(moment: dt.datetime) -> None:
    to_the_millisecond = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    change = only_change("types", None, {"Timestamp__c": moment.isoformat(sep=" ")})
    assert isinstance(change.after, str)
    assert dt.datetime.fromisoformat(change.after) == to_the_millisecond
    assert (change.risk is Risk.LOSSY) == (to_the_millisecond != moment)
