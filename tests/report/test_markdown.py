from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.ledger import Ledger
from bridge.model import Outcome
from bridge.report.document import ReportDocument
from bridge.report.handout import whole
from bridge.report.markdown import MOST_LISTED, inert, markdown
from bridge.report.masking import masked
from bridge.report.reading import report_document
from bridge.report.text import visible

from .runs import NO_ACCESS, NO_NAME, RULE, item, key, planned, with_values

NASTY = st.sampled_from(
    (
        "@somebody",
        "#12",
        "!12",
        '%"a"',
        "a|b",
        "www.evil.example",
        "https://evil.example",
        "`x`",
        "[a](b)",
        "<b>",
    )
)


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> ReportDocument:
    folder: Path = tmp_path_factory.mktemp("run")
    with Ledger(str(folder / "ledger.sqlite3")) as ledger:
        items = [
            *(item(n, RULE) for n in range(1, 5)),
            *(item(n, NO_NAME, held=NO_ACCESS) for n in range(5, 30)),
        ]
        book = planned(ledger, items, org_name="PlainText")
        book.settle([1, 2], Outcome.REJECTED, says="INVALID_TYPE: PlainText")
        return report_document(ledger, book.run)


def test_the_figures_add_up_and_each_group_has_its_advice(document: ReportDocument) -> None:
    told = markdown(whole(document, {}))
    assert "29 fetched = 4 ready + 25 held + 0 skipped" in told
    assert "4 ready = 0 inserted + 0 there already + 2 rejected + 0 in doubt + 2 not sent" in told
    assert "| 25 | schema | this user may not write User&#95;Email&#95;&#95;c |" in told
    assert "Grant the integration user edit access to User&#95;Email&#95;&#95;c" in told
    assert f"- and {25 - MOST_LISTED} more" in told


def test_keys_are_named_with_their_content_alone(document: ReportDocument) -> None:
    assert f"- `{key(1)}` INVALID&#95;TYPE" in markdown(whole(document, {}))
    assert key(1) not in markdown(masked(document, {}))


@given(st.text() | NASTY)
def test_no_text_breaks_a_table_or_its_line(document: ReportDocument, text: str) -> None:
    told = markdown(whole(with_values(document, {"PlainText": text}), {}))
    usual = markdown(whole(document, {}))
    assert [row.count("|") for row in told.splitlines()] == [
        row.count("|") for row in usual.splitlines()
    ]


@given(st.lists(st.text() | NASTY).map(" ".join))
def test_no_text_is_a_link_a_mention_or_an_element(text: str) -> None:
    told = re.sub(r"&#\d+;", "", inert(text))
    assert not re.search(r"[@<>`|\[\]*_\\]|#|:\S|www\.", told, re.IGNORECASE)


@given(st.lists(st.text() | NASTY).map(" ".join))
def test_no_text_refers_to_anything_in_the_page_that_it_becomes(text: str) -> None:
    page = html.unescape(inert(text))
    assert not re.search(r"[@#!$~%&][\w\"']", page)
    assert page.replace("\u2060", "") == visible(text)
