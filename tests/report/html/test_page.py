"""The file itself: its policy, and that nothing in a message gets out of its place."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.ledger import Ledger
from bridge.model import Outcome, Visibility
from bridge.report import ReportDocument, html_page, report_document, whole
from bridge.report.document import HealPart, ResendPart, VisibilityPart
from bridge.report.html.markup import joined, tag
from bridge.report.html.page import json_in_html
from tests.report.runs import NO_ACCESS, NOW, RULE, TEXT, item, named, planned, with_values

NASTY = (
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "]]><img src=x onerror=alert(1)>",
    '"\' onfocus=alert(1) autofocus x="',
    "$script ${data} $$",
    "\u2028\u2029\u0085 \u202eevil \x1b[2J",
    "javascript:alert(1)",
)
hostile = st.sampled_from(NASTY) | st.text(max_size=40)


class Read(HTMLParser):
    """The elements of a page, and what stands in its scripts and styles."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.raw: dict[str, list[str]] = {"script": [], "style": []}
        self._in = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._in = tag
        if tag in self.raw:
            self.raw[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        self._in = ""

    def handle_data(self, data: str) -> None:
        if self._in in self.raw:
            self.raw[self._in][-1] += data

    @property
    def data(self) -> Any:
        return json.loads(self.raw["script"][0])


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> ReportDocument:
    """A run that has one text wherever a message, an error or an org can have one."""
    folder = tmp_path_factory.mktemp("run")
    with Ledger(str(folder / "ledger.sqlite3")) as ledger:
        items = [
            item(1, "FIELD_CUSTOM_VALIDATION_EXCEPTION: PlainText", [named("PlainText")]),
            item(2, "PlainText", held=replace(NO_ACCESS, what="PlainText", advice="PlainText")),
            item(3, RULE),
        ]
        book = planned(
            ledger, items, notes=["PlainText"], org_name="PlainText", mapping_name="PlainText"
        )
        book.settle([3], Outcome.REJECTED, says="INVALID_TYPE: PlainText: [PlainText]")
        return report_document(ledger, book.run)


@given(text=hostile)
def test_no_text_becomes_an_element_or_an_attribute(plain: ReportDocument, text: str) -> None:
    usual = Read(html_page(whole(plain, {})))
    told = Read(html_page(whole(with_values(plain, {"PlainText": text}), {})))
    assert {tag for tag, _ in told.tags} <= {tag for tag, _ in usual.tags}
    assert len(told.raw["script"]) == 2
    names = {name for _, attributes in told.tags for name in attributes}
    assert not {name for name in names if name.startswith("on")}
    assert "style" not in names
    (change,) = told.data["messages"][0]["changes"]
    assert told.data["shared"][change]["after"] == text


@given(st.recursive(hostile, lambda inner: st.lists(inner) | st.dictionaries(hostile, inner)))
def test_json_in_a_page_says_the_same_and_ends_no_element(value: Any) -> None:
    told = json_in_html(value)
    assert json.loads(told) == value
    assert not set("<>&\u2028\u2029") & set(told)


@given(hostile, hostile)
def test_texts_and_attributes_are_escaped(text: str, value: str) -> None:
    assert Read(tag("p", text, class_=value)).tags == [("p", {"class": value})]
    assert "<" not in joined(text)


def test_the_policy_lets_in_this_script_and_these_styles_and_nothing_else(
    plain: ReportDocument,
) -> None:
    told = Read(html_page(whole(plain, {})))
    (policy,) = [
        attributes["content"] or ""
        for tag, attributes in told.tags
        if attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == hash_of(told.raw["script"][1])
    assert rules["style-src"] == hash_of(told.raw["style"][0])
    assert "unsafe" not in policy
    addresses = {"href", "src", "srcset", "action"}
    used = [v for _, attributes in told.tags for n, v in attributes.items() if n in addresses]
    assert used == ["#main", "#messages"]


def hash_of(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def test_the_figures_add_up_before_the_readers_eyes(plain: ReportDocument) -> None:
    page = re.sub(r"<[^>]+>", "", html_page(whole(plain, {})))
    assert "3 fetched = 2 ready + 1 held + 0 skipped" in page
    assert "2 ready = 0 inserted + 0 there already + 1 rejected" in page


def test_what_was_taken_on_repaired_or_sent_again_is_told(plain: ReportDocument) -> None:
    run = plain.run.model_copy(
        update={
            "heals": (
                HealPart(
                    round=1, code="STRING_TOO_LONG", fields=(TEXT,), fixers=("truncate",), count=4
                ),
            ),
            "resend": ResendPart(who="Test Admin 1", why="deleted by mistake", messages=()),
            "visibility": VisibilityPart(
                standing=Visibility.ASSUMED, why="no View All", grant="it"
            ),
            "settles_at": NOW,
        }
    )
    page = html_page(whole(plain.model_copy(update={"run": run}), {}))
    assert (
        "4 messages refused with STRING_TOO_LONG on Text__c, repaired with truncate and sent again "
        "(round 1)"
    ) in page
    assert "sent again for Test Admin 1: deleted by mistake" in page
    assert "was taken on by BRIDGE_ASSUME_VISIBLE: no View All. To prove it, grant it." in page
    assert "can be settled from 2026-11-23 08:30:00 on" in page
