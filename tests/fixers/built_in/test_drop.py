from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from pydantic import ValidationError

from bridge.fixers import build
from bridge.model import Record, Risk
from bridge.planning.check import check
from tests.fixers.schema import (
    MESSAGE,
    applied,
    changes,
    leaves_alone,
    only_change,
    org_record,
    records,
)

ALL = {"unknown": True, "not_createable": True}
CLOSED = replace(
    MESSAGE,
    fields=tuple(replace(f, createable=f.name != "Social25__Text__c") for f in MESSAGE.fields),
)


def test_an_unknown_field_is_dropped_where_the_mapping_says_so() -> None:
    change = only_change("drop", {"unknown": True}, {"Mood__c": {"a": 1}, "Text__c": "Hi"})
    assert (change.field, change.before, change.after) == ("Mood__c", {"a": 1}, None)
    assert change.risk is Risk.LOSSY
    assert leaves_alone("drop", {"not_createable": True}, {"Mood__c": "x"})


def test_a_closed_field_is_dropped_where_the_mapping_says_so() -> None:
    record = org_record({"Text__c": "Hi", "Media_Title__c": "Hi"})
    made = tuple(build("drop", {"not_createable": True}).fix(record, CLOSED, None))
    assert [change.field for change in made] == ["Social25__Text__c"]
    assert tuple(build("drop", {"unknown": True}).fix(record, CLOSED, None)) == ()


@pytest.mark.parametrize("name", ["Text__c", "text__C", "Social25__Text__c"])
def test_a_named_field_is_dropped_by_any_of_its_names(name: str) -> None:
    change = only_change("drop", [name], {"Text__c": "Hi", "Media_Title__c": "Hi"})
    assert change.field == "Social25__Text__c"
    assert only_change("drop", {"fields": [name]}, {"Text__c": "Hi"}) == change


def test_a_named_field_need_not_be_one_of_the_org() -> None:
    fixer = build("drop", ["Mood__c"])
    assert list(fixer.named_fields()) == []
    assert only_change("drop", ["Mood__c"], {"Mood__c": "x"}).field == "Mood__c"


@given(records)
def test_what_is_left_is_known_and_may_be_written_and_nothing_else_is_touched(
    record: Record,
) -> None:
    made = changes(build("drop", ALL), record)
    left = {k: v for k, v in applied(record, made).items() if v is not None}
    codes = {problem.code for problem in check(left, MESSAGE)}
    assert codes.isdisjoint({"INVALID_FIELD", "INVALID_FIELD_FOR_INSERT_UPDATE"})
    kept = {f.name: record[f.name] for f in MESSAGE.fields if f.createable and f.name in record}
    assert all(repr(left.get(name)) == repr(value) for name, value in kept.items())


@pytest.mark.parametrize(
    "options",
    [None, {}, [], {"unknown": False}, {"fields": []}, {"unknown": "yes"}, "Text__c", [7]],
)
def test_what_is_dropped_has_to_be_said(options: object) -> None:
    with pytest.raises(ValidationError):
        build("drop", {} if options is None else options)
