"""What a run may conclude from what its user sees, whatever its key, with a witness or not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.delivery.visibility import judge, key_field_of, refuse_unseen
from bridge.errors import Exit, OrgRefused
from bridge.model import (
    FieldSchema,
    ObjectSchema,
    Proof,
    Proven,
    Sight,
    Unproven,
    Visibility,
    Witness,
)

MESSAGE, POST = "Heroku_Message__c", "SocialPost"
WITNESS = Witness(POST, "ExternalPostId")
SEEN = Proven(Proof.VIEW_ALL)
NO_MESSAGES = Unproven("messages are not shared", f"View All on {MESSAGE}")
NO_POSTS = Unproven("posts are not shared", f"View All on {POST}")


@pytest.mark.parametrize("key_unique", [True, False])
@pytest.mark.parametrize("proof", Proof)
def test_what_is_seen_is_proven_by_what_shows_it(key_unique: bool, proof: Proof) -> None:
    view = judge({MESSAGE: Proven(proof)}, MESSAGE, None, key_unique=key_unique)
    assert view.visibility is Visibility.PROVEN
    assert view.why
    assert not view.grant
    refuse_unseen(view)


def test_a_unique_key_guards_what_is_not_seen() -> None:
    view = judge({MESSAGE: NO_MESSAGES}, MESSAGE, None, key_unique=True)
    assert (view.visibility, view.grant) == (Visibility.GUARDED, NO_MESSAGES.grant)
    assert view.taken_on() == view, "there is nothing to take on"
    refuse_unseen(view)


def test_without_a_unique_key_nothing_may_be_sent_until_it_is_granted_or_taken_on() -> None:
    view = judge({MESSAGE: NO_MESSAGES}, MESSAGE, None, key_unique=False)
    assert view.visibility is Visibility.UNPROVEN
    with pytest.raises(OrgRefused) as refused:
        refuse_unseen(view)
    assert refused.value.exit_code is Exit.REMOTE
    assert NO_MESSAGES.why in refused.value.message
    assert f"Grant this user View All on {MESSAGE}, or make its key" in refused.value.advice
    assert view.taken_on() == replace(view, visibility=Visibility.ASSUMED)
    refuse_unseen(view.taken_on())


@pytest.mark.parametrize("key_unique", [True, False])
@pytest.mark.parametrize("of_messages", [SEEN, NO_MESSAGES])
def test_no_unique_key_guards_a_witness_that_is_not_seen(
    key_unique: bool, of_messages: Proven | Unproven
) -> None:
    view = judge({MESSAGE: of_messages, POST: NO_POSTS}, MESSAGE, WITNESS, key_unique=key_unique)
    assert view.visibility is Visibility.UNPROVEN


def test_a_witness_that_is_seen_changes_nothing() -> None:
    sights: dict[str, Sight] = {MESSAGE: NO_MESSAGES, POST: SEEN}
    view = judge(sights, MESSAGE, WITNESS, key_unique=False)
    assert view == judge({MESSAGE: NO_MESSAGES}, MESSAGE, None, key_unique=False)


KEY = FieldSchema("Identifier__c", "Identifier", "string", length=255)
OBJECT = ObjectSchema(MESSAGE, "Message", createable=True, queryable=True, fields=(KEY,))


def test_the_key_field_is_the_one_that_the_org_can_be_asked_by() -> None:
    assert key_field_of(OBJECT, KEY.name) == KEY


@pytest.mark.parametrize(
    ("schema", "says"),
    [
        (replace(OBJECT, queryable=False), "may not read Heroku_Message__c"),
        (replace(OBJECT, fields=()), "has no field Identifier__c that this user can see"),
        (replace(OBJECT, fields=(replace(KEY, filterable=False),)), "can't be filtered"),
    ],
    ids=["no read", "no field", "not filterable"],
)
def test_an_org_that_cannot_be_asked_by_key_is_sent_nothing_unique_or_not(
    schema: ObjectSchema, says: str
) -> None:
    with pytest.raises(OrgRefused, match=says) as refused:
        key_field_of(schema, KEY.name)
    assert refused.value.exit_code is Exit.REMOTE
