from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bridge.model import Origin, Record
from bridge.planning import MessageMapping
from bridge.planning.edits import edited_fields
from tests.fixers.schema import MESSAGE
from tests.planning.test_planner import built_in

NAMES = ["Text__c", "Media_Title__c", "User_Full_Name__c"]
API = [f.name for name in NAMES if (f := MESSAGE.get(name)) is not None]
RECORDS = st.dictionaries(st.sampled_from(API), st.sampled_from(["a", "b", "#N/A", "", None]))


def compared(mapping: MessageMapping, before: Record, now: Record) -> tuple[str, ...]:
    return edited_fields(mapping, MESSAGE, (before, Origin.SALESFORCE), (now, Origin.SALESFORCE))


def holding(*content: str) -> MessageMapping:
    return replace(built_in(), content=content)


@given(before=RECORDS, now=RECORDS)
def test_a_field_is_edited_exactly_where_its_value_is_another(before: Record, now: Record) -> None:
    def value(record: Record, name: str) -> object:
        return record.get(name) if record.get(name) not in ("#N/A", "") else None

    expected = sorted(
        MESSAGE.short(name) for name in API if value(before, name) != value(now, name)
    )
    assert list(compared(replace(built_in(), content=None), before, now)) == expected


def test_only_the_content_counts_where_the_mapping_names_it() -> None:
    before, now = {API[0]: "a", API[2]: "a"}, {API[0]: "a", API[2]: "b"}
    assert compared(holding("Text__c"), before, now) == ()
    assert compared(holding("User_Full_Name__c"), before, now) == ("User_Full_Name__c",)
    assert compared(holding(), before, {}) == ()


def test_another_shape_is_not_compared() -> None:
    """The standard shape has other fields and forms: every message would seem to be edited."""
    standard: tuple[Record, Origin] = ({API[0]: "b"}, Origin.STANDARD)
    assert edited_fields(holding("Text__c"), MESSAGE, ({API[0]: "a"}, Origin.BOTH), standard) == ()
    both: tuple[Record, Origin] = ({API[0]: "b"}, Origin.BOTH)
    record: tuple[Record, Origin] = ({API[0]: "a"}, Origin.SALESFORCE)
    assert edited_fields(holding("Text__c"), MESSAGE, record, both) == ("Text__c",)
