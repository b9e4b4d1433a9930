from __future__ import annotations

import pytest
from hypothesis import given
from pydantic import ValidationError

from bridge.fixers import build
from bridge.fixers.emptiness import is_empty
from bridge.model import Record, Risk

from .schema import applied, changes, leaves_alone, only_change, org_record, records

both = pytest.mark.parametrize("fixer", ["copy", "rename"])
TO_TEXT = {"Mood__c": "Text__c"}
TEXT = "Social25__Text__c"


def test_a_renamed_value_is_moved() -> None:
    record = org_record({"Mood__c": ["cheerful"], "Media_Title__c": "Hi"})
    made = changes(build("rename", TO_TEXT), record)
    assert {change.field: change.after for change in made} == {"Mood__c": None, TEXT: ["cheerful"]}
    assert {change.risk for change in made} == {Risk.LOSSLESS}


@pytest.mark.parametrize("empty", [None, "", " \t"])
@both
def test_an_empty_target_is_filled(fixer: str, empty: str | None) -> None:
    record = org_record({"Mood__c": 7, "Text__c": empty})
    made = changes(build(fixer, TO_TEXT), record)
    assert applied(record, made)[TEXT] == 7


@pytest.mark.parametrize(
    "record",
    [{"Mood__c": "x", "Text__c": 0}, {"Mood__c": "x", "Text__c": "Hi"}, {"Mood__c": " "}, {}],
)
@both
def test_a_full_target_or_an_empty_source_leaves_both_alone(fixer: str, record: Record) -> None:
    assert leaves_alone(fixer, TO_TEXT, record)


def test_a_copied_value_stays_where_it_was() -> None:
    change = only_change("copy", {"Media_Title__c": "Text__c"}, {"Media_Title__c": "Hi"})
    assert (change.field, change.after, change.risk) == (TEXT, "Hi", Risk.INVENTED)


@both
def test_a_field_goes_by_its_name_with_the_prefix_or_without(fixer: str) -> None:
    options = {"Social25__Media_Title__c": "Social25__text__c"}
    made = changes(build(fixer, options), org_record({"Media_Title__c": "Hi"}))
    assert made[-1].field == TEXT
    for name in ("Mood__c", "Social25__Mood__c", "mood__c"):
        for written in ("Mood__c", "social25__mood__c"):
            made = changes(build(fixer, {written: "Text__c"}), {name: "Hi"})
            assert (made[-1].field, made[-1].after) == (TEXT, "Hi")
            assert [change.field for change in made[:-1]] == ([name] if fixer == "rename" else [])


@both
def test_a_field_does_not_go_to_itself_or_to_a_field_that_the_org_lacks(fixer: str) -> None:
    assert leaves_alone(fixer, {"Social25__Text__c": "Text__c"}, {"Text__c": "Hi"})
    assert leaves_alone(fixer, {"Text__c": "Not_In_The_Org__c"}, {"Text__c": "Hi"})


@both
def test_the_target_must_be_one_of_the_org_and_the_source_need_not(fixer: str) -> None:
    assert list(build(fixer, TO_TEXT).named_fields()) == ["Text__c"]


@both
@given(record=records)
def test_no_value_is_lost_and_none_is_replaced(fixer: str, record: Record) -> None:
    options = {"Not_In_The_Org__c": "Text__c", "Score__c": "Worth__c"}
    after = applied(record, changes(build(fixer, options), record))
    for name, value in record.items():
        if not is_empty(value):
            assert any(repr(kept) == repr(value) for kept in after.values())
            assert fixer == "rename" or repr(after[name]) == repr(value)


@pytest.mark.parametrize(
    "options",
    [None, {}, {"A": "B", "C": "b"}, {"A": "B", "B": "C"}, {"A": "a"}, {"A": None}, ["A"], "A"],
)
@both
def test_a_table_that_leads_astray_is_refused(fixer: str, options: object) -> None:
    with pytest.raises(ValidationError):
        build(fixer, {} if options is None else options)
