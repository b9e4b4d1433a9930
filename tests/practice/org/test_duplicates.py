from __future__ import annotations

from bridge.practice import Scenario, TriggerFailure
from bridge.practice.org.duplicates import DuplicateAction, DuplicateRule, Insistence
from bridge.practice.org.org import Org
from bridge.practice.org.save import NotSaved
from bridge.practice.org.schema import Row
from tests.practice.conftest import a_message, an_org

LEAD: Row = {"LastName": "Test Sender", "Company": "c", "Phone": "1"}


def org_with(action: DuplicateAction) -> Org:
    rule = DuplicateRule("Lead", ("LastName", "Phone"), action)
    return an_org(Scenario(duplicate_rules=(rule,)))


def insert_lead(org: Org, insistence: Insistence = Insistence.NONE, **fields: str) -> str | None:
    lead = org.sobject("Lead")
    assert lead is not None
    (result,) = org.insert(lead, [{**LEAD, **fields}], insistence=insistence)
    return result.errors[0].code if isinstance(result, NotSaved) else None


def test_a_row_like_another_in_each_field_of_the_rule_is_refused() -> None:
    org = org_with(DuplicateAction.BLOCK)
    assert insert_lead(org) is None
    assert insert_lead(org, LastName="TEST SENDER") == "DUPLICATES_DETECTED"
    assert insert_lead(org, Phone="2") is None


def test_rows_of_the_same_save_are_not_compared_with_each_other() -> None:
    org = org_with(DuplicateAction.BLOCK)
    lead = org.sobject("Lead")
    assert lead is not None
    assert not any(isinstance(result, NotSaved) for result in org.insert(lead, [LEAD, LEAD]))
    assert insert_lead(org) == "DUPLICATES_DETECTED"


def test_a_row_without_one_of_the_fields_is_like_none() -> None:
    org = org_with(DuplicateAction.BLOCK)
    lead = org.sobject("Lead")
    assert lead is not None
    for _ in range(2):
        (result,) = org.insert(lead, [{"LastName": "a", "Company": "c"}])
        assert not isinstance(result, NotSaved)


def test_an_alert_gives_way_to_a_request_that_insists_and_a_block_does_not() -> None:
    for action, refusal in [
        (DuplicateAction.ALERT, None),
        (DuplicateAction.BLOCK, "DUPLICATES_DETECTED"),
    ]:
        org = org_with(action)
        insert_lead(org)
        assert insert_lead(org) == "DUPLICATES_DETECTED"
        assert insert_lead(org, Insistence.ALLOW_SAVE) == refusal


def test_a_lead_that_the_trigger_makes_is_held_to_the_rule_too() -> None:
    rule = DuplicateRule("Lead", ("LastName",))
    org = an_org(Scenario(duplicate_rules=(rule,), trigger_failure=TriggerFailure.ROW))
    rows = [a_message(n, User_Full_Name__c="Test Sender") for n in (1, 2)]
    first, second = org.insert(org.message_sobject(), rows)
    assert not isinstance(first, NotSaved)
    assert isinstance(second, NotSaved)
    assert "DUPLICATES_DETECTED, Use one of these records?: []" in second.errors[0].message
