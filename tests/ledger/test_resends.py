from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.errors import LeaseHeld, LedgerError
from bridge.ledger import Lease, Ledger, Reopening, ResendOrder
from bridge.model import Delivery
from tests.ledger.making import NOW, claim, item, pending, plan, planned
from tests.ledger.test_extents import deliver

ORDER = ResendOrder("test@host as user@practice.example", "half \ud83d of a reason")


def ordered(ledger: Ledger, *keys: str) -> str:
    run_id = ledger.begin_run(replace(plan(), only=keys, resend=ORDER), NOW)
    ledger.add_items(run_id, 0, [item(key) for key in keys], dict.fromkeys(keys, "it was there"))
    ledger.finish_plan(run_id, announced=9, fetched=len(keys), repeated=0, notes=(), listed=9)
    return run_id


def lease(ledger: Ledger, run_id: str) -> Lease:
    return ledger.take_lease(plan().org_id, run_id, NOW)


def test_who_why_and_what_it_was_are_on_record_with_the_opening(location: str) -> None:
    with Ledger(location) as ledger:
        deliver(ledger, planned(ledger, item("1")), "1")
        run_id = ordered(ledger, "1")
        assert ledger.run(run_id).plan.resend == ORDER
        assert ledger.states(run_id, ["1"])["1"].delivery is Delivery.DELIVERED, (
            "planning opens nothing"
        )
        assert list(pending(ledger, run_id)) == ["1"]
        ledger.send_again(run_id, [Reopening("1", ("a1",))], lease(ledger, run_id), NOW)
        assert ledger.states(run_id, ["1"])["1"].delivery is Delivery.OPEN
        (told,) = ledger.resends(run_id)
        assert (told.number, told.was, told.salesforce_id) == (1, Delivery.DELIVERED, "a1")
        assert (told.who, told.why, told.at) == (ORDER.who, ORDER.why, NOW)
        assert ledger.old_ids(run_id, ["1", "2"]) == {"1": {"a1"}}
        assert ledger.ordered_since_plan(run_id, ["1"]) == {"1"}


def test_a_message_in_doubt_is_never_opened(location: str) -> None:
    with Ledger(location) as ledger:
        run_id = ordered(ledger, "1")
        claim(ledger, run_id, list(pending(ledger, run_id).values()), NOW)
        with pytest.raises(LedgerError, match="in doubt"):
            ledger.send_again(run_id, [Reopening("1", ())], lease(ledger, run_id), NOW)
        assert not ledger.resends(run_id)
        assert ledger.states(run_id, ["1"])["1"].delivery is Delivery.SENDING


def test_only_a_run_that_was_planned_for_it_sends_again(location: str) -> None:
    with Ledger(location) as ledger:
        run_id = planned(ledger, item("1"))
        deliver(ledger, run_id, "1")
        with pytest.raises(LedgerError, match="not planned to send"):
            ledger.send_again(run_id, [Reopening("1", ())], lease(ledger, run_id), NOW)


def test_who_lost_the_lease_opens_nothing(location: str) -> None:
    with Ledger(location) as ledger:
        deliver(ledger, planned(ledger, item("1")), "1")
        run_id = ordered(ledger, "1")
        held = lease(ledger, run_id)
        ledger.give_back(held)
        with pytest.raises(LeaseHeld):
            ledger.send_again(run_id, [Reopening("1", ())], held, NOW)
        assert not ledger.resends(run_id)
