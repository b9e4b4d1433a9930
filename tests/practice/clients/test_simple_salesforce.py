"""simple-salesforce's own higher-level calls, which the bridge itself does not use."""

from __future__ import annotations

import pytest
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceMoreThanOneRecord, SalesforceResourceNotFound
from simple_salesforce.format import format_external_id

from bridge.practice import Operation, PracticeServer, Scenario
from tests.practice.conftest import DAY, Start, a_message, rows_of
from tests.practice.http.test_salesforce import Connect

MESSAGE = "Social25__Heroku_Message__c"
KEY = "Social25__Identifier__c"


def test_a_types_own_calls_create_read_change_and_delete(salesforce: Salesforce) -> None:
    leads = rows_of(salesforce, "Lead")
    row_id = leads.create({"LastName": "Test Sender", "Company": "c"})["id"]
    assert leads.update(row_id, {"Company": "d"}) == 204
    assert leads.get(row_id)["Company"] == "d"
    assert leads.delete(row_id) == 204
    assert leads.metadata()["objectDescribe"]["name"] == "Lead"


def test_upsert_creates_once_and_updates_after(
    salesforce: Salesforce, practice: PracticeServer
) -> None:
    messages = rows_of(salesforce, MESSAGE)
    row = a_message(1)
    value = format_external_id(KEY, str(row.pop(KEY)))
    created = messages.upsert(value, row, raw_response=True)
    assert (created.status_code, created.json()["created"]) == (201, True)
    updated = messages.upsert(value, row | {"Social25__Text__c": "again"}, raw_response=True)
    assert (updated.status_code, updated.json()["created"]) == (200, False)
    assert updated.json()["id"] == created.json()["id"]
    assert messages.get(value)["Social25__Text__c"] == "again"
    assert practice.org.rows_per_key()[f"{1:032x}"] == 1
    assert not practice.requests.of(Operation.UNKNOWN)


def test_a_key_that_is_there_twice_is_never_upserted(start: Start, connect: Connect) -> None:
    practice = start(Scenario(day=DAY, key_unique=False))
    for _ in range(2):
        practice.org.insert(practice.org.message_sobject(), [a_message(1)])
    row = a_message(1)
    value = format_external_id(KEY, str(row.pop(KEY)))
    with pytest.raises(SalesforceMoreThanOneRecord) as caught:
        rows_of(connect(practice), MESSAGE).upsert(value, row)
    content: object = caught.value.content
    assert isinstance(content, list)
    assert len(content) == 2


def test_an_unknown_external_id_field_is_refused(salesforce: Salesforce) -> None:
    with pytest.raises(SalesforceResourceNotFound):
        rows_of(salesforce, "Lead").upsert("Company/x", {"LastName": "a"})


def test_the_orgs_kind_its_limits_and_its_rows_are_asked(
    salesforce: Salesforce, practice: PracticeServer
) -> None:
    assert salesforce.is_sandbox() is True
    assert {"Max", "Remaining"} <= dict(salesforce.limits()["DailyApiRequests"]).keys()
    everything = list(salesforce.query_all_iter(f"SELECT Id FROM {MESSAGE}"))  # noqa: S608
    assert len(everything) == len(practice.org.messages())
