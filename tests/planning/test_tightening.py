"""A message is repaired and checked by what the records that triggers make of it can hold."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.diagnosis import diagnose
from bridge.model import Decision, FieldSchema, HeldReason, Item, ObjectSchema, Value
from bridge.planning import Planner
from bridge.planning.downstream import traces
from bridge.planning.mapping_file import parse_mapping
from bridge.planning.tightening import Bound, Tightening
from tests.fixers.schema import MESSAGE, choices, field
from tests.planning.test_downstream import FULL_NAME, LONG_NAME, NO_NAME, TABLE, TOO_LONG, TRIGGER
from tests.planning.test_mapping import HEAD
from tests.planning.test_planner import message

MEDIUM = "Social25__Conversation_Medium__c"
BAD_SOURCE = TRIGGER.format(
    error="INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST, bad value for restricted picklist field: "
    "whatsapp: [LeadSource]"
)
DOWNSTREAM = (
    "downstream: {Lead: {LastName: User_Full_Name__c, LeadSource: Conversation_Medium__c}}\n"
)


def lead(*fields: FieldSchema) -> ObjectSchema:
    return ObjectSchema("Lead", "Lead", createable=True, queryable=True, fields=fields)


ROOMY = replace(
    MESSAGE,
    fields=tuple(
        replace(one, nillable=True, length=255, byte_length=765) if one.name == FULL_NAME else one
        for one in MESSAGE.fields
    ),
)
LAST_NAME = field("LastName", length=80, nillable=False)
LEAD = lead(
    LAST_NAME,
    field(
        "LeadSource",
        "picklist",
        40,
        restricted_picklist=True,
        picklist_values=choices("web", "Chat", "sms"),
    ),
)


def plan(
    error_text: str, fixers: str = "[]", made: ObjectSchema | None = LEAD, **record: Value
) -> Item:
    mapping = parse_mapping(f"{HEAD}fixers: {fixers}\n{DOWNSTREAM}", "org.yaml")
    planner = Planner(mapping, ROOMY, {"Lead": made} if made else {})
    return planner.plan(message(error_text, **record))


def test_what_no_fixer_repairs_is_held_and_names_the_made_field() -> None:
    item = plan(TOO_LONG, User_Full_Name__c=LONG_NAME)
    assert item.held is not None
    assert (item.held.reason, item.held.code) == (HeldReason.SCHEMA, "STRING_TOO_LONG")
    assert item.held.what.startswith(f"Lead.LastName (from {FULL_NAME}) holds 80 characters")
    empty = plan(NO_NAME)
    assert empty.held is not None
    assert empty.held.what.startswith(f"Lead.LastName (from {FULL_NAME}) is required")
    medium = plan(BAD_SOURCE, Conversation_Medium__c="whatsapp")
    assert medium.held is not None
    assert f'Lead.LeadSource (from {MEDIUM}) does not take "whatsapp"; it takes' in medium.held.what


def test_fixers_that_work_by_the_describe_repair_the_source() -> None:
    item = plan(TOO_LONG, "[{truncate: {User_Full_Name__c: {}}}]", User_Full_Name__c=LONG_NAME)
    assert item.decision is Decision.READY, item.held
    (change,) = item.changes
    assert len(str(item.record[FULL_NAME])) == 80
    assert change.why.startswith("Lead.LastName (from User_Full_Name__c) holds 80 characters")
    required = "{User_Full_Name__c: {value: Unknown, when: required}}"
    assert plan(NO_NAME, f"[{{defaults: {required}}}]").record[FULL_NAME] == "Unknown"
    table = "[{picklist: {Conversation_Medium__c: {whatsapp: sms}}}]"
    repaired = plan(BAD_SOURCE, table, Conversation_Medium__c="whatsapp")
    assert repaired.record[MEDIUM] == "sms", repaired.held


def test_a_message_whose_error_is_not_of_a_made_record_keeps_its_own_room() -> None:
    item = plan("APEX_ERROR:x:--", "[truncate]", User_Full_Name__c=LONG_NAME)
    assert (item.decision, item.changes) == (Decision.READY, ())


def test_the_describe_of_today_counts_and_not_the_limit_that_was() -> None:
    wider = lead(replace(LAST_NAME, length=120, byte_length=360))
    assert plan(TOO_LONG, "[truncate]", wider, User_Full_Name__c=LONG_NAME).changes == ()


@pytest.mark.parametrize("made", [None, lead()], ids=["no such object", "no such field"])
def test_where_the_describe_can_not_be_seen_a_fixer_has_the_limit_of_the_error(
    made: ObjectSchema | None,
) -> None:
    item = plan(TOO_LONG, "[truncate]", made, User_Full_Name__c=LONG_NAME)
    assert len(str(item.record[FULL_NAME])) == 80
    untouched = plan(TOO_LONG, "[]", made, User_Full_Name__c=LONG_NAME)
    assert untouched.decision is Decision.READY, "the canaries find out whether it was mended"


def test_an_error_that_may_come_from_several_fields_narrows_none() -> None:
    tightening = Tightening(MESSAGE, {"Lead": LEAD, "Contact": replace(LEAD, name="Contact")})
    assert tightening.bounds(traces(TABLE, MESSAGE, diagnose(NO_NAME), {})) == ()


def test_a_healed_record_keeps_to_all_that_its_errors_told() -> None:
    mapping = parse_mapping(
        HEAD
        + "fixers: [{defaults: {User_Full_Name__c: {value: "
        + "x" * 90
        + ", when: required}}}]"
        "\ncauses: [{when: {code: STRING_TOO_LONG}, then: truncate}]\n" + DOWNSTREAM,
        "org.yaml",
    )
    planner = Planner(mapping, ROOMY, {"Lead": LEAD})
    original = planner.original(message(NO_NAME))
    refusal = diagnose(TOO_LONG)
    healed = planner.heal(original, str(message().key), NO_NAME, [refusal])
    assert healed is not None
    assert len(str(healed.record[FULL_NAME])) == 80


lengths = st.integers(1, 300)
CHOICES = ("a", "b", "c", "long value")
values = st.lists(st.sampled_from(CHOICES), unique=True, max_size=4)


@st.composite
def fields(draw: st.DrawFn, name: str) -> FieldSchema:
    traits = {
        "nillable": draw(st.booleans()),
        "createable": draw(st.booleans()),
        "defaulted_on_create": draw(st.booleans()),
    }
    length = draw(lengths)
    if draw(st.booleans()):
        return field(name, "string", length, **traits)
    return field(
        name,
        "picklist",
        255,
        restricted_picklist=draw(st.booleans()),
        picklist_values=choices(*draw(values)),
        **traits,
    )


def active(one: FieldSchema) -> set[str]:
    return {choice.value for choice in one.picklist_values if choice.active}


@given(fields("Source__c"), fields("Made"))
def test_a_narrowed_field_takes_nothing_that_either_of_the_two_refuses(
    source: FieldSchema, made: FieldSchema
) -> None:
    other = field("Other__c", length=10)
    own = ObjectSchema("M__c", "M", createable=True, queryable=True, fields=(source, other))
    tightening = Tightening(own, {"Lead": lead(made)})
    bounds = (Bound("Source__c", "Lead", "Made"),)
    tight = tightening.to(bounds)
    narrow = tight.schema.get("Source__c")
    assert narrow is not None
    assert tight is tightening.to(bounds), "worked out once"
    assert tight.schema.get("Other__c") is other
    assert (narrow == source) is (tight.by == {}) is (tight.schema is own)
    assert narrow.required is (source.required or (made.required and source.createable))
    if source.is_text and made.is_text:
        assert narrow.length == min(source.length, made.length)
        assert narrow.byte_length == 3 * narrow.length
    if made.restricted_picklist:
        assert narrow.restricted_picklist
        assert active(narrow) <= active(made)
        if source.restricted_picklist:
            assert active(narrow) == active(made) & active(source)
