"""The REST API as simple-salesforce and a plain HTTP client see it."""
# ruff: noqa: S608 - the queries are the tests' own

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import (
    SalesforceExpiredSession,
    SalesforceMalformedRequest,
    SalesforceRefusedRequest,
    SalesforceResourceNotFound,
)

from bridge.practice import Access, Operation, PracticeServer, Scenario
from tests.practice.conftest import DAY, Start, a_message, errors_of, rows_of

MESSAGE = "Social25__Heroku_Message__c"
DATA = "/services/data/v62.0"

Connect = Callable[[PracticeServer], Salesforce]


def typed(row: Mapping[str, object]) -> dict[str, object]:
    return {"attributes": {"type": MESSAGE}, **row}


def create_many(salesforce: Salesforce, *rows: Mapping[str, object], **options: bool) -> Any:
    body = {"allOrNone": False, **options, "records": [typed(row) for row in rows]}
    return salesforce.restful("composite/sobjects", method="POST", json=body)


def bearer(practice: PracticeServer) -> dict[str, str]:
    return {"Authorization": f"Bearer {practice.environment['SF_ACCESS_TOKEN']}"}


def test_collections_answer_each_record_in_order(salesforce: Salesforce) -> None:
    results = create_many(salesforce, a_message(1), a_message(2, Text__c="x" * 401))
    good, bad = map(dict, results)
    assert good.keys() == {"id", "success", "errors"}
    assert good["success"] is True
    assert bad.keys() == {"success", "errors"}
    assert [dict(e) for e in bad["errors"]] == [
        {
            "statusCode": "STRING_TOO_LONG",
            "message": f"Text: data value too large: {'x' * 401} (max length=400)",
            "fields": ["Social25__Text__c"],
        }
    ]


def test_collections_with_all_or_none_save_nothing(
    salesforce: Salesforce, practice: PracticeServer
) -> None:
    before = len(practice.org.messages())
    results = create_many(salesforce, a_message(1), a_message(2, Text__c="x" * 401), allOrNone=True)
    assert [r["errors"][0]["statusCode"] for r in results] == [
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "STRING_TOO_LONG",
    ]
    assert len(practice.org.messages()) == before


def test_collections_of_several_objects_keep_their_order(salesforce: Salesforce) -> None:
    lead = {"attributes": {"type": "Lead"}, "LastName": "Test Sender", "Company": "c"}
    records = [lead, typed(a_message(1)), lead]
    results = salesforce.restful("composite/sobjects", method="POST", json={"records": records})
    assert results is not None
    assert [r["id"][:3] for r in results] == ["00Q", "a0B", "00Q"]


def test_more_than_200_records_are_refused(salesforce: Salesforce) -> None:
    with pytest.raises(SalesforceMalformedRequest) as caught:
        create_many(salesforce, *map(a_message, range(201)))
    assert errors_of(caught.value)[0]["errorCode"] == "EXCEEDED_ID_LIMIT"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        pytest.param({"Outbound__c": 1}, "JSON_PARSER_ERROR", id="number-for-boolean"),
        pytest.param({"User_Email__c": "a@b.example"}, "INVALID_FIELD", id="hidden-field"),
    ],
)
def test_one_unreadable_record_spoils_the_whole_request(
    salesforce: Salesforce,
    practice: PracticeServer,
    fields: Mapping[str, str | int],
    code: str,
) -> None:
    before = len(practice.org.messages())
    with pytest.raises(SalesforceMalformedRequest) as caught:
        create_many(salesforce, a_message(1), a_message(2, **fields))
    assert errors_of(caught.value)[0]["errorCode"] == code
    assert len(practice.org.messages()) == before


@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b'{"records": [NaN]}', b'{"records": 5}', b"\xff", b"[" * 100_000],
    ids=["cut", "list", "nan", "no-records", "no-utf8", "deep"],
)
def test_a_body_that_is_no_such_json_is_refused(
    practice: PracticeServer, web: httpx.Client, body: bytes
) -> None:
    answer = web.post(f"{DATA}/composite/sobjects", content=body, headers=bearer(practice))
    assert answer.status_code == 400
    assert answer.json()[0]["errorCode"] == "JSON_PARSER_ERROR"


NO_VALUE = "expected a valid value (number, String, array, object, 'true', 'false' or 'null')"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "The HTTP entity body is required, but this request has no entity body."),
        (b"x", f"Unexpected character ('x' (code 120)): {NO_VALUE} at [line:1, column:2]"),
        (
            b'{\n"a": }',
            f"Unexpected character ('}}' (code 125)): {NO_VALUE} at [line:2, column:7]",
        ),
        (
            b"{x",
            (
                "Unexpected character ('x' (code 120)): was expecting double-quote to start field "
                "name at [line:1, column:3]"
            ),
        ),
        (
            b'{"a" 1}',
            (
                "Unexpected character ('1' (code 49)): was expecting a colon to separate field "
                "name and value at [line:1, column:7]"
            ),
        ),
        (
            b'{"a": 1 "b"}',
            (
                "Unexpected character ('\"' (code 34)): was expecting comma to separate OBJECT "
                "entries at [line:1, column:10]"
            ),
        ),
        (b"[]", "Can not deserialize SObject out of START_ARRAY token at [line:1, column:1]"),
    ],
    ids=["empty", "word", "no-value", "key", "colon", "comma", "list"],
)
def test_what_is_no_json_is_refused_in_the_platforms_words(
    practice: PracticeServer, web: httpx.Client, body: bytes, message: str
) -> None:
    answer = web.post(f"{DATA}/sobjects/Lead", content=body, headers=bearer(practice))
    assert answer.status_code == 400
    assert answer.json() == [{"message": message, "errorCode": "JSON_PARSER_ERROR"}]


def test_a_gzipped_body_is_unpacked(practice: PracticeServer, web: httpx.Client) -> None:
    body = gzip.compress(json.dumps({"records": [typed(a_message(1))]}).encode())
    headers = bearer(practice) | {"Content-Encoding": "gzip"}
    answer = web.post(f"{DATA}/composite/sobjects", content=body, headers=headers)
    assert answer.json()[0]["success"] is True


def test_a_row_is_created_read_changed_and_deleted(salesforce: Salesforce) -> None:
    leads = rows_of(salesforce, "Lead")
    created = leads.create({"LastName": "Test Sender", "Company": "c"})
    row_id = created["id"]
    assert leads.update(row_id, {"Company": "d", "LastName": "Other Sender"}) == 204
    row = leads.get(row_id)
    assert (row["Company"], row["LastName"], row["Phone"]) == ("d", "Other Sender", None)
    assert row["attributes"]["url"] == f"{DATA}/sobjects/Lead/{row_id}"
    assert leads.delete(row_id) == 204
    with pytest.raises(SalesforceResourceNotFound) as caught:
        leads.get(row_id)
    assert errors_of(caught.value)[0]["errorCode"] == "ENTITY_IS_DELETED"


def test_a_created_row_is_where_the_location_says(
    practice: PracticeServer, web: httpx.Client
) -> None:
    body = {"LastName": "Test Sender", "Company": "c"}
    created = web.post(f"{DATA}/sobjects/Lead/", json=body, headers=bearer(practice))
    assert created.status_code == 201
    found = web.get(created.headers["Location"], headers=bearer(practice))
    assert found.json()["Id"] == created.json()["id"]


def test_a_refused_row_says_why(salesforce: Salesforce) -> None:
    with pytest.raises(SalesforceMalformedRequest) as caught:
        rows_of(salesforce, "Lead").create({"Company": "c"})
    (error,) = errors_of(caught.value)
    assert error == {
        "message": "Required fields are missing: [LastName]",
        "errorCode": "REQUIRED_FIELD_MISSING",
        "fields": ["LastName"],
    }


def test_a_null_in_an_update_takes_the_value_away(salesforce: Salesforce) -> None:
    row_id = rows_of(salesforce, "Lead").create({"LastName": "a", "Company": "c", "Phone": "1"})[
        "id"
    ]
    rows_of(salesforce, "Lead").update(row_id, {"Phone": None})
    assert rows_of(salesforce, "Lead").get(row_id)["Phone"] is None


def test_queries_are_paged_and_followed_to_their_end(start: Start, connect: Connect) -> None:
    practice = start(Scenario(day=DAY, size=0, extra_rows=4500))
    salesforce = connect(practice)
    soql = f"SELECT Id FROM {MESSAGE}"
    first = salesforce.query(soql)
    assert (first["totalSize"], first["done"], len(first["records"])) == (4500, False, 2000)
    everything = salesforce.query_all(soql)["records"]
    assert len({record["Id"] for record in everything}) == 4500


def test_a_record_of_a_query_says_what_and_where_it_is(salesforce: Salesforce) -> None:
    record = salesforce.query("SELECT Name FROM User")["records"][0]
    assert record["attributes"]["type"] == "User"
    assert record["attributes"]["url"].startswith(f"{DATA}/sobjects/User/005")
    counted = salesforce.query("SELECT Name, COUNT(Id) FROM User GROUP BY Name")["records"][0]
    assert dict(counted["attributes"]) == {"type": "AggregateResult"}
    assert counted["expr0"] == 1


def test_query_all_sees_the_recycle_bin(salesforce: Salesforce) -> None:
    leads = rows_of(salesforce, "Lead")
    row_id = leads.create({"LastName": "Gone", "Company": "c"})["id"]
    leads.delete(row_id)
    soql = "SELECT Id, IsDeleted FROM Lead WHERE LastName = 'Gone'"
    assert salesforce.query(soql)["totalSize"] == 0
    (record,) = salesforce.query_all(soql, include_deleted=True)["records"]
    assert record["IsDeleted"] is True


def test_groups_that_fill_more_than_a_page_are_refused(start: Start, connect: Connect) -> None:
    practice = start(Scenario(size=0, extra_rows=0, day=DAY))
    practice.org.insert(practice.org.message_sobject(), [a_message(n) for n in range(2001)])
    soql = f"SELECT COUNT(Id) FROM {MESSAGE} GROUP BY Social25__Identifier__c"
    with pytest.raises(SalesforceMalformedRequest) as raised:
        connect(practice).query(soql)
    assert errors_of(raised.value)[0]["errorCode"] == "EXCEEDED_ID_LIMIT"
    assert len(connect(practice).query(f"{soql} LIMIT 2000")["records"]) == 2000


def test_a_page_beyond_the_last_is_refused(start: Start, connect: Connect) -> None:
    practice = start(Scenario(size=0, extra_rows=0, day=DAY))
    practice.org.insert(practice.org.message_sobject(), [a_message(n) for n in range(2001)])
    salesforce = connect(practice)
    following = str(salesforce.query(f"SELECT Id FROM {MESSAGE}")["nextRecordsUrl"])
    with pytest.raises(SalesforceMalformedRequest, match="INVALID_QUERY_LOCATOR"):
        salesforce.query_more(following.replace("-2000", "-4000"), identifier_is_url=True)


def test_an_unknown_cursor_is_refused(practice: PracticeServer, web: httpx.Client) -> None:
    answer = web.get(f"{DATA}/query/01g000000000000AAA-2000", headers=bearer(practice))
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "INVALID_QUERY_LOCATOR")


def test_describe_shows_what_the_user_sees(start: Start, connect: Connect) -> None:
    for access, shown in [
        (Access.HIDDEN, None),
        (Access.READ, False),
        (Access.EDIT, True),
    ]:
        salesforce = connect(start(Scenario(day=DAY, size=0, email_access=access)))
        fields = rows_of(salesforce, MESSAGE).describe()["fields"]
        email = {f["name"]: f["createable"] for f in fields}.get("Social25__User_Email__c")
        assert email is shown


def test_describe_says_what_a_repair_needs_to_know(salesforce: Salesforce) -> None:
    fields = {f["name"]: f for f in rows_of(salesforce, MESSAGE).describe()["fields"]}
    key, text = fields["Social25__Identifier__c"], fields["Social25__Text__c"]
    medium, region = fields["Social25__Conversation_Medium__c"], fields["Region__c"]
    assert (key["externalId"], key["unique"], key["idLookup"]) == (True, True, True)
    assert (text["type"], text["length"], text["byteLength"]) == ("textarea", 400, 1200)
    assert medium["restrictedPicklist"]
    assert {"googleplus": False, "facebook": True}.items() <= {
        v["value"]: v["active"] for v in medium["picklistValues"]
    }.items()
    assert (region["nillable"], region["defaultedOnCreate"], region["createable"]) == (
        False,
        False,
        True,
    )


def test_the_global_describe_lists_the_message_object_by_its_full_name(
    start: Start, connect: Connect
) -> None:
    for scenario, present in [
        (Scenario(day=DAY), {MESSAGE}),
        (Scenario(day=DAY, namespace=""), {"Heroku_Message__c"}),
        (Scenario(day=DAY, message_object=False), set()),
    ]:
        sobjects = connect(start(scenario)).describe()
        assert sobjects is not None
        names = {o["name"] for o in sobjects["sobjects"]}
        assert {n for n in names if n.endswith("Heroku_Message__c")} == present


def test_identity_leads_from_the_resources_to_the_user(
    practice: PracticeServer, web: httpx.Client
) -> None:
    resources = web.get(DATA, headers=bearer(practice)).json()
    identity = web.get(resources["identity"], headers=bearer(practice)).json()
    userinfo = web.get("/services/oauth2/userinfo", headers=bearer(practice)).json()
    assert identity["organization_id"] == userinfo["organization_id"]
    assert identity["username"] == userinfo["preferred_username"]
    assert len(identity["user_id"]) == len(identity["organization_id"]) == 18


def test_simple_salesforces_own_questions_are_answered(salesforce: Salesforce) -> None:
    assert salesforce.is_sandbox() is True
    limits = salesforce.limits()["DailyApiRequests"]
    assert (limits["Max"], limits["Remaining"]) == (100_000, 99_998)
    assert salesforce.api_usage["api-usage"].used == 2


def test_versions_are_listed_and_others_are_unknown(
    practice: PracticeServer, web: httpx.Client
) -> None:
    versions = [v["version"] for v in web.get("/services/data").json()]
    assert (versions[0], versions[-1]) == ("50.0", "66.0")
    for version, status in [("v50.0", 200), ("v66.0", 200), ("v49.0", 404), ("v1", 404)]:
        answer = web.get(f"/services/data/{version}/limits/", headers=bearer(practice))
        assert answer.status_code == status


def test_an_unknown_path_answers_as_the_platform_does_and_is_logged(
    practice: PracticeServer, web: httpx.Client
) -> None:
    answer = web.get(f"{DATA}/chatter/feeds", headers=bearer(practice))
    assert answer.status_code == 404
    assert answer.json() == [
        {"message": "The requested resource does not exist", "errorCode": "NOT_FOUND"}
    ]
    (asked,) = practice.requests.of(Operation.UNKNOWN)
    assert asked.path == f"{DATA}/chatter/feeds"


def test_a_method_that_a_resource_lacks_is_refused(
    practice: PracticeServer, web: httpx.Client
) -> None:
    answer = web.get(f"{DATA}/composite/sobjects", headers=bearer(practice))
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (405, "METHOD_NOT_ALLOWED")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PATCH", "/sobjects/Lead", "HEAD,GET,POST"),
        ("POST", "/sobjects/Lead/00Q000000000001", "HEAD,GET,PATCH,DELETE"),
    ],
)
def test_a_refused_method_is_told_with_those_allowed_in_the_platforms_order(
    practice: PracticeServer, web: httpx.Client, method: str, path: str, allowed: str
) -> None:
    answer = web.request(method, DATA + path, json={}, headers=bearer(practice))
    message = f"HTTP Method '{method}' not allowed. Allowed are {allowed}"
    assert answer.json() == [{"message": message, "errorCode": "METHOD_NOT_ALLOWED"}]


def test_what_is_no_id_is_taken_for_an_external_id_field(
    practice: PracticeServer, web: httpx.Client
) -> None:
    answer = web.get(f"{DATA}/sobjects/Lead/zz", headers=bearer(practice))
    message = "Provided external ID field does not exist or is not accessible: zz"
    assert answer.status_code == 404
    assert answer.json() == [{"message": message, "errorCode": "NOT_FOUND"}]


@pytest.mark.parametrize("what", ["updated", "deleted"])
def test_changes_of_an_object_are_not_served_and_on_record_as_unknown(
    practice: PracticeServer, web: httpx.Client, what: str
) -> None:
    answer = web.get(f"{DATA}/sobjects/Lead/{what}/?start=x&end=y", headers=bearer(practice))
    assert answer.status_code == 404
    assert practice.requests.all()[0].operation is Operation.UNKNOWN


def test_when_a_row_was_made_is_told_in_whole_seconds(salesforce: Salesforce) -> None:
    lead = rows_of(salesforce, "Lead")
    made = lead.create({"LastName": "Test", "Company": "Test"})["id"]
    lead.update(made, {"FirstName": "Test"})
    row = lead.get(made)
    for name in ("CreatedDate", "LastModifiedDate", "SystemModstamp"):
        assert str(row[name]).endswith(".000+0000")


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic wrong"}],
    ids=["none", "wrong", "basic"],
)
def test_a_call_without_a_valid_token_is_refused(
    web: httpx.Client, headers: Mapping[str, str]
) -> None:
    answer = web.get(f"{DATA}/limits", headers=headers)
    assert answer.status_code == 401
    assert answer.json() == [
        {"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}
    ]


def test_an_expired_session_is_refused_and_a_new_one_taken(
    practice: PracticeServer, salesforce: Salesforce, web: httpx.Client
) -> None:
    practice.sessions.expire()
    with pytest.raises(SalesforceExpiredSession):
        salesforce.limits()
    form = {
        "grant_type": "client_credentials",
        "client_id": practice.environment["SF_CLIENT_ID"],
        "client_secret": practice.environment["SF_CLIENT_SECRET"],
    }
    token = web.post("/services/oauth2/token", data=form).json()
    assert token["instance_url"] == practice.origin
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    assert web.get(f"{DATA}/limits", headers=headers).status_code == 200
    assert practice.sessions.issued == 1


def test_client_credentials_are_taken_from_the_authorization_header_too(
    practice: PracticeServer, web: httpx.Client
) -> None:
    pair = (practice.environment["SF_CLIENT_ID"], practice.environment["SF_CLIENT_SECRET"])
    answer = web.post(
        "/services/oauth2/token", data={"grant_type": "client_credentials"}, auth=pair
    )
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        pytest.param({"client_id": "x"}, "invalid_client_id", id="client-id"),
        pytest.param({"client_secret": "x"}, "invalid_client", id="secret"),
        pytest.param({"grant_type": "password"}, "unsupported_grant_type", id="grant"),
    ],
)
def test_wrong_credentials_get_no_token(
    practice: PracticeServer, web: httpx.Client, changed: Mapping[str, str], error: str
) -> None:
    form = {
        "grant_type": "client_credentials",
        "client_id": practice.environment["SF_CLIENT_ID"],
        "client_secret": practice.environment["SF_CLIENT_SECRET"],
    }
    answer = web.post("/services/oauth2/token", data={**form, **changed})
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_the_daily_allowance_is_counted_and_kept(start: Start, connect: Connect) -> None:
    practice = start(Scenario(day=DAY, daily_api_requests=2))
    salesforce = connect(practice)
    salesforce.limits()
    salesforce.limits()
    with pytest.raises(SalesforceRefusedRequest) as caught:
        salesforce.limits()
    assert errors_of(caught.value)[0]["errorCode"] == "REQUEST_LIMIT_EXCEEDED"
    practice.allowance.restore()
    salesforce.limits()


@pytest.mark.parametrize(
    ("query", "header", "status"),
    [
        pytest.param(15_000, 0, 200, id="fits"),
        pytest.param(16_400, 0, 414, id="target"),
        pytest.param(10_000, 6_400, 431, id="target-and-headers"),
    ],
)
def test_a_request_target_has_a_bound(
    web: httpx.Client, query: int, header: int, status: int
) -> None:
    answer = web.get("/services/data?" + "x" * query, headers={"X-Padding": "y" * header})
    assert answer.status_code == status


def test_what_was_asked_is_on_record_without_the_token(
    practice: PracticeServer, salesforce: Salesforce
) -> None:
    salesforce.restful(
        "composite/sobjects",
        method="POST",
        json={"records": [typed(a_message(1)), typed(a_message(2))]},
        headers={"Sforce-Auto-Assign": "FALSE"},
    )
    (asked,) = practice.requests.of(Operation.INSERT)
    assert (asked.records, asked.status) == (2, 200)
    assert asked.headers["sforce-auto-assign"] == "FALSE"
    assert "authorization" not in asked.headers


def test_every_answer_says_that_it_is_not_the_real_thing(web: httpx.Client) -> None:
    failed = "/api/v1/tenants/x/messages/failed/"
    for path in ("/services/data", failed, "/nowhere", "/", "/practice/state"):
        for method in ("GET", "TRACE"):
            assert "not Salesforce" in web.request(method, path).headers["X-Practice-Org"]


def test_a_method_that_nobody_serves_is_on_record(
    practice: PracticeServer, web: httpx.Client
) -> None:
    for path in (f"{DATA}/limits", "/api/v1/tenants/x/messages/failed/"):
        answer = web.request("OPTIONS", path, headers=bearer(practice))
        assert answer.status_code == 405
        assert practice.requests.all()[-1].status == 405


def test_a_slash_too_many_at_the_start_or_the_end_is_overlooked(
    practice: PracticeServer, web: httpx.Client
) -> None:
    for path in ("//services/data", "/services/data/"):
        assert web.get(practice.origin + path).status_code == 200
