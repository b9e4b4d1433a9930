from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bridge.diagnosis import diagnose
from bridge.fixers import build
from bridge.fixers.built_in.references import REFUSED
from bridge.model import Change, Record, Risk, Value
from tests.fixers.schema import MESSAGE, changes, org_record, records

CONTACT = "0035g00000AbCdEAAV"
OTHER = "0035g00000ZzZzZAAV"
DEFAULT = "0035g00000DefauAAB"
CLEAR = {"Contact__c": "clear"}
NO_ACCESS = (
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY:insufficient access rights on "
    "cross-reference id:"
)
TRIGGER = (
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY:MessageTrigger: execution of AfterInsert caused by: "
    "System.DmlException: Insert failed. First exception on row 0; first error: "
)


def made(options: object, record: Record, error: str | None = None) -> tuple[Change, ...]:
    diagnosis = diagnose(error) if error else None
    return changes(build("references", options), org_record(record), diagnosis)


@pytest.mark.parametrize("value", ["Sender 12", "0035g00000", CONTACT + "A", "0035g-0000AbCdE", 12])
def test_what_is_no_id_is_cleared_or_replaced(value: Value) -> None:
    (change,) = made(CLEAR, {"Contact__c": value})
    assert (change.after, change.risk) == (None, Risk.LOSSY)
    (change,) = made({"Contact__c": {"default": DEFAULT}}, {"Contact__c": value})
    assert (change.after, change.risk) == (DEFAULT, Risk.INVENTED)
    assert made({"Contact__c": "hold"}, {"Contact__c": value}) == ()


@pytest.mark.parametrize(
    "error",
    [
        "ENTITY_IS_DELETED:entity is deleted:Contact__c --",
        "ENTITY_IS_DELETED:entity is deleted:--",
        f"{NO_ACCESS} {CONTACT[:15]}:--",
        "INVALID_CROSS_REFERENCE_KEY:invalid cross reference id:Contact__c --",
        "INVALID_CROSS_REFERENCE_KEY:invalid cross reference id:--",
        f"FIELD_INTEGRITY_EXCEPTION:Contact: id value of incorrect type: {CONTACT}:Contact__c --",
        f"MALFORMED_ID:Contact: id value of incorrect type: {CONTACT}:Contact__c --",
    ],
)
def test_an_id_that_the_org_refuses_is_cleared(error: str) -> None:
    (change,) = made(CLEAR, {"Contact__c": CONTACT, "Text__c": "Hi"}, error)
    assert (change.field, change.after, change.risk) == ("Contact__c", None, Risk.LOSSY)


@pytest.mark.parametrize(
    "error",
    [
        None,
        "INVALID_CROSS_REFERENCE_KEY:invalid cross reference id:OwnerId --",
        "FIELD_INTEGRITY_EXCEPTION:A country must be specified:ShippingState --",
        "STRING_TOO_LONG:too long:Contact__c --",
        f"{NO_ACCESS} {OTHER[:15]}:--",
        f"{TRIGGER}INVALID_CROSS_REFERENCE_KEY, invalid cross reference id: []: --",
    ],
)
def test_an_error_about_something_else_touches_nothing(error: str | None) -> None:
    assert made(CLEAR, {"Contact__c": CONTACT}, error) == ()


def test_of_two_ids_none_is_taken_for_the_refused_one() -> None:
    record = {"Contact__c": CONTACT, "OwnerId": "0055g00000BRIDGAA5"}
    assert made(CLEAR, record, "INVALID_CROSS_REFERENCE_KEY:invalid cross reference id:--") == ()


def test_an_id_of_a_triggers_error_that_the_record_holds_is_the_one() -> None:
    error = (
        f"{TRIGGER}INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY, insufficient access rights on "
        f"cross-reference id: {CONTACT}: []: --"
    )
    assert [change.field for change in made(CLEAR, {"Contact__c": CONTACT}, error)] == [
        "Contact__c"
    ]


def test_the_default_itself_stays_though_the_org_refuses_it() -> None:
    options = {"Contact__c": {"default": DEFAULT}}
    error = "ENTITY_IS_DELETED:entity is deleted:Contact__c --"
    assert made(options, {"Contact__c": DEFAULT}, error) == ()


def test_a_text_field_is_no_reference() -> None:
    assert made({"Text__c": "clear"}, {"Text__c": "Hi"}) == ()


@given(records, st.sampled_from(sorted(REFUSED)))
def test_only_named_references_are_touched(record: Record, code: str) -> None:
    fields = " ".join(f.name for f in MESSAGE.fields)
    for change in made(CLEAR, record, f"{code}:x:{fields} --"):
        assert change.field == "Contact__c"
        assert change.after is None


@pytest.mark.parametrize(
    "options",
    [None, {}, {"*": "clear"}, {"Contact__c": "drop"}, {"Contact__c": {"default": "nobody"}}],
)
def test_each_field_and_each_id_has_to_be_named(options: object) -> None:
    with pytest.raises(ValidationError):
        build("references", {} if options is None else options)
