from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from bridge.errors import OrgRefused, OrgUnanswered
from bridge.salesforce import Org, ValidationRule
from bridge.salesforce.rules import rules_query
from tests.salesforce.loopback import Answer, Loopback

RECORD: dict[str, Any] = {
    "attributes": {"type": "ValidationRule", "url": "/services/data/v62.0/tooling/x"},
    "ValidationName": "No_Links",
    "Active": False,
    "ErrorMessage": "Links are not allowed.",
    "ErrorDisplayField": None,
    "LastModifiedDate": "2026-11-23T08:40:00.000+0000",
}


def page(*records: dict[str, Any], **more: Any) -> Answer:
    return Answer({"totalSize": len(records), "done": True, "records": list(records), **more})


def test_a_rule_keeps_its_name_state_text_place_and_last_change(
    loopback: Loopback, org: Org
) -> None:
    loopback.respond = lambda _: page(RECORD)
    assert org.validation_rules("Heroku_Message__c") == (
        ValidationRule(
            name="No_Links",
            active=False,
            message="Links are not allowed.",
            field="",
            changed_at=dt.datetime(2026, 11, 23, 8, 40, tzinfo=dt.UTC),
        ),
    )


def test_the_rules_of_further_pages_are_there_too(loopback: Loopback, org: Org) -> None:
    more = "/services/data/v62.0/tooling/query/01g-2000"
    pages = iter(
        [
            page(RECORD, done=False, totalSize=2, nextRecordsUrl=more),
            page({**RECORD, "ValidationName": "Other"}, totalSize=2),
        ]
    )
    loopback.respond = lambda _: next(pages)
    assert [r.name for r in org.validation_rules("Lead")] == ["No_Links", "Other"]


def test_rules_are_asked_of_the_tooling_api_by_the_objects_name() -> None:
    query = rules_query("It's__c")
    assert "FROM ValidationRule WHERE EntityDefinition.QualifiedApiName = 'It\\'s__c'" in query


@pytest.mark.parametrize("missing", ["ValidationName", "Active", "LastModifiedDate"])
def test_a_record_that_is_no_rule_is_no_answer(loopback: Loopback, org: Org, missing: str) -> None:
    loopback.respond = lambda _: page({k: v for k, v in RECORD.items() if k != missing})
    with pytest.raises(OrgUnanswered, match="validation rules"):
        org.validation_rules("Lead")


def test_a_user_who_may_not_see_setup_is_refused(loopback: Loopback, org: Org) -> None:
    refused = [{"errorCode": "INSUFFICIENT_ACCESS", "message": "no access to setup"}]
    loopback.respond = lambda _: Answer(refused, 403)
    with pytest.raises(OrgRefused) as caught:
        org.validation_rules("Lead")
    assert caught.value.status == 403
