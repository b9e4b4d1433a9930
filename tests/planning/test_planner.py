"""What the planner makes of a message."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.model import (
    Decision,
    FailedMessage,
    HeldReason,
    Origin,
    Record,
    Risk,
    UnreadableMessage,
    Value,
)
from bridge.planning import Planner, check
from bridge.planning.mapping import MessageMapping
from bridge.planning.mapping_file import built_in_mapping, parse_mapping, read_mapping
from tests.fixers.schema import MESSAGE
from tests.planning.test_mapping import HEAD

KEY = "92dd772d38bd4d64abf832fe279b189b"
CHAT = "0b0e7a1c2d3f4a5b8c9d0e1f2a3b4c5d"


def message(error_text: str | None = None, **record: Value) -> FailedMessage:
    full = {"Identifier__c": KEY, "Chat_Identifier__c": CHAT, "Text__c": "Hello", **record}
    return FailedMessage(KEY, full, {}, error_text, Origin.SALESFORCE, "{}")


def built_in() -> MessageMapping:
    return read_mapping(built_in_mapping())


def planner(causes: str = "") -> Planner:
    return Planner(parse_mapping(HEAD + causes, "org.yaml"), MESSAGE)


def test_what_a_mapping_leaves_out_still_orders_the_messages() -> None:
    leaves_out = "fixers: [nulls, drop: [Chat_Identifier__c, Timestamp__c]]\n"
    time = "2026-11-22T08:30:00Z"
    item = planner(leaves_out).plan(message(Timestamp__c=time))
    assert (item.conversation, item.order) == (CHAT, "2026-11-22T08:30:00.000000+00:00")
    item = planner(leaves_out).plan(message(Chat_Identifier__c="#N/A"))
    assert (item.conversation, item.order) == (None, "")


def test_half_an_emoji_does_not_keep_a_message_out() -> None:
    item = Planner(built_in(), MESSAGE).plan(
        message(User_Full_Name__c="Test Sender", Text__c="On my way \ud83d\x00")
    )
    assert item.decision is Decision.READY, item.held
    assert item.record["Social25__Text__c"] == "On my way \ufffd"


def test_a_documented_record_becomes_what_salesforce_wants() -> None:
    item = Planner(built_in(), MESSAGE).plan(
        message(
            "FIELD_CUSTOM_VALIDATION_EXCEPTION:Message body exceeds maximum field length.:--",
            External_Identifier__c="m_1",
            Outbound__c=0,
            Media_Title__c="#N/A",
            File_Type__c="#N/A",
            Mime_Type__c="#N/A",
            Content_Url__c="#N/A",
            Auxiliary_Data__c="#N/A",
            Agent_Identifier__c="#N/A",
            Timestamp__c="2019-10-01T09:16:28Z",
            Custom_Identifer__c="#N/A",
            Conversation_Medium__c="facebook",
            Conversation_State__c="OPEN",
            Platform_Identifier__c="262358007148636",
            User_Full_Name__c="Test Sender",
            User_Gender__c="female",
            User_Active__c="1",
            User_Locale_GMT_Offset__c="2",
            User_Profile_Image_URL__c={"url": "https://example.com/a.png", "etag": "1"},
        )
    )
    assert item.decision is Decision.READY, item.held
    assert item.record["Social25__Outbound__c"] is False
    assert item.record["Social25__User_Profile_Image_URL__c"] == "https://example.com/a.png"
    assert "Social25__Media_Title__c" not in item.record
    assert item.record["Social25__Identifier__c"] == KEY
    assert item.conversation == CHAT
    assert item.original["Social25__Media_Title__c"] == "#N/A"


def test_what_the_org_would_refuse_is_held_and_says_so() -> None:
    item = planner().plan(message(Text__c="x" * 5000))
    assert item.decision is Decision.HELD
    assert item.held is not None
    assert (item.held.reason, item.held.code) == (HeldReason.SCHEMA, "STRING_TOO_LONG")
    assert "- truncate: {Text__c" in item.held.advice


@pytest.mark.parametrize(("word", "decision"), [("hold", "held"), ("skip", "skipped")])
def test_a_policy_can_hold_or_skip_a_cause(word: str, decision: str) -> None:
    item = planner(f"causes:\n  - when: {{code: APEX_*}}\n    then: {{{word}: Ask first.}}\n").plan(
        message("APEX_ERROR:something:--")
    )
    assert item.decision == decision
    assert item.held is not None
    assert item.held.advice == "Ask first."
    assert "org.yaml:6" in item.held.what


def test_what_is_skipped_without_a_word_asks_for_nothing() -> None:
    item = planner("causes:\n  - when: {code: APEX_*}\n    then: skip\n").plan(
        message("APEX_ERROR:something:--")
    )
    assert item.held is not None
    assert item.held.advice == "Left out on purpose: nothing is to be done."


def test_a_time_beyond_every_calendar_orders_nothing_and_stops_nobody() -> None:
    assert planner().plan(message(Timestamp__c="0001-01-01T00:00:00+14:00")).order == ""


def test_a_key_in_another_spelling_is_written_as_gotallo_writes_it() -> None:
    dashed = "92DD772D-38BD-4D64-ABF8-32FE279B189B"
    item = planner().plan(message(Identifier__c=dashed))
    assert item.record["Social25__Identifier__c"] == KEY
    (change,) = item.changes
    assert (change.before, change.after, change.risk) == (dashed, KEY, Risk.LOSSLESS)


def test_an_unreadable_result_is_an_item_that_keeps_its_json() -> None:
    item = planner().plan(UnreadableMessage("no identifier", '{"a": 1}'))
    assert (item.decision, item.key, item.raw) == (Decision.HELD, None, '{"a": 1}')
    assert item.held is not None
    assert item.held.reason is HeldReason.UNREADABLE


WITHOUT_A_REQUIRED_NAME = replace(
    MESSAGE,
    fields=tuple(
        replace(f, nillable=True) if f.name.endswith("User_Full_Name__c") else f
        for f in MESSAGE.fields
    ),
)
STANDARD: Record = {
    "id": "92dd772d-38bd-4d64-abf8-32fe279b189b",
    "conversation_id": "0b0e7a1c-2d3f-4a5b-8c9d-0e1f2a3b4c5d",
    "timestamp": "2021-05-01T10:00:00Z",
    "outbound": False,
    "text": "Hello",
}


def test_a_message_of_the_standard_shape_is_mapped_as_far_as_the_table_goes() -> None:
    alone = FailedMessage(KEY, {}, STANDARD, "X: y", Origin.STANDARD, "{}")
    item = Planner(built_in(), WITHOUT_A_REQUIRED_NAME).plan(alone)
    assert item.decision is Decision.READY, item.held
    assert item.record["Social25__Identifier__c"] == KEY
    assert item.record["Social25__Chat_Identifier__c"] == CHAT
    assert item.conversation == CHAT
    assert item.order == "2021-05-01T10:00:00.000000+00:00"


def test_where_that_is_not_enough_for_the_org_it_is_held_and_says_why() -> None:
    alone = FailedMessage(KEY, {}, STANDARD, "X: y", Origin.STANDARD, "{}")
    item = Planner(built_in(), MESSAGE).plan(alone)
    assert item.held is not None
    assert item.held.code == "REQUIRED_FIELD_MISSING"
    assert "standard shape only" in item.held.what


def test_without_the_table_it_is_held_with_a_reason() -> None:
    alone = FailedMessage(KEY, {}, STANDARD, "X: y", Origin.STANDARD, "{}")
    item = planner().plan(alone)
    assert item.held is not None
    assert "standard shape only" in item.held.what
    assert "from_standard" in item.held.advice


values = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.just("#N/A"))
records = st.dictionaries(
    st.sampled_from([MESSAGE.short(f.name) for f in MESSAGE.fields] + ["Odd__c"]), values
)


@given(records, st.none() | st.text())
def test_what_is_ready_passes_the_check_and_planning_is_pure(
    record: Record, error_text: str | None
) -> None:
    plans = Planner(built_in(), MESSAGE)
    one = FailedMessage(KEY, record, {}, error_text, Origin.SALESFORCE, "{}")
    item = plans.plan(one)
    assert repr(plans.plan(one)) == repr(item)
    assert item.record["Social25__Identifier__c"] == KEY
    if item.decision is Decision.READY:
        assert check(item.record, MESSAGE) == ()
    else:
        assert item.held is not None
        assert item.held.advice


@given(records)
def test_every_difference_between_original_and_record_is_on_record(record: Record) -> None:
    item = Planner(built_in(), MESSAGE).plan(
        FailedMessage(KEY, record, {}, None, Origin.SALESFORCE, "{}")
    )
    replayed = dict(item.original)
    for made in item.changes:
        assert repr(replayed.get(made.field)) == repr(made.before)
        replayed[made.field] = made.after
    assert repr({k: v for k, v in replayed.items() if v is not None}) == repr(dict(item.record))
