from __future__ import annotations

import json

import httpx
import pytest
import requests
from simple_salesforce.api import Salesforce

from bridge.practice import Fault, LoseAnswer, Operation, PracticeServer, Remote, Status
from tests.practice.conftest import a_message, rows_of


def test_a_rule_is_switched_off(practice: PracticeServer, web: httpx.Client) -> None:
    rules = web.put("/practice/rules/No_Links", json={"active": False}).json()
    assert {rule["name"]: rule["active"] for rule in rules} == {
        "No_Links": False,
        "Outbound_Needs_Agent": True,
    }
    assert [rule.active for rule in practice.org.rules()] == [False, True]


def test_faults_are_added_listed_and_cleared(practice: PracticeServer, web: httpx.Client) -> None:
    body = {
        "remote": "salesforce",
        "operation": "insert",
        "effect": "Status",
        "options": {"status": 503, "retry_after": 2},
        "nth": 3,
    }
    listed = web.post("/practice/faults", json=body).json()
    assert practice.faults.pending() == (
        Fault(Remote.SALESFORCE, Status(503, 2), Operation.INSERT, nth=3),
    )
    assert web.get("/practice/faults").json() == listed
    assert web.delete("/practice/faults").json() == []


def with_options(effect: str, **options: object) -> str:
    return json.dumps({"remote": "salesforce", "effect": effect, "options": options})


@pytest.mark.parametrize(
    ("method", "path", "body", "error"),
    [
        pytest.param("PUT", "/rules/No_Links", "x", "a JSON object is expected", id="no-json"),
        pytest.param(
            "PUT",
            "/rules/No_Links",
            '{"activ": false}',
            "activ: no key activ; did you mean active?",
            id="key",
        ),
        pytest.param("PUT", "/rules/No_Links", '{"active": 0}', "active: true or false", id="type"),
        pytest.param("POST", "/faults", "x", "a JSON object is expected", id="fault-no-json"),
        pytest.param("POST", "/faults", "", "a JSON object is expected", id="empty"),
        pytest.param("POST", "/faults", "[]", "keys and values are expected", id="list"),
        pytest.param("POST", "/faults", "{}", "remote is missing", id="missing"),
        pytest.param(
            "POST",
            "/faults",
            '{"remote": "gotalo", "effect": "Garbage"}',
            "remote: no value gotalo; did you mean gotallo?",
            id="remote",
        ),
        pytest.param(
            "POST",
            "/faults",
            '{"remote": "gotallo", "effect": "LoseAnser"}',
            "effect: no effect LoseAnser; did you mean LoseAnswer?",
            id="effect",
        ),
        pytest.param(
            "POST",
            "/faults",
            with_options("Status", status="x"),
            "options.status: a whole number is expected, not x",
            id="option-type",
        ),
        pytest.param(
            "POST",
            "/faults",
            with_options("Status", status=42),
            "options.status: 400 or more is expected, not 42",
            id="no-status",
        ),
        pytest.param(
            "POST",
            "/faults",
            with_options("RowLocks", evry=3),
            "options.evry: no option of RowLocks evry; did you mean every?",
            id="option",
        ),
        pytest.param(
            "POST", "/faults", with_options("Status"), "options: status is missing", id="no-option"
        ),
    ],
)
def test_a_wrong_request_is_refused_with_a_reason_in_words(
    web: httpx.Client, method: str, path: str, body: str, error: str
) -> None:
    answer = web.request(method, f"/practice{path}", content=body)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(error)


def test_a_rule_that_is_not_there_is_told_with_those_that_are(web: httpx.Client) -> None:
    answer = web.put("/practice/rules/Nonsense", json={"active": False})
    assert answer.status_code == 404
    assert answer.json() == {"error": "no rule Nonsense; there are No_Links, Outbound_Needs_Agent"}


@pytest.mark.parametrize(
    ("remote", "operation", "effect", "error"),
    [
        ("salesforce", "any", "Shifted", "remote: Shifted strikes gotallo alone"),
        ("gotallo", "any", "RowLocks", "remote: RowLocks strikes salesforce alone"),
        ("gotallo", "failures", "CommitLate", "remote: CommitLate strikes salesforce alone"),
        ("gotallo", "insert", "Garbage", "operation: Garbage of gotallo never strikes insert"),
        ("salesforce", "failures", "Garbage", "operation: Garbage of salesforce never"),
        ("salesforce", "insert", "Invisible", "operation: Invisible of salesforce never"),
        ("salesforce", "token", "ExpireSessions", "operation: ExpireSessions of salesforce never"),
    ],
)
def test_a_fault_that_could_never_strike_is_refused(
    practice: PracticeServer,
    web: httpx.Client,
    remote: str,
    operation: str,
    effect: str,
    error: str,
) -> None:
    body = {"remote": remote, "operation": operation, "effect": effect}
    answer = web.post("/practice/faults", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(error)
    assert not practice.faults.pending()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/practice/fault"),
        ("PUT", "/practice/faults"),
        ("GET", "/practice"),
        ("GET", "/favicon.ico"),
    ],
)
def test_a_mistyped_control_call_is_no_call_of_a_remote(
    practice: PracticeServer, web: httpx.Client, method: str, path: str
) -> None:
    practice.faults.add(Fault(Remote.SALESFORCE, LoseAnswer()))
    answer = web.request(method, path, content="{}")
    assert answer.status_code == 404
    assert "POST /practice/faults" in answer.json()["there_are"]
    assert practice.requests.all() == ()
    assert len(practice.faults.pending()) == 1


def test_keys_tell_rows_and_firings(
    practice: PracticeServer, web: httpx.Client, salesforce: Salesforce
) -> None:
    rows_of(salesforce, "Social25__Heroku_Message__c").create(a_message(1))
    assert web.get("/practice/keys").json()[f"{1:032x}"] == {"rows": 1, "trigger_fired": 1}
    state = web.get("/practice/state").json()
    assert state["rows"][practice.org.message_object] == 12
    assert state["failures"] == 34


def test_requests_are_listed(web: httpx.Client, salesforce: Salesforce) -> None:
    salesforce.limits()
    (asked,) = web.get("/practice/requests").json()
    assert (asked["remote"], asked["operation"]) == ("salesforce", "limits")


def test_held_work_is_released_and_sessions_and_allowance_are_handled(
    practice: PracticeServer, web: httpx.Client, salesforce: Salesforce
) -> None:
    body = {"remote": "salesforce", "effect": "CommitLate", "operation": "row"}
    web.post("/practice/faults", json=body)
    with pytest.raises(requests.ConnectionError):
        rows_of(salesforce, "Social25__Heroku_Message__c").create(a_message(1))
    assert web.post("/practice/release").json() == {"released": 1}
    practice.allowance.exhaust()
    web.post("/practice/restore-allowance")
    assert practice.allowance.used == 0
    web.post("/practice/expire-sessions")
    assert not practice.sessions.valid(practice.environment["SF_ACCESS_TOKEN"])


def test_control_calls_are_no_calls_of_a_remote(
    practice: PracticeServer, web: httpx.Client
) -> None:
    practice.faults.add(Fault(Remote.SALESFORCE, LoseAnswer()))
    assert web.get("/practice/state").json()["requests"] == 0
    assert len(practice.faults.pending()) == 1
