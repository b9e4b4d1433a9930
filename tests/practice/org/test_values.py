from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.practice.org.errors import RequestRefused, ValueRefused
from bridge.practice.org.schema import Value
from bridge.practice.org.values import Json, bulk_row, datetime_text, parse_datetime
from tests.practice.conftest import an_org


def rest_value(field: str, value: Json) -> Value:
    org = an_org()
    name = org.field(field)
    return org.reader(org.message_sobject()).row({name: value}).get(name)


@pytest.mark.parametrize(
    ("field", "given", "stored"),
    [
        pytest.param("Text__c", "  a b\t\n", "a b", id="blanks-at-both-ends-go"),
        pytest.param("Text__c", "a\u00a0", "a\u00a0", id="a-no-break-space-stays"),
        pytest.param("Text__c", " \n ", None, id="empty-text-is-null"),
        pytest.param("Text__c", "a\nb\r\nc\rd", "a\r\nb\r\nc\r\nd", id="line-breaks-are-crlf"),
        pytest.param("Media_Title__c", "a\nb", "a\nb", id="but-only-in-text-areas"),
        pytest.param("Text__c", "#N/A", "#N/A", id="a-bulk-null-is-text"),
        pytest.param("Outbound__c", True, True, id="boolean"),
        pytest.param("User_Locale_GMT_Offset__c", 2, 2.0, id="number"),
        pytest.param("User_Locale_GMT_Offset__c", "2.5", 2.5, id="number-as-text"),
        pytest.param("User_Locale_GMT_Offset__c", "", None, id="empty-number-is-null"),
        pytest.param(
            "Timestamp__c",
            "2026-11-22T10:00:00+01:00",
            "2026-11-22T09:00:00.000+0000",
            id="date-time",
        ),
        pytest.param("Text__c", None, None, id="null"),
    ],
)
def test_rest_stores(field: str, given: Json, stored: Value) -> None:
    assert rest_value(field, given) == stored


@pytest.mark.parametrize(
    ("field", "value", "found"),
    [
        pytest.param("Outbound__c", 1, "boolean from VALUE_NUMBER_INT value 1", id="one"),
        pytest.param("Outbound__c", "yes", "boolean from VALUE_STRING value yes", id="yes"),
        pytest.param("Text__c", 5, "string from VALUE_NUMBER_INT value 5", id="number"),
        pytest.param("Text__c", True, "string from VALUE_TRUE", id="boolean"),
        pytest.param(
            "User_Profile_Image_URL__c", {"url": "u"}, "string from START_OBJECT", id="object"
        ),
        pytest.param("Text__c", ["a"], "string from START_ARRAY", id="array"),
        pytest.param(
            "User_Locale_GMT_Offset__c", "nan", "double from VALUE_STRING value nan", id="nan"
        ),
        pytest.param(
            "User_Locale_GMT_Offset__c", "1_0", "double from VALUE_STRING value 1_0", id="digits"
        ),
        pytest.param(
            "Timestamp__c", "yesterday", "datetime from VALUE_STRING value yesterday", id="when"
        ),
        pytest.param(
            "Timestamp__c", "2026-11-22T10:00:00", "datetime from VALUE_STRING", id="no-offset"
        ),
        pytest.param("User_Locale_GMT_Offset__c", "UTC+2", "double from VALUE_STRING", id="zone"),
    ],
)
def test_rest_refuses_the_whole_request_for(field: str, value: Json, found: str) -> None:
    with pytest.raises(RequestRefused) as caught:
        rest_value(field, value)
    assert (caught.value.status, caught.value.code) == (400, "JSON_PARSER_ERROR")
    assert f"Cannot deserialize instance of {found}" in caught.value.message


@pytest.mark.parametrize("field", ["Nonsense__c", "User_Email__c"], ids=["unknown", "hidden"])
def test_rest_refuses_a_field_that_the_user_does_not_see(field: str) -> None:
    with pytest.raises(RequestRefused) as caught:
        rest_value(field, "x")
    assert (caught.value.status, caught.value.code) == (400, "INVALID_FIELD")


def test_field_names_are_read_in_any_case_and_stored_in_the_describes() -> None:
    org = an_org()
    row = org.reader(org.message_sobject()).row({"SOCIAL25__text__C": "a"})
    assert row == {"Social25__Text__c": "a"}


def bulk_value(field: str, cell: Json) -> Value:
    org = an_org()
    return bulk_row(org.message_sobject(), {org.field(field): cell}).get(org.field(field))


@pytest.mark.parametrize(
    ("field", "cell", "stored"),
    [
        pytest.param("Text__c", "#N/A", None, id="null"),
        pytest.param("Outbound__c", 0, False, id="zero"),
        pytest.param("Outbound__c", "1", True, id="one-as-text"),
        pytest.param("User_Locale_GMT_Offset__c", 5.5, 5.5, id="number"),
        pytest.param("User_Profile_Image_URL__c", {"url": "u"}, '{"url": "u"}', id="object"),
    ],
)
def test_a_bulk_cell_stores(field: str, cell: Json, stored: Value) -> None:
    assert bulk_value(field, cell) == stored


def test_a_bulk_cell_of_the_wrong_type_refuses_its_own_row() -> None:
    with pytest.raises(ValueRefused) as caught:
        bulk_value("User_Locale_GMT_Offset__c", "UTC+2")
    assert caught.value.error.as_bulk_text() == (
        "INVALID_TYPE_ON_FIELD_IN_RECORD:User Locale GMT Offset: value not of required type: "
        "UTC+2:Social25__User_Locale_GMT_Offset__c --"
    )


MOMENTS = st.datetimes(
    min_value=dt.datetime(1701, 1, 1),  # noqa: DTZ001 - Hypothesis wants it so
    max_value=dt.datetime(3999, 12, 31),  # noqa: DTZ001 - the same
    timezones=st.timezones(),
)


@given(MOMENTS, MOMENTS)
def test_stored_moments_sort_as_text_in_time_order(a: dt.datetime, b: dt.datetime) -> None:
    earlier, later = sorted((a.astimezone(dt.UTC), b.astimezone(dt.UTC)))
    assert datetime_text(earlier) <= datetime_text(later)


@given(MOMENTS)
def test_a_stored_moment_reads_back_to_the_millisecond(moment: dt.datetime) -> None:
    utc = moment.astimezone(dt.UTC)
    read = parse_datetime(datetime_text(moment))
    assert read == utc.replace(microsecond=utc.microsecond // 1000 * 1000)


@pytest.mark.parametrize(
    "text", ["1699-12-31T23:59:59Z", "4001-01-01T00:00:00Z", "0001-01-01T00:00:00+02:00"]
)
def test_a_moment_beyond_the_platforms_years_is_none(text: str) -> None:
    assert parse_datetime(text) is None
