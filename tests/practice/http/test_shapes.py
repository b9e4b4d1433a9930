"""The keys and types of answers, as real orgs give them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from bridge.practice import PracticeServer, Scenario
from bridge.practice.org.duplicates import DuplicateAction, DuplicateRule
from bridge.practice.org.record_types import RecordTypeSetting
from bridge.practice.scenario_file import parse_scenario
from tests.practice.conftest import Start
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
RECORD_TYPE_KEYS = words(
    "active available defaultRecordTypeMapping developerName master name recordTypeId urls"
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


def test_a_described_record_type_has_the_keys_of_a_real_one(
    start: Start, browse: Callable[[PracticeServer], httpx.Client]
) -> None:
    practice = start(Scenario(record_types={"Chat": RecordTypeSetting(available=False)}))
    api = Api(practice, browse(practice))
    described = api.ask("GET", f"{DATA}/sobjects/{MESSAGE}/describe").json()
    chat, master = described["recordTypeInfos"]
    assert chat.keys() == master.keys() == RECORD_TYPE_KEYS
    assert (chat["developerName"], chat["available"], chat["master"]) == ("Chat", False, False)
    assert master["recordTypeId"] == "012000000000000AAA"
    assert (master["master"], master["defaultRecordTypeMapping"]) == (True, True)
    (field,) = [f for f in described["fields"] if f["name"] == "RecordTypeId"]
    assert (field["referenceTo"], field["createable"]) == (["RecordType"], True)


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


def test_a_duplicate_is_refused_as_a_real_one(
    start: Start, browse: Callable[[PracticeServer], httpx.Client]
) -> None:
    rule = DuplicateRule("Lead", ("LastName",), DuplicateAction.ALERT)
    practice = start(Scenario(duplicate_rules=(rule,)))
    api = Api(practice, browse(practice))
    lead = {"LastName": "Test Twin", "Company": "c"}
    first = api.ask("POST", f"{DATA}/sobjects/Lead", json=lead).json()["id"]
    second = api.ask("POST", f"{DATA}/sobjects/Lead", json=lead)
    (error,) = second.json()
    assert second.status_code == 400
    assert error.keys() == {"duplicateResult", "errorCode", "message"}
    assert (error["errorCode"], error["message"]) == (
        "DUPLICATES_DETECTED",
        "Use one of these records?",
    )
    result = error["duplicateResult"]
    assert result.keys() == words(
        "allowSave duplicateRule duplicateRuleEntityType errorMessage matchResults"
    )
    assert result["allowSave"] is True
    (match,) = result["matchResults"]
    assert match.keys() == words("entityType errors matchEngine matchRecords rule size success")
    (record,) = match["matchRecords"]
    assert record.keys() == words("additionalInformation fieldDiffs matchConfidence record")
    assert record["record"] == {
        "attributes": {"type": "Lead", "url": f"{DATA}/sobjects/Lead/{first}"},
        "Id": first,
    }


def test_a_changed_row_is_answered_with_nothing_as_by_a_real_one(api: Api) -> None:
    lead = {"LastName": "Test Sender", "Company": "c"}
    row_id = api.ask("POST", f"{DATA}/sobjects/Lead", json=lead).json()["id"]
    changed = api.ask("PATCH", f"{DATA}/sobjects/Lead/{row_id}", json={"Company": "d"})
    assert (changed.status_code, changed.content) == (204, b"")
    assert "content-type" not in changed.headers
    assert "sforce-limit-info" in changed.headers


@pytest.mark.parametrize(
    ("method", "path", "record", "code"),
    [
        ("POST", "sobjects/Lead", {"Id": "00Q5g0000000001AAA"}, "INVALID_FIELD"),
        ("PATCH", "sobjects/Lead/00Q5g0000000001AAA", {"id": "x"}, "INVALID_FIELD"),
        ("POST", "sobjects/User", {"Name": "x"}, "INVALID_TYPE_FOR_OPERATION"),
        ("POST", "sobjects", {}, "METHOD_NOT_ALLOWED"),
        ("POST", "sobjects/Lead/describe", {}, "METHOD_NOT_ALLOWED"),
        ("DELETE", "query/01g5g0000000001AAA-2000", {}, "METHOD_NOT_ALLOWED"),
    ],
)
def test_what_is_asked_amiss_is_refused_as_by_a_real_one(
    api: Api, method: str, path: str, record: dict[str, str], code: str
) -> None:
    (error,) = api.ask(method, f"{DATA}/{path}", json=record).json()
    assert error["errorCode"] == code


def test_a_default_is_described_and_stored(
    start: Start, browse: Callable[[PracticeServer], httpx.Client]
) -> None:
    text = """
    fields:
      Lead:
        Brand__c: {type: picklist, values: [North, South], default: North}
        Motto__c: {type: string, default: none}
        Warm__c: {type: boolean, default: true}
        Of__c: {type: reference, reference_to: [User]}
    """
    practice = start(parse_scenario(text, "file"))
    api = Api(practice, browse(practice))
    fields = {
        f["name"]: f for f in api.ask("GET", f"{DATA}/sobjects/Lead/describe").json()["fields"]
    }
    assert [v["defaultValue"] for v in fields["Brand__c"]["picklistValues"]] == [True, False]
    assert [
        (fields[n]["defaultValue"], fields[n]["defaultValueFormula"])
        for n in ("Brand__c", "Motto__c", "Warm__c", "Company")
    ] == [("North", None), (None, '"none"'), (True, None), (None, None)]
    assert [fields[n]["relationshipName"] for n in ("OwnerId", "Of__c", "Company")] == [
        "Owner",
        "Of__r",
        None,
    ]
    api.ask("POST", f"{DATA}/sobjects/Lead", json={"LastName": "a", "Company": "c"})
    (row,) = (r for r in practice.org.rows("Lead") if r["LastName"] == "a")
    assert (row["Brand__c"], row["Motto__c"], row["Warm__c"]) == ("North", "none", True)


def test_a_query_for_an_unknown_object_points_at_it(api: Api) -> None:
    (error,) = api.ask("GET", f"{DATA}/query", params={"q": "select count() from Xy"}).json()
    assert error.keys() == {"message", "errorCode"}
    assert error["errorCode"] == "INVALID_TYPE"
    place = "\nselect count() from Xy\n                    ^\nERROR at Row:1:Column:21\n"
    assert error["message"].startswith(place)
