from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest

from bridge.practice import FieldNames, Operation, PracticeServer, Scenario
from tests.practice.conftest import DAY, Start

Browse = Callable[[PracticeServer], httpx.Client]

WINDOW = {"from_time": f"{DAY}T00:00:00Z", "till_time": f"{DAY}T23:59:59Z"}


def ask(
    practice: PracticeServer,
    web: httpx.Client,
    *,
    url: str = "",
    token: str = "",
    tenant: str = "",
    **query: str,
) -> httpx.Response:
    environment = practice.environment
    path = f"/tenants/{tenant or environment['GOTALLO_TENANT_ID']}/messages/failed/"
    headers = {"Authorization": f"Bearer {token or environment['GOTALLO_API_TOKEN']}"}
    if url:
        return web.get(url, headers=headers)
    address = environment["GOTALLO_BASE_URL"] + path
    return web.get(address, params={**WINDOW, **query}, headers=headers)


def walk(practice: PracticeServer, web: httpx.Client, **query: str) -> list[Any]:
    results, url = [], ""
    while True:
        page = ask(practice, web, url=url, **query).json()
        results += page["results"]
        if page["next"] is None:
            return results
        url = page["next"]


def test_pages_lead_through_the_whole_window_both_ways(start: Start, browse: Browse) -> None:
    practice = start(Scenario(day=DAY, page_size=10))
    web = browse(practice)
    results = walk(practice, web, type="salesforce")
    assert len({r["Social25__Identifier__c"] for r in results}) == len(results) == 34
    second = ask(practice, web, type="salesforce", page="2").json()
    assert second["count"] == 34
    assert second["results"] == results[10:20]
    assert ask(practice, web, url=second["previous"]).json()["results"] == results[:10]


def test_both_shapes_tell_of_the_same_messages(practice: PracticeServer, web: httpx.Client) -> None:
    salesforce = walk(practice, web, type="salesforce")
    standard = walk(practice, web)
    assert [r["id"].replace("-", "") for r in standard] == [
        r["Social25__Identifier__c"] for r in salesforce
    ]
    assert [r["log_message"] for r in standard] == [r["log_message"] for r in salesforce]
    assert {r["status"] for r in standard} == {"sync_failed"}


@pytest.mark.parametrize(
    ("names", "log_message", "keys"),
    [
        pytest.param(
            FieldNames.PREFIXED,
            True,
            {"Social25__Text__c", "Region__c", "log_message"},
            id="prefixed-with-error",
        ),
        pytest.param(FieldNames.BARE, False, {"Text__c", "Region__c"}, id="bare-without-error"),
    ],
)
def test_the_salesforce_shape_comes_in_either_spelling(
    start: Start, browse: Browse, names: FieldNames, log_message: bool, keys: set[str]
) -> None:
    practice = start(
        Scenario(day=DAY, field_names=names, log_message_in_salesforce_shape=log_message)
    )
    record = walk(practice, browse(practice), type="salesforce")[0]
    assert keys <= record.keys()
    assert ("log_message" in record) is log_message
    assert any(name.startswith("Social25__") for name in record) is (names is FieldNames.PREFIXED)


def test_a_window_takes_what_failed_within_it_ends_included(start: Start, browse: Browse) -> None:
    practice = start(Scenario(day=DAY, size=0))
    noon = dt.datetime.combine(DAY, dt.time(12), dt.UTC)
    for number, seconds in enumerate((-1, 0, 1, 2)):
        failed_at = noon + dt.timedelta(seconds=seconds)
        practice.gotallo.add_failure({"Identifier__c": str(number)}, "CODE:text:--", failed_at)
    window = {"from_time": f"{DAY}T12:00:00Z", "till_time": f"{DAY}T13:00:01+01:00"}
    results = walk(practice, browse(practice), type="salesforce", **window)
    assert [r["Social25__Identifier__c"] for r in results] == ["1", "2"]


def test_a_time_without_an_offset_is_utc(practice: PracticeServer, web: httpx.Client) -> None:
    bare = {name: text.removesuffix("Z") for name, text in WINDOW.items()}
    assert walk(practice, web, **bare) == walk(practice, web)


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        pytest.param({"from_time": ""}, "from_time", id="missing"),
        pytest.param({"till_time": "tomorrow"}, "till_time", id="malformed"),
        pytest.param({"type": "xml"}, "type", id="type"),
        pytest.param({"page": "0"}, "page", id="page"),
    ],
)
def test_a_wrong_parameter_is_named(
    practice: PracticeServer, web: httpx.Client, query: Mapping[str, str], parameter: str
) -> None:
    answer = ask(practice, web, **query)
    assert answer.status_code == 400
    assert parameter in answer.json()


def test_a_wrong_token_or_tenant_is_refused(practice: PracticeServer, web: httpx.Client) -> None:
    assert ask(practice, web, token="wrong").status_code == 401
    assert ask(practice, web, tenant="00000000-0000-0000-0000-000000000000").status_code == 404
    assert ask(practice, web, page="9").status_code == 404


def test_a_result_of_any_kind_can_be_listed(practice: PracticeServer, web: httpx.Client) -> None:
    practice.gotallo.add_results("no record at all", None)
    assert "no record at all" in walk(practice, web, type="salesforce")
    assert "no record at all" not in walk(practice, web)


def test_calls_are_on_record(practice: PracticeServer, web: httpx.Client) -> None:
    ask(practice, web, type="salesforce")
    (asked,) = practice.requests.of(Operation.FAILURES)
    assert asked.query["type"] == "salesforce"
    assert asked.status == 200
