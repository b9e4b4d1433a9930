"""The check says beforehand what the org would refuse, under the org's own codes."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bridge.fixers import build
from bridge.model import FieldSchema, ObjectSchema, Value
from bridge.planning import as_stored, check
from tests.fixers.schema import MESSAGE, choices, field


def object_of(*fields: FieldSchema) -> ObjectSchema:
    return ObjectSchema("Thing__c", "Thing", createable=True, queryable=True, fields=fields)


def codes(value: Value, of: FieldSchema) -> list[str | None]:
    return [problem.code for problem in check({of.name: value}, object_of(of))]


TEXT = field("T__c", length=5)
AREA = field("A__c", "textarea", 5)
PICK = field("P__c", "picklist", 255, picklist_values=choices("web"), restricted_picklist=True)
MULTI = field(
    "M__c", "multipicklist", 255, picklist_values=choices("a", "b"), restricted_picklist=True
)
NUMBER = field("N__c", "double", precision=5, scale=2)
WHOLE = field("W__c", "int", digits=3)


@pytest.mark.parametrize(
    ("of", "value", "expected"),
    [
        pytest.param(TEXT, "12345", [], id="a text that just fits"),
        pytest.param(TEXT, "123456", ["STRING_TOO_LONG"], id="a text that is one too long"),
        pytest.param(TEXT, "  12345  ", [], id="white space around does not count"),
        pytest.param(TEXT, "👍👍👍", ["STRING_TOO_LONG"], id="an emoji counts two"),
        pytest.param(AREA, "ab\ncd", ["STRING_TOO_LONG"], id="a line break counts two"),
        pytest.param(TEXT, {"url": "x"}, ["JSON_PARSER_ERROR"], id="an object"),
        pytest.param(TEXT, 5, ["JSON_PARSER_ERROR"], id="a number for text"),
        pytest.param(TEXT, "a\ud800", ["TEXT_DATA_OUTSIDE_SUPPORTED_CHARSET"], id="half an emoji"),
        pytest.param(field("B__c", "boolean"), 1, ["JSON_PARSER_ERROR"], id="1"),
        pytest.param(field("B__c", "boolean"), True, [], id="true"),
        pytest.param(NUMBER, 999.99, [], id="a number that just fits"),
        pytest.param(NUMBER, 1000, ["NUMBER_OUTSIDE_VALID_RANGE"], id="too many digits"),
        pytest.param(NUMBER, 1.234, [None], id="would be rounded"),
        pytest.param(NUMBER, True, ["JSON_PARSER_ERROR"], id="true for a number"),
        pytest.param(NUMBER, float("nan"), ["JSON_PARSER_ERROR"], id="NaN"),
        pytest.param(NUMBER, 10**400, ["JSON_PARSER_ERROR"], id="a number beyond all bounds"),
        pytest.param(NUMBER, "7", [None], id="a number as text"),
        pytest.param(WHOLE, 1.5, ["JSON_PARSER_ERROR"], id="half of a whole number"),
        pytest.param(WHOLE, 999, [], id="a whole number"),
        pytest.param(WHOLE, 1000, ["NUMBER_OUTSIDE_VALID_RANGE"], id="four digits for three"),
        pytest.param(WHOLE, 0, [], id="zero"),
        pytest.param(field("B__c", "boolean"), "", ["JSON_PARSER_ERROR"], id="blank for a boolean"),
        pytest.param(PICK, " web", [], id="white space around an active value"),
        pytest.param(
            field("O__c", "picklist", 3), "long", ["STRING_TOO_LONG"], id="a new value too long"
        ),
        pytest.param(PICK, "web", [], id="an active value"),
        pytest.param(PICK, "fax", ["INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"], id="no value"),
        pytest.param(MULTI, "a;b", [], id="two active values"),
        pytest.param(MULTI, "a;c", ["INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"], id="one is none"),
        pytest.param(
            field("R__c", "reference", 18), "12", ["MALFORMED_ID"], id="no id for a reference"
        ),
        pytest.param(field("R__c", "reference", 18), "a0X5g00000ABCDE", [], id="an id"),
        pytest.param(
            field("R__c", "reference", 18), " a0X5g00000ABCDE\n", [], id="white space around an id"
        ),
        pytest.param(
            field("E__c", "email", 80), "nobody", ["INVALID_EMAIL_ADDRESS"], id="no address"
        ),
        pytest.param(
            field("E__c", "email", 80), "a@b.c", ["INVALID_EMAIL_ADDRESS"], id="no such domain"
        ),
        pytest.param(field("E__c", "email", 80), "a@b.example", [], id="an address"),
        pytest.param(field("E__c", "email", 80), "ä.ö@exämple.org", [], id="letters of any script"),
        pytest.param(
            field("E__c", "email", 80), ".a@b.example", ["INVALID_EMAIL_ADDRESS"], id="a dot first"
        ),
        pytest.param(
            field("D__c", "datetime"),
            "1699-12-31T23:59:59Z",
            ["JSON_PARSER_ERROR"],
            id="a date before the platform's calendar",
        ),
        pytest.param(
            field("D__c", "datetime"),
            "yesterday",
            ["JSON_PARSER_ERROR"],
            id="no date-time",
        ),
        pytest.param(field("D__c", "datetime"), "2019-10-01T09:16:28Z", [], id="a date-time"),
        pytest.param(
            field("X__c", length=5, createable=False),
            "a",
            ["INVALID_FIELD_FOR_INSERT_UPDATE"],
            id="not ours to write",
        ),
        pytest.param(
            field("Q__c", length=5, nillable=False), None, ["REQUIRED_FIELD_MISSING"], id="missing"
        ),
        pytest.param(
            field("Q__c", length=5, nillable=False), "  ", ["REQUIRED_FIELD_MISSING"], id="blank"
        ),
        pytest.param(
            field("Q__c", length=5, nillable=False, defaulted_on_create=True),
            None,
            [],
            id="the org has a default",
        ),
    ],
)
def test_a_value_is_judged_as_the_org_would(
    of: FieldSchema, value: Value, expected: list[str]
) -> None:
    assert codes(value, of) == expected


def test_a_field_that_the_org_does_not_show_is_a_problem_with_an_advice() -> None:
    (problem,) = check({"User_Email__c": "a@b.example"}, object_of(TEXT))
    assert problem.code == "INVALID_FIELD"
    assert "Grant" in problem.advice


def test_each_problem_is_told_with_what_and_advice() -> None:
    problems = check({"Social25__Text__c": "x" * 5000, "Nope__c": 1}, MESSAGE)
    assert {p.code for p in problems} >= {"INVALID_FIELD", "STRING_TOO_LONG"}
    assert all(p.what and p.advice for p in problems)


@pytest.mark.parametrize(
    ("type_", "value", "stored"),
    [
        ("email", " A.b@Example.ORG", "a.b@example.org"),
        ("reference", "a0X5g00000ABCDE", "a0X5g00000ABCDEEA5"),
        ("reference", " a0X5g00000ABCDEEA5", "a0X5g00000ABCDEEA5"),
        ("reference", "none", "none"),
    ],
)
def test_addresses_and_ids_are_stored_in_one_form(type_: str, value: str, stored: str) -> None:
    assert as_stored(value, field("X__c", type_, 80)) == stored


@given(st.text())
def test_a_text_that_is_stored_once_is_stored_the_same_again(text: str) -> None:
    once = as_stored(text, AREA)
    assert as_stored(once, AREA) == once


@pytest.mark.parametrize(
    ("type_", "value", "use"),
    [
        ("email", "no address", "- email: {X__c: {else: clear}}"),
        ("email", f"{'a' * 9}@example.org", "- email: {X__c: {else: clear}}"),
        ("phone", "+31 6 12345678", "- phone: {X__c: {else: clear}}"),
        ("url", "https://a.example", "- url: {X__c: {else: clear}}"),
        ("string", "a long text", "- truncate: {X__c: {}}"),
        ("string", "\ud83d", "- text: {X__c: {}}"),
        ("reference", "nobody", "- references: {X__c: clear}"),
        ("double", 1.234, "- types: {decimals: round}"),
    ],
)
def test_an_advice_names_what_a_mapping_can_do_in_words_that_it_takes(
    type_: str, value: Value, use: str
) -> None:
    wanted = replace(field("X__c", type_, 10), precision=4, scale=2)
    (problem,) = check({"X__c": value}, object_of(wanted))
    assert use in problem.advice
    said = yaml.safe_load(use)[0]
    for name, options in said.items():
        assert build(name, options).name == name
