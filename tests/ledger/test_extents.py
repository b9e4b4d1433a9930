from __future__ import annotations

import datetime as dt
from dataclasses import replace

from bridge.ledger import AttemptResult, Ledger, OfOrg, OfRun, OfWindow, Verdict
from bridge.model import Delivery, Outcome, Window
from tests.ledger.making import HELD, NOW, claim, item, pending, plan, planned

ORG, OBJECT = plan().org_id, plan().object
DAY = dt.timedelta(days=1)


def deliver(ledger: Ledger, run_id: str, key: str) -> None:
    one = pending(ledger, run_id)[key]
    sent_at = claim(ledger, run_id, [one], NOW).sent_at
    verdict = Verdict(
        one.position,
        key,
        Delivery.DELIVERED,
        Outcome.SYNCED,
        sent_at,
        f"a{key}",
        attempt=AttemptResult.ACCEPTED,
    )
    ledger.record(run_id, [verdict])


def test_pages_are_bounded_and_each_message_comes_once(location: str) -> None:
    keys = [f"{n:03}" for n in range(25)]
    with Ledger(location) as ledger:
        first = planned(ledger, *map(item, keys[:20]))
        planned(ledger, *map(item, keys[10:]))
        of_window = OfWindow(ORG, plan().window, plan().tenant_id)
        for extent, expected in ((OfRun(first), 20), (of_window, 25), (OfOrg(ORG), 25)):
            pages = list(ledger.on_record(extent, OBJECT, page=7))
            assert all(len(page) <= 7 for page in pages)
            assert [m.key for page in pages for m in page] == keys[:expected]


def test_what_was_sent_is_what_the_delivering_run_gave(location: str) -> None:
    with Ledger(location) as ledger:
        first = planned(ledger, item("1", text="first"), item("2"), item("3", held=HELD))
        second = planned(ledger, item("1", text="secnd"))
        deliver(ledger, second, "1")
        for extent in (OfRun(first), OfOrg(ORG)):
            ((one, two, three),) = ledger.on_record(extent, OBJECT)
            assert one.sent == {"Text__c": "secnd"}
            assert two.sent is three.sent is None
        ((one, *_),) = ledger.on_record(OfRun(first), OBJECT)
        assert one.delivery is Delivery.OPEN, "this run did not bring it"
        ((one, *_),) = ledger.on_record(OfOrg(ORG), OBJECT)
        assert one.delivery is Delivery.DELIVERED


def test_runs_of_another_org_tenant_or_window_do_not_count(location: str) -> None:
    with Ledger(location) as ledger:
        planned(ledger, item("1"))
        planned(ledger, item("2"), org_id="00D5g00000OTHERAAA")
        window = plan().window
        touching = replace(window, from_time=window.till_time - dt.timedelta(seconds=1))
        beside = Window(window.till_time, window.till_time + DAY, "UTC")
        before = Window(window.from_time - DAY, window.from_time, "UTC")
        tenant = plan().tenant_id
        for extent, runs in (
            (OfOrg(ORG), 1),
            (OfWindow(ORG, touching, tenant), 1),
            (OfWindow(ORG, window, None), 1),
            (OfWindow(ORG, beside, tenant), 0),
            (OfWindow(ORG, before, tenant), 0),
            (OfWindow(ORG, window, "another tenant"), 0),
        ):
            assert sum(part.runs for part in ledger.parts_of(extent)) == runs
            keys = [m.key for page in ledger.on_record(extent, OBJECT) for m in page]
            assert keys == ["1"] * runs


def test_what_could_not_be_read_is_counted_once(location: str) -> None:
    unread = item(None, held=HELD)._replace(raw='{"a": 1}')
    with Ledger(location) as ledger:
        for _ in range(2):
            planned(ledger, item("1"), unread, unread._replace(raw="[]"))
        assert ledger.unreadable_of(OfOrg(ORG)) == 2
