"""What is true of each fixer, whatever the record."""

from __future__ import annotations

import copy
import json
from types import MappingProxyType

import pytest
from hypothesis import assume, example, given
from pydantic import BaseModel

from bridge.fixers import Fixer, build, trusted_changes
from bridge.fixers.registry import OURS
from bridge.fixers.trust import accounted_changes
from bridge.model import Record, Risk

from .schema import MESSAGE, TOO_LONG, applied, changes, records

OPTIONS: dict[str, tuple[object, ...]] = {
    "copy": ({"Text__c": "Media_Title__c", "Not_In_The_Org__c": "Score__c"},),
    "defaults": (
        {
            "User_Full_Name__c": "Unknown sender",
            "Score__c": 0,
            "Outbound__c": False,
            "User_Gender__c": {"value": "unknown", "when": "required"},
        },
        {
            "Text__c": {"template": "{Media_Title__c} {File_Type__c}"},
            "Media_Title__c": {"first_of": ["User_Gender__c", "Outbound__c"]},
            "File_Type__c": {"from": "Text__c"},
            "User_Full_Name__c": {"from": "User_First_Name__c", "when": "required"},
        },
    ),
    "drop": ({"unknown": True, "not_createable": True}, ["Text__c", "Not_In_The_Org__c", "Id"]),
    "email": (None, {"*": {"else": "clear"}}, {"User_Email__c": {"else": "clear"}, "Text__c": {}}),
    "flatten": (
        None,
        {"User_Profile_Image_URL__c": "url", "Text__c": "a.0", "*": "*"},
        {"*": {"template": "{url} ({a})"}},
    ),
    "nulls": (None,),
    "owner": ({"default": "005000000000009AAA"},),
    "phone": (
        None,
        {"*": {"region": "NL", "else": "clear"}},
        {"*": {"region": "US", "format": "national"}},
        {"*": {"format": "international"}},
    ),
    "picklist": (
        None,
        {"Conversation_Medium__c": {"fb": "facebook", "*": "web"}},
        {"Topics__c": {"x": "Other", "*": "refund"}, "Channel__c": {"fb": "Facebook", "*": "chat"}},
        {"*": {"fb": "new", "*": "other"}},
        {"*": {"f*": "facebook", "?ugg*": "Luggage", "x": "hold", "*": "web"}},
    ),
    "record_type": ({"developer_name": "Chat"}, {"by": "Text__c", "table": {"*": "Mail"}}),
    "references": (
        {"Contact__c": "clear", "OwnerId": {"default": "005000000000009AAA"}},
        {"Contact__c": {"default": "003000000000009AAA"}, "Text__c": "clear"},
        {"Contact__c": "hold"},
    ),
    "rename": ({"Not_In_The_Org__c": "Text__c", "Score__c": "Worth__c"},),
    "text": (None, {"*": {"html": "plain"}}, {"Text__c": {"html": "plain"}}),
    "truncate": (
        None,
        {"*": {"length": 3}},
        {"*": {"length": 9, "marker": " […]"}, "Text__c": {"length": 5, "marker": ""}},
        {
            "Text__c": {"length": 7, "at": "word", "spill": "User_Gender__c"},
            "Media_Title__c": {"length": 3, "marker": "", "spill": "User_Gender__c"},
            "User_Gender__c": {"length": 9},
        },
    ),
    "types": (None, {"decimals": "round"}),
    "url": (None, {"*": {"else": "clear"}}, {"Text__c": {"scheme": "http"}}),
}
FIXERS = [
    pytest.param(build(name, options), id=f"{name} {options}")
    for name, all_options in OPTIONS.items()
    for options in all_options
]
every_fixer = pytest.mark.parametrize("fixer", FIXERS)


def test_each_of_ours_is_here() -> None:
    assert set(OPTIONS) == set(OURS)


@every_fixer
@given(record=records)
def test_a_second_pass_changes_nothing(fixer: Fixer[BaseModel], record: Record) -> None:
    once = applied(record, changes(fixer, record, TOO_LONG))
    assert changes(fixer, once, TOO_LONG) == ()


@every_fixer
@given(record=records)
def test_the_same_record_has_the_same_changes(fixer: Fixer[BaseModel], record: Record) -> None:
    assert repr(changes(fixer, record)) == repr(changes(fixer, copy.deepcopy(record)))


@every_fixer
@given(record=records)
def test_the_record_it_is_given_stays_as_it_was(fixer: Fixer[BaseModel], record: Record) -> None:
    before = repr(record)
    changes(fixer, MappingProxyType(record))
    assert repr(record) == before


@every_fixer
@given(record=records)
@example(record={"Social25__Outbound__c": 0, "Social25__User_Full_Name__c": " "})
def test_a_change_is_a_true_account(fixer: Fixer[BaseModel], record: Record) -> None:
    made = changes(fixer, record)
    assert len({change.field for change in made}) == len(made)
    for change in made:
        assert MESSAGE.get(change.field) is not None or change.field in record
        assert repr(change.before) == repr(record.get(change.field))
        assert repr(change.after) != repr(change.before)
        assert change.fixer == fixer.name
        assert change.why
        assert not change.why.endswith(".")


def is_json(record: Record) -> bool:
    """Whether it holds no infinite number, however deep: no message has one."""
    try:
        json.dumps(record, allow_nan=False)
    except ValueError:
        return False
    return True


@every_fixer
@given(record=records)
def test_nothing_is_amiss_that_a_fixer_of_others_is_held_to(
    fixer: Fixer[BaseModel], record: Record
) -> None:
    assume(is_json(record))
    given_to_it = copy.deepcopy(record)
    accounted = accounted_changes(fixer, given_to_it, record, MESSAGE, TOO_LONG)
    assert repr(accounted) == repr(trusted_changes(fixer, record, MESSAGE, TOO_LONG))
    assert repr(given_to_it) == repr(record)


@every_fixer
@given(record=records)
def test_no_change_risks_more_than_the_fixer_declares(
    fixer: Fixer[BaseModel], record: Record
) -> None:
    risks = tuple(Risk)
    for change in changes(fixer, record, TOO_LONG):
        assert risks.index(change.risk) <= risks.index(fixer.risk)
        assert change.lost == 0 or change.risk is not Risk.LOSSLESS
