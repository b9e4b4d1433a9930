"""Where several safeguards meet: what each of them alone would let through."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from bridge import resync
from bridge.delivery import Ending, EndingKind, Halt
from bridge.delivery.heartbeat import writing_lease
from bridge.errors import LeaseHeld, LedgerError
from bridge.ledger import Lease, Ledger, RunState
from bridge.model import Delivery, HeldReason, Outcome, Record
from bridge.practice import CutBefore, MorningCause, Scenario
from bridge.salesforce import InsertResult, Org
from bridge.salesforce.inserts import RecordError, Refused
from tests.whole.conftest import OpenHouse
from tests.whole.house import HASTE, House, insert_by_hand
from tests.whole.test_doubts import FIVE, SETTLED_AT_ONCE, at_insert, each_once
from tests.whole.test_main_job import DOCUMENTED_RECORD

NESTED_DUPLICATE = RecordError(
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
    "Social25.MessageTrigger: execution of BeforeInsert\n\ncaused by: System.DmlException: Insert "
    "failed. First exception on row 0; first error: DUPLICATE_VALUE, duplicate value found: "
    "Social25__Identifier__c duplicates value on record with id: a01000000000001: []\n\n"
    "Class.Social25.Chats.open: line 12, column 1",
    (),
)
"""The trigger's own insert of another object, whose unique field has the name of the key field."""


def answering(house: House, run_id: str, result: InsertResult) -> None:
    """Send a run to an org that answers every record the same."""

    def insert(_: str, records: Sequence[Record]) -> tuple[InsertResult, ...]:
        return tuple(result for _ in records)

    with house.ledger() as ledger, resync.open_org(house.settings) as org:
        org.insert = insert  # type: ignore[method-assign]
        request = resync.ApplyRequest(lanes=1, canary=())
        resync.apply(house.settings, run_id, request, ledger, org, tempo=HASTE)


def test_a_duplicate_of_what_a_trigger_makes_is_no_second_message(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes=FIVE))
    run = house.plan()
    answering(house, run.id, Refused((NESTED_DUPLICATE,)))
    counts = house.document(run.id).counts
    assert (counts.rejected, counts.present) == (5, 0), "nothing of them is in the org"


def test_a_key_that_differs_in_case_alone_is_another_message(open_house: OpenHouse) -> None:
    """A unique field that ignores case refuses it, and it is not in the org all the same."""
    house = open_house(Scenario(causes={}, required_field="", extra_rows=0))
    record: Record = {
        **{k: v for k, v in DOCUMENTED_RECORD.items() if k != "Region__c"},
        "Social25__Identifier__c": "SMS-ABC",
        "Social25__Timestamp__c": f"{house.practice.day}T10:00:00Z",
        "log_message": "UNABLE_TO_LOCK_ROW:unable to obtain exclusive access:--",
    }
    house.practice.gotallo.add_results(record, None, house.request.window.from_time)
    run = house.plan()
    (item,) = house.items(run.id)
    insert_by_hand(house, {**item.record, "Social25__Identifier__c": "SMS-abc"})
    house.apply(run.id)
    (item,) = house.items(run.id)
    assert (item.outcome, item.note) == (Outcome.REJECTED, "")


class HandedOn(Ledger):
    """A ledger of whose run another process begins the sending once the lease is free."""

    def give_back(self, lease: Lease) -> None:
        super().give_back(lease)
        run = self.runs(1)[0]
        self.take_lease(lease.org_id, run.id, dt.datetime.now(dt.UTC))
        self.begin_sending(run.id)


def test_who_has_no_lease_any_more_does_not_end_the_run_of_who_has_it(
    open_house: OpenHouse,
) -> None:
    house = open_house(Scenario(causes=FIVE))
    run = house.plan()
    with HandedOn(house.location) as ledger, resync.open_org(house.settings) as org:
        request = resync.ApplyRequest()
        resync.apply(house.settings, run.id, request, ledger, org, tempo=HASTE)
        assert ledger.run(run.id).state is RunState.SENDING


def test_who_lost_the_lease_leaves_the_run_to_who_has_it(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes=FIVE))
    run = house.plan()
    halt = Halt()
    halt.throw(LeaseHeld("Another process has taken over the writing to this org"))
    assert house.apply(run.id, halt=halt).kind is EndingKind.STOPPED
    with house.ledger() as ledger:
        assert ledger.run(run.id).state is RunState.SENDING
        ledger.finish(run.id)
