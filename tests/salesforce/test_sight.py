"""Whether this user would see a row, by the answers that an org gives about its setup."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import pytest
from pydantic import JsonValue

from bridge.model import Proof, Proven, Sight, Unproven
from bridge.salesforce.sight import sight

NOW = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)
USER = "005000000000001AAA"
MESSAGE, POST = "Social25__Heroku_Message__c", "SocialPost"
SET, OTHER = "0PS000000000001AAA", "0PS000000000002AAA"
GROUP = "0PG000000000001AAA"

Rows = Sequence[Mapping[str, JsonValue]]


class Setup:
    """An org's answers, by the object that a query is of; what it has none for is refused."""

    def __init__(self, **answers: Rows) -> None:
        self._answers = answers
        self.asked: list[str] = []

    def __call__(self, soql: str, resource: str) -> Rows | None:
        name = soql.partition(" FROM ")[2].split()[0]
        self.asked.append(name)
        return self._answers.get(name)

    def sees(self, *objects: str) -> Mapping[str, Sight]:
        return sight(self, objects, USER, NOW)


def entity(name: str, sharing: str | None) -> Mapping[str, JsonValue]:
    return {"QualifiedApiName": name, "InternalSharingModel": sharing}


PRIVATE = [entity(MESSAGE, "Private"), entity(POST, "Private")]


def assignment(set_id: str = SET, **given: JsonValue) -> Mapping[str, JsonValue]:
    """As the API gives it: the permission set's columns in an object."""
    usual: dict[str, JsonValue] = {
        "IsOwnedByProfile": False,
        "HasActivationRequired": False,
        "PermissionsViewAllData": False,
        "PermissionsModifyAllData": False,
    }
    of_set = {name: given.pop(name, value) for name, value in usual.items()}
    row: dict[str, JsonValue] = {
        "PermissionSetId": set_id,
        "IsActive": True,
        "ExpirationDate": None,
        "PermissionSet": of_set,
    }
    return row | given


def permission(
    set_id: str = SET,
    name: str = MESSAGE,
    *,
    view: bool = False,
    modify: bool = False,
    group: str | None = None,
    in_session: bool = False,
) -> Mapping[str, JsonValue]:
    return {
        "ParentId": set_id,
        "Parent": {"PermissionSetGroupId": group, "HasActivationRequired": in_session},
        "SobjectType": name,
        "PermissionsViewAllRecords": view,
        "PermissionsModifyAllRecords": modify,
    }


def an_org(assigned: Rows, permitted: Rows = (), entities: Rows = PRIVATE) -> Setup:
    return Setup(
        EntityDefinition=entities, PermissionSetAssignment=assigned, ObjectPermissions=permitted
    )


@pytest.mark.parametrize("sharing", ["Read", "ReadWrite", "ReadWriteTransfer", "FullAccess"])
def test_a_public_sharing_model_proves_it_in_one_question(sharing: str) -> None:
    org = Setup(EntityDefinition=[entity(MESSAGE, sharing)])
    assert org.sees(MESSAGE) == {MESSAGE: Proven(Proof.PUBLIC_SHARING)}
    assert org.asked == ["EntityDefinition"]


@pytest.mark.parametrize("sharing", ["Private", "ControlledByParent", "Another", None])
def test_any_other_sharing_model_proves_nothing(sharing: str | None) -> None:
    org = an_org([assignment()], [permission()], [entity(MESSAGE, sharing)])
    assert isinstance(org.sees(MESSAGE)[MESSAGE], Unproven)


@pytest.mark.parametrize("right", ["PermissionsViewAllData", "PermissionsModifyAllData"])
def test_a_right_to_all_data_proves_it_for_every_object(right: str) -> None:
    given: dict[str, JsonValue] = {right: True}
    org = an_org([assignment(), assignment(OTHER, **given)])
    everywhere = Proven(Proof.VIEW_ALL_DATA)
    assert org.sees(MESSAGE, POST) == {MESSAGE: everywhere, POST: everywhere}
    assert org.asked == ["EntityDefinition", "PermissionSetAssignment"]


@pytest.mark.parametrize(("view", "modify"), [(True, False), (False, True)])
@pytest.mark.parametrize("of_a_profile", [True, False], ids=["profile", "set or group"])
def test_view_all_on_the_object_proves_it_for_that_object_alone(
    view: bool, modify: bool, of_a_profile: bool
) -> None:
    org = an_org(
        [assignment(IsOwnedByProfile=of_a_profile)], [permission(view=view, modify=modify)]
    )
    found = org.sees(MESSAGE, POST)
    assert found[MESSAGE] == Proven(Proof.VIEW_ALL)
    assert found[POST] == Unproven(
        "SocialPost is not shared with everybody, and this user has no View All on it",
        "View All on SocialPost",
    )
    assert len(org.asked) == 3


def of_group(**given: JsonValue) -> Mapping[str, JsonValue]:
    """An assignment that names its group alone."""
    return {
        **assignment(SET, **given),
        "PermissionSetId": None,
        "PermissionSetGroupId": GROUP,
        "PermissionSet": None,
    }


def test_what_a_group_sums_up_counts_where_its_assignment_names_the_group_alone() -> None:
    summed_up = permission(OTHER, view=True, group=GROUP)
    assert an_org([of_group()], [summed_up]).sees(MESSAGE) == {MESSAGE: Proven(Proof.VIEW_ALL)}


@pytest.mark.parametrize(
    ("assigned", "permitted"),
    [
        (of_group(), permission(OTHER, view=False, group=GROUP)),
        (of_group(), permission(OTHER, view=True, group="0PG000000000002AAA")),
        (of_group(), permission(OTHER, view=True)),
        (of_group(), permission(OTHER, view=True, group=GROUP, in_session=True)),
        (of_group(IsActive=False), permission(OTHER, view=True, group=GROUP)),
    ],
    ids=["muted in it", "another group", "no group", "only in a session", "not active"],
)
def test_what_a_group_does_not_give_proves_nothing(
    assigned: Mapping[str, JsonValue], permitted: Mapping[str, JsonValue]
) -> None:
    assert isinstance(an_org([assigned], [permitted]).sees(MESSAGE)[MESSAGE], Unproven)


def test_a_right_in_a_permission_set_of_others_proves_nothing() -> None:
    org = an_org([assignment(SET)], [permission(OTHER, view=True)])
    assert isinstance(org.sees(MESSAGE)[MESSAGE], Unproven)


@pytest.mark.parametrize(
    "given",
    [
        {"IsActive": False},
        {"ExpirationDate": "2026-11-23T07:59:59.000+0000"},
        {"HasActivationRequired": True},
    ],
    ids=["not active", "expired", "only in an activated session"],
)
@pytest.mark.parametrize("all_data", [True, False], ids=["all data", "on the object"])
def test_an_assignment_that_gives_nothing_now_proves_nothing(
    given: dict[str, JsonValue], all_data: bool
) -> None:
    assigned = assignment(SET, PermissionsViewAllData=all_data, **given)
    org = an_org([assigned], [permission(view=True)])
    assert isinstance(org.sees(MESSAGE)[MESSAGE], Unproven)


def test_an_assignment_that_ends_later_and_a_profiles_own_give_what_they_have() -> None:
    later = assignment(ExpirationDate="2026-11-24T08:00:00.000+0000")
    assert an_org([later], [permission(view=True)]).sees(MESSAGE) == {
        MESSAGE: Proven(Proof.VIEW_ALL)
    }
    profile = assignment(IsOwnedByProfile=True, IsActive=False)
    assert an_org([profile], [permission(view=True)]).sees(MESSAGE) == {
        MESSAGE: Proven(Proof.VIEW_ALL)
    }


@pytest.mark.parametrize(
    "org",
    [
        Setup(),
        Setup(EntityDefinition=PRIVATE),
        Setup(EntityDefinition=PRIVATE, PermissionSetAssignment=[assignment()]),
        Setup(PermissionSetAssignment=[{"IsActive": "perhaps"}], ObjectPermissions=()),
        an_org([assignment()], [{"ParentId": SET}]),
    ],
    ids=["nothing", "no assignments", "no permissions", "unknown form", "unknown permissions"],
)
def test_a_question_that_is_refused_or_answered_otherwise_proves_nothing(org: Setup) -> None:
    found = org.sees(MESSAGE)[MESSAGE]
    assert isinstance(found, Unproven)
    assert "may not read its own permissions" in found.why
    assert "View Setup and Configuration" in found.grant


def test_without_the_sharing_models_permissions_still_prove_it() -> None:
    org = Setup(PermissionSetAssignment=[assignment()], ObjectPermissions=[permission(view=True)])
    assert org.sees(MESSAGE) == {MESSAGE: Proven(Proof.VIEW_ALL)}
