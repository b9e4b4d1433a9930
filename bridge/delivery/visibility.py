"""Absent or invisible? Whether a run may take for absent what it does not find.

Decided here alone: at the plan, which shows it, and again before the first message is sent.
"""

from __future__ import annotations

from collections.abc import Mapping

from bridge.errors import OrgRefused
from bridge.model import (
    FieldSchema,
    ObjectSchema,
    Proof,
    Sight,
    Unproven,
    View,
    Visibility,
    Witness,
)
from bridge.salesforce import Org

_PROVEN_BY: Mapping[Proof, str] = {
    Proof.PUBLIC_SHARING: "its sharing model is public",
    Proof.VIEW_ALL: "this user has View All on it",
    Proof.VIEW_ALL_DATA: "this user has View All Data",
}


def key_field_of(schema: ObjectSchema, name: str) -> FieldSchema:
    """The key field, where the org can be asked by it.

    Raises:
        OrgRefused: this user can't read the object, or can't ask by the field.
    """
    if not schema.queryable:
        raise OrgRefused(
            f"This user may not read {schema.name}, so the org can't be asked for its messages",
            f"Grant read on {schema.name}, then try again; nothing was sent.",
        )
    field = schema.get(name)
    if field is None:
        raise OrgRefused(
            f"{schema.name} has no field {name} that this user can see",
            f"Grant read and edit on {name}, then try again; nothing was sent.",
        )
    if not field.filterable:
        raise OrgRefused(
            f"The org can't be asked for rows by {field.name}: the field can't be filtered",
            "Make the key a text field of at most 255 characters that is not encrypted "
            "probabilistically, or name another field behind `key:` in the mapping.",
        )
    return field


def view_of(
    org: Org, schema: ObjectSchema, key_field: FieldSchema, witness: Witness | None, user_id: str
) -> View:
    """Whether this user sees every row that could show that a message is there.

    Raises:
        OrgError: the org could not be reached, or refused us.
    """
    objects = [schema.name, *([witness.object] if witness else [])]
    return judge(org.sight(objects, user_id), schema.name, witness, key_unique=key_field.unique)


def judge(
    sights: Mapping[str, Sight], message_object: str, witness: Witness | None, *, key_unique: bool
) -> View:
    """The standing of a run; a unique key guards the message object, and no witness.

    Args:
        sights: of the message object, and of the witness.
        message_object: API name.
        witness: where the mapping names one.
        key_unique: whether the org refuses a second row of a message.
    """
    of_messages = sights[message_object]
    of_witness = sights[witness.object] if witness else None
    if isinstance(of_messages, Unproven) and not key_unique:
        grant = f"{of_messages.grant}, or make its key field unique"
        return View(Visibility.UNPROVEN, of_messages.why, grant)
    if isinstance(of_witness, Unproven):
        return View(Visibility.UNPROVEN, of_witness.why, of_witness.grant)
    if isinstance(of_messages, Unproven):
        return View(Visibility.GUARDED, of_messages.why, of_messages.grant)
    return View(Visibility.PROVEN, _PROVEN_BY[of_messages.by])


def refuse_unseen(view: View) -> None:
    """Refuse to send where a message that is there could look absent.

    Raises:
        OrgRefused: neither proven nor guarded nor taken on.
    """
    if view.visibility is not Visibility.UNPROVEN:
        return
    raise OrgRefused(
        f"A message that is there could look absent: {view.why}",
        f"Grant this user {view.grant}. If you know that it sees every row, set "
        "BRIDGE_ASSUME_VISIBLE=1: that is put on record. Nothing was sent.",
    )
