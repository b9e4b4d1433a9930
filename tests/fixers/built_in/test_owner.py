from __future__ import annotations

import pytest
from hypothesis import given
from pydantic import ValidationError

from bridge.diagnosis import diagnose
from bridge.fixers import build
from bridge.model import Change, Record, Risk
from tests.fixers.schema import changes, org_record, records

GONE = "0055g00000GoneUAAR"
DEFAULT = "0055g00000DefauAAB"
OPTIONS = {"default": DEFAULT}
TRIGGER = (
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY:MessageTrigger: execution of AfterInsert caused by: "
    "System.DmlException: Insert failed. First exception on row 0; first error: "
)


def made(record: Record, error: str | None) -> tuple[Change, ...]:
    diagnosis = diagnose(error) if error else None
    return changes(build("owner", OPTIONS), org_record(record), diagnosis)


@pytest.mark.parametrize(
    "error",
    [
        "INACTIVE_OWNER_OR_USER:operation performed with inactive user:--",
        f"INACTIVE_OWNER_OR_USER:operation performed with inactive user [{GONE}] as owner of x:--",
        "OP_WITH_INVALID_USER_TYPE_EXCEPTION:Operation not valid for this user type:OwnerId --",
        "INVALID_CROSS_REFERENCE_KEY:Owner ID: owner cannot be blank:OwnerId --",
        "INVALID_CROSS_REFERENCE_KEY:invalid cross reference id:OwnerId --",
        f"FIELD_INTEGRITY_EXCEPTION:Owner ID: id value of incorrect type: {GONE}:OwnerId --",
    ],
)
def test_an_owner_that_the_org_refuses_is_replaced(error: str) -> None:
    (change,) = made({"OwnerId": GONE}, error)
    assert (change.field, change.after, change.risk) == ("OwnerId", DEFAULT, Risk.INVENTED)
    assert made({"OwnerId": DEFAULT}, error) == ()


@pytest.mark.parametrize(
    "error",
    [
        None,
        "INVALID_CROSS_REFERENCE_KEY:invalid cross reference id:Contact__c --",
        f"INACTIVE_OWNER_OR_USER:operation performed with inactive user [{DEFAULT}]:--",
        "INACTIVE_OWNER_OR_USER:operation performed with inactive user:Agent__c --",
        "STRING_TOO_LONG:too long:OwnerId --",
        f"{TRIGGER}INACTIVE_OWNER_OR_USER, operation performed with inactive user: []: --",
        f"{TRIGGER}INVALID_CROSS_REFERENCE_KEY, Owner ID: owner cannot be blank: [OwnerId]: --",
    ],
)
def test_an_owner_that_nothing_was_said_about_stays(error: str | None) -> None:
    assert made({"OwnerId": GONE}, error) == ()


@pytest.mark.parametrize("owner", [None, ""])
def test_a_record_without_an_owner_gets_none(owner: str | None) -> None:
    assert made({"OwnerId": owner}, "INACTIVE_OWNER_OR_USER:x:OwnerId --") == ()


@given(records)
def test_nothing_but_the_owner_is_touched(record: Record) -> None:
    for change in made(record, "INACTIVE_OWNER_OR_USER:operation performed with inactive user:--"):
        assert (change.field, change.after) == ("OwnerId", DEFAULT)


@pytest.mark.parametrize("options", [{}, {"default": "somebody"}, {"User": DEFAULT}])
def test_the_owner_has_to_be_named_by_id(options: object) -> None:
    with pytest.raises(ValidationError):
        build("owner", options)
