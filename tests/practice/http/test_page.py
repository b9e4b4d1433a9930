from __future__ import annotations

import re

import httpx

from bridge.practice import CommitLate, Fault, Operation, PracticeServer, Remote, Status
from tests.practice.conftest import a_message

HOSTILE = "<script>alert('x')</script> & <img src=x onerror=y>"


def page(web: httpx.Client) -> str:
    answer = web.get("/")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    return answer.text


def test_it_says_in_text_and_header_that_it_is_not_salesforce(web: httpx.Client) -> None:
    answer = web.get("/")
    assert "not Salesforce" in answer.headers["X-Practice-Org"]
    assert "It is not Salesforce" in answer.text
    assert "not Salesforce" in web.get("/practice/state").headers["X-Practice-Org"]
    assert "not Salesforce" in web.get("/practice/nothing").headers["X-Practice-Org"]


def test_it_shows_what_the_org_holds_what_was_asked_and_what_fired(
    practice: PracticeServer, web: httpx.Client
) -> None:
    org = practice.org
    rows = len(org.messages())
    org.insert(org.message_sobject(), [a_message(1, Text__c="Hello, is anybody there?")])
    web.get("/services/data/v62.0/limits")
    practice.faults.add(Fault(Remote.SALESFORCE, CommitLate(after=5), Operation.INSERT, nth=3))
    seen = page(web)
    assert f"<td>Social25__Heroku_Message__c</td><td>{rows + 1}</td>" in seen
    assert "<td>MessageTrigger, for 1 message</td><td>once</td>" in seen
    assert "<td>salesforce</td><td>limits</td><td>401</td><td>1</td>" in seen
    assert "Hello, is anybody there?" in seen
    assert "<td>No_Links</td>" in seen
    assert "<td>CommitLate</td><td>after 5</td><td>3</td>" in seen


def test_options_that_are_left_out_are_not_shown(
    practice: PracticeServer, web: httpx.Client
) -> None:
    practice.faults.add(Fault(Remote.SALESFORCE, Status(503)), Fault(Remote.GOTALLO, CommitLate()))
    seen = page(web)
    assert "<td>Status</td><td>status 503</td>" in seen
    assert "<td>CommitLate</td><td></td>" in seen


def test_what_clients_sent_is_text_and_nothing_else(
    practice: PracticeServer, web: httpx.Client
) -> None:
    org = practice.org
    org.insert(org.message_sobject(), [a_message(1, Text__c=HOSTILE)])
    web.get(f"/services/data/v62.0/{HOSTILE}")
    web.get("/services/data/v62.0/query", params={"q": HOSTILE})
    seen = page(web)
    assert "&lt;script&gt;" in seen
    assert set(re.findall(r"<([a-z]+\d?)", seen)) <= {
        *("html", "head", "meta", "title", "style", "body"),
        *("p", "h1", "h2", "div", "table", "tr", "th", "td"),
    }


def test_it_takes_nothing_from_elsewhere(web: httpx.Client) -> None:
    assert web.get("/").headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert not re.search(r"(src|href)=", page(web))


def test_a_long_text_is_cut_visibly(practice: PracticeServer, web: httpx.Client) -> None:
    org = practice.org
    org.insert(org.message_sobject(), [a_message(1, Text__c="y" * 300)])
    assert re.search(r"<td>y+…</td>", page(web))


def test_an_org_without_messages_has_a_page_too(
    practice: PracticeServer, web: httpx.Client
) -> None:
    assert '<p class="none">none</p>' in page(web)
