"""Would this user see a row if it were there? Asked of the org's setup, and decided here.

A query leaves out rows that are not shared with the user, and says nothing of it. Three questions
tell whether that can happen; each is asked only where the ones before did not settle it:

1. Is the object's internal sharing model public? (`EntityDefinition`)
2. Has the user View All Data or Modify All Data? (`PermissionSetAssignment`)
3. Has the user View All or Modify All on the object? (`ObjectPermissions`)

The user's assignments hold those of all kinds: a profile has a permission set of its own, and a
permission set group has one that sums its members up without what is muted. Sources, in the Object
Reference: "EntityDefinition", "PermissionSetAssignment", "PermissionSet", "ObjectPermissions".

Since Summer '20 the second and third question take the permission View Setup and Configuration, or
one that goes further. An org that refuses a question, or answers it in a form that we don't know,
has proven nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, ValidationError

from bridge.model import Proof, Proven, Sight, Unproven
from bridge.salesforce.soql import literal

Ask: TypeAlias = Callable[[str, str], Sequence[Mapping[str, JsonValue]] | None]
"""Answers a query, given what it is of; None where this user may not ask."""

FormT = TypeVar("FormT", bound=BaseModel)

_PUBLIC = frozenset({"Read", "ReadWrite", "ReadWriteTransfer", "FullAccess"})
"""Internal sharing models under which every user of the org sees every row."""


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


class _Entity(_Answer):
    name: str = Field(alias="QualifiedApiName")
    sharing: str | None = Field(alias="InternalSharingModel", default=None)


class _PermissionSet(_Answer):
    of_a_profile: bool = Field(alias="IsOwnedByProfile")
    only_in_a_session: bool = Field(alias="HasActivationRequired")
    view_all_data: bool = Field(alias="PermissionsViewAllData")
    modify_all_data: bool = Field(alias="PermissionsModifyAllData")


class _Assignment(_Answer):
    """Of a permission set, or of a group: then it names the group, and maybe no set."""

    set_id: str | None = Field(alias="PermissionSetId", default=None)
    group_id: str | None = Field(alias="PermissionSetGroupId", default=None)
    active: bool = Field(alias="IsActive")
    ends_at: AwareDatetime | None = Field(alias="ExpirationDate", default=None)
    set: _PermissionSet | None = Field(alias="PermissionSet", default=None)

    def holds(self, now: dt.datetime) -> bool:
        """Whether it gives anything now, and goes on to without somebody activating a session."""
        if self.set is not None and self.set.of_a_profile:
            return True
        ended = self.ends_at is not None and self.ends_at <= now
        in_session = self.set is not None and self.set.only_in_a_session
        return self.active and not ended and not in_session

    @property
    def all_data(self) -> bool:
        return self.set is not None and (self.set.view_all_data or self.set.modify_all_data)


class _Parent(_Answer):
    group_id: str | None = Field(alias="PermissionSetGroupId", default=None)
    only_in_a_session: bool = Field(alias="HasActivationRequired")


class _ObjectPermission(_Answer):
    set_id: str = Field(alias="ParentId")
    set: _Parent = Field(alias="Parent")
    object: str = Field(alias="SobjectType")
    view_all: bool = Field(alias="PermissionsViewAllRecords")
    modify_all: bool = Field(alias="PermissionsModifyAllRecords")


def sight(ask: Ask, objects: Sequence[str], user_id: str, now: dt.datetime) -> Mapping[str, Sight]:
    """Whether the user sees every row of each object.

    Args:
        ask: of the org.
        objects: API names of the org; the user may read them.
        user_id: of the user who asks.
        now: aware.
    """
    found: dict[str, Sight] = {name: Proven(Proof.PUBLIC_SHARING) for name in _public(ask, objects)}
    hidden = [name for name in objects if name not in found]
    if hidden:
        found |= _by_permissions(ask, hidden, user_id, now)
    return found


def _public(ask: Ask, objects: Sequence[str]) -> Sequence[str]:
    soql = (
        "SELECT QualifiedApiName, InternalSharingModel FROM EntityDefinition "  # noqa: S608 - describe
        f"WHERE QualifiedApiName IN ({_listed(objects)})"
    )
    entities = _read(_Entity, ask(soql, "a query of sharing models")) or ()
    public = {entity.name for entity in entities if entity.sharing in _PUBLIC}
    return [name for name in objects if name in public]


def _by_permissions(
    ask: Ask, objects: Sequence[str], user_id: str, now: dt.datetime
) -> dict[str, Sight]:
    answered = ask(
        "SELECT PermissionSetId, PermissionSetGroupId, IsActive, ExpirationDate, "  # noqa: S608
        "PermissionSet.IsOwnedByProfile, PermissionSet.HasActivationRequired, "
        "PermissionSet.PermissionsViewAllData, PermissionSet.PermissionsModifyAllData "
        f"FROM PermissionSetAssignment WHERE AssigneeId = {literal(user_id)}",
        "a query of this user's permission sets",
    )
    assignments = _read(_Assignment, answered)
    if assignments is None:
        return {name: _untold(name) for name in objects}
    holding = [one for one in assignments if one.holds(now)]
    if any(one.all_data for one in holding):
        return dict.fromkeys(objects, Proven(Proof.VIEW_ALL_DATA))
    answered = ask(
        "SELECT ParentId, Parent.PermissionSetGroupId, Parent.HasActivationRequired, "  # noqa: S608
        "SobjectType, PermissionsViewAllRecords, PermissionsModifyAllRecords "
        f"FROM ObjectPermissions WHERE SobjectType IN ({_listed(objects)})",
        "a query of permissions on objects",
    )
    permissions = _read(_ObjectPermission, answered)
    if permissions is None:
        return {name: _untold(name) for name in objects}
    sets = {one.set_id for one in holding if one.set_id}
    groups = {one.group_id for one in holding if one.group_id}
    seen = {
        one.object
        for one in permissions
        if (one.view_all or one.modify_all)
        and not one.set.only_in_a_session
        and (one.set_id in sets or one.set.group_id in groups)
    }
    return {name: Proven(Proof.VIEW_ALL) if name in seen else _missing(name) for name in objects}


def _untold(name: str) -> Unproven:
    return Unproven(
        f"{name} is not shared with everybody, and this user may not read its own permissions",
        f"View All on {name}, and View Setup and Configuration so that it can be shown",
    )


def _missing(name: str) -> Unproven:
    return Unproven(
        f"{name} is not shared with everybody, and this user has no View All on it",
        f"View All on {name}",
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(literal(name) for name in names)


def _read(
    form: type[FormT], records: Sequence[Mapping[str, JsonValue]] | None
) -> Sequence[FormT] | None:
    try:
        return None if records is None else [form.model_validate(record) for record in records]
    except ValidationError:
        return None
