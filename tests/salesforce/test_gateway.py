from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from structlog.typing import EventDict

from bridge.errors import OrgRefused, OrgUnanswered, SettingsError, UsageError
from bridge.model import Proof, Proven, Unproven
from bridge.salesforce import (
    ApiUsage,
    ClientCredentials,
    Inserted,
    Org,
    OrgIdentity,
    Reach,
    RecordError,
    Refused,
    Token,
)
from bridge.salesforce.describe import parse_object
from bridge.salesforce.inserts import MOST_RECORDS
from tests.salesforce.describing import MESSAGE, PREFIX, everything, message_object
from tests.salesforce.loopback import Answer, Asked, Loopback, Reply

API = "/services/data/v62.0"
KEY = f"{PREFIX}Identifier__c"
SCHEMA = parse_object(message_object(), "GET describe")
KEY_FIELD = SCHEMA.fields[1]
HEX = "92dd772d38bd4d64abf832fe279b189b"
ORG_ID = "00D000000000001AAA"
USER_ID = "005000000000001AAA"
ROW_ID = "a0B000000000001AAA"
SENT = {f"{PREFIX}Text__c": "Sender 12 wrote this"}
INSERTED = {"id": ROW_ID, "success": True, "errors": []}


def fault(code: str, status: int, message: str = "not possible") -> Answer:
    return Answer([{"errorCode": code, "message": message}], status)


EXPIRED = fault("INVALID_SESSION_ID", 401, "Session expired or invalid")


def routes(table: dict[str, object]) -> Callable[[Asked], Reply]:
    """Answers by path below the API, with query parameters left aside."""

    def respond(asked: Asked) -> Reply:
        body = table.get(asked.path.removeprefix(API).strip("/"))
        if isinstance(body, Answer):
            return body
        return fault("NOT_FOUND", 404) if body is None else Answer(body)

    return respond


def page(*records: dict[str, Any]) -> dict[str, Any]:
    return {"totalSize": len(records), "done": True, "records": list(records)}


ORDINARY: dict[str, object] = {
    "": {
        "identity": f"https://login.salesforce.com/id/{ORG_ID}/{USER_ID}",
        "sobjects": f"{API}/sobjects",
    },
    "query": page({"Id": ORG_ID, "Name": "Test Org", "IsSandbox": True}),
    f"sobjects/User/{USER_ID}": {"Username": "integration@test-org.example", "Id": USER_ID},
    "sobjects": everything("Lead", MESSAGE),
    f"sobjects/{MESSAGE}/describe": message_object(),
    "composite/sobjects": [INSERTED],
}


class Renewing:
    """Token after token, all for one org."""

    def __init__(self, url: str, *successors: str) -> None:
        self._url = url
        self._successors = iter(successors)
        self._token = Token(SecretStr("token-1"), url)

    def current(self) -> Token:
        return self._token

    def renew(self, spent: Token) -> Token:
        self._token = Token(SecretStr("token-2"), next(self._successors, self._url))
        return self._token


@pytest.fixture
def renewing(loopback: Loopback, ca_bundle: Path) -> Iterator[Org]:
    with Org(Renewing(loopback.url), ca_bundle=ca_bundle, call_seconds=5) as org:
        yield org


def first_token_expired(asked: Asked) -> Reply:
    if asked.headers["authorization"] == "Bearer token-1":
        return EXPIRED
    return routes(ORDINARY)(asked)


def test_an_identity_says_which_org_answers_and_as_whom(loopback: Loopback, org: Org) -> None:
    loopback.respond = routes(ORDINARY)

    assert org.identity() == OrgIdentity(
        org_id=ORG_ID,
        name="Test Org",
        sandbox=True,
        user_id=USER_ID,
        username="integration@test-org.example",
        instance_url=loopback.url,
    )
    assert org.calls == 3


@pytest.mark.parametrize(
    "change",
    [{"": {"identity": "https://x/id/short"}}, {"query": page()}, {"": Answer(b"<html>")}],
    ids=["no ids", "no organization", "HTML"],
)
def test_what_is_no_org_has_no_identity(
    loopback: Loopback, org: Org, change: dict[str, object]
) -> None:
    loopback.respond = routes(ORDINARY | change)

    with pytest.raises(OrgUnanswered) as caught:
        org.identity()

    assert "SF_ORG_INSTANCE_URL" in caught.value.advice


def test_a_schema_is_found_behind_its_namespace_in_two_calls(loopback: Loopback, org: Org) -> None:
    loopback.respond = routes(ORDINARY)

    schema = org.schema("Heroku_Message__c")

    assert schema == SCHEMA
    assert schema.namespace == "Social25"
    assert org.calls == 2


def test_an_object_that_the_user_may_not_see_is_a_wrong_setting(
    loopback: Loopback, org: Org
) -> None:
    loopback.respond = routes(ORDINARY | {"sobjects": everything("Lead")})

    with pytest.raises(SettingsError, match="Heroku_Message__c"):
        org.schema("Heroku_Message__c")


def test_find_asks_for_the_recycle_bin_too_and_answers_for_every_key(
    loopback: Loopback, org: Org
) -> None:
    row = {
        "Id": ROW_ID,
        "IsDeleted": True,
        "CreatedById": USER_ID,
        "CreatedDate": "2026-11-22T10:00:00.000+0000",
        KEY: HEX,
        f"{PREFIX}Text__c": "Hi",
    }
    more = f"{API}/query/01g000000000001-2000"
    first = {"totalSize": 2, "done": False, "nextRecordsUrl": more, "records": [row]}
    second = page(row | {"Id": "a0B000000000002AAA"}) | {"totalSize": 2}
    loopback.respond = routes({"queryAll": first, "query/01g000000000001-2000": second})

    found = org.find(SCHEMA, KEY_FIELD, [HEX, "absent"], fields=["Text__c", "Id"])

    assert [(one.id, one.deleted) for one in found[HEX]] == [
        (ROW_ID, True),
        ("a0B000000000002AAA", True),
    ]
    assert found["absent"] == ()
    selected, _, rest = loopback.asked[0].query["q"].partition(" FROM ")
    assert selected == f"SELECT Id,IsDeleted,CreatedById,CreatedDate,{KEY},{PREFIX}Text__c"
    assert rest == f"{MESSAGE} WHERE {KEY} IN ('{HEX}','absent')"


def test_find_with_many_keys_stays_within_what_the_platform_takes(
    loopback: Loopback, org: Org
) -> None:
    loopback.respond = routes({"queryAll": page()})
    keys = [f"{number:032x}" for number in range(1000)]

    found = org.find(SCHEMA, KEY_FIELD, keys)

    assert set(found) == set(keys)
    assert org.calls == 4
    assert all(len(asked.target) < 16_384 - 4_000 for asked in loopback.asked)


def test_find_refuses_a_field_that_the_object_does_not_have(org: Org) -> None:
    with pytest.raises(UsageError, match="Nickname__c"):
        org.find(SCHEMA, KEY_FIELD, [HEX], fields=["Nickname__c"])

    assert org.calls == 0


@pytest.mark.parametrize(
    "failure",
    [fault("SERVER_UNAVAILABLE", 503), Answer(b"<html>", 502), fault("X", 429), Answer(b"{")],
    ids=["503", "HTML of a proxy", "429", "half a document"],
)
def test_a_read_is_tried_again_until_it_succeeds(
    loopback: Loopback, org: Org, failure: Answer
) -> None:
    replies = iter([failure, failure, failure])
    loopback.respond = lambda asked: next(replies, Answer(page()))

    assert org.find(SCHEMA, KEY_FIELD, [HEX]) == {HEX: ()}
    assert org.calls == 4


def test_a_read_that_keeps_failing_ends_in_an_error(loopback: Loopback, org: Org) -> None:
    loopback.respond = lambda asked: fault("SERVER_UNAVAILABLE", 503)

    with pytest.raises(OrgUnanswered, match="SERVER_UNAVAILABLE"):
        org.find(SCHEMA, KEY_FIELD, [HEX])

    assert org.calls == 4


def test_a_read_that_is_refused_for_good_is_not_tried_again(loopback: Loopback, org: Org) -> None:
    loopback.respond = lambda asked: fault("INSUFFICIENT_ACCESS", 403)

    with pytest.raises(OrgRefused):
        org.schema("Heroku_Message__c")

    assert org.calls == 1


def test_an_insert_sends_every_record_on_its_own_without_assignment_rules(
    loopback: Loopback, org: Org
) -> None:
    refused = {
        "success": False,
        "errors": [{"statusCode": "STRING_TOO_LONG", "message": "too long", "fields": [KEY]}],
    }
    loopback.respond = routes({"composite/sobjects": [INSERTED, refused]})

    results = org.insert(MESSAGE, [SENT, {KEY: HEX}])

    assert results == (
        Inserted(ROW_ID),
        Refused((RecordError("STRING_TOO_LONG", "too long", (KEY,)),)),
    )
    (asked,) = loopback.asked
    assert (asked.method, asked.path) == ("POST", f"{API}/composite/sobjects")
    assert asked.headers["sforce-auto-assign"] == "FALSE"
    assert json.loads(asked.body) == {
        "allOrNone": False,
        "records": [
            {**SENT, "attributes": {"type": MESSAGE}},
            {KEY: HEX, "attributes": {"type": MESSAGE}},
        ],
    }


def test_an_insert_takes_half_a_surrogate_pair_without_a_crash(
    loopback: Loopback, org: Org
) -> None:
    loopback.respond = routes(ORDINARY)

    assert org.insert(MESSAGE, [{f"{PREFIX}Text__c": "cut \ud83d"}]) == (Inserted(ROW_ID),)
    assert rb"\ud83d" in loopback.asked[0].body


def test_nothing_is_sent_for_no_record_for_too_many_or_for_what_is_no_json(org: Org) -> None:
    assert org.insert(MESSAGE, []) == ()
    with pytest.raises(ValueError, match="201"):
        org.insert(MESSAGE, [SENT] * (MOST_RECORDS + 1))
    with pytest.raises(UsageError):
        org.insert(MESSAGE, [{KEY: float("nan")}])

    assert org.calls == 0


@pytest.mark.parametrize(
    "reply",
    [
        Answer(b"<html>Bad gateway</html>", 502),
        fault("SERVER_UNAVAILABLE", 503),
        fault("UNKNOWN_EXCEPTION", 500),
        fault("REQUEST_TIMEOUT", 408),
        Answer(b"<html>Sign in</html>"),
        Answer(b""),
        Answer(b"", 204),
        Answer(b"null"),
        Answer(b"3"),
        Answer(b"[" * 100_000),
        Answer([]),
        Answer([INSERTED, INSERTED]),
        Answer({"hasErrors": False, "results": []}),
        Answer(b"\x1f\x8b no gzip", headers={"Content-Encoding": "gzip"}),
    ],
    ids=[
        "502 HTML",
        "503",
        "500",
        "408",
        "200 HTML",
        "200 empty",
        "204",
        "null",
        "number",
        "nested without end",
        "no result",
        "two results",
        "another answer",
        "broken gzip",
    ],
)
def test_an_insert_whose_answer_says_nothing_is_in_doubt_and_not_sent_again(
    loopback: Loopback, org: Org, reply: Answer
) -> None:
    loopback.respond = lambda asked: reply

    with pytest.raises(OrgUnanswered):
        org.insert(MESSAGE, [SENT])

    assert len(loopback.asked) == 1


@pytest.mark.parametrize(
    ("reply", "status", "code"),
    [
        (fault("JSON_PARSER_ERROR", 400), 400, "JSON_PARSER_ERROR"),
        (fault("REQUEST_LIMIT_EXCEEDED", 403), 403, "REQUEST_LIMIT_EXCEEDED"),
        (fault("NOT_FOUND", 404), 404, "NOT_FOUND"),
        (Answer(b"<html>", 413), 413, ""),
        (fault("X", 420), 420, "X"),
        (Answer(b"slow down", 429), 429, ""),
    ],
    ids=["400", "403", "404", "413 HTML", "420", "429"],
)
def test_an_insert_that_is_refused_as_a_whole_did_nothing_and_is_not_sent_again(
    loopback: Loopback, org: Org, reply: Answer, status: int, code: str
) -> None:
    loopback.respond = lambda asked: reply

    with pytest.raises(OrgRefused) as caught:
        org.insert(MESSAGE, [SENT])

    assert (caught.value.status, caught.value.code) == (status, code)
    assert len(loopback.asked) == 1


@pytest.mark.parametrize(
    "expired", [EXPIRED, Answer(b"<html>", 401), Answer({"error": "x"}, 401), Answer(b"", 401)]
)
def test_an_insert_with_an_expired_token_is_repeated_once_with_its_headers(
    loopback: Loopback, renewing: Org, expired: Answer
) -> None:
    replies = iter([expired, Answer([INSERTED])])
    loopback.respond = lambda asked: next(replies)

    assert renewing.insert(MESSAGE, [SENT]) == (Inserted(ROW_ID),)

    first, second = loopback.asked
    assert first.headers["authorization"] == "Bearer token-1"
    assert second.headers["authorization"] == "Bearer token-2"
    assert second.headers["sforce-auto-assign"] == "FALSE"
    assert second.body == first.body


def test_a_token_that_is_never_accepted_ends_in_a_refusal(
    loopback: Loopback, renewing: Org
) -> None:
    loopback.respond = lambda asked: EXPIRED

    with pytest.raises(OrgRefused, match="INVALID_SESSION_ID") as caught:
        renewing.insert(MESSAGE, [SENT])

    assert caught.value.status == 401
    assert "SF_ACCESS_TOKEN" in caught.value.advice
    assert len(loopback.asked) == 2


def test_a_given_token_that_expires_ends_in_a_refusal(loopback: Loopback, org: Org) -> None:
    loopback.respond = lambda asked: EXPIRED

    with pytest.raises(OrgRefused) as caught:
        org.identity()

    assert caught.value.status == 401
    assert len(loopback.asked) == 1


def test_eight_lanes_that_meet_one_expiry_renew_the_token_once(
    loopback: Loopback, ca_bundle: Path
) -> None:
    together = threading.Barrier(8)

    def respond(asked: Asked) -> Reply:
        if asked.path == "/services/oauth2/token":
            return Answer({"access_token": "token-2", "instance_url": loopback.url})
        if asked.headers["authorization"] == "Bearer token-1":
            together.wait(timeout=10)
            return EXPIRED
        return Answer([INSERTED])

    loopback.respond = respond
    tokens = ClientCredentials(
        loopback.url,
        "client-1",
        SecretStr("secret-1"),
        Token(SecretStr("token-1"), loopback.url),
        reach=Reach(ca_bundle),
    )
    with Org(tokens, ca_bundle=ca_bundle) as org, ThreadPoolExecutor(8) as lanes:
        results = list(lanes.map(lambda _: org.insert(MESSAGE, [SENT]), range(8)))

    assert results == [(Inserted(ROW_ID),)] * 8
    asked = [(one.path, one.headers.get("sforce-auto-assign")) for one in loopback.asked]
    assert asked.count(("/services/oauth2/token", None)) == 1
    assert asked.count((f"{API}/composite/sobjects", "FALSE")) == 16


def test_a_renewed_token_for_another_org_sends_nothing_there(
    loopback: Loopback, ca_bundle: Path
) -> None:
    tokens = Renewing(loopback.url, "https://other-org.my.salesforce.com")
    loopback.respond = lambda asked: EXPIRED

    with Org(tokens, ca_bundle=ca_bundle) as org:
        with pytest.raises(OrgRefused, match="other-org"):
            org.insert(MESSAGE, [SENT])
        assert org.calls == 1


def test_a_lane_that_begins_after_that_sends_nothing_there_either(
    loopback: Loopback, ca_bundle: Path
) -> None:
    elsewhere = loopback.url.replace("127.0.0.1", "localhost")
    tokens = Renewing(loopback.url, elsewhere)
    loopback.respond = lambda asked: EXPIRED if len(loopback.asked) == 1 else Answer([INSERTED])

    with Org(tokens, ca_bundle=ca_bundle) as org, ThreadPoolExecutor(1) as later:
        with pytest.raises(OrgRefused, match="localhost"):
            org.insert(MESSAGE, [SENT])
        with pytest.raises(OrgRefused, match="localhost"):
            later.submit(org.insert, MESSAGE, [SENT]).result()
        assert org.calls == 1


def test_a_login_that_is_refused_in_mid_run_leaves_no_doubt(
    loopback: Loopback, ca_bundle: Path
) -> None:
    def respond(asked: Asked) -> Reply:
        if asked.path == "/services/oauth2/token":
            return Answer({"error": "invalid_grant"}, 400)
        return EXPIRED

    loopback.respond = respond
    first = Token(SecretStr("token-1"), loopback.url)
    tokens = ClientCredentials(
        loopback.url, "client-1", SecretStr("secret-1"), first, reach=Reach(ca_bundle)
    )

    with Org(tokens, ca_bundle=ca_bundle) as org, pytest.raises(OrgRefused) as caught:
        org.insert(MESSAGE, [SENT])

    assert (caught.value.status, caught.value.code) == (401, "invalid_grant")


def test_the_daily_allowance_is_that_of_the_last_answer(loopback: Loopback, org: Org) -> None:
    counts = iter(["api-usage=18/5000", "api-usage=19/5000"])
    loopback.respond = lambda asked: Answer([INSERTED], headers={"Sforce-Limit-Info": next(counts)})
    org.insert(MESSAGE, [SENT])
    org.insert(MESSAGE, [SENT])

    usage = org.daily_api()

    assert usage == ApiUsage(used=19, limit=5000)
    assert usage is not None
    assert usage.left == 4981
    assert org.calls == 2


def test_the_daily_allowance_is_asked_for_where_no_answer_told_it(
    loopback: Loopback, org: Org
) -> None:
    loopback.respond = routes({"limits": {"DailyApiRequests": {"Max": 15000, "Remaining": 14998}}})

    assert org.daily_api() == ApiUsage(used=2, limit=15000)


def test_the_daily_allowance_is_unknown_to_a_user_who_may_not_see_it(
    loopback: Loopback, org: Org
) -> None:
    loopback.respond = lambda asked: fault("INSUFFICIENT_ACCESS", 403)

    assert org.daily_api() is None


def test_a_token_that_has_expired_is_not_taken_for_an_unknown_allowance(
    loopback: Loopback, org: Org
) -> None:
    loopback.respond = lambda asked: EXPIRED

    with pytest.raises(OrgRefused, match="expired"):
        org.daily_api()


def test_logs_tell_of_calls_but_not_of_tokens_keys_or_values(
    loopback: Loopback, renewing: Org, events: list[EventDict]
) -> None:
    loopback.respond = first_token_expired
    renewing.insert(MESSAGE, [SENT])
    with pytest.raises(OrgRefused):
        renewing.find(SCHEMA, KEY_FIELD, [HEX])

    calls = [
        (event["method"], event["resource"], event["status"])
        for event in events
        if event["event"] == "org.call"
    ]
    assert calls == [
        ("POST", f"{API}/composite/sobjects", 401),
        ("POST", f"{API}/composite/sobjects", 200),
        ("GET", f"{API}/queryAll/", 404),
    ]
    logged = str(events)
    assert all(secret not in logged for secret in ("token-", HEX, "Sender 12", "SELECT"))


@pytest.mark.parametrize("version", ["v62.0", "62", "latest", ""])
def test_an_api_version_in_another_form_is_a_wrong_setting(
    loopback: Loopback, version: str
) -> None:
    with pytest.raises(SettingsError, match="version"):
        Org(Renewing(loopback.url), api_version=version)


def page_of(*records: dict[str, object]) -> Answer:
    return Answer({"totalSize": len(records), "done": True, "records": list(records)})


def asked_of(answers: dict[str, Answer]) -> Callable[[Asked], Reply]:
    """Answers a query by the object that it is of."""

    def respond(asked: Asked) -> Reply:
        return answers[asked.query["q"].partition(" FROM ")[2].split()[0]]

    return respond


@pytest.mark.parametrize(
    "answer",
    [
        fault("INVALID_TYPE", 400, "sObject type 'PermissionSetAssignment' is not supported."),
        fault("INVALID_FIELD", 400),
        fault("INSUFFICIENT_ACCESS", 403),
        fault("NOT_FOUND", 404),
    ],
    ids=["not shown", "field not shown", "no access", "not found"],
)
def test_a_question_that_the_org_does_not_answer_to_this_user_proves_nothing(
    loopback: Loopback, org: Org, answer: Answer
) -> None:
    loopback.respond = asked_of({"EntityDefinition": answer, "PermissionSetAssignment": answer})
    assert isinstance(org.sight([MESSAGE], USER_ID)[MESSAGE], Unproven)
    assert org.calls == 2


@pytest.mark.parametrize(
    "answer",
    [fault("REQUEST_LIMIT_EXCEEDED", 403, "TotalRequests Limit exceeded."), EXPIRED],
    ids=["allowance", "session"],
)
def test_an_org_that_answers_nothing_now_is_not_taken_for_one_that_hides_its_setup(
    loopback: Loopback, org: Org, answer: Answer
) -> None:
    loopback.respond = asked_of({"EntityDefinition": answer})
    with pytest.raises(OrgRefused):
        org.sight([MESSAGE], USER_ID)


def test_what_a_user_sees_is_asked_once(loopback: Loopback, org: Org) -> None:
    public: dict[str, object] = {"QualifiedApiName": MESSAGE, "InternalSharingModel": "ReadWrite"}
    loopback.respond = asked_of({"EntityDefinition": page_of(public)})
    assert org.sight([MESSAGE], USER_ID) == {MESSAGE: Proven(Proof.PUBLIC_SHARING)}
    assert org.sight([MESSAGE], USER_ID) == {MESSAGE: Proven(Proof.PUBLIC_SHARING)}
    assert org.calls == 1
