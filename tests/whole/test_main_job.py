"""From a window's failures to rows of the org, each once, in order, as the plan showed it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bridge.delivery import EndingKind
from bridge.errors import Exit
from bridge.model import Decision, HeldReason, Outcome
from bridge.practice import FieldNames, MorningCause, Scenario
from bridge.practice.org.values import Json
from bridge.report import exit_of
from tests.whole.conftest import OpenHouse
from tests.whole.house import House, insert_by_hand

RULE = "No_Links"
KEY = "Social25__Identifier__c"
TEXT = "Social25__Text__c"


def message_rows(house: House) -> dict[str, dict[str, object]]:
    rows = house.practice.org.rows(house.practice.org.message_object)
    return {str(row[KEY]): dict(row) for row in rows}


def test_two_thousand_failures_of_all_causes(open_house: OpenHouse) -> None:
    house = open_house(Scenario(size=2000))
    already = set(house.rows())
    result = house.resync(before_sending=lambda: house.practice.org.set_rule_active(RULE, False))
    counts = result.document.counts
    assert result.ending.kind is EndingKind.FINISHED
    assert counts.fetched == 2000
    assert counts.ready + counts.held + counts.skipped == 2000
    assert counts.synced + counts.present + counts.rejected == counts.ready
    assert counts.synced > 1000

    rows = message_rows(house)
    assert set(house.rows().values()) == {1}, "a message is in the org more than once"
    planned_texts = {
        item.key: item.record.get(TEXT)
        for item in house.items(result.run_id)
        if item.outcome is Outcome.SYNCED
    }
    stored_texts = {key: rows[key or ""][TEXT] for key in planned_texts}
    assert {k: _as_shown(v) for k, v in stored_texts.items()} == {
        k: _as_shown(v) for k, v in planned_texts.items()
    }
    for item in house.items(result.run_id):
        if item.decision is not Decision.READY or item.outcome is Outcome.REJECTED:
            assert item.key not in rows or item.key in already, "a held message was sent"
    assert set(rows) - already == set(planned_texts)
    fired = house.practice.org.firings()
    assert all(fired[str(key)] == 1 for key in planned_texts), "a trigger fired twice"

    again = house.resync()
    assert again.document.counts.synced == 0
    assert message_rows(house).keys() == rows.keys()
    assert exit_of(again.document) is Exit.LEFT_OVER

    verification = house.verify(again.run_id)
    assert verification.proven
    assert verification.once == again.document.counts.present
    assert not verification.there_unsent


def _as_shown(text: object) -> object:
    """As a reader sees it: the org trims a text and stores its line breaks as CR LF."""
    return text.replace("\r\n", "\n").strip(" \n\r\t") if isinstance(text, str) else text


def test_each_conversation_arrives_in_time_order(open_house: OpenHouse) -> None:
    house = open_house(Scenario(size=400))
    house.practice.org.set_rule_active(RULE, False)
    result = house.resync()
    rows = message_rows(house)
    arrived: dict[str, list[tuple[str, str]]] = {}
    for item in sorted(house.items(result.run_id), key=lambda i: (i.order, i.position)):
        if item.outcome is Outcome.SYNCED and item.conversation and item.attempts == 1:
            row_id = str(rows[item.key or ""]["Id"])
            arrived.setdefault(item.conversation, []).append((item.order, row_id))
    assert any(len(rows_of_one) > 2 for rows_of_one in arrived.values())
    for rows_of_one in arrived.values():
        assert [row for _, row in rows_of_one] == sorted(row for _, row in rows_of_one)


def test_the_operators_story(open_house: OpenHouse) -> None:
    """A rule refuses 40; the canaries find out; the rule is switched off; all 40 arrive."""
    house = open_house(Scenario(causes={MorningCause.LINK_RULE: 40}))
    before = house.rows()
    first = house.resync()
    counts = first.document.counts
    assert counts.rejected <= 5
    assert counts.rejected + counts.held == 40
    assert {
        item.held_reason for item in house.items(first.run_id) if item.decision is Decision.HELD
    } == {HeldReason.CANARY}
    assert exit_of(first.document) is Exit.LEFT_OVER
    assert house.rows() == before

    house.practice.org.set_rule_active(RULE, False)
    second = house.resync()
    assert second.document.counts.synced == 40
    assert exit_of(second.document) is Exit.OK
    assert set((house.rows() - before).values()) == {1}
    assert len(house.rows() - before) == 40


def test_a_dry_run_sends_nothing(open_house: OpenHouse) -> None:
    house = open_house()
    before = house.rows()
    run = house.plan()
    assert house.rows() == before
    assert house.document(run.id).counts.fetched == 34
    assert not [r for r in house.practice.requests.all() if r.operation == "insert"]


def test_the_limit_sends_the_earliest_and_apply_goes_on(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes={MorningCause.LONG_TEXT: 30}))
    run = house.plan()
    assert house.apply(run.id, limit=10).kind is EndingKind.LIMITED
    sent = [i for i in house.items(run.id) if i.outcome is Outcome.SYNCED]
    waiting = [i for i in house.items(run.id) if i.outcome is Outcome.NOT_SENT]
    assert (len(sent), len(waiting)) == (10, 20)
    assert max(i.order for i in sent) <= min(i.order for i in waiting)
    assert house.apply(run.id).kind is EndingKind.FINISHED
    assert house.document(run.id).counts.synced == 30


@pytest.mark.parametrize("names", list(FieldNames))
@pytest.mark.parametrize("namespace", ["Social25", ""])
def test_both_spellings_of_gotallo_and_of_the_org_fit_together(
    open_house: OpenHouse, names: FieldNames, namespace: str
) -> None:
    house = open_house(
        Scenario(field_names=names, namespace=namespace, causes={MorningCause.LONG_TEXT: 3})
    )
    assert house.resync().document.counts.synced == 3


def test_an_error_text_that_only_the_standard_shape_has_is_joined(open_house: OpenHouse) -> None:
    house = open_house(
        Scenario(
            log_message_in_salesforce_shape=False,
            causes={MorningCause.LINK_RULE: 3, MorningCause.LONG_TEXT: 2},
        )
    )
    run = house.plan()
    assert {i.origin for i in house.items(run.id)} == {"both"}
    codes = {cause.code for cause in house.document(run.id).causes}
    assert codes == {"FIELD_CUSTOM_VALIDATION_EXCEPTION", "STRING_TOO_LONG"}


DOCUMENTED_STANDARD: dict[str, Json] = {
    "id": "3fa85f64-5717-4562-b3fc-2c963f66afa6",
    "ext_identifier": "m_1",
    "agent_id": "3fa85f64-5717-4562-b3fc-2c963f66afa7",
    "tenant_id": "3fa85f64-5717-4562-b3fc-2c963f66afa8",
    "conversation_id": "3fa85f64-5717-4562-b3fc-2c963f66afa9",
    "timestamp": "2021-05-01T10:00:00Z",
    "modified_timestamp": "2021-05-01T10:00:00Z",
    "type": "text",
    "status": "sync_failed",
    "outbound": True,
    "text": "Hello",
    "log_message": (
        "FIELD_CUSTOM_VALIDATION_EXCEPTION: Message body exceeds maximum field length."
    ),
    "file": None,
    "file_type": None,
    "media_title": None,
    "mime_type": None,
    "transcribe_enabled": False,
    "transcribe_in_progress": False,
    "auxiliary_data": None,
    "custom_data": {},
}
DOCUMENTED_RECORD: dict[str, Json] = {
    "Social25__Identifier__c": "3fa85f6457174562b3fc2c963f66afa6",
    "Social25__External_Identifier__c": "m_1",
    "Social25__Text__c": "Hi, how are you?",
    "Social25__Outbound__c": 0,
    "Social25__Media_Title__c": "#N/A",
    "Social25__File_Type__c": "#N/A",
    "Social25__Mime_Type__c": "#N/A",
    "Social25__Content_Url__c": "#N/A",
    "Social25__Auxiliary_Data__c": "#N/A",
    "Social25__Agent_Identifier__c": "#N/A",
    "Social25__Timestamp__c": "2019-10-01T09:16:28Z",
    "Social25__Chat_Identifier__c": "0b0e7a1c2d3f4a5b8c9d0e1f2a3b4c5d",
    "Social25__Custom_Identifer__c": "#N/A",
    "Social25__Conversation_Medium__c": "facebook",
    "Social25__Conversation_State__c": "OPEN",
    "Social25__Platform_Identifier__c": "262358007148636",
    "Social25__User_Full_Name__c": "Test Sender",
    "Social25__User_First_Name__c": "Test",
    "Social25__User_Last_Name__c": "Sender",
    "Social25__User_Phone_Number__c": "#N/A",
    "Social25__User_Gender__c": "female",
    "Social25__User_Active__c": "1",
    "Social25__User_Locale_GMT_Offset__c": "2",
    "Social25__User_Profile_Image_URL__c": {
        "url": "https://example.com/picture.png",
        "etag": "1",
        "path": "p",
        "type": "image/png",
        "title": "t",
    },
    "Region__c": "EMEA",
}


OF_ANY_AGE = {"bridge_max_age_days": "none"}
"""The documented examples are of 2019."""


def test_the_documented_examples_join_and_reach_the_org(open_house: OpenHouse) -> None:
    house = replace(open_house(Scenario(size=1, causes={})), more=OF_ANY_AGE)
    house.practice.gotallo.add_results(
        DOCUMENTED_RECORD, DOCUMENTED_STANDARD, house.request.window.from_time
    )
    result = house.resync()
    (item,) = house.items(result.run_id)
    assert item.origin == "both"
    assert item.outcome is Outcome.SYNCED, (item.held_what, item.rejection_text)
    row = message_rows(house)["3fa85f6457174562b3fc2c963f66afa6"]
    assert row[TEXT] == "Hi, how are you?"
    assert row["Social25__Outbound__c"] is False
    assert row["Social25__User_Active__c"] is True
    assert row["Social25__User_Profile_Image_URL__c"] == "https://example.com/picture.png"
    assert row["Social25__Platform_Identifier__c"] == "262358007148636"
    assert row.get("Social25__Media_Title__c") is None
    assert house.verify(result.run_id).proven


def test_the_documented_standard_example_alone_is_held_for_what_the_org_requires(
    open_house: OpenHouse,
) -> None:
    house = open_house(Scenario(size=1, causes={}))
    house.practice.gotallo.add_results(None, DOCUMENTED_STANDARD, house.request.window.from_time)
    result = house.resync()
    (item,) = house.items(result.run_id)
    assert item.origin == "standard"
    assert item.held_reason is HeldReason.SCHEMA
    assert "standard shape only" in item.held_what
    assert "Region__c" in item.held_what


def test_the_documented_standard_example_alone_goes_where_the_org_asks_no_more(
    open_house: OpenHouse,
) -> None:
    """The practice org's lead needs a name: the mapping says which, once Salesforce has asked."""
    house = replace(open_house(Scenario(size=1, causes={}, required_field="")), more=OF_ANY_AGE)
    house.practice.gotallo.add_results(None, DOCUMENTED_STANDARD, house.request.window.from_time)
    result = house.resync()
    (item,) = house.items(result.run_id)
    assert item.original[TEXT] == "Hello"
    assert item.record["Social25__Chat_Identifier__c"] == "3fa85f6457174562b3fc2c963f66afa9"
    assert item.outcome is Outcome.SYNCED
    (heal,) = result.document.heals
    assert (heal.code, heal.fields) == ("REQUIRED_FIELD_MISSING", ("LastName",))
    assert item.record["Social25__User_Full_Name__c"] == "Unknown sender"


def test_a_result_that_can_not_be_read_is_held_with_its_json(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes={MorningCause.LONG_TEXT: 3}))
    broken = {"Social25__Text__c": "no identifier"}
    house.practice.gotallo.add_results(broken, None, house.request.window.from_time)
    result = house.resync()
    assert result.document.counts.synced == 3
    (unreadable,) = [i for i in house.items(result.run_id) if i.key is None]
    assert unreadable.held_reason is HeldReason.UNREADABLE
    assert json.loads(unreadable.raw) == broken


def test_a_row_that_gotallo_inserted_with_a_dashed_identifier_is_found(
    open_house: OpenHouse,
) -> None:
    house = replace(open_house(Scenario(causes={}, size=1, key_unique=False)), more=OF_ANY_AGE)
    dashed = {**DOCUMENTED_RECORD, "Social25__Identifier__c": DOCUMENTED_STANDARD["id"]}
    log_message = "UNABLE_TO_LOCK_ROW:unable to obtain exclusive access:--"
    house.practice.gotallo.add_results(
        {**dashed, "log_message": log_message}, None, house.request.window.from_time
    )
    record = house.items(house.plan().id)[0].record
    insert_by_hand(house, {**record, KEY: str(DOCUMENTED_STANDARD["id"])})
    result = house.resync()
    assert result.document.counts.present == 1
    assert house.verify(result.run_id).proven
