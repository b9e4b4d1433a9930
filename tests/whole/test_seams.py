"""Where several safeguards meet: what each of them alone would let through."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from bridge import use_cases
from bridge.delivery import EndingKind, Halt, heartbeat
from bridge.errors import Exit, LeaseHeld, LedgerError, OrgUnanswered
from bridge.events import Waiting
from bridge.ledger import Claim, Lease, Ledger, RunState
from bridge.model import Delivery, HeldReason, Outcome, Record
from bridge.practice import CommitLate, CutBefore, Scenario
from bridge.salesforce import InsertResult
from bridge.salesforce.inserts import RecordError, Refused
from tests.whole.conftest import OpenHouse
from tests.whole.house import HASTE, House, insert_by_hand
from tests.whole.test_doubts import FIVE, at_insert
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

    with house.ledger() as ledger, use_cases.open_org(house.settings) as org:
        org.insert = insert  # type: ignore[method-assign, assignment]
        request = use_cases.ApplyRequest(lanes=1, canary=())
        use_cases.apply(house.settings, run_id, request, ledger, org, tempo=HASTE)


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
    with HandedOn(house.location) as ledger, use_cases.open_org(house.settings) as org:
        request = use_cases.ApplyRequest()
        use_cases.apply(house.settings, run.id, request, ledger, org, tempo=HASTE)
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


class Failing(Ledger):
    """A ledger that can't be written any more from some moment on."""

    def claim(self, *_: object) -> Claim:
        raise LeaseHeld("Another process has taken over the writing to this org")

    def give_back(self, lease: Lease) -> None:
        raise LedgerError("the disk is full")

    def count_calls(self, run_id: str, calls: int) -> None:
        raise LedgerError("the disk is full")


def test_what_went_wrong_first_is_told(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes=FIVE))
    run = house.plan()
    request = use_cases.ApplyRequest()
    with (
        Failing(house.location) as ledger,
        use_cases.open_org(house.settings) as org,
        pytest.raises(LeaseHeld),
    ):
        use_cases.apply(house.settings, run.id, request, ledger, org, tempo=HASTE)


class Unkept(Ledger):
    """A ledger with a defect where the lease is kept."""

    def beat(self, lease: Lease, now: dt.datetime) -> None:
        raise RuntimeError


def test_a_lease_that_nobody_keeps_ends_the_sending(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "BEAT_SECONDS", 0.0)
    halt = Halt()
    with (
        Unkept(str(tmp_path / "ledger.sqlite3")) as ledger,
        heartbeat.writing_lease(ledger, "00D", "a", lambda: dt.datetime.now(dt.UTC), halt),
    ):
        halt.pause(60)
        assert isinstance(halt.reason, LedgerError)


def test_what_was_in_doubt_and_has_changed_is_held_once_it_is_known_to_be_absent(
    open_house: OpenHouse,
) -> None:
    house = open_house(Scenario(causes=FIVE, key_unique=False, extra_rows=0))
    house.practice.faults.add(at_insert(CutBefore()))
    run_id = house.resync().run_id
    edited = house.items(run_id)[1].key or ""
    house.practice.gotallo.edit(edited, Text__c="What I meant is something else.")
    nothing_waits = {"BRIDGE_SETTLE_SECONDS": "0"}
    assert house.command("apply", run_id, "--yes", **nothing_waits).returncode == Exit.LEFT_OVER
    items = {item.key: item for item in house.items(run_id)}
    assert items[edited].held_reason is HeldReason.CHANGED
    assert set(house.rows()) == set(items) - {edited}
    assert {item.outcome for key, item in items.items() if key != edited} == {Outcome.SYNCED}


def test_what_was_in_doubt_and_is_there_stays_though_it_has_changed(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes=FIVE, key_unique=False))
    house.practice.faults.add(at_insert(CommitLate()))
    run_id = house.resync().run_id
    house.practice.faults.release()
    edited = house.items(run_id)[1].key or ""
    house.practice.gotallo.edit(edited, Text__c="What I meant is something else.")
    assert house.command("apply", run_id, "--yes").returncode == Exit.OK
    assert house.document(run_id).counts.synced == 5
    assert house.document(house.plan().id).counts.held == 1


class LosingOnce(Ledger):
    """A ledger that tells the first heartbeat that another process has the lease."""

    lost = False

    def beat(self, lease: Lease, now: dt.datetime) -> None:
        if not self.lost:
            self.lost = True
            raise LeaseHeld("Another process has taken over the writing to this org")
        super().beat(lease, now)

    def begin_sending(self, run_id: str) -> None:
        super().begin_sending(run_id)
        for thread in threading.enumerate():
            if thread.name == "lease" and not self.waited:
                thread.join()
        self.waited = True

    waited = False


def test_with_patience_a_lease_that_was_lost_is_waited_for(
    open_house: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "BEAT_SECONDS", 0.0)
    house = open_house(Scenario(causes=FIVE))
    run = house.plan()
    told: list[str] = []
    with LosingOnce(house.location) as ledger, use_cases.open_org(house.settings) as org:
        ending = use_cases.apply_patiently(
            house.settings,
            run.id,
            use_cases.ApplyRequest(),
            ledger,
            org,
            observe=lambda event: told.append(event.says) if isinstance(event, Waiting) else None,
            pause=lambda _: None,
            tempo=HASTE,
        )
    assert ending.kind is EndingKind.FINISHED
    assert told == [
        "Another process has taken over the writing to this org. Waiting for it to end."
    ]


def test_nobody_overtakes_a_message_in_doubt_within_its_call(open_house: OpenHouse) -> None:
    """The call is sent again in halves, and the first half gives no answer."""
    house = open_house(Scenario(causes={}, key_unique=False, required_field="", extra_rows=0))
    for n in range(2):
        record: Record = {
            **{k: v for k, v in DOCUMENTED_RECORD.items() if k != "Region__c"},
            "Social25__Identifier__c": f"{n:032x}",
            "Social25__Timestamp__c": f"{house.practice.day}T10:0{n}:00Z",
            "log_message": "UNABLE_TO_LOCK_ROW:unable to obtain exclusive access:--",
        }
        house.practice.gotallo.add_results(record, None, house.request.window.from_time)
    run = house.plan()
    sent: list[int] = []
    with house.ledger() as ledger, use_cases.open_org(house.settings) as org:

        def insert(_: str, records: Sequence[Record]) -> tuple[InsertResult, ...]:
            sent.append(len(records))
            if len(sent) == 1:
                thrown = "Social25.MessageTrigger: System.LimitException: too many"
                code = "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"
                return tuple(Refused((RecordError(code, thrown, ()),)) for _ in records)
            raise OrgUnanswered("Salesforce gave no whole answer")

        org.insert = insert  # type: ignore[method-assign, assignment]
        request = use_cases.ApplyRequest(lanes=1, canary=())
        ending = use_cases.apply(house.settings, run.id, request, ledger, org, tempo=HASTE)
    assert sent == [2, 1]
    assert ending.kind is EndingKind.WAITING
    counts = house.document(run.id).counts
    assert (counts.in_doubt, counts.not_sent_yet) == (1, 1)


def test_what_somebody_else_has_held_meanwhile_is_not_claimed(open_house: OpenHouse) -> None:
    """A second `apply` of the run asks GoTallo before it finds that the lease is taken."""
    house = open_house(Scenario(causes=FIVE))
    run = house.plan()
    with house.ledger() as ledger:
        lease = ledger.take_lease(run.plan.org_id, run.id, dt.datetime.now(dt.UTC))
        pending = ledger.pending(run.id)
        ledger.hold(run.id, [pending[0].position], HeldReason.CHANGED, "another text", "look")
        claim = ledger.claim(run.id, pending, lease, dt.datetime.now(dt.UTC))
        assert claim.granted == {item.key for item in pending[1:]}
        assert claim.refused == ()
        state = ledger.states(run.id, [pending[0].key])[pending[0].key]
        assert state.delivery is Delivery.OPEN


def test_what_changed_while_another_run_has_it_in_doubt_is_never_told_as_done(
    open_house: OpenHouse,
) -> None:
    house = open_house(Scenario(causes=FIVE, key_unique=False, extra_rows=0))
    house.practice.faults.add(at_insert(CommitLate()))
    first = house.resync().run_id
    edited = house.items(first)[1].key or ""
    house.practice.gotallo.edit(edited, Text__c="What I meant is something else.")
    house.practice.faults.release()
    second = house.resync()
    counts = second.document.counts
    assert (counts.present, counts.held, counts.in_doubt) == (4, 1, 0)
    (held,) = [item for item in house.items(second.run_id) if item.key == edited]
    assert held.held_reason is HeldReason.CHANGED
    assert f"bridge apply {first} --wait" in held.held_advice
    assert house.apply(first).kind is EndingKind.FINISHED
    assert house.document(first).counts.synced == 5, "it brought them all"
    assert house.document(house.plan().id).counts.held == 1
