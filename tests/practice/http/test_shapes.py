"""The keys and types of answers, as real orgs give them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from bridge.practice import PracticeServer
from tests.practice.http.test_salesforce import DATA, MESSAGE, bearer


def words(text: str) -> set[str]:
    return set(text.split())


FIELD_KEYS = words(
    """
    aggregatable aiPredictionField autoNumber byteLength calculated calculatedFormula cascadeDelete
    caseSensitive compoundFieldName controllerName createable custom defaultValue
    defaultValueFormula defaultedOnCreate dependentPicklist deprecatedAndHidden digits
    displayLocationInDecimal encrypted externalId extraTypeInfo filterable filteredLookupInfo
    formulaTreatNullNumberAsZero groupable highScaleNumber htmlFormatted idLookup inlineHelpText
    label length mask maskType name nameField namePointing nillable permissionable picklistValues
    polymorphicForeignKey precision queryByDistance referenceTargetField referenceTo
    relationshipName relationshipOrder restrictedDelete restrictedPicklist scale
    searchPrefilterable soapType sortable type unique updateable writeRequiresMasterRead
    """
)
IDENTITY_KEYS = words(
    """
    id asserted_user user_id organization_id username nick_name display_name email email_verified
    first_name last_name timezone photos addr_street addr_city addr_state addr_country addr_zip
    mobile_phone mobile_phone_verified is_lightning_login_user status urls active user_type
    language locale utcOffset last_modified_date is_app_installed
    """
)
OBJECT_KEYS = words(
    """
    actionOverrides activateable associateEntityType associateParentEntity childRelationships
    compactLayoutable createable custom customSetting deepCloneable defaultImplementation deletable
    deprecatedAndHidden extendedBy extendsInterfaces feedEnabled fields hasSubtypes implementedBy
    implementsInterfaces isInterface isSubtype keyPrefix label labelPlural layoutable listviewable
    lookupLayoutable mergeable mruEnabled name namedLayoutInfos networkScopeFieldName queryable
    recordTypeInfos replicateable retrieveable searchLayoutable searchable sobjectDescribeOption
    supportedScopes triggerable undeletable updateable urls
    """
)


class Api:
    """Requests with a token, their answers as they came."""

    def __init__(self, practice: PracticeServer, web: httpx.Client) -> None:
        self._web, self._headers = web, bearer(practice)

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        return self._web.request(method, path, headers=self._headers, **options)


@pytest.fixture
def api(practice: PracticeServer, web: httpx.Client) -> Api:
    return Api(practice, web)


def test_a_described_object_has_the_keys_of_a_real_one(api: Api) -> None:
    described = api.ask("GET", f"{DATA}/sobjects/{MESSAGE}/describe").json()
    assert described.keys() == OBJECT_KEYS
    assert {frozenset(field) for field in described["fields"]} == {frozenset(FIELD_KEYS)}


def test_an_identity_has_the_keys_of_a_real_one(api: Api) -> None:
    identity = api.ask("GET", api.ask("GET", DATA).json()["identity"]).json()
    assert identity.keys() == IDENTITY_KEYS
    assert {"rest", "sobjects", "query", "tooling_rest", "custom_domain"} <= identity["urls"].keys()


def test_a_created_row_is_answered_as_a_real_one(api: Api) -> None:
    lead = {"LastName": "Test Sender", "Company": "c"}
    created = api.ask("POST", f"{DATA}/sobjects/Lead", json=lead)
    body = created.json()
    assert (created.status_code, body.keys()) == (201, {"id", "success", "errors"})
    assert created.headers["Location"] == f"{DATA}/sobjects/Lead/{body['id']}"
    assert created.headers["Content-Type"] == "application/json;charset=UTF-8"
    assert created.headers["Sforce-Limit-Info"] == "api-usage=1/100000"


def test_a_row_already_gone_is_refused_as_a_real_one(api: Api) -> None:
    lead = {"LastName": "Test Sender", "Company": "c"}
    path = (
        f"{DATA}/sobjects/Lead/{api.ask('POST', f'{DATA}/sobjects/Lead', json=lead).json()['id']}"
    )
    assert (api.ask("DELETE", path).status_code, api.ask("DELETE", path).status_code) == (204, 404)
    (error,) = api.ask("DELETE", path).json()
    assert error == {
        "message": "entity is deleted",
        "errorCode": "ENTITY_IS_DELETED",
        "fields": [],
    }


def test_a_query_for_an_unknown_object_points_at_it(api: Api) -> None:
    (error,) = api.ask("GET", f"{DATA}/query", params={"q": "select count() from Xy"}).json()
    assert error.keys() == {"message", "errorCode"}
    assert error["errorCode"] == "INVALID_TYPE"
    place = "\nselect count() from Xy\n                    ^\nERROR at Row:1:Column:21\n"
    assert error["message"].startswith(place)
