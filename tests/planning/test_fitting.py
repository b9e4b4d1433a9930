"""The built-in mapping fits any org: what it lacks becomes a comment."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import MappingError
from bridge.model import FieldSchema, ObjectSchema
from bridge.planning import built_in_mapping, fit, parse_mapping
from bridge.planning.mapping import MessageMapping

TEXT = built_in_mapping().read_text(encoding="utf-8")
WHOLE = parse_mapping(TEXT, "whole.yaml")
NEEDED = frozenset({WHOLE.key, WHOLE.conversation, WHOLE.order})


def named(mapping: MessageMapping) -> frozenset[str]:
    downstream = (source for fields in mapping.downstream.values() for source in fields.values())
    return frozenset(
        {*mapping.filled_fields(), *(mapping.content or ()), *downstream, "Conversation_Medium__c"}
    )


OPTIONAL = sorted(named(WHOLE) - NEEDED)


def an_object(name: str, fields: Collection[str]) -> ObjectSchema:
    return ObjectSchema(
        name=name,
        label=name,
        createable=True,
        queryable=True,
        fields=tuple(FieldSchema(name=field, label=field, type="string") for field in fields),
        namespace="",
    )


MADE = {name: an_object(name, fields) for name, fields in WHOLE.downstream.items()}


def test_a_mapping_stays_as_it_is_where_nothing_is_lacking() -> None:
    fitted = fit(TEXT, an_object(WHOLE.object, named(WHOLE)), MADE, "fitted.yaml")
    assert (fitted.text, fitted.lacking) == (TEXT, ())


@given(st.sets(st.sampled_from(OPTIONAL)), st.sets(st.sampled_from(sorted(MADE))))
def test_what_is_left_is_what_the_org_has(hidden: set[str], unseen: set[str]) -> None:
    schema = an_object(WHOLE.object, named(WHOLE) - hidden)
    made = {name: schema for name, schema in MADE.items() if name not in unseen}
    fitted = fit(TEXT, schema, made, "fitted.yaml")
    left = parse_mapping(fitted.text, "fitted.yaml")
    assert not named(left) & (hidden - {"Conversation_Medium__c"})
    assert not left.downstream.keys() & unseen
    assert set(left.from_standard) == set(WHOLE.from_standard) - hidden
    assert set(fitted.lacking) >= unseen | (
        hidden & {*WHOLE.filled_fields(), *(WHOLE.content or ())}
    )
    assert set(bare(TEXT)) <= set(bare(fitted.text)), "no line is lost"


def bare(text: str) -> list[str]:
    """The lines as they read within a comment or not; but for the one that is changed itself."""
    return [line.lstrip(" #") for line in text.splitlines() if "content: [" not in line]


def test_a_field_of_a_made_object_that_is_lacking_is_left_out() -> None:
    made = {**MADE, "Lead": replace(MADE["Lead"], fields=MADE["Lead"].fields[:1])}
    fitted = fit(TEXT, an_object(WHOLE.object, named(WHOLE)), made, "fitted.yaml")
    left = parse_mapping(fitted.text, "fitted.yaml")
    assert list(left.downstream["Lead"]) == ["LastName"]
    assert fitted.lacking == ("Lead.Heroku_Conversation_Id__c", "Lead.LeadSource", "Lead.Phone")


@pytest.mark.parametrize("name", sorted(NEEDED))
def test_what_no_mapping_can_do_without_is_told(name: str) -> None:
    schema = an_object(WHOLE.object, named(WHOLE) - {name})
    with pytest.raises(MappingError, match=f'has no field "{name}"'):
        fit(TEXT, schema, MADE, "fitted.yaml")
