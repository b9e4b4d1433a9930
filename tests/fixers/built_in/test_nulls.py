from __future__ import annotations

from hypothesis import given

from bridge.fixers import build
from bridge.model import Record, Risk
from tests.fixers.schema import applied, changes, leaves_alone, only_change, records


@given(record=records)
def test_no_value_is_the_bulk_null_any_more_and_no_other_is_touched(record: Record) -> None:
    after = applied(record, changes(build("nulls", None), record))
    for field, value in record.items():
        assert repr(after[field]) == repr(None if value == "#N/A" else value)


def test_a_field_that_the_org_lacks_is_null_too() -> None:
    change = only_change("nulls", None, {"Not_In_The_Org__c": "#N/A"})
    assert (change.after, change.risk) == (None, Risk.LOSSLESS)


def test_other_spellings_are_text() -> None:
    assert leaves_alone("nulls", None, {"Text__c": "#n/a", "Media_Title__c": " #N/A"})
