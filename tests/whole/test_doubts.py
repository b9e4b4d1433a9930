"""Messages whose fate is not known, and canaries: what careless code would make two of, or none."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bridge import use_cases
from bridge.delivery import EndingKind
from bridge.errors import BridgeError, LedgerError
from bridge.ledger import Verdict
from bridge.ledger import tables as t
from bridge.ledger.engine import writing
from bridge.model import Outcome, Record
from bridge.practice import (
    CommitLate,
    CutBefore,
    ExhaustQuota,
    Fault,
    MorningCause,
    Operation,
    Remote,
    Scenario,
    Status,
)
from bridge.practice.faults import Effect
from bridge.salesforce import InsertResult
from tests.whole.conftest import OpenHouse
from tests.whole.house import HASTE, House, insert_by_hand
from tests.whole.test_main_job import DOCUMENTED_RECORD

SETTLED_AT_ONCE = replace(HASTE, settle_seconds=0.0)
FIVE = {MorningCause.LONG_TEXT: 5}
MINIMAL = """\
object: Heroku_Message__c
key: Identifier__c
conversation: Chat_Identifier__c
order: Timestamp__c
fixers: [nulls, types, {flatten: {User_Profile_Image_URL__c: url}}, {truncate: {Text__c: {}}}]
"""


def at_insert(effect: Effect, nth: int = 1, times: int = 1) -> Fault:
    return Fault(Remote.SALESFORCE, effect, Operation.INSERT, nth, times)


def each_once(house: House, run_id: str) -> bool:
    rows: Counter[str] = Counter()
    for key, count in house.practice.org.rows_per_key().items():
        rows[uuid.UUID(key).hex] += count
    return {rows[item.key or ""] for item in house.items(run_id)} == {1}


@pytest.mark.parametrize("unique", [True, False], ids=["key unique", "key not unique"])
def test_a_key_with_dashes_in_the_org_is_the_same_key(open_house: OpenHouse, unique: bool) -> None:
    house = open_house(Scenario(causes=FIVE, key_unique=unique))
    run = house.plan()
    for item in house.items(run.id):
        dashed = {**item.record, "Social25__Identifier__c": str(uuid.UUID(item.key))}
        insert_by_hand(house, dashed)
    house.apply(run.id)
    assert each_once(house, run.id)
    assert house.document(run.id).counts.present == 5


def test_a_writer_that_slept_after_its_claim_sends_nothing(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes=FIVE, key_unique=False))
    first, second = house.plan(), house.plan()
    with house.ledger() as ledger, use_cases.open_org(house.settings) as org:
        claim = ledger.claim
        later = timedelta(0)

        def sleeping(*arguments: object) -> object:
            nonlocal later
            claimed = claim(*arguments)  # type: ignore[arg-type]
            later = timedelta(hours=1)
            with writing(ledger._engine) as connection:
                connection.execute(
                    t.leases.update().values(
                        host="elsewhere.example", beat_at=datetime.now(UTC) - later
                    )
                )
            house.apply(second.id, tempo=SETTLED_AT_ONCE)
            return claimed

        ledger.claim = sleeping  # type: ignore[method-assign, assignment]
        with suppress(BridgeError):
            use_cases.apply(
                house.settings,
                first.id,
                use_cases.ApplyRequest(),
                ledger,
                org,
                tempo=HASTE,
                clock=lambda: datetime.now(UTC) + later,
            )
    assert each_once(house, first.id)


def test_uniqueness_is_what_the_org_says_now(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes=FIVE, key_unique=False))
    run = house.plan()
    with house.ledger() as ledger, writing(ledger._engine) as connection:
        connection.execute(t.runs.update().values(key_unique=True))
    house.practice.faults.add(at_insert(CommitLate()))
    house.apply(run.id)
    house.practice.faults.release()
    assert each_once(house, run.id)


def test_what_left_before_a_crash_is_in_doubt_on_record(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes={MorningCause.LONG_TEXT: 30}))
    run = house.plan()
    with house.ledger() as ledger, use_cases.open_org(house.settings) as org:
        record = ledger.record

        def dying(run_id: str, verdicts: Sequence[Verdict]) -> None:
            if any(verdict.salesforce_id for verdict in verdicts):
                raise LedgerError("the disk is full")
            record(run_id, verdicts)

        ledger.record = dying  # type: ignore[method-assign]
        with pytest.raises(LedgerError):
            use_cases.apply(
                house.settings,
                run.id,
                use_cases.ApplyRequest(lanes=1, canary=()),
                ledger,
                org,
                tempo=HASTE,
            )
    assert house.document(run.id).counts.in_doubt == 30
    house.apply(run.id)
    assert house.document(run.id).counts.synced == 30
    assert each_once(house, run.id)


def test_a_stopped_canary_holds_nothing(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes={MorningCause.LONG_NAME: 12}), MINIMAL)
    house.practice.faults.add(at_insert(ExhaustQuota(), nth=5))
    result = house.resync()
    assert result.ending.kind is EndingKind.STOPPED
    assert result.document.counts.held == 0


def test_a_few_hopeless_ones_do_not_hold_a_repaired_cause(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes={}, size=1, required_field=""))
    start = house.request.window.from_time
    for n in range(20):
        record: Record = {
            **{k: v for k, v in DOCUMENTED_RECORD.items() if k != "Region__c"},
            "Social25__Identifier__c": uuid.UUID(int=n + 1).hex,
            "Social25__Chat_Identifier__c": uuid.UUID(int=1000 + n).hex,
            "Social25__Timestamp__c": f"2026-11-22T10:{n:02}:00Z",
            "Social25__Text__c": "see https://example.com" if n < 5 else "hello",
            "log_message": "FIELD_CUSTOM_VALIDATION_EXCEPTION:Outside opening hours:--",
        }
        house.practice.gotallo.add_results(record, None, start + timedelta(minutes=n))
    counts = house.resync().document.counts
    assert (counts.synced, counts.rejected) == (15, 5)


def test_two_rows_of_one_message_and_a_doubt_are_never_proven(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes=FIVE, key_unique=False))
    house.practice.faults.add(at_insert(CommitLate()))
    run_id = house.resync().run_id
    doubtful = house.verify(run_id)
    assert len(doubtful.in_doubt) == 5
    assert not doubtful.proven
    house.practice.faults.release()
    for item in house.items(run_id):
        insert_by_hand(house, item.record)
    assert len(house.verify(run_id).repeated) == 5


def test_writes_that_never_answer_end_the_run(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes={MorningCause.LONG_TEXT: 2000}, key_unique=False))
    house.practice.faults.add(at_insert(Status(503), times=10_000))
    result = house.resync(canary=(), lanes=2)
    assert result.ending.kind is EndingKind.STOPPED
    assert result.document.counts.not_sent_yet > 0


def test_nobody_overtakes_a_message_in_doubt_in_its_conversation(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes={}, required_field="", key_unique=False, extra_rows=0))
    start = house.request.window.from_time
    for n in range(250):
        record: Record = {
            **{k: v for k, v in DOCUMENTED_RECORD.items() if k != "Region__c"},
            "Social25__Identifier__c": uuid.UUID(int=n + 1).hex,
            "Social25__Timestamp__c": f"2026-11-22T10:{n // 60:02}:{n % 60:02}Z",
            "log_message": "UNABLE_TO_LOCK_ROW:unable to obtain exclusive access:--",
        }
        house.practice.gotallo.add_results(record, None, start + timedelta(seconds=n))
    house.practice.faults.add(at_insert(CutBefore()))
    first = house.resync()
    assert first.ending.kind is EndingKind.WAITING
    counts = first.document.counts
    assert (counts.in_doubt, counts.not_sent_yet, counts.synced) == (200, 50, 0)
    assert house.apply(first.run_id, tempo=SETTLED_AT_ONCE).kind is EndingKind.FINISHED
    rows = [str(row["Social25__Identifier__c"]) for row in house.practice.org.messages()]
    assert rows == sorted(rows)
    assert len(rows) == 250


def test_what_another_run_settled_is_not_in_doubt_for_ever(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes={MorningCause.LINK_RULE: 20}, key_unique=False))
    house.practice.org.set_rule_active("No_Links", False)
    house.practice.faults.add(at_insert(CutBefore(), times=50))
    first = house.resync(canary=())
    house.practice.faults.clear()
    house.practice.org.set_rule_active("No_Links", True)
    house.resync(tempo=SETTLED_AT_ONCE)
    house.apply(first.run_id)
    assert house.document(first.run_id).counts.in_doubt == 0


def test_finished_means_that_nothing_is_left(open_house: OpenHouse) -> None:
    """The settling time passes while the others are sent."""
    house = open_house(Scenario(causes={MorningCause.LONG_TEXT: 300}, key_unique=False))
    house.practice.faults.add(at_insert(CutBefore(), nth=2))
    run = house.plan()
    now = [datetime.now(UTC)]

    def clock() -> datetime:
        now[0] += timedelta(seconds=1)
        return now[0]

    with house.ledger() as ledger, use_cases.open_org(house.settings) as org:
        ending = use_cases.apply(
            house.settings,
            run.id,
            use_cases.ApplyRequest(lanes=1),
            ledger,
            org,
            tempo=replace(HASTE, settle_seconds=4.0),
            clock=clock,
        )
    assert ending.kind is EndingKind.FINISHED
    assert house.document(run.id).counts.synced == 300
    assert each_once(house, run.id)


def test_who_brought_a_message_is_told_truly(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes=FIVE, key_unique=False))
    house.practice.faults.add(at_insert(CommitLate()))
    first = house.resync()
    house.practice.faults.release()
    second = house.resync()
    assert second.document.counts.present == 5
    assert {i.note for i in house.items(second.run_id)} == {
        f"a request of run {first.run_id} brought it there"
    }
    third = house.resync()
    assert {i.note for i in house.items(third.run_id)} == {f"run {first.run_id} brought it there"}


def test_a_proxys_refusal_without_a_code_is_no_refusal_of_the_records(
    open_house: OpenHouse,
) -> None:
    house = open_house(Scenario(causes={MorningCause.LONG_TEXT: 60}))
    house.practice.faults.add(at_insert(Status(400), times=1000))
    result = house.resync(canary=())
    assert result.ending.kind is EndingKind.STOPPED
    assert result.document.counts.rejected == 0


def test_the_good_ones_of_an_answer_are_on_record_before_the_org_is_asked_again(
    open_house: OpenHouse,
) -> None:
    house = open_house(Scenario(causes={MorningCause.LONG_TEXT: 20}))
    run = house.plan()
    victim = house.items(run.id)[3]
    with house.ledger() as ledger, use_cases.open_org(house.settings) as org:
        insert, find = org.insert, org.find
        sending: list[int] = []

        def racing(name: str, records: Sequence[Record]) -> tuple[InsertResult, ...]:
            insert_by_hand(house, victim.record)
            org.find = asked  # type: ignore[method-assign, assignment]
            return insert(name, records)

        def asked(*arguments: object) -> object:
            sending.append(house.document(run.id).counts.in_doubt)
            return find(*arguments)  # type: ignore[arg-type]

        org.insert = racing  # type: ignore[method-assign, assignment]
        request = use_cases.ApplyRequest(lanes=1, canary=())
        use_cases.apply(house.settings, run.id, request, ledger, org, tempo=HASTE)
    assert sending == [1]
    assert [i.key for i in house.items(run.id) if i.outcome is Outcome.PRESENT] == [victim.key]
    assert house.document(run.id).counts.synced == 19


def test_a_mapping_whose_key_is_another_field_holds_all(open_house: OpenHouse) -> None:
    mapping = MINIMAL.replace("key: Identifier__c", "key: External_Identifier__c")
    house = open_house(Scenario(causes=FIVE), mapping)
    result = house.resync()
    assert result.document.counts.held == 5
    assert "another value than the message's identifier" in house.items(result.run_id)[0].held_what
