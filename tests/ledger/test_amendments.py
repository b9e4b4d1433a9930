"""Records that a person changed: on record with who and why before, all of them or none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.errors import LedgerError
from bridge.ledger import AmendedItem, AttemptResult, Ledger, Verdict, check
from bridge.model import (
    BY_HAND,
    Change,
    Decision,
    Delivery,
    Diagnosis,
    Held,
    HeldReason,
    Kind,
    Outcome,
    Risk,
)
from tests.ledger.making import CAUSE, HELD, NOW, claim, item, pending, planned

WHO = "test@host as integration.user@practice.example"
REFUSAL = Diagnosis("STRING_TOO_LONG", Kind.DATA, "too long")
WAITS = Held(HeldReason.APPROVAL, "Text__c loses 3 characters by truncate", "let it go")


def amended(ledger: Ledger, run_id: str, position: int, held: Held | None = None) -> AmendedItem:
    stored = list(ledger.items(run_id))[position]
    change = Change("Text__c", "Hello", "Hi", BY_HAND, "a person wrote it", Risk.INVENTED)
    return AmendedItem(
        position,
        stored.key or "",
        stored.record,
        {"Text__c": "Hi"},
        (change,),
        (*stored.changes, change),
        held,
    )


def refuse(ledger: Ledger, run_id: str, key: str) -> None:
    one = pending(ledger, run_id)[key]
    ledger.begin_sending(run_id)
    claimed = claim(ledger, run_id, [one], NOW)
    verdict = Verdict(
        one.position,
        key,
        Delivery.OPEN,
        Outcome.REJECTED,
        sent_at=claimed.sent_at,
        diagnosis=REFUSAL,
        cause=CAUSE,
        error_text="STRING_TOO_LONG: too long",
        attempt=AttemptResult.REFUSED,
    )
    ledger.record(run_id, [verdict])


def test_who_when_and_what_it_was_is_on_record_with_it(location: str) -> None:
    with Ledger(location) as ledger:
        run_id = planned(ledger, item("1"), item("2", held=HELD))
        refuse(ledger, run_id, "1")
        ledger.amend(run_id, [amended(ledger, run_id, 0), amended(ledger, run_id, 1)], WHO, NOW)
        refused, held = ledger.items(run_id)
        told = ledger.amendments_of_run(run_id)
        assert sorted(pending(ledger, run_id)) == ["1", "2"]
    for stored in (refused, held):
        assert (stored.decision, stored.outcome) == (Decision.READY, Outcome.NOT_SENT)
        assert (stored.rejection, stored.held_what, stored.held_fields) == (None, "", ())
        assert stored.record == {"Text__c": "Hi"}
        assert [change.fixer for change in stored.changes] == ["truncate", BY_HAND]
    (of_refused,), (of_held,) = told[0], told[1]
    assert (of_refused.who, of_refused.at, of_refused.number) == (WHO, NOW, 1)
    assert (of_refused.record, of_refused.fields) == ({"Text__c": "Hello"}, ("Text__c",))
    assert (of_refused.refusal, of_refused.refusal_text) == (REFUSAL, "STRING_TOO_LONG: too long")
    assert (of_held.held_reason, of_held.held_what) == (HeldReason.SCHEMA, HELD.what)
    assert of_held.refusal is None
    assert check(location).sound


def test_what_waits_for_approval_still_does(location: str) -> None:
    with Ledger(location) as ledger:
        run_id = planned(ledger, item("1", held=HELD))
        ledger.amend(run_id, [amended(ledger, run_id, 0, held=WAITS)], WHO, NOW)
        assert pending(ledger, run_id) == {}
        assert ledger.approve(run_id, {0: "all"}, WHO, NOW) == ("1",)
        assert [one.number for one in ledger.approvals_of_run(run_id)[0]] == [2]
    assert check(location).sound


@pytest.mark.parametrize("why", ["ready", "in doubt elsewhere", "another record", "deleted"])
def test_what_is_not_as_the_person_saw_it_leaves_all_as_they_were(location: str, why: str) -> None:
    with Ledger(location) as ledger:
        gone = replace(HELD, reason=HeldReason.DELETED if why == "deleted" else HELD.reason)
        run_id = planned(ledger, item("1", held=HELD), item("2", held=gone), item("3"))
        wanted = [amended(ledger, run_id, 0), amended(ledger, run_id, 1)]
        if why == "ready":
            wanted[1] = amended(ledger, run_id, 2)
        elif why == "another record":
            wanted[1] = replace(wanted[1], before={"Text__c": "Otherwise"})
        elif why == "in doubt elsewhere":
            other = planned(ledger, item("2"))
            ledger.begin_sending(other)
            claim(ledger, other, [pending(ledger, other)["2"]], NOW)
        before = list(ledger.items(run_id))
        with pytest.raises(LedgerError, match="Nothing was changed"):
            ledger.amend(run_id, wanted, WHO, NOW)
        assert list(ledger.items(run_id)) == before
        assert ledger.amendments_of_run(run_id) == {}
