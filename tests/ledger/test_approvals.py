"""What waits for approval, and who let it go: durable together, or not at all."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import text as sql

from bridge.ledger import Ledger, check
from bridge.ledger.engine import writing
from bridge.model import Decision, Held, HeldReason
from tests.ledger.making import HELD, NOW, item, pending, planned

WAITS = Held(HeldReason.APPROVAL, "Text__c loses 3 characters by truncate", "let it go")
WHO = "test@host as integration.user@practice.example"


def test_who_when_and_what_is_on_record_with_it(location: str) -> None:
    with Ledger(location) as ledger:
        run_id = planned(ledger, item("1", held=WAITS), item("2", held=WAITS), item("3"))
        assert list(pending(ledger, run_id)) == ["3"]
        assert ledger.approve(run_id, {0: "all"}, WHO, NOW) == ("1",)
        assert sorted(pending(ledger, run_id)) == ["1", "3"]
        ((position, (told,)),) = ledger.approvals_of_run(run_id).items()
        assert (position, told.number, told.at) == (0, 1, NOW)
        assert (told.who, told.asked, told.what) == (WHO, "all", WAITS.what)
    assert check(location).sound


def test_what_does_not_wait_stays_as_it_is(location: str) -> None:
    with Ledger(location) as ledger:
        run_id = planned(ledger, item("1", held=HELD), item("2"), item("3", held=WAITS))
        before = list(ledger.items(run_id))
        assert ledger.approve(run_id, {0: "all", 1: "all"}, WHO, NOW) == ()
        assert list(ledger.items(run_id)) == before
        assert ledger.approve(run_id, {2: "3"}, WHO, NOW) == ("3",)
        assert ledger.approve(run_id, {2: "3"}, WHO, NOW + dt.timedelta(days=1)) == ()
        assert len(ledger.approvals_of_run(run_id)[2]) == 1
        stands = [(one.waits, one.approved, one.stands) for one in ledger.waiting(run_id)]
    assert stands == [
        (False, False, "held (schema)"),
        (False, False, "ready"),
        (False, True, "ready"),
    ]


@pytest.mark.parametrize("location", ["sqlite"], indirect=True)
def test_a_ledger_of_before_approvals_gets_all_that_they_need(location: str) -> None:
    with Ledger(location) as ledger:
        run_id = planned(ledger, item("1", held=WAITS))
        with writing(ledger._engine) as connection:
            for statement in (
                "DROP TRIGGER guard_items_decision_update",
                "DROP TABLE approvals",
                "DROP TABLE amendments",
                "ALTER TABLE items DROP COLUMN hands",
                "ALTER TABLE runs DROP COLUMN approve",
                "UPDATE bridge_meta SET value = '2'",
            ):
                connection.execute(sql(statement))
    with Ledger.existing(location) as ledger:
        assert ledger.run(run_id).plan.approve is None
        assert ledger.approve(run_id, {0: "all"}, WHO, NOW) == ("1",)
        assert [one.decision for one in ledger.items(run_id)] == [Decision.READY]
    assert check(location).sound
