"""A value that the org keeps unique goes with the first message of a run that has it."""

from __future__ import annotations

import pytest

from bridge.fixers import with_fields
from bridge.model import Decision, FailedMessage, Item, Origin, Value
from bridge.planning import Planner, UniqueValues, parse_mapping
from tests.fixers.schema import field

HEAD = (
    "object: Heroku_Message__c\nkey: Identifier__c\nconversation: Chat_Identifier__c\n"
    "order: Timestamp__c\n"
)
SCHEMA = with_fields(
    field("Ticket__c", length=20, unique=True), field("Code__c", "double", precision=5, unique=True)
)
PLANNER = Planner(parse_mapping(HEAD, "org.yaml"), SCHEMA)


def item(number: int, **record: Value) -> Item:
    key = f"{number:032x}"
    full = {
        "Identifier__c": key,
        "Chat_Identifier__c": "c",
        "User_Full_Name__c": "Test Sender",
        **record,
    }
    return PLANNER.plan(FailedMessage(key, full, {}, None, Origin.SALESFORCE, "{}"))


def values() -> UniqueValues:
    return UniqueValues(SCHEMA, PLANNER.key_field)


def test_the_second_with_a_value_is_held_as_the_org_would_refuse_it() -> None:
    unique = values()
    first, second, third = item(1, Ticket__c="T-1"), item(2, Ticket__c=" t-1 "), item(3)
    assert unique.admit(first) is first
    held = unique.admit(second)
    assert held.decision is Decision.HELD
    assert held.held is not None
    assert (held.held.code, held.held.fields) == ("DUPLICATE_VALUE", ("Ticket__c",))
    assert first.key is not None
    assert first.key in held.held.what
    assert held._replace(decision=second.decision, held=None) == second
    assert unique.admit(third) is third


def test_a_number_is_unique_too() -> None:
    unique = values()
    assert unique.admit(item(1, Code__c=7)).decision is Decision.READY
    assert unique.admit(item(2, Code__c=7.0)).decision is Decision.HELD
    assert unique.admit(item(3, Code__c=8)).decision is Decision.READY


@pytest.mark.parametrize("blank", [None, "", "  "])
def test_no_value_is_no_value_twice(blank: Value) -> None:
    unique = values()
    for number in range(3):
        assert unique.admit(item(number, Ticket__c=blank)).decision is Decision.READY


def test_what_is_not_sent_takes_no_value_away() -> None:
    unique = values()
    held = item(1, Ticket__c="T-1", Text__c="x" * 5000)
    assert held.decision is Decision.HELD
    assert unique.admit(held) is held
    assert unique.admit(item(2, Ticket__c="T-1")).decision is Decision.READY
