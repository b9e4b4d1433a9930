"""What Setup shows: validation rules, permissions, sharing; and what a query's columns are."""
# ruff: noqa: S608 - the queries are the tests' own

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceMalformedRequest

from bridge.practice import Access, PracticeServer, Scenario, SharingModel
from tests.practice.conftest import DAY, Start
from tests.practice.http.test_salesforce import DATA, MESSAGE, Connect, bearer


def tooling(practice: PracticeServer, web: httpx.Client, soql: str) -> Any:
    url = f"{DATA}/tooling/query"
    return web.get(url, params={"q": soql}, headers=bearer(practice)).json()


def rows(salesforce: Salesforce, soql: str) -> list[Mapping[str, object]]:
    return list(salesforce.query_all_iter(soql))


def test_the_tooling_api_lists_the_rules_as_they_are_now(
    practice: PracticeServer, web: httpx.Client
) -> None:
    soql = (
        "SELECT ValidationName, Active, ErrorMessage, LastModifiedDate FROM ValidationRule "
        f"WHERE EntityDefinition.QualifiedApiName = '{MESSAGE}' ORDER BY ValidationName"
    )
    before = tooling(practice, web, soql)["records"]
    assert [(r["ValidationName"], r["Active"]) for r in before] == [
        ("No_Links", True),
        ("Outbound_Needs_Agent", True),
    ]
    practice.org.set_rule_active("No_Links", False)
    after = tooling(practice, web, soql)["records"]
    assert [r["Active"] for r in after] == [False, True]
    assert after[0]["LastModifiedDate"] > before[0]["LastModifiedDate"]


def test_a_related_rows_column_stands_in_an_object_of_its_own(
    practice: PracticeServer, web: httpx.Client
) -> None:
    soql = "SELECT Id, EntityDefinition.QualifiedApiName FROM ValidationRule LIMIT 1"
    (record,) = tooling(practice, web, soql)["records"]
    assert record["EntityDefinition"]["QualifiedApiName"] == MESSAGE
    assert record["attributes"]["url"] == f"{DATA}/tooling/sobjects/ValidationRule/{record['Id']}"


def test_the_rest_api_itself_knows_no_validation_rules(
    practice: PracticeServer, web: httpx.Client
) -> None:
    answer = web.get(
        f"{DATA}/query", params={"q": "SELECT Id FROM ValidationRule"}, headers=bearer(practice)
    )
    assert answer.json()[0]["errorCode"] == "INVALID_TYPE"


@pytest.mark.parametrize("view_all", [True, False])
def test_object_permissions_show_what_the_user_sees(
    start: Start, connect: Connect, view_all: bool
) -> None:
    salesforce = connect(start(Scenario(day=DAY, size=0, view_all_rows=view_all)))
    (user,) = rows(salesforce, "SELECT Id FROM User")
    found = rows(
        salesforce,
        "SELECT PermissionsRead, PermissionsCreate, PermissionsViewAllRecords "
        f"FROM ObjectPermissions WHERE SobjectType = '{MESSAGE}' AND ParentId IN "
        "(SELECT PermissionSetId FROM PermissionSetAssignment "
        f"WHERE AssigneeId = '{user['Id']}')",
    )
    assert [
        (r["PermissionsRead"], r["PermissionsCreate"], r["PermissionsViewAllRecords"])
        for r in found
    ] == [(True, True, view_all)]


def test_a_query_within_a_query_may_find_nothing(salesforce: Salesforce) -> None:
    none = "(SELECT ParentId FROM ObjectPermissions WHERE SobjectType = 'None')"
    assert rows(salesforce, f"SELECT Id FROM PermissionSet WHERE Id IN {none}") == []
    assert len(rows(salesforce, f"SELECT Id FROM PermissionSet WHERE Id NOT IN {none}")) == 1


@pytest.mark.parametrize(
    ("access", "shown"),
    [(Access.EDIT, [True]), (Access.READ, [False]), (Access.HIDDEN, [])],
    ids=lambda value: str(value),
)
def test_field_permissions_show_what_the_user_may_write(
    start: Start, connect: Connect, access: Access, shown: list[bool]
) -> None:
    salesforce = connect(start(Scenario(day=DAY, size=0, email_access=access)))
    soql = (
        "SELECT PermissionsEdit FROM FieldPermissions "
        f"WHERE Field = '{MESSAGE}.Social25__User_Email__c'"
    )
    assert [r["PermissionsEdit"] for r in rows(salesforce, soql)] == shown


def test_a_sharing_model_is_shown(salesforce: Salesforce) -> None:
    soql = f"SELECT InternalSharingModel FROM EntityDefinition WHERE QualifiedApiName = '{MESSAGE}'"
    assert [r["InternalSharingModel"] for r in rows(salesforce, soql)] == ["Private"]


def test_the_sharing_model_of_the_scenario_is_the_message_objects(
    start: Start, connect: Connect
) -> None:
    scenario = Scenario(day=DAY, size=0, sharing_model=SharingModel.READ_WRITE)
    found = rows(
        connect(start(scenario)),
        "SELECT QualifiedApiName, InternalSharingModel FROM EntityDefinition "
        f"WHERE QualifiedApiName IN ('{MESSAGE}', 'SocialPost')",
    )
    assert {r["QualifiedApiName"]: r["InternalSharingModel"] for r in found} == {
        MESSAGE: "ReadWrite",
        "SocialPost": "Private",
    }


def test_what_a_permission_set_gives_stands_with_its_assignment(salesforce: Salesforce) -> None:
    (assigned,) = rows(
        salesforce,
        "SELECT IsActive, ExpirationDate, PermissionSet.IsOwnedByProfile, "
        "PermissionSet.PermissionsViewAllData FROM PermissionSetAssignment",
    )
    assert (assigned["IsActive"], assigned["ExpirationDate"]) == (True, None)
    of_set = assigned["PermissionSet"]
    assert isinstance(of_set, Mapping)
    assert (of_set["IsOwnedByProfile"], of_set["PermissionsViewAllData"]) == (True, False)


@pytest.mark.parametrize(
    "name",
    ["PermissionSet", "PermissionSetAssignment", "ObjectPermissions", "FieldPermissions"],
)
def test_a_user_without_view_setup_sees_no_permissions(
    start: Start, connect: Connect, name: str
) -> None:
    salesforce = connect(start(Scenario(day=DAY, size=0, view_setup=False)))
    with pytest.raises(SalesforceMalformedRequest, match="INVALID_TYPE"):
        rows(salesforce, f"SELECT Id FROM {name}")
    described = salesforce.describe()
    assert described is not None
    listed = {sobject["name"] for sobject in described["sobjects"]}
    assert name not in listed
    assert {MESSAGE, "EntityDefinition"} <= listed
    with pytest.raises(SalesforceMalformedRequest, match="INVALID_TYPE"):
        salesforce.toolingexecute("query", params={"q": "SELECT Id FROM ValidationRule"})


def test_a_query_for_columns_is_answered_by_what_they_are(
    practice: PracticeServer, web: httpx.Client
) -> None:
    params = {"q": "SELECT id, LastName, COUNT(Id) n FROM Lead GROUP BY Id, LastName"}
    answer = web.get(
        f"{DATA}/query", params=params | {"columns": "true"}, headers=bearer(practice)
    ).json()
    columns = answer["columnMetadata"]
    assert [(c["columnName"], c["aggregate"]) for c in columns] == [
        ("Id", False),
        ("LastName", False),
        ("n", True),
    ]
    assert (answer["entityName"], answer["keyPrefix"]) == ("Lead", "00Q")


def test_a_long_answer_is_packed_for_a_client_that_unpacks(
    practice: PracticeServer, web: httpx.Client
) -> None:
    url = f"{DATA}/sobjects"
    packed = web.get(url, headers=bearer(practice))
    plain = web.get(url, headers=bearer(practice) | {"Accept-Encoding": "identity"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert packed.json() == plain.json()
