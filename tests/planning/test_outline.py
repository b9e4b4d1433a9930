"""What a plan took for granted of the object: every change that matters is told, no other."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.model import FieldSchema, ObjectSchema
from bridge.planning import differences, outline
from tests.fixers.schema import MESSAGE, choices, field

NAMES = [one.name for one in MESSAGE.fields]
TEXT = "Social25__Text__c"
MEDIUM = "Social25__Conversation_Medium__c"


def changed(schema: ObjectSchema, name: str, **traits: object) -> ObjectSchema:
    fields = tuple(
        replace(one, **traits) if one.name == name else one  # type: ignore[arg-type]
        for one in schema.fields
    )
    return replace(schema, fields=fields)


@given(st.sets(st.sampled_from(NAMES)))
def test_nothing_differs_from_itself_also_as_the_ledger_keeps_it(used: set[str]) -> None:
    required = {one.name for one in MESSAGE.fields if one.required}
    kept = json.loads(json.dumps(outline(MESSAGE, used | required)))
    assert differences(kept, MESSAGE) == ()


@given(used=st.sets(st.sampled_from(NAMES)), name=st.sampled_from(NAMES))
def test_a_longer_field_matters_where_it_is_filled(used: set[str], name: str) -> None:
    required = {one.name for one in MESSAGE.fields if one.required}
    length = next(one.length for one in MESSAGE.fields if one.name == name)
    now = changed(MESSAGE, name, length=length + 1)
    told = differences(outline(MESSAGE, used | required), now)
    expected = f"{name}: its length was {length}, and is {length + 1}"
    assert told == ((expected,) if name in used | required else ())


@pytest.mark.parametrize(
    ("traits", "says"),
    [
        ({"length": 131072}, "its length was 4000, and is 131072"),
        ({"createable": False}, "it is not createable now"),
        ({"nillable": False}, "it is required now"),
        ({"type": "string"}, "its type was textarea, and is string"),
        ({"label": "Words", "html_formatted": True, "unique": True}, None),
    ],
    ids=["length", "access", "required", "type", "what matters to no record"],
)
def test_what_is_told_of_a_change(traits: dict[str, object], says: str | None) -> None:
    told = differences(outline(MESSAGE, [TEXT]), changed(MESSAGE, TEXT, **traits))
    assert [one for one in told if one.startswith(TEXT)] == ([f"{TEXT}: {says}"] if says else [])


def test_a_field_that_is_gone_and_one_that_is_required_now_are_told() -> None:
    kept = tuple(one for one in MESSAGE.fields if one.name != TEXT)
    new: FieldSchema = field("Region__c", nillable=False)
    required = {one.name for one in MESSAGE.fields if one.required}
    now = replace(MESSAGE, fields=(*kept, new))
    assert differences(outline(MESSAGE, {TEXT, *required}), now) == (
        f"{TEXT} is gone, or this user has no access to it any more",
        "Region__c is required now",
    )


def test_a_plan_that_fills_nothing_is_not_outdated_by_what_was_required_all_along() -> None:
    assert differences(outline(MESSAGE, ()), MESSAGE) == ()


def test_a_picklist_matters_where_it_is_restricted_and_only_its_active_values() -> None:
    before = changed(MESSAGE, MEDIUM, restricted_picklist=True, picklist_values=choices("a", "b"))
    kept = outline(before, [MEDIUM])
    other = changed(before, MEDIUM, picklist_values=choices("a", "c"))
    turned = changed(before, MEDIUM, picklist_values=choices("b", "a"))
    assert f"{MEDIUM}: it takes other values" in differences(kept, other)
    assert not [one for one in differences(kept, turned) if MEDIUM in one]
    retired = replace(choices("z")[0], active=False)
    with_retired = changed(before, MEDIUM, picklist_values=(*choices("a", "b"), retired))
    assert not [one for one in differences(kept, with_retired) if MEDIUM in one]
    free = changed(other, MEDIUM, restricted_picklist=False)
    open_before = changed(before, MEDIUM, restricted_picklist=False)
    told = differences(outline(open_before, [MEDIUM]), free)
    assert not [one for one in told if MEDIUM in one]
