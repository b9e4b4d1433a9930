"""An error in a record that a trigger makes is traced to the message's field."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.diagnosis import diagnose
from bridge.model import Change, Diagnosis, Kind, Record
from bridge.planning import Planner, downstream
from bridge.planning.mapping_file import parse_mapping
from tests.fixers.schema import MESSAGE
from tests.planning.test_mapping import HEAD
from tests.planning.test_planner import built_in, message

TABLE = {
    "Lead": {"LastName": "User_Full_Name__c", "Phone": "User_Phone_Number__c"},
    "Contact": {"LastName": "User_Last_Name__c", "Phone": "User_Phone_Number__c"},
}
TRIGGER = (
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY:Social25.MessageTrigger: execution of AfterInsert caused "
    "by: System.DmlException: Insert failed. First exception on row 0; first error: {error}:--"
)
LONG_NAME = "Test Sender of the long name " * 3
TOO_LONG = TRIGGER.format(
    error="STRING_TOO_LONG, Last Name: data value too large: "
    f"{LONG_NAME} (max length=80): [LastName]"
)
NO_NAME = TRIGGER.format(
    error="REQUIRED_FIELD_MISSING, Required fields are missing: [LastName]: [LastName]"
)
FULL_NAME = "Social25__User_Full_Name__c"
LAST_NAME = "Social25__User_Last_Name__c"


def said(
    text: str, table: downstream.Downstream = TABLE, record: Record | None = None
) -> list[str]:
    diagnosis = diagnose(text)
    found = downstream.traces(table, MESSAGE, diagnosis, record or {})
    return [finding.says for finding in downstream.findings(found, MESSAGE, diagnosis)]


def test_a_field_of_one_made_record_is_traced_to_its_source() -> None:
    assert said(TOO_LONG, {"Lead": TABLE["Lead"]}) == [
        "Lead.LastName holds 80 characters; it comes from User_Full_Name__c"
    ]


def test_what_the_error_quotes_tells_which_of_several_sources_it_was() -> None:
    assert said(TOO_LONG, record={FULL_NAME: LONG_NAME, LAST_NAME: "Sender"}) == [
        "Lead.LastName holds 80 characters; it comes from User_Full_Name__c"
    ]


def test_where_nothing_tells_all_of_them_are_named_and_no_fixer_guesses() -> None:
    assert said(NO_NAME) == [
        "LastName comes from User_Full_Name__c (Lead) or User_Last_Name__c (Contact)"
    ]
    diagnosis = diagnose(NO_NAME)
    found = downstream.traces(TABLE, MESSAGE, diagnosis, {})
    assert downstream.fields_of_the_message(diagnosis, found) == ()
    assert downstream.all_fields(diagnosis, found) == ("LastName",)


def test_one_source_of_several_records_is_one_source() -> None:
    text = TRIGGER.format(
        error="STRING_TOO_LONG, Phone: data value too large: 1 (max length=40): [Phone]"
    )
    assert said(text) == [
        "Lead.Phone or Contact.Phone holds 40 characters; it comes from User_Phone_Number__c"
    ]


def test_the_object_that_the_text_names_decides() -> None:
    diagnosis = diagnose(NO_NAME)._replace(object="contact")
    (trace,) = downstream.traces(TABLE, MESSAGE, diagnosis, {})
    assert trace.names == (LAST_NAME,)


@pytest.mark.parametrize(
    "text",
    [
        "STRING_TOO_LONG:Last Name: data value too large: x (max length=80):LastName --",
        TRIGGER.format(
            error="STRING_TOO_LONG, City: data value too large: x (max length=40): [City]"
        ),
        "No words of Salesforce",
    ],
    ids=["the message's own record", "a field that is not in the table", "no error at all"],
)
def test_what_the_table_does_not_tell_is_not_traced(text: str) -> None:
    assert said(text) == []


def test_a_source_that_the_org_does_not_show_is_none() -> None:
    assert said(TOO_LONG, {"Lead": {"LastName": "No_Such_Field__c"}}) == []


@given(
    st.sampled_from(["Lead", "Contact"]),
    st.text(max_size=200),
    st.sampled_from(["LastName", "Phone"]),
)
def test_a_trace_leads_to_a_field_of_the_table_whatever_is_quoted(
    name: str, quoted: str, field: str
) -> None:
    diagnosis = Diagnosis("STRING_TOO_LONG", Kind.DATA, quoted, (field,), value=quoted, object=name)
    (trace,) = downstream.traces(TABLE, MESSAGE, diagnosis, {FULL_NAME: quoted})
    assert [MESSAGE.short(one) for one in trace.names] == [TABLE[name][field]]


def test_a_fixer_repairs_the_source_with_the_limit_of_the_made_record() -> None:
    mapping = parse_mapping(
        HEAD + "causes: [{when: {fields: [User_Full_Name__c]}, then: truncate}]\n"
        "downstream: {Lead: {LastName: User_Full_Name__c}}\n",
        "org.yaml",
    )
    item = Planner(mapping, MESSAGE).plan(message(TOO_LONG, User_Full_Name__c=LONG_NAME))
    (change,) = item.changes
    assert isinstance(change, Change)
    assert change.field == FULL_NAME
    assert len(str(change.after)) == 80
    assert item.cause.fields == ("LastName",), "a cause is told by what the text says"
    assert [finding.sources for finding in item.findings] == [(FULL_NAME,)]


def test_the_built_in_mapping_keeps_its_table() -> None:
    assert built_in().downstream["Lead"]["LeadSource"] == "Conversation_Medium__c"
