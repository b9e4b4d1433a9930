from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bridge.fixers import build, numbers
from bridge.model import Risk, Value
from tests.fixers.schema import changes, leaves_alone, only_change


@pytest.mark.parametrize(
    ("field", "before", "after"),
    [
        ("Outbound__c", 0, False),
        ("Outbound__c", 1.0, True),
        ("Outbound__c", " True ", True),
        ("Outbound__c", "Yes", True),
        ("Outbound__c", "n", False),
        ("Outbound__c", "OFF", False),
        ("Score__c", "12", 12),
        ("Score__c", "1.2e1", 12),
        ("Score__c", 12.0, 12),
        ("Worth__c", "12.50", 12.5),
        ("Worth__c", "12.345", 12.345),
        ("Worth__c", "9.12260031E8", 912260031),
        ("User_Locale_GMT_Offset__c", "2", 2),
        ("Platform_Identifier__c", 262358007148636, "262358007148636"),
        ("Platform_Identifier__c", 1e15, "1000000000000000"),
        ("User_Phone_Number__c", 31201234567, "31201234567"),
        ("Conversation_Medium__c", 7, "7"),
        ("Timestamp__c", "2019-10-01t09:16:28z", "2019-10-01T09:16:28.000Z"),
        ("Timestamp__c", "2019-10-01 11:16:28.5+02", "2019-10-01T09:16:28.500Z"),
        ("Timestamp__c", "20191001T091628,120000Z", "2019-10-01T09:16:28.120Z"),
        ("Timestamp__c", "2019-W40-2T09:16Z", "2019-10-01T09:16:00.000Z"),
        ("Timestamp__c", "2019274T0916Z", "2019-10-01T09:16:00.000Z"),
        ("Timestamp__c", "2019-274T11:16,5 +02:00", "2019-10-01T09:16:30.000Z"),
        ("Timestamp__c", "2019-09-30T24:00:00-00:30", "2019-10-01T00:30:00.000Z"),
        ("Timestamp__c", 1569921388, "2019-10-01T09:16:28.000Z"),
        ("Timestamp__c", "1569921388.25", "2019-10-01T09:16:28.250Z"),
        ("Timestamp__c", 1569921388250.0, "2019-10-01T09:16:28.250Z"),
        ("Follow_Up__c", "20191001", "2019-10-01"),
        ("Follow_Up__c", "2019-W40-2", "2019-10-01"),
        ("Follow_Up__c", "2019-274", "2019-10-01"),
        ("At__c", "09:16", "09:16:00.000Z"),
        ("At__c", "t0916,5", "09:16:30.000Z"),
        ("At__c", "091628+00:00", "09:16:28.000Z"),
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
        ("Outbound__c", "t"),
        ("Outbound__c", "nope"),
        ("Outbound__c", ""),
        ("Score__c", "12.5"),
        ("Score__c", "1,234"),
        ("Score__c", True),
        ("Score__c", 1e300),
        ("Worth__c", 12.345),
        ("Worth__c", "1.234,5"),
        ("Worth__c", "EUR 12"),
        ("Text__c", True),
        ("Platform_Identifier__c", 1e22),
        ("OwnerId", 5),
        ("Timestamp__c", "2019-10-01"),
        ("Timestamp__c", "2019-02-30T09:16:28"),
        ("Timestamp__c", "2019-10-01x09:16:28"),
        ("Timestamp__c", "0001-01-01 00:00:00+05:00"),
        ("Timestamp__c", "2019-366T09:16:28"),
        ("Timestamp__c", "2019-10-01T09:16:60Z"),
        ("Timestamp__c", "2019-10-01T24:00:01Z"),
        ("Timestamp__c", "2019-10-01T09:16:28+24"),
        ("Timestamp__c", "2019-1001T09:16:28Z"),
        ("Timestamp__c", 12),
        ("Timestamp__c", 978307199),
        ("Timestamp__c", 4133980800),
        ("Timestamp__c", 1569921388250000),
        ("Timestamp__c", "2033010109"),
        ("Timestamp__c", "20330101091628"),
        ("Timestamp__c", True),
        ("Follow_Up__c", "2019-10-01T09:16:28Z"),
        ("Follow_Up__c", "2019-W40"),
        ("Follow_Up__c", "2019-W54-1"),
        ("Follow_Up__c", 1569921388),
        ("At__c", "09"),
        ("At__c", "09:16+02"),
        ("At__c", "24:00"),
        ("At__c", 916),
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
        ("At__c", "09:16:28Z"),
        ("At__c", "09:16:28.123Z"),
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
    assert change.risk is Risk.INVENTED, "nobody said that it is UTC"


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


in_utc = st.datetimes(timezones=st.just(dt.UTC)).filter(lambda moment: 1 < moment.year < 9999)


@given(moment=in_utc, form=st.data())
def test_each_form_of_a_moment_means_the_same(moment: dt.datetime, form: st.DataObject) -> None:
    whole = moment.replace(microsecond=0, tzinfo=None)
    dates = (
        ["%Y-%m-%d", "%G-W%V-%u", "%Y-%j"],
        ["%Y%m%d", "%GW%V%u", "%Y%j"],
    )
    date = form.draw(st.sampled_from([f for forms in dates for f in forms]))
    clock = form.draw(st.sampled_from(["%H:%M:%S", "%H%M%S"]))
    between = form.draw(st.sampled_from(["T", "t", " "]))
    zone = form.draw(st.sampled_from(["Z", "z", "+00", "-0000", "+00:00", ""]))
    text = f"{_filled(whole, date)}{between}{whole.strftime(clock)}{zone}"
    change = only_change("types", None, {"Timestamp__c": f" {text}"})
    assert change.after == f"{whole.isoformat()}.000Z"
    assert change.risk is (Risk.LOSSLESS if zone else Risk.INVENTED)


def _filled(moment: dt.datetime, form: str) -> str:
    """strftime leaves a year before 1000 short on some systems."""
    for code, year in (("%Y", moment.year), ("%G", moment.isocalendar().year)):
        form = form.replace(code, f"{year:04d}")
    return moment.strftime(form)


@given(st.integers(978_307_200, 1_899_999_999), st.booleans())
def test_a_count_since_1970_says_what_was_counted(seconds: int, digits: bool) -> None:
    expected = dt.datetime.fromtimestamp(seconds, dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    for count, unit in ((seconds, " seconds "), (seconds * 1000, " milliseconds ")):
        change = only_change("types", None, {"Timestamp__c": str(count) if digits else count})
        assert change.after == expected
        assert unit in change.why


@pytest.mark.parametrize(
    ("field", "before", "after"),
    [
        ("Worth__c", 12.345, 12.35),
        ("Worth__c", "-12.345", -12.35),
        ("Worth__c", "12.999", 13),
        ("Score__c", "12.5", 13),
        ("Score__c", 12.4, 12),
        ("User_Locale_GMT_Offset__c", 5.7549999999, 5.75),
    ],
)
def test_decimals_are_rounded_where_the_mapping_says_so(
    field: str, before: Value, after: Value
) -> None:
    change = only_change("types", {"decimals": "round"}, {field: before})
    assert repr(change.after) == repr(after)
    assert change.risk is Risk.LOSSY
    assert "rounded" in change.why


@given(number=st.floats(-1e12, 1e12) | st.decimals(-(10**12), 10**12, places=4).map(str))
def test_a_rounded_number_fits_and_is_near(number: float | str) -> None:
    for change in changes(build("types", {"decimals": "round"}), {"Worth__c": number}):
        assert isinstance(change.after, int | float)
        assert numbers.decimals(Decimal(repr(change.after))) <= 2
        assert abs(Decimal(repr(change.after)) - Decimal(str(number))) <= Decimal("0.005")


def test_decimals_are_held_or_rounded_and_nothing_else() -> None:
    with pytest.raises(ValidationError):
        build("types", {"decimals": "cut"})
