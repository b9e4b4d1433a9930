from __future__ import annotations

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


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        pytest.param("PUT", "/rules/Nonsense", {"active": False}, id="rule"),
        pytest.param("PUT", "/rules/No_Links", {"activ": False}, id="rule-body"),
        pytest.param("POST", "/faults", {"remote": "gotallo", "effect": "Nope"}, id="effect"),
        pytest.param(
            "POST",
            "/faults",
            {"remote": "gotallo", "effect": "Status", "options": {"status": "x"}},
            id="options",
        ),
    ],
)
def test_a_wrong_request_is_refused_with_a_reason(
    web: httpx.Client, method: str, path: str, body: dict[str, object]
) -> None:
    answer = web.request(method, f"/practice{path}", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]


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
