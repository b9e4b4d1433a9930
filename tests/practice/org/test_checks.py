"""The org's verdict on a row's data against a second, independent statement of the rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.practice import Access
from bridge.practice.org.checks import RowChecks, utf16_units
from bridge.practice.org.schema import Field, FieldType, PicklistValue, Row, SObject

OBJECT = SObject(
    "Thing__c",
    "Thing",
    "a0T",
    (
        Field(name="Id", label="Id", type=FieldType.ID, nillable=False, set_by_platform=True),
        Field(name="Must__c", label="Must", type=FieldType.STRING, length=5, nillable=False),
        Field(name="Area__c", label="Area", type=FieldType.TEXTAREA, length=8),
        Field(
            name="Pick__c",
            label="Pick",
            type=FieldType.PICKLIST,
            length=255,
            restricted=True,
            values=(PicklistValue("red"), PicklistValue("old", active=False)),
        ),
        Field(name="Rate__c", label="Rate", type=FieldType.DOUBLE, precision=4, scale=2),
        Field(name="Mail__c", label="Mail", type=FieldType.EMAIL, length=20),
        Field(
            name="Secret__c", label="Secret", type=FieldType.STRING, length=9, access=Access.READ
        ),
        Field(name="Flag__c", label="Flag", type=FieldType.BOOLEAN, nillable=False),
    ),
)
CHECKS = RowChecks(OBJECT)


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def expected_code(row: Row) -> str | None:
    """The rules once more, as a list of questions in the platform's order."""
    mail, rate = row.get("Mail__c"), row.get("Rate__c")
    questions = {
        "INVALID_FIELD_FOR_INSERT_UPDATE": "Secret__c" in row,
        "REQUIRED_FIELD_MISSING": "Must__c" not in row,
        "STRING_TOO_LONG": any(
            units(str(row.get(name, ""))) > limit
            for name, limit in {"Must__c": 5, "Area__c": 8, "Mail__c": 20}.items()
        ),
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": row.get("Pick__c", "red") != "red",
        "NUMBER_OUTSIDE_VALID_RANGE": rate is not None and not -100 < float(str(rate)) < 100,
        "INVALID_EMAIL_ADDRESS": mail is not None and "@" not in str(mail),
    }
    return next((code for code, refused in questions.items() if refused), None)


TEXT = st.text(st.sampled_from("ab😀é\r\n\u200d"), min_size=1, max_size=12)
ROWS = st.fixed_dictionaries(
    {},
    optional={
        "Must__c": TEXT,
        "Area__c": TEXT,
        "Pick__c": st.sampled_from(["red", "old", "blue", "RED"]),
        "Rate__c": st.sampled_from([0.0, -99.99, 99.99, 100.0, -100.0, 1e300]),
        "Mail__c": st.sampled_from(["a@b.example", "nobody", "x" * 30 + "@b.example", "x" * 30]),
        "Secret__c": st.just("s"),
        "Flag__c": st.booleans(),
    },
)


@given(ROWS)
def test_the_verdict_on_any_row_is_that_of_the_rules(row: Row) -> None:
    error = CHECKS.first_error(row)
    assert (error.code if error else None) == expected_code(row)


@given(st.text(st.characters()))
def test_length_is_counted_in_utf16_units(text: str) -> None:
    assert utf16_units(text) == units(text)


@pytest.mark.parametrize(
    ("row", "message", "fields"),
    [
        pytest.param({}, "Required fields are missing: [Must__c]", ("Must__c",), id="required"),
        pytest.param(
            {"Must__c": "toolong"},
            "Must: data value too large: toolong (max length=5)",
            ("Must__c",),
            id="length",
        ),
        pytest.param(
            {"Must__c": "a", "Pick__c": "fb"},
            "Pick: bad value for restricted picklist field: fb",
            ("Pick__c",),
            id="picklist",
        ),
        pytest.param(
            {"Must__c": "a", "Rate__c": 7200.0},
            "Rate: value outside of valid range on numeric field: 7200",
            ("Rate__c",),
            id="range",
        ),
        pytest.param(
            {"Must__c": "a", "Mail__c": "nobody"},
            "Mail: invalid email address: nobody",
            ("Mail__c",),
            id="email",
        ),
    ],
)
def test_the_message_names_what_the_platform_names(
    row: Row, message: str, fields: tuple[str, ...]
) -> None:
    error = CHECKS.first_error(row)
    assert error is not None
    assert (error.message, error.fields) == (message, fields)
