"""Whatever breaks between us and the org: no message twice, none lost, and the report says so."""

from __future__ import annotations

import signal
from dataclasses import replace

import pytest

from bridge.delivery import EndingKind
from bridge.errors import Exit
from bridge.ledger import tables as t
from bridge.ledger.engine import writing
from bridge.model import Outcome
from bridge.practice import (
    CommitLate,
    CutBefore,
    ExhaustQuota,
    ExpireSessions,
    Fault,
    Garbage,
    GatewayGaveUp,
    HalfBody,
    HtmlPage,
    LoseAnswer,
    MorningCause,
    Operation,
    PracticeServer,
    Remote,
    RowLocks,
    Scenario,
    Status,
)
from bridge.practice.faults import Effect, Faults
from bridge.report import exit_of
from tests import forks
from tests.whole.conftest import OpenHouse
from tests.whole.house import HASTE, House, process_environment

LONG = {MorningCause.LONG_TEXT: 300}


def at_insert(effect: Effect, nth: int = 1, times: int = 1) -> Fault:
    return Fault(Remote.SALESFORCE, effect, Operation.INSERT, nth, times)


def assert_each_once(house: House, run_id: str, count: int) -> None:
    assert set(house.rows().values()) == {1}
    verification = house.verify(run_id)
    assert verification.proven
    assert verification.once == count


@pytest.mark.parametrize("unique", [True, False], ids=["key unique", "key not unique"])
@pytest.mark.parametrize(
    "effect",
    [LoseAnswer(), HalfBody(), Garbage(), GatewayGaveUp()],
    ids=lambda effect: type(effect).__name__,
)
def test_an_answer_lost_after_the_commit_is_asked_for_by_key(
    open_house: OpenHouse, effect: Effect, unique: bool
) -> None:
    house = open_house(Scenario(causes=LONG, key_unique=unique))
    house.practice.faults.add(at_insert(effect, nth=3))
    result = house.resync()
    assert result.ending.kind is EndingKind.FINISHED
    assert result.document.counts.synced == 300
    assert exit_of(result.document) is Exit.OK
    assert any("gave no answer" in remark.note for remark in result.document.remarks)
    assert_each_once(house, result.run_id, 300)


@pytest.mark.parametrize(
    "effect",
    [CutBefore(), HtmlPage(), Status(503), Status(500), Status(429), Status(420)],
    ids=lambda e: f"{type(e).__name__} {getattr(e, 'status', '')}",
)
def test_a_request_that_did_nothing_is_sent_again_where_the_key_is_unique(
    open_house: OpenHouse, effect: Effect
) -> None:
    house = open_house(Scenario(causes=LONG))
    house.practice.faults.add(at_insert(effect, nth=2))
    result = house.resync()
    assert result.document.counts.synced == 300
    assert_each_once(house, result.run_id, 300)


def test_without_a_unique_key_an_absent_message_stays_in_doubt_until_it_can_be_settled(
    open_house: OpenHouse,
) -> None:
    house = open_house(Scenario(causes={MorningCause.LONG_TEXT: 5}, key_unique=False))
    house.practice.faults.add(at_insert(CutBefore()))
    result = house.resync()
    assert result.document.counts.in_doubt == 5
    assert exit_of(result.document) is Exit.IN_DOUBT
    assert house.apply(result.run_id).kind is EndingKind.FINISHED
    assert house.document(result.run_id).counts.in_doubt == 5, "sent before it was settled"
    assert sum(house.rows().values()) == 10

    settled = replace(HASTE, settle_seconds=0.0)
    assert house.apply(result.run_id, tempo=settled).kind is EndingKind.FINISHED
    assert house.document(result.run_id).counts.synced == 5
    assert_each_once(house, result.run_id, 5)


@pytest.mark.parametrize("unique", [True, False], ids=["key unique", "key not unique"])
def test_a_request_that_commits_after_its_connection_was_cut_makes_no_second_row(
    open_house: OpenHouse, unique: bool
) -> None:
    house = open_house(Scenario(causes={MorningCause.LONG_TEXT: 5}, key_unique=unique))
    house.practice.faults.add(at_insert(CommitLate()))
    result = house.resync()
    house.practice.faults.release()
    house.apply(result.run_id)
    counts = house.document(result.run_id).counts
    assert counts.synced + counts.present == 5
    assert set(house.rows().values()) == {1}


def test_an_expired_session_is_renewed_once_and_the_call_repeated(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes=LONG))
    house.practice.faults.add(at_insert(ExpireSessions(), nth=3))
    result = house.resync()
    assert result.document.counts.synced == 300
    tokens = [r for r in house.practice.requests.all() if r.operation == "token"]
    assert len(tokens) == 1


def test_a_used_up_quota_ends_the_run_cleanly_and_apply_goes_on(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes=LONG))
    house.practice.faults.add(at_insert(ExhaustQuota(), nth=3))
    result = house.resync()
    assert result.ending.kind is EndingKind.STOPPED
    assert result.ending.reason is not None
    assert result.ending.reason.exit_code is Exit.REMOTE
    counts = result.document.counts
    assert counts.not_sent_yet > 0
    assert counts.synced + counts.not_sent_yet == 300
    house.practice.allowance.restore()
    assert house.apply(result.run_id).kind is EndingKind.FINISHED
    assert_each_once(house, result.run_id, 300)


def test_row_locks_are_tried_again_and_the_records_arrive(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes=LONG))
    house.practice.faults.add(at_insert(RowLocks(every=3), nth=2, times=6))
    result = house.resync()
    assert result.document.counts.synced == 300
    assert_each_once(house, result.run_id, 300)


def test_a_lock_that_stays_is_a_refusal_in_the_end_and_holds_nothing_else(
    open_house: OpenHouse,
) -> None:
    house = open_house(Scenario(causes={MorningCause.LONG_TEXT: 12}))
    house.practice.faults.add(at_insert(RowLocks(every=1), times=1000))
    result = house.resync()
    counts = result.document.counts
    assert (counts.rejected, counts.held) == (12, 0)


def test_a_trigger_that_throws_for_one_record_does_not_cost_the_others(
    open_house: OpenHouse,
) -> None:
    mapping = """\
object: Heroku_Message__c
key: Identifier__c
conversation: Chat_Identifier__c
order: Timestamp__c
fixers: [nulls, types, {flatten: {User_Profile_Image_URL__c: url}}, {truncate: {Text__c: {}}}]
"""
    house = open_house(
        Scenario(causes={MorningCause.LONG_NAME: 1, MorningCause.ROW_LOCK: 60}), mapping
    )
    result = house.resync(canary=())
    assert result.document.counts.synced == 60
    (refused,) = [i for i in house.items(result.run_id) if i.outcome is Outcome.REJECTED]
    assert refused.rejection is not None
    assert refused.rejection.code == "STRING_TOO_LONG"
    assert refused.rejection.outer_code == "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"


def test_a_record_that_spoils_its_whole_request_is_found_by_halving(
    open_house: OpenHouse,
) -> None:
    """The org's describe changes between plan and sending: one record's field is gone."""
    house = open_house(Scenario(causes={MorningCause.LONG_TEXT: 40}))
    run = house.plan()
    with house.ledger() as ledger:
        victim = ledger.pending(run.id)[7]
        record = {**ledger.records(run.id, [victim.position])[victim.position], "Gone__c": "x"}
        with writing(ledger._engine) as connection:
            connection.execute(
                t.items.update()
                .where(t.items.c.run_id == run.id, t.items.c.position == victim.position)
                .values(record=record)
            )
    assert house.apply(run.id, canary=()).kind is EndingKind.FINISHED
    counts = house.document(run.id).counts
    assert (counts.synced, counts.rejected) == (39, 1)
    (refused,) = [i for i in house.items(run.id) if i.outcome is Outcome.REJECTED]
    assert refused.key == victim.key


class KillAt(Faults):
    """Kills the client the moment a request of it has arrived."""

    def __init__(self, nth: int, effect: Effect | None) -> None:
        super().__init__()
        self.process: forks.Process | None = None
        self._left = nth
        self._effect = effect

    def strike(self, remote: Remote, operation: Operation) -> Effect | None:
        if self.process is not None and operation is Operation.INSERT:
            self._left -= 1
            if self._left == 0:
                self.process.kill()
                return self._effect
        return super().strike(remote, operation)


@pytest.mark.parametrize("unique", [True, False], ids=["key unique", "key not unique"])
@pytest.mark.parametrize("effect", [None, CutBefore()], ids=["committed", "not committed"])
@pytest.mark.parametrize("nth", [1, 4])
def test_a_killed_process_is_gone_on_with(
    open_house: OpenHouse, nth: int, effect: Effect | None, unique: bool
) -> None:
    practice = PracticeServer(Scenario(causes=LONG, key_unique=unique))
    practice.faults = killer = KillAt(nth, effect)
    folder = open_house().folder
    with practice:
        house = House(practice, folder)
        run = house.plan()
        killer.process = forks.parent().start(
            ["apply", run.id, "--yes", "--no-canary"], process_environment(house.environment)
        )
        assert killer.process.wait() == -signal.SIGKILL
        before = house.document(run.id).counts
        assert before.synced + before.not_sent_yet + before.in_doubt == 300
        assert before.in_doubt > 0
        done = house.command("apply", run.id, "--yes", BRIDGE_SETTLE_SECONDS="0")
        assert done.returncode == Exit.OK, done.stderr + done.stdout
        counts = house.document(run.id).counts
        assert counts.synced + counts.present == 300
        assert_each_once(house, run.id, 300)


def test_a_second_resync_of_an_overlapping_window_costs_no_call_for_what_is_there(
    open_house: OpenHouse,
) -> None:
    house = open_house(Scenario(causes=LONG))
    house.resync()
    before = len(house.practice.requests.all())
    again = house.resync()
    asked = {request.path for request in house.practice.requests.all()[before:]}
    assert again.document.counts.present == 300
    assert not [path for path in asked if path.endswith(("/queryAll", "/composite/sobjects"))]


def test_a_deleted_row_is_held_and_not_brought_back(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes={MorningCause.LONG_TEXT: 3}))
    first = house.resync()
    org = house.practice.org
    sobject = org.message_sobject()
    row = org.rows(org.message_object)[-1]
    org.delete(sobject, str(row["Id"]))
    (house.folder / "ledger.sqlite3").unlink()
    second = house.resync()
    held = [i for i in house.items(second.run_id) if i.held_reason == "deleted"]
    assert len(held) == 1
    assert first.document.counts.synced == 3


def test_a_second_process_on_the_same_ledger_waits_its_turn(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes={MorningCause.LONG_TEXT: 30}))
    first, second = house.plan(), house.plan()
    with house.ledger() as ledger:
        lease = ledger.take_lease(first.plan.org_id, first.id, first.created_at)
        done = house.command("apply", second.id, "--yes")
        ledger.give_back(lease)
    assert done.returncode == Exit.LEASE, done.stderr
    assert f"Run {first.id} has been writing" in done.stderr
    assert not house.practice.requests.of(Operation.INSERT)
