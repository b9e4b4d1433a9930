"""A ledger is written out whole, as JSON that any program reads."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from bridge.errors import LedgerError, UsageError
from bridge.ledger import Ledger, export
from tests.ledger.making import NOW, claim, item, planned

TEXT = "Hi 👍\ud83d\x00"


@pytest.fixture
def filled(location: str) -> tuple[str, str, str]:
    """The location, and the ids of two runs that share a message."""
    with Ledger(location) as opened:
        first = planned(opened, item("1", text=TEXT), item("2"))
        second = planned(opened, item("1"), item("3"))
        claim(opened, first, opened.pending(first), NOW)
    return location, first, second


def lines(location: str, run_id: str | None = None) -> list[dict[str, object]]:
    """As another program reads them."""
    return [json.loads(json.dumps(row)) for row in export(location, run_id)]


def test_each_row_is_a_line_with_its_kind(filled: tuple[str, str, str]) -> None:
    location, first, second = filled
    head, *rows = lines(location)
    assert head == {"row": "ledger", "format": "bridge.ledger/1", "run": None}
    assert Counter(row["row"] for row in rows) == {
        "run": 2,
        "cause": 2,
        "item": 4,
        "change": 4,
        "attempt": 2,
        "message": 3,
    }
    assert {row["id"] for row in rows if row["row"] == "run"} == {first, second}
    (one,) = [r for r in rows if r["row"] == "item" and r["key"] == "1" and r["run_id"] == first]
    assert one["original"] == {"Text__c": TEXT}
    assert one["fixers"] == ["truncate"]
    (sent,) = [r for r in rows if r["row"] == "message" and r["key"] == "1"]
    assert (sent["delivery"], sent["sent_at"]) == ("sending", NOW.isoformat())


def test_one_run_comes_with_its_messages_alone(filled: tuple[str, str, str]) -> None:
    location, _, second = filled
    head, *rows = lines(location, second[:5])
    assert head["run"] == second
    assert {row.get("run_id") for row in rows if row["row"] in ("item", "cause", "change")} == {
        second
    }
    assert {row["key"] for row in rows if row["row"] == "message"} == {"1", "3"}


@pytest.mark.parametrize("run_id", ["", "zzzzzz", "%"])
def test_an_unknown_run_is_a_clear_error(filled: tuple[str, str, str], run_id: str) -> None:
    with pytest.raises(UsageError, match="No run"):
        lines(filled[0], run_id)


def test_where_there_is_no_ledger_there_is_nothing_to_write_out(location: str) -> None:
    with pytest.raises(LedgerError, match="There is no ledger"):
        lines(location)
