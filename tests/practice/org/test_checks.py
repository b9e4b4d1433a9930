"""What the checks of a row's data say; whether they refuse it is in `test_verdict`."""

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
    error = CHECKS.no_access(row) or CHECKS.missing(row) or CHECKS.unfit(row)
    assert error is not None
    assert (error.message, error.fields) == (message, fields)
