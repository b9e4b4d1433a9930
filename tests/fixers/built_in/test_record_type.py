from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bridge.fixers import build
from bridge.model import Change, ObjectSchema, Record, RecordType, Risk
from tests.fixers.schema import MESSAGE, field, org_record, records

CHAT, MAIL, FAX, VIP = (f"0125g000000000{n}AAA" for n in range(1, 5))
TYPES = (
    RecordType(CHAT, "Chat", "A Chat", active=True, available=True, default=False),
    RecordType(MAIL, "E_Mail", "Mail", active=True, available=True, default=True),
    RecordType(FAX, "Fax", "Fax", active=False, available=True, default=False),
    RecordType(VIP, "Vip", "Vip", active=True, available=False, default=False),
)
FIELD = field("RecordTypeId", "reference", 18, reference_to=("RecordType",))
ORG = replace(MESSAGE, fields=(*MESSAGE.fields, FIELD), record_types=TYPES)
BY = {"by": "Conversation_Medium__c", "table": {"sms": "E_Mail", "web": "Fax", "*": "Chat"}}
CHATS = {"developer_name": "Chat"}


def made(options: object, record: Record, schema: ObjectSchema = ORG) -> tuple[Change, ...]:
    return tuple(build("record_type", options).fix(org_record(record), schema, None))


@pytest.mark.parametrize(("name", "written"), [("Chat", CHAT), ("chat", CHAT), ("E_Mail", MAIL)])
def test_the_named_record_type_is_written_by_its_id(name: str, written: str) -> None:
    (change,) = made({"developer_name": name}, {"Text__c": "Hi"})
    assert (change.field, change.after, change.risk) == ("RecordTypeId", written, Risk.INVENTED)


@pytest.mark.parametrize("name", ["Fax", "Vip", "A Chat", "Nope"])
def test_one_that_may_not_be_given_is_never_written(name: str) -> None:
    assert made({"developer_name": name}, {"Text__c": "Hi"}) == ()
    assert made({"developer_name": name}, {"RecordTypeId": VIP}) == ()


@pytest.mark.parametrize(
    ("medium", "written"),
    [("sms", [MAIL]), (" SMS", [MAIL]), ("web", []), ("line", [CHAT]), (None, [CHAT]), (7, [CHAT])],
)
def test_another_fields_value_decides(medium: str | int | None, written: list[str]) -> None:
    changes = made(BY, {"Conversation_Medium__c": medium})
    assert [change.after for change in changes] == written


def test_a_value_that_the_table_lacks_writes_none() -> None:
    options = {"by": "Conversation_Medium__c", "table": {"sms": "Chat"}}
    assert made(options, {"Conversation_Medium__c": "line"}) == ()


@pytest.mark.parametrize("given", [MAIL, MAIL[:15], CHAT])
def test_a_usable_record_type_that_the_record_names_stays(given: str) -> None:
    assert made(CHATS, {"RecordTypeId": given}) == ()


@pytest.mark.parametrize("given", [FAX, VIP, "0125g0000000009AAA", "Chat", ""])
def test_one_that_the_org_would_refuse_is_replaced(given: str) -> None:
    (change,) = made(CHATS, {"RecordTypeId": given})
    assert (change.before, change.after) == (given, CHAT)


def test_an_org_without_record_types_or_without_access_to_the_field_gets_none() -> None:
    closed = replace(MESSAGE, fields=(replace(FIELD, createable=False),), record_types=TYPES)
    for schema in (MESSAGE, replace(MESSAGE, record_types=TYPES), closed):
        assert made(CHATS, {"Text__c": "Hi"}, schema) == ()


@given(records, st.sampled_from([None, CHAT, MAIL, FAX, VIP, "x"]))
def test_afterwards_the_record_type_may_be_given_and_nothing_else_is_touched(
    record: Record, given: str | None
) -> None:
    record = {**record, "RecordTypeId": given}
    changes = made(BY | {"table": {"sms": "E_Mail", "*": "Chat"}}, record)
    assert [change.field for change in changes] in ([], ["RecordTypeId"])
    after = changes[0].after if changes else given
    assert after in (CHAT, MAIL)
    assert made(CHATS, {**record, "RecordTypeId": after}) == ()


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"by": "Conversation_Medium__c"},
        {"table": {"sms": "Chat"}},
        {"developer_name": "Chat", "by": "Text__c", "table": {"a": "Chat"}},
        {"by": "Text__c", "table": {"a": "Chat", "A": "E_Mail"}},
        {"by": "Text__c", "table": {"a": None}},
        {"name": "Chat"},
        "Chat",
    ],
)
def test_a_name_or_a_field_with_a_table_is_wanted(options: object) -> None:
    with pytest.raises(ValidationError):
        build("record_type", options)


def test_the_field_that_decides_must_be_one_of_the_org() -> None:
    assert list(build("record_type", BY).named_fields()) == ["Conversation_Medium__c"]
