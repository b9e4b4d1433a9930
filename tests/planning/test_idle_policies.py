"""A policy that can decide nothing is told when a mapping is checked, and after a plan."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.planning import MessageMapping, built_in_mapping, doubts, idle_lines, read_mapping
from bridge.planning.mapping_file import parse_mapping
from tests.planning.test_mapping import HEAD

WHENS = st.fixed_dictionaries(
    {},
    optional={
        "code": st.sampled_from(["STRING_TOO_LONG", "STRING_*", "*"]),
        "kind": st.sampled_from(["data", "rule"]),
        "fields": st.sampled_from([["LastName"], ["LastName", "Company"]]),
        "record": st.sampled_from([{"Text__c": "http*"}, {"Outbound__c": True}]),
    },
)


def mapping(*whens: dict[str, object]) -> MessageMapping:
    """A policy for each `when`, a line each: the first is at the line behind the head's."""
    entries = "".join(f"  - {json.dumps({'when': when, 'then': 'hold'})}\n" for when in whens)
    return parse_mapping(f"{HEAD}causes:\n{entries}", "my.yaml")


FIRST = HEAD.count("\n") + 2


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("STRING_TO_LONG", 'no status code "STRING_TO_LONG" is known, did you mean "STRING_TOO_LO'),
        ("string_to_long", 'no status code "string_to_long" is known, did you mean "STRING_TOO_LO'),
        ("STRNG_*", "no known status code is like STRNG_*"),
    ],
)
def test_a_code_that_is_not_known_is_told_with_the_nearest(code: str, says: str) -> None:
    (told,) = doubts(mapping({"code": code}))
    assert told.startswith(f"my.yaml:{FIRST}: {says}")


def test_a_code_that_is_known_or_like_one_is_not() -> None:
    assert doubts(mapping({"code": "String_Too_Long"}, {"code": "FIELD_*"})) == ()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {"kind": "data"}),
        ({}, {}),
        ({"code": "STRING_*"}, {"code": "STRING_TOO_LONG", "fields": ["LastName"]}),
        ({"fields": ["LastName"]}, {"fields": ["Company", "lastname"]}),
        ({"record": {"Text__c": "http*"}}, {"kind": "rule", "record": {"text__c": "https"}}),
    ],
)
def test_an_entry_behind_one_that_matches_as_much_never_decides(
    first: dict[str, object], second: dict[str, object]
) -> None:
    (told,) = doubts(mapping(first, second))
    assert told.startswith(f"my.yaml:{FIRST + 1}: it never decides")
    assert told.endswith(f"decided at my.yaml:{FIRST}")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"kind": "data"}, {}),
        ({"code": "STRING_TOO_LONG"}, {"code": "STRING_*"}),
        ({"record": {"Text__c": "http*"}}, {"record": {"Text__c": None}}),
        ({"record": {"Outbound__c": True}}, {"record": {"Outbound__c": 1}}),
        ({"code": "*"}, {"kind": "data"}),
    ],
)
def test_an_entry_behind_a_narrower_one_may_decide(
    first: dict[str, object], second: dict[str, object]
) -> None:
    assert doubts(mapping(first, second)) == ()


@given(WHENS, WHENS)
def test_nothing_is_told_of_the_same_two_in_both_orders_unless_they_match_the_same(
    one: dict[str, object], other: dict[str, object]
) -> None:
    both = doubts(mapping(one, other)) and doubts(mapping(other, one))
    assert bool(both) is (one == other)


def test_the_shipped_mappings_have_no_doubts() -> None:
    for name in ("heroku_message.yaml", "example_org.yaml"):
        assert doubts(read_mapping(built_in_mapping().parent / name)) == ()


def test_the_lines_that_decided_about_no_message() -> None:
    found = mapping({"kind": "data"}, {"kind": "rule"}, {"kind": "admin"})
    said = {f"hold (my.yaml:{FIRST + 1})", "retry, the default"}
    assert idle_lines(found.text, "my.yaml", said) == (f"my.yaml:{FIRST}", f"my.yaml:{FIRST + 2}")


def test_a_mapping_without_causes_has_no_such_lines() -> None:
    assert idle_lines(HEAD, "my.yaml", ()) == ()
