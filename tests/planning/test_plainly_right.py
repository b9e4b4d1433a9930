"""A glance never calls right what the check would not."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bridge.model import FieldSchema, ObjectSchema, Value
from bridge.planning import check
from bridge.planning.check import _is_empty, _problem
from bridge.planning.plainly_right import glance
from tests.fixers.schema import MESSAGE, awkward_text, choices, field, telling_text

SHORT = field("Short__c", "textarea", 4, nillable=False)
THREE_DIGITS = field("Score__c", "int", digits=3)
MORE = (
    field("Forbidden__c", length=40, createable=False),
    field("Narrow__c", "textarea", 4, byte_length=5),
    SHORT,
    field("Fraction__c", "double", precision=2, scale=2),
    field("Small__c", "int", digits=1),
    THREE_DIGITS,
    field("Worth__c", "double", precision=4, scale=2),
    field(
        "One__c",
        "picklist",
        255,
        restricted_picklist=True,
        picklist_values=choices("a", "b c", "0"),
    ),
)
FIELDS = (*MESSAGE.fields, *MORE)
values = (
    st.none()
    | st.booleans()
    | st.integers(-12, 12)
    | st.floats()
    | st.sampled_from(["a", "b c", " a", "0", "a;b"])
    | awkward_text
    | telling_text
    | st.lists(st.just("a"))
)


numbers_at_their_limit = st.tuples(
    st.sampled_from([one for one in FIELDS if one.type in {"int", "double", "currency"}]),
    st.integers(-110_000, 110_000).map(lambda n: n / 1_000)
    | st.integers(0, 20).flatmap(lambda n: st.sampled_from([10**n - 1, 10**n, -(10**n)])),
)


def _written(moment: dt.datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


moments = st.datetimes(timezones=st.just(dt.UTC)).map(_written) | st.from_regex(
    r"(1[6-9]|20|[34]\d)00-(0\d|1[0-3])-(0[0-9]|2[89]|3[0-2])T(0[0-9]|2[345]):[56]0:[56]\d(\.\d{1,4})?Z",
    fullmatch=True,
)
texts_at_their_limit = st.tuples(
    st.sampled_from([one for one in MORE if one.type == "textarea"]),
    st.text("a😀\n é\ud83d", max_size=6),
)


@given(st.tuples(st.sampled_from(FIELDS), values))
def test_what_is_plainly_right_is_right(given: tuple[FieldSchema, Value]) -> None:
    is_right_where_it_looks_so(*given)


@given(texts_at_their_limit)
@example((SHORT, "😀😀😀"))
@example((SHORT, "\n\n"))
@example((SHORT, "a\n\n"))
def test_a_text_at_its_limit_is_plainly_right_only_if_it_is(given: tuple[FieldSchema, str]) -> None:
    is_right_where_it_looks_so(*given)


@given(numbers_at_their_limit)
@example((THREE_DIGITS, 1_000))
@example((THREE_DIGITS, -1_000))
def test_a_number_at_its_limit_is_plainly_right_only_if_it_is(
    given: tuple[FieldSchema, float],
) -> None:
    is_right_where_it_looks_so(*given)


@given(moments)
@example("2026-02-29T00:00:00Z")
def test_a_moment_is_plainly_right_only_if_it_is(moment: str) -> None:
    is_right_where_it_looks_so(field("Moment__c", "datetime"), moment)


def is_right_where_it_looks_so(one: FieldSchema, value: Value) -> None:
    if glance(one)(value):
        assert not _is_empty(value, one)
        assert _problem(value, one, one.name) is None
        schema = ObjectSchema("M", "M", createable=True, queryable=True, fields=(one,))
        assert check({one.name: value}, schema) == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Text__c", "Hello"),
        ("Text__c", "Grüße 😀"),
        ("Outbound__c", False),
        ("Conversation_Medium__c", "web"),
        ("User_Locale_GMT_Offset__c", -5),
        ("User_Locale_GMT_Offset__c", -12),
        ("Timestamp__c", "2026-11-22T23:52:44Z"),
    ],
)
def test_most_values_of_a_message_are_plainly_right(name: str, value: Value) -> None:
    one = MESSAGE.get(name)
    assert one is not None
    assert glance(one)(value)
