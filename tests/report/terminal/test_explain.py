from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from bridge.diagnosis import diagnose
from bridge.report import show_explanation
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
        "Read as STRING_TOO_LONG, within CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY: data, by its form."
    )
    steps = [line.split()[0] for line in lines[read + 1 :] if line[2] != " "]
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
