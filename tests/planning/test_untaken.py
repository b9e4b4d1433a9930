"""What GoTallo sends and the org does not take is known before a message is planned."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.fixers import EXAMPLE_OBJECT
from bridge.gotallo import DOCUMENTED
from bridge.model import FieldSchema, ObjectSchema
from bridge.planning import built_in_mapping, parse_mapping, untaken

BUILT_IN = built_in_mapping().read_text(encoding="utf-8")
DROPPING = BUILT_IN.replace("\nfixers:\n", "\nfixers:\n  - drop: {unknown: true}\n", 1)
NAMING = BUILT_IN.replace("\nfixers:\n", "\nfixers:\n  - drop: [Conversation_State__c]\n", 1)


def _is(field: FieldSchema, name: str) -> bool:
    return EXAMPLE_OBJECT.short(field.name) == name


def an_org(without: str = "", closed: str = "") -> ObjectSchema:
    return replace(
        EXAMPLE_OBJECT,
        fields=tuple(
            replace(field, createable=field.createable and not _is(field, closed))
            for field in EXAMPLE_OBJECT.fields
            if not _is(field, without)
        ),
    )


@pytest.mark.parametrize(
    ("text", "schema", "left"),
    [
        (BUILT_IN, an_org(), ()),
        (BUILT_IN, an_org(without="Conversation_State__c"), ("Conversation_State__c",)),
        (BUILT_IN, an_org(closed="Conversation_State__c"), ("Conversation_State__c",)),
        (DROPPING, an_org(without="Conversation_State__c"), ()),
        (DROPPING, an_org(closed="Conversation_State__c"), ("Conversation_State__c",)),
        (NAMING, an_org(closed="Conversation_State__c"), ()),
        (BUILT_IN, an_org(closed="Identifier__c"), ()),
    ],
)
def test_what_is_left_and_not_writable_is_named(
    text: str, schema: ObjectSchema, left: tuple[str, ...]
) -> None:
    assert untaken(parse_mapping(text, "mapping.yaml"), schema, DOCUMENTED) == left


def test_the_example_object_has_all_that_is_documented() -> None:
    assert not [name for name in DOCUMENTED if EXAMPLE_OBJECT.get(name) is None]
