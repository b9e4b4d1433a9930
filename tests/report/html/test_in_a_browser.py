"""The page in a real browser: it works, asks for nothing, and leaves nobody out."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bridge.ledger import Ledger
from bridge.model import Change, Outcome, Risk
from bridge.report import html_page, masked, report_document, whole
from bridge.report.document import AmendmentPart, ApprovalPart, ItemHealPart, ReportDocument
from tests.report.runs import NO_ACCESS, NO_NAME, RULE, TEXT, cut, item, key, named, planned

from .chromium import Tab, axe, open_tab

NASTY = "<img src=x onerror=alert(1)></script><script>alert(2)</script>\u202e"
LONG_ID = 24_123_456_789_012_347
"""More than a number of JavaScript holds to the last digit."""
MANY = 20_000
PAGE = 50


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> ReportDocument:
    """A run of 120 messages, of which some were rejected and some are held."""
    long = "word " * 300
    with Ledger(str(tmp_path_factory.mktemp("run") / "ledger.sqlite3")) as ledger:
        items = [
            item(1, f"{RULE} {NASTY}", [Change(TEXT, NASTY, f"{NASTY}!", "text", "", Risk.LOSSY)]),
            item(2, RULE, [cut(long, long[:700], 800), named("Unknown sender")]),
            item(3, RULE, [Change(TEXT, LONG_ID, str(LONG_ID), "types", "", Risk.LOSSLESS)]),
            *(item(n, RULE) for n in range(4, 61)),
            *(item(n, NO_NAME, held=NO_ACCESS) for n in range(61, 101)),
            *(item(n, NO_NAME) for n in range(101, 121)),
        ]
        book = planned(ledger, items)
        book.settle(range(1, 11), Outcome.REJECTED, says="INVALID_TYPE: what is a Kumquat?")
        book.settle(range(11, 61), Outcome.SYNCED)
        return report_document(ledger, book.run)


@pytest.fixture
def tab(tmp_path: Path) -> Iterator[Tab]:
    with open_tab(tmp_path / "profile") as opened:
        yield opened


@pytest.fixture
def page(tab: Tab, tmp_path: Path, document: ReportDocument) -> Path:
    """The page with its content, opened."""
    path = tmp_path / "report.html"
    path.write_text(html_page(whole(document, {})), encoding="utf-8")
    tab.open(path)
    return path


def status(tab: Tab) -> Any:
    return tab.js("document.querySelector('[role=status]').textContent")


def shown(tab: Tab) -> Any:
    """The keys of the messages in the table."""
    return tab.js("[...document.querySelectorAll('.messages tbody th code')].map(e => e.innerText)")


def wait_for(tab: Tab, said: str) -> None:
    tab.until(f"document.querySelector('[role=status]').textContent === {json.dumps(said)}")


def test_it_asks_for_nothing_and_complains_of_nothing(tab: Tab, page: Path) -> None:
    for number in range(1, 4):
        tab.click(f"[aria-controls=message-{number}]")
    tab.type("#search", "kumquat")
    wait_for(tab, "10 of 120 messages")
    assert tab.requests() == [page.as_uri()]
    assert tab.complaints() == []
    assert tab.js("document.images.length") == 0


def test_the_policy_holds_against_what_gets_in_all_the_same(tab: Tab, page: Path) -> None:
    tab.js("document.body.append(Object.assign(document.createElement('img'), {src: 'x.png'}))")
    (complaint,) = tab.complaints()
    assert "Content Security Policy" in complaint


def test_each_page_of_the_table_is_reached(tab: Tab, page: Path) -> None:
    assert shown(tab) == [key(number) for number in range(1, PAGE + 1)]
    tab.js("[...document.querySelectorAll('.pages button')].at(-1).click()")
    tab.js("[...document.querySelectorAll('.pages button')].at(-1).click()")
    assert shown(tab) == [key(number) for number in range(101, 121)]
    assert tab.js("[...document.querySelectorAll('.pages button')].at(-1).disabled")


def test_outcome_cause_and_reason_narrow_the_table(
    tab: Tab, page: Path, document: ReportDocument
) -> None:
    assert status(tab) == "120 messages"
    tab.choose("#outcome", "rejected")
    assert status(tab) == "10 of 120 messages"
    tab.choose("#outcome", "")
    tab.choose("#reason", "schema")
    assert status(tab) == "40 of 120 messages"
    tab.choose("#cause", document.items[0].cause_id)
    assert status(tab) == "0 of 120 messages"
    tab.click("button[type=reset]")
    assert status(tab) == "120 messages"


def test_a_search_finds_texts_keys_and_what_the_org_answered(tab: Tab, page: Path) -> None:
    tab.type("#search", "Unknown SENDER")
    wait_for(tab, "1 of 120 messages")
    tab.click("button[type=reset]")
    wait_for(tab, "120 messages")
    tab.type("#search", key(77))
    wait_for(tab, "1 of 120 messages")
    assert shown(tab) == [key(77)]


def test_a_timeline_opens_with_the_keyboard_and_shows_all_of_it(tab: Tab, page: Path) -> None:
    tab.js("document.querySelector('[aria-controls=message-2]').focus()")
    tab.press("Enter")
    told = tab.js("document.querySelector('#message-2').innerText")
    assert "Links are not allowed" in told
    assert "800 characters cut" in told
    assert "what is a Kumquat?" in told
    assert tab.js("document.querySelector('#message-2 del').textContent").startswith("word ")
    assert tab.js("document.querySelectorAll('#message-2 ins')[0].textContent") == "Unknown sender"
    tab.press("Enter")
    assert tab.js("document.querySelector('#message-2').hidden")


def test_a_long_number_keeps_its_digits_and_is_told_from_a_text(tab: Tab, page: Path) -> None:
    tab.click("[aria-controls=message-3]")
    told = tab.js("[...document.querySelectorAll('#message-3 .change dd')].map(e => e.innerText)")
    assert told == [f"{LONG_ID}", f'"{LONG_ID}"']
    tab.type("#search", str(LONG_ID))
    wait_for(tab, "1 of 120 messages")


def test_what_people_and_repairs_did_stands_in_the_order_of_its_time(
    tab: Tab, tmp_path: Path, document: ReportDocument
) -> None:
    refused = document.items[1].rejection
    assert refused is not None
    at = [dt.datetime(2026, 11, 23, hour, tzinfo=dt.UTC) for hour in (9, 10, 11)]
    one = document.items[1].model_copy(
        update={
            "amendments": (AmendmentPart(at=at[2], who="Test Admin 3", fields=(TEXT,), was="x"),),
            "heals": (ItemHealPart(round=1, at=at[1], refusal=refused, fixers=("truncate",)),),
            "approvals": (ApprovalPart(at=at[0], who="Test Admin 1", asked="all", what="a cut"),),
        }
    )
    path = tmp_path / "one.html"
    told = document.model_copy(update={"items": (one,)})
    path.write_text(html_page(whole(told, {})), encoding="utf-8")
    tab.open(path)
    tab.click("[aria-controls=message-2]")
    assert tab.js("[...document.querySelectorAll('.timeline h3')].map(e => e.textContent)") == [
        "GoTallo's insert failed",
        "2 changes",
        "Planned",
        "Approved by Test Admin 1 2026-11-23 10:00:00",
        "Refused, and repaired (round 1) 2026-11-23 11:00:00",
        "Changed by Test Admin 3 2026-11-23 12:00:00",
        "Sent once: rejected",
    ]
    assert tab.complaints() == []


def test_a_row_leads_to_salesforce(tab: Tab, page: Path, document: ReportDocument) -> None:
    tab.click("[aria-controls=message-11]")
    link = tab.js("document.querySelector('#message-11 a').href")
    assert link == f"https://acme.example/{document.items[10].salesforce_id}"


def test_hostile_text_is_shown_and_characters_that_hide_are_written_out(
    tab: Tab, page: Path
) -> None:
    tab.click("[aria-controls=message-1]")
    told = tab.js("document.querySelector('#message-1 blockquote').textContent")
    assert "<img src=x onerror=alert(1)></script>" in told
    assert "U+202E" in told
    assert tab.js("document.scripts.length") == 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_nobody_is_left_out(tab: Tab, page: Path, scheme: str, width: int) -> None:
    checker = axe()
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    tab.do("Emulation.setEmulatedMedia", features=features)
    tab.resize(width, 900)
    for number in (1, 2, 11):
        tab.click(f"[aria-controls=message-{number}]")
    tab.js(f"{checker}; 0")
    found = tab.js("axe.run({resultTypes: ['violations']}).then(r => r.violations)")
    assert [(one["id"], one["impact"], one["nodes"][0]["html"]) for one in found] == []


def test_a_printed_page_has_each_message_and_no_controls(tab: Tab, page: Path) -> None:
    tab.do("Emulation.setEmulatedMedia", media="print")
    tab.js("dispatchEvent(new Event('beforeprint'))")
    assert len(shown(tab)) == 120
    assert tab.js("getComputedStyle(document.querySelector('.filters')).display") == "none"
    tab.js("dispatchEvent(new Event('afterprint'))")
    assert len(shown(tab)) == PAGE


def test_a_masked_page_works_too(tab: Tab, tmp_path: Path, document: ReportDocument) -> None:
    path = tmp_path / "masked.html"
    path.write_text(html_page(masked(document, {})), encoding="utf-8")
    tab.open(path)
    tab.click("[aria-controls=message-2]")
    assert "700 characters, masked" in tab.js("document.querySelector('#message-2').innerText")
    tab.type("#search", "required_field_missing")
    wait_for(tab, "60 of 120 messages")
    assert tab.complaints() == []


def test_twenty_thousand_messages_are_searched_and_only_a_page_is_shown(
    tab: Tab, tmp_path: Path, document: ReportDocument
) -> None:
    many = [
        one.model_copy(update={"position": n, "key": key(n + 1)})
        for n, one in zip(range(MANY), document.items * (MANY // 120 + 1), strict=False)
    ]
    path = tmp_path / "many.html"
    path.write_text(
        html_page(whole(document.model_copy(update={"items": tuple(many)}), {})), encoding="utf-8"
    )
    tab.open(path)
    assert status(tab) == "20,000 messages"
    assert len(shown(tab)) == PAGE
    tab.type("#search", key(MANY))
    wait_for(tab, "1 of 20,000 messages")
    assert shown(tab) == [key(MANY)]
