from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import OrgUnanswered, SettingsError
from bridge.model import FieldSchema, PicklistValue, RecordType
from bridge.salesforce.describe import find_object, namespace_of, parse_names, parse_object
from tests.salesforce.describing import MESSAGE, PREFIX, everything, field, message_object


def described(name: str) -> FieldSchema:
    found = parse_object(message_object(), "GET describe").get(name)
    assert found is not None
    return found


def test_an_object_keeps_its_name_namespace_and_access() -> None:
    schema = parse_object(message_object(), "GET describe")

    assert (schema.name, schema.namespace, schema.label) == (MESSAGE, "Social25", "Heroku Message")
    assert schema.createable
    assert schema.queryable


def test_a_text_field_keeps_what_makes_it_a_key() -> None:
    assert described("Identifier__c") == FieldSchema(
        name=f"{PREFIX}Identifier__c",
        label="Social25  Identifier  c",
        type="string",
        length=255,
        byte_length=765,
        nillable=False,
        external_id=True,
        id_lookup=True,
        unique=True,
        case_sensitive=True,
    )


@pytest.mark.parametrize("filterable", [True, False])
def test_a_field_keeps_whether_rows_can_be_asked_for_by_it(filterable: bool) -> None:
    answer = message_object() | {"fields": [field("Key__c", "string", filterable=filterable)]}
    found = parse_object(answer, "GET describe").get("Key__c")
    assert found is not None
    assert found.filterable is filterable


def test_a_picklist_keeps_inactive_values_and_names_unlabelled_ones_by_value() -> None:
    medium = described("Conversation_Medium__c")

    assert medium.restricted_picklist
    assert medium.picklist_values == (
        PicklistValue("facebook", "Facebook", active=True),
        PicklistValue("fax", "fax", active=False),
    )


def test_numbers_keep_their_digits_and_references_their_targets() -> None:
    offset = described("User_Locale_GMT_Offset__c")

    assert (offset.precision, offset.scale) == (4, 1)
    assert described("Retries__c").digits == 9
    assert described("OwnerId").reference_to == ("Group", "User")
    assert described("Note__c").html_formatted


@pytest.mark.parametrize("nillable", [True, False])
@pytest.mark.parametrize("defaulted", [True, False])
@pytest.mark.parametrize("createable", [True, False])
@pytest.mark.parametrize("type_", ["string", "boolean"])
def test_required_is_not_nillable_not_defaulted_createable_and_no_boolean(
    nillable: bool, defaulted: bool, createable: bool, type_: str
) -> None:
    attributes = field(
        "Company__c",
        type_,
        nillable=nillable,
        defaultedOnCreate=defaulted,
        createable=createable,
    )
    schema = parse_object(message_object() | {"fields": [attributes]}, "GET describe")

    wanted = (nillable, defaulted, createable, type_) == (False, False, True, "string")
    assert schema.fields[0].required is wanted


def test_record_types_keep_who_may_use_them_and_the_master_is_among_them() -> None:
    chat = {
        "active": True,
        "available": False,
        "defaultRecordTypeMapping": False,
        "developerName": "Chat",
        "master": False,
        "name": "A Chat",
        "recordTypeId": "0125g0000000001AAA",
        "urls": {},
    }
    older = {
        "available": True,
        "defaultRecordTypeMapping": True,
        "name": "Master",
        "recordTypeId": "012000000000000AAA",
    }
    answer = message_object() | {"recordTypeInfos": [chat, older]}

    assert parse_object(answer, "GET describe").record_types == (
        RecordType("0125g0000000001AAA", "Chat", "A Chat", True, False, False),
        RecordType("012000000000000AAA", "Master", "Master", True, True, True),
    )


@pytest.mark.parametrize("infos", [{}, {"recordTypeInfos": None}, {"recordTypeInfos": []}])
def test_an_object_may_have_no_record_types(infos: dict[str, object]) -> None:
    answer = {k: v for k, v in message_object().items() if k != "recordTypeInfos"} | infos
    assert parse_object(answer, "GET describe").record_types == ()


@pytest.mark.parametrize(
    "answer",
    [None, [], "<html>", {"name": MESSAGE}, message_object() | {"fields": [{"name": "Id"}]}],
    ids=["nothing", "list", "text", "no fields", "field without a type"],
)
def test_what_is_no_describe_is_unanswered(answer: object) -> None:
    with pytest.raises(OrgUnanswered):
        parse_object(answer, "GET describe")


def test_what_is_no_global_describe_is_unanswered() -> None:
    assert parse_names(everything("Lead", MESSAGE), "GET sobjects") == ("Lead", MESSAGE)
    with pytest.raises(OrgUnanswered):
        parse_names({"sobjects": [{}]}, "GET sobjects")


@pytest.mark.parametrize(
    ("name", "namespace"),
    [(MESSAGE, "Social25"), ("Heroku_Message__c", ""), ("Lead", ""), ("my_ns__A_b__mdt", "my_ns")],
)
def test_a_namespace_stands_before_the_first_of_two_double_underscores(
    name: str, namespace: str
) -> None:
    assert namespace_of(name) == namespace


@pytest.mark.parametrize(
    ("wanted", "names", "found"),
    [
        ("Heroku_Message__c", ["Lead", MESSAGE], MESSAGE),
        (MESSAGE, ["Lead", MESSAGE], MESSAGE),
        ("heroku_message__C", ["Lead", MESSAGE], MESSAGE),
        ("Heroku_Message__c", [MESSAGE, "Heroku_Message__c"], "Heroku_Message__c"),
        ("Message__c", ["Heroku_Message__c", "X__Message__c"], "X__Message__c"),
    ],
    ids=["behind a namespace", "whole", "other case", "own before package's", "whole parts only"],
)
def test_an_object_is_found_with_its_namespace_or_without(
    wanted: str, names: list[str], found: str
) -> None:
    assert find_object(wanted, names) == found


def test_several_objects_of_the_name_are_all_named() -> None:
    with pytest.raises(SettingsError, match=r"A__Message__c, B__Message__c"):
        find_object("Message__c", ["B__Message__c", "A__Message__c"])


def test_the_shares_of_an_object_are_not_a_packages_object_of_that_name() -> None:
    with pytest.raises(SettingsError):
        find_object("Share", ["Heroku_Message__Share"])


def test_a_missing_object_brings_up_those_with_a_similar_name() -> None:
    with pytest.raises(SettingsError, match="shows this user no object") as caught:
        find_object("Heroku_Mesage__c", ["Lead", MESSAGE])

    assert MESSAGE in caught.value.advice
    assert "Lead" not in caught.value.advice


@given(st.text(), st.lists(st.text()))
def test_any_names_end_in_an_object_or_in_an_error_of_ours(wanted: str, names: list[str]) -> None:
    try:
        assert find_object(wanted, names) in names
    except SettingsError:
        assert wanted not in names
