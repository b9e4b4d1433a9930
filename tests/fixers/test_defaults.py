from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bridge.fixers import build
from bridge.model import Risk, Value

from .schema import changes, leaves_alone, only_change, values

NAME = "Social25__User_Full_Name__c"


@pytest.mark.parametrize("empty", [None, "", " \n\t", "\u00a0"])
def test_an_empty_field_is_filled_and_counts_as_invented(empty: Value) -> None:
    change = only_change("defaults", {"User_Full_Name__c": "Unknown"}, {"User_Full_Name__c": empty})
    assert (change.before, change.after, change.risk) == (empty, "Unknown", Risk.INVENTED)
    assert change.why == "User_Full_Name__c is required and empty"


@given(values.filter(lambda value: value is not None and str(value).strip()))
def test_a_value_is_never_replaced(value: Value) -> None:
    assert leaves_alone("defaults", {"User_Full_Name__c": "Unknown"}, {NAME: value})


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
