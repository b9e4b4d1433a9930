from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.diagnosis import cause_of, diagnose
from bridge.report.terminal import show_explanation
from tests.report.runs import console, written

TRIGGER = (
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY:Social25.MessageTrigger: execution of AfterInsert caused "
    "by: System.DmlException: Insert failed. First exception on row 0; first error: "
    "STRING_TOO_LONG, Last Name: data value too large: Test Sender 12 (max length=80): [LastName]--"
)


def explained(text: str, width: int = 100) -> str:
    to = console(width)
    show_explanation(diagnose(text), to)
    return written(to)


def test_what_happened_comes_first_then_what_to_do_then_how_it_was_read() -> None:
    lines = explained(TRIGGER).splitlines()
    assert lines[0] == "A text is longer than its field: LastName, at most 80 characters."
    assert lines[1].startswith("Let the mapping truncate the field")
    assert "  who can   whoever runs the resync" in lines
    assert '  value     "Test Sender 12"' in lines
    assert "  arose in  the trigger Social25.MessageTrigger, AfterInsert" in lines
    read = lines.index(
        "Read as STRING_TOO_LONG, within CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY, kind data, "
        "for certain."
    )
    steps = [line.split()[0] for line in lines[read + 1 : -2] if line[2] != " "]
    assert steps == ["plain", "trigger", "dml"]


def test_a_rule_is_quoted_and_further_errors_are_listed() -> None:
    text = (
        '[{"errorCode":"FIELD_CUSTOM_VALIDATION_EXCEPTION","message":"No links, please"},'
        '{"errorCode":"ENTITY_IS_DELETED","message":"entity is deleted","fields":["A__c"]}]'
    )
    lines = explained(text).splitlines()
    assert any(line.split(maxsplit=1) == ["rule", '"No links, please"'] for line in lines)
    assert any("ENTITY_IS_DELETED on A__c: entity is deleted" in line for line in lines)


def test_what_has_no_code_says_so() -> None:
    assert explained("hello").splitlines()[0] == "The text has no status code of Salesforce in it."
    assert "did not answer" in explained("Connection reset by peer")
    assert "paste it whole, with the word in capitals" in explained("hello")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("bad value for restricted picklist field: WhatsApp Business", "RESTRICTED_PICKLIST"),
        ("No such column 'User_Email__c' on sobject of type Heroku_Message__c", "INVALID_FIELD"),
        (
            "Foreign key external ID: 12 not found for field Ext__c in entity Account",
            "INVALID_FIELD",
        ),
    ],
)
def test_well_known_words_without_a_code_get_a_likely_reading(text: str, code: str) -> None:
    first = explained(text, 200).splitlines()[0]
    assert "by its words likely " in first
    assert code in first


def test_what_happened_and_the_advice_are_of_one_mind() -> None:
    shown = explained(
        "INVALID_FIELD: Foreign key external ID: 12 not found for field Ext__c in entity Account"
    )
    assert shown.startswith("A reference by an external id leads to no record")
    assert "Amend the reference" in shown
    assert "no such field" not in shown


SPENT = "A governor limit was reached in the trigger LeadTrigger: "
OF_NULL = "System.NullPointerException: Attempt to de-reference a null object"


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (
            "System.LimitException: Too many SOQL queries: 101",
            f"{SPENT}Too many SOQL queries: 101.",
        ),
        (
            "System.LimitException: Apex CPU time limit exceeded",
            f"{SPENT}Apex CPU time limit exceeded.",
        ),
        (
            f"execution of AfterInsert caused by: {OF_NULL}",
            "The trigger LeadTrigger failed with System.NullPointerException.",
        ),
    ],
)
@pytest.mark.parametrize("code", ["", "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY: "])
def test_what_went_wrong_in_a_trigger_is_named(code: str, failure: str, said: str) -> None:
    assert explained(f"{code}LeadTrigger: {failure}", 200).splitlines()[0] == said


def test_an_explanation_leads_on_to_the_messages_that_failed_so() -> None:
    cause = cause_of(diagnose(TRIGGER)).id
    last = explained(TRIGGER).splitlines()[-1]
    assert last == f"next   bridge causes {cause}    the messages that failed so, if any"
    assert "bridge causes" not in explained("hello")


def test_a_code_that_stands_alone_is_told_as_that() -> None:
    shown = explained("INVALID_SESSION_ID")
    assert "Read as INVALID_SESSION_ID, kind stop, likely: the code stands alone." in shown


def test_a_code_without_a_text_is_named() -> None:
    assert explained("A_NEW_CODE: x").startswith("Salesforce gives A_NEW_CODE, ")


@given(
    st.text(st.characters(), max_size=60),
    st.sampled_from(
        ["{}", "STRING_TOO_LONG:{}:--", "REQUIRED_FIELD_MISSING: {} [A]", TRIGGER + "{}"]
    ),
)
def test_no_text_acts_on_the_terminal(text: str, form: str) -> None:
    shown = explained(form.format(text.replace("{", "").replace("}", "")))
    assert {unicodedata.category(char) for char in shown if char != "\n"}.isdisjoint(
        {"Cc", "Cs", "Zl", "Zp"}
    )
    assert "\u202e" not in shown
