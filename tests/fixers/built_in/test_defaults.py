from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bridge.fixers import build
from bridge.fixers.emptiness import is_empty
from bridge.model import Risk, Value
from tests.fixers.schema import changes, leaves_alone, only_change, org_record, values

NAME = "Social25__User_Full_Name__c"


@pytest.mark.parametrize("empty", [None, "", " \n\t", "\u00a0", "#N/A"])
def test_an_empty_field_is_filled_and_counts_as_invented(empty: Value) -> None:
    change = only_change("defaults", {"User_Full_Name__c": "Unknown"}, {"User_Full_Name__c": empty})
    assert (change.before, change.after, change.risk) == (empty, "Unknown", Risk.INVENTED)
    assert change.why == "User_Full_Name__c is required and empty"


@given(value=values.filter(lambda value: not is_empty(value)))
@pytest.mark.parametrize(
    "default",
    [
        "Unknown",
        {"from": "User_Last_Name__c"},
        {"first_of": ["User_First_Name__c", "User_Last_Name__c"]},
        {"template": "{User_Last_Name__c}"},
    ],
)
def test_a_value_is_never_replaced(default: object, value: Value) -> None:
    record = {NAME: value, "User_Last_Name__c": "Sender 12"}
    assert leaves_alone("defaults", {"User_Full_Name__c": default}, record)


@given(first=values, second=values)
def test_the_first_field_that_says_something_fills_it_as_it_is(first: Value, second: Value) -> None:
    record = org_record({"User_First_Name__c": first, "User_Last_Name__c": second})
    options = {"Outbound__c": {"first_of": ["User_First_Name__c", "User_Last_Name__c"]}}
    made = changes(build("defaults", options), record)
    expected = [value for value in (first, second) if not is_empty(value)][:1]
    assert repr([change.after for change in made]) == repr(expected)
    assert {change.risk for change in made} <= {Risk.INVENTED}


def test_a_copy_says_where_it_is_from() -> None:
    options = {"User_Full_Name__c": {"first_of": ["User_Last_Name__c", "User_Email__c"]}}
    change = only_change("defaults", options, {"User_Email__c": "sender12@mail.example"})
    assert change.risk is Risk.INVENTED
    assert change.why == "User_Full_Name__c is required and empty: taken from User_Email__c"


@pytest.mark.parametrize(
    ("value", "text"),
    [(7, "7"), (2.5, "2.5"), (True, "true"), (1e300, 1e300), ({"a": 1}, {"a": 1})],
)
def test_a_text_field_gets_a_number_as_its_digits(value: Value, text: Value) -> None:
    change = only_change("defaults", {"Text__c": {"from": "Score__c"}}, {"Score__c": value})
    assert repr(change.after) == repr(text)


def test_a_template_says_what_it_is_made_of() -> None:
    options = {"Text__c": {"template": "{Score__c} points, {Outbound__c}"}}
    change = only_change("defaults", options, {"Score__c": 7, "Outbound__c": False})
    assert (change.after, change.risk) == ("7 points, false", Risk.INVENTED)
    assert change.why == "Text__c is empty: made of Score__c, Outbound__c"


@given(value=values)
def test_a_template_is_filled_whole_or_not_at_all(value: Value) -> None:
    options = {"Text__c": {"template": "[{Media_Title__c}]"}}
    made = changes(build("defaults", options), org_record({"Media_Title__c": value}))
    if is_empty(value) or isinstance(value, list | dict):
        assert made == ()
    elif isinstance(value, str):
        assert made[0].after == f"[{value}]"
    elif made:
        assert str(made[0].after).strip("[]")


def test_what_is_filled_may_fill_another_in_whichever_order_they_stand() -> None:
    options = {
        "Text__c": {"template": "from {User_Full_Name__c}"},
        "User_Last_Name__c": {"from": "User_Full_Name__c"},
        "User_Full_Name__c": "Unknown",
    }
    made = changes(build("defaults", options), {})
    assert {change.field.removeprefix("Social25__"): change.after for change in made} == {
        "Text__c": "from Unknown",
        "User_Last_Name__c": "Unknown",
        "User_Full_Name__c": "Unknown",
    }


def test_two_fields_that_would_fill_each_other_stay_empty() -> None:
    options = {
        "User_First_Name__c": {"from": "User_Last_Name__c"},
        "User_Last_Name__c": {"from": "User_First_Name__c"},
    }
    assert leaves_alone("defaults", options, {"User_Last_Name__c": "#N/A"})


def test_the_fields_that_it_reads_are_checked_against_the_org_too() -> None:
    options = {
        "Text__c": {"template": "{A__c} {B__c}"},
        "Media_Title__c": {"first_of": ["C__c", "D__c"]},
        "File_Type__c": {"from": "E__c"},
    }
    read = {f"{letter}__c" for letter in "ABCDE"}
    assert set(build("defaults", options).named_fields()) == read | set(options)
    assert leaves_alone("defaults", options, {})


@given(value=st.integers() | st.booleans() | st.text().filter(str.strip))
def test_a_named_field_has_the_very_value_afterwards(value: Value) -> None:
    (change,) = changes(build("defaults", {"User_Full_Name__c": {"value": value}}), {})
    assert repr(change.after) == repr(value)


@pytest.mark.parametrize(
    ("field", "filled"),
    [("User_Full_Name__c", True), ("User_Gender__c", False), ("Outbound__c", False)],
)
def test_when_required_fills_only_what_this_org_requires(field: str, *, filled: bool) -> None:
    made = changes(build("defaults", {field: {"value": "x", "when": "required"}}), {})
    assert bool(made) is filled


def test_a_field_that_the_org_lacks_is_not_added() -> None:
    assert leaves_alone("defaults", {"Not_In_The_Org__c": "x"}, {})


@pytest.mark.parametrize(
    "options",
    [
        None,
        {"*": "x"},
        {"Text__c": None},
        {"Text__c": ""},
        {"Text__c": "  "},
        {"Text__c": ["x"]},
        {"Text__c": float("nan")},
        {"Text__c": dt.date(2020, 1, 1)},
        {"Text__c": {"value": "x", "when": "never"}},
        {"Text__c": {"when": "empty"}},
        {"Text__c": {"value": "x", "from": "Media_Title__c"}},
        {"Text__c": {"from": "Media_Title__c", "first_of": ["Score__c"]}},
        {"Text__c": {"from": ""}},
        {"Text__c": {"from": ["Media_Title__c"]}},
        {"Text__c": {"from": None}},
        {"Text__c": {"from_": "Media_Title__c"}},
        {"Text__c": {"first_of": []}},
        {"Text__c": {"first_of": "Media_Title__c"}},
        {"Text__c": {"template": "no gap"}},
        {"Text__c": {"template": "{Media_Title__c.x}"}},
        {"Text__c": {"template": "{text__c}"}},
        {"Text__c": {"from": "TEXT__c"}},
        {"Text__c": {"value": None}},
        ["Text__c"],
    ],
)
def test_what_is_no_default_is_refused(options: object) -> None:
    with pytest.raises(ValidationError):
        build("defaults", options)


def test_a_wrong_default_is_one_mistake_at_its_field() -> None:
    with pytest.raises(ValidationError) as caught:
        build("defaults", {"Text__c": [1]})
    (error,) = caught.value.errors()
    assert error["loc"][0] == "Text__c"


def test_two_sources_are_one_mistake_at_their_field() -> None:
    with pytest.raises(ValidationError, match="value, from, first_of, template") as caught:
        build("defaults", {"Text__c": {"value": 1, "template": "{Score__c}"}})
    (error,) = caught.value.errors()
    assert error["loc"] == ("Text__c",)
