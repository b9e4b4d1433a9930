"""The ledger keeps what was decided and what became of it, and refuses what can't be."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import socket
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import IntegrityError

from bridge.errors import LeaseHeld, LedgerError, UsageError
from bridge.ledger import AttemptResult, Ledger, RunState, Verdict
from bridge.ledger.checking import check
from bridge.ledger.engine import writing
from bridge.ledger.leases import SILENCE_SECONDS
from bridge.ledger.tables import Words, leases, meta, metadata
from bridge.model import Decision, Delivery, Diagnosis, HeldReason, Kind, Outcome
from tests.ledger.making import CAUSE, HELD, NOW, claim, item, pending, plan, planned

LATER = NOW + dt.timedelta(minutes=1)


@pytest.fixture
def ledger(location: str) -> Iterator[Ledger]:
    with Ledger(location) as opened:
        yield opened


def verdict(
    position: int, key: str, delivery: Delivery, outcome: Outcome, sent_at: dt.datetime = NOW
) -> Verdict:
    return Verdict(
        position,
        key,
        delivery,
        outcome,
        sent_at=sent_at,
        salesforce_id="a0X5g00000ABCDEFGH" if delivery is Delivery.DELIVERED else None,
        attempt=AttemptResult.ACCEPTED,
    )


def test_its_file_and_folder_are_for_the_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "ledger.sqlite3"
    os.umask(0o022)
    with Ledger(str(path)) as opened:
        planned(opened, item("1"))
        modes = [stat.S_IMODE(p.stat().st_mode) for p in (path, *path.parent.glob("*-wal"))]
    assert modes == [0o600] * len(modes)
    assert len(modes) == 2
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_what_it_has_written_survives_a_crash_of_the_machine(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    with Ledger(str(path)) as opened, opened._engine.connect() as connection:
        mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
        synchronous = connection.exec_driver_sql("PRAGMA synchronous").scalar()
    assert (mode, synchronous) == ("wal", 2)


def test_a_plan_comes_back_as_it_was_stored(ledger: Ledger) -> None:
    run_id = planned(ledger, item("1", text="Hi 👍\ud83d\x00"), item(None, held=HELD))
    ready, held = ledger.items(run_id)
    assert ready.original == {"Text__c": "Hi 👍\ud83d\x00"}
    assert ready.changes == item("1", text="Hi 👍\ud83d\x00").changes
    assert (held.decision, held.held_reason, held.held_advice) == (
        Decision.HELD,
        HeldReason.SCHEMA,
        "cut it",
    )
    run = ledger.run(run_id)
    assert (run.state, run.fetched, run.plan.window_words) == (
        RunState.PLANNED,
        2,
        "--date 2026-11-21 --tz UTC",
    )


@given(st.text(st.characters(codec=None, exclude_categories=[])))
def test_any_text_comes_back_and_equal_ones_stay_equal(text: str) -> None:
    kept = Words().process_bind_param(text, sqlite.dialect())
    assert kept is not None
    assert "\x00" not in kept
    kept.encode()
    assert Words().process_result_value(kept, sqlite.dialect()) == text


@pytest.mark.parametrize("text", ["\x00", "\ud83d", "\\u0000", "C:\\new", "'; --", "x" * 300])
def test_a_text_from_outside_is_kept_whatever_is_in_it(ledger: Ledger, text: str) -> None:
    named = replace(plan(), org_name=text, window_words=text, flags=text, mapping_text=text)
    run_id = ledger.begin_run(named, NOW)
    key = f"key {text}"
    held = item(key, held=replace(HELD, code=text))
    odd = held._replace(order="", conversation=text, treatment=text)
    ready = item("1")
    ledger.add_items(run_id, 0, [odd, ready])
    ledger.finish_plan(run_id, announced=2, fetched=2, repeated=0, notes=[text])
    ledger.record(run_id, [replace(verdict(1, "1", Delivery.PRESENT, Outcome.PRESENT), note=text)])
    ledger.begin_sending(run_id)
    ledger.stop(run_id, text)
    found, _ = ledger.items(run_id)
    assert (found.key, found.conversation, found.treatment, found.held_code) == (
        key,
        text,
        text,
        text,
    )
    assert set(ledger.states(run_id, [key])) == {key}
    assert [noted.note for noted in ledger.note_counts(run_id)] == [text]
    assert (ledger.run(run_id).plan, ledger.run(run_id).stop_reason) == (named, text)


def test_only_an_open_message_is_granted_and_only_once(ledger: Ledger) -> None:
    first = planned(ledger, item("1"), item("2"))
    second = planned(ledger, item("1"), item("2"))
    one = claim(ledger, first, [pending(ledger, first)["1"]], NOW)
    assert one.granted == {"1"}
    two = claim(ledger, second, list(pending(ledger, second).values()), LATER)
    assert two.granted == {"2"}
    (refused,) = two.refused
    assert (refused.key, refused.delivery, refused.run_id, refused.sent_at) == (
        "1",
        Delivery.SENDING,
        first,
        NOW,
    )


def test_a_message_of_another_org_is_another_message(ledger: Ledger) -> None:
    here = planned(ledger, item("1"))
    there = planned(ledger, item("1"), org_id="00D5g00000OTHERXX")
    claim(ledger, here, list(pending(ledger, here).values()), NOW)
    assert claim(ledger, there, list(pending(ledger, there).values()), NOW).granted == {"1"}


def test_a_delivered_message_is_present_in_every_later_plan(ledger: Ledger) -> None:
    first = planned(ledger, item("1"))
    claim(ledger, first, list(pending(ledger, first).values()), NOW)
    ledger.record(first, [verdict(0, "1", Delivery.DELIVERED, Outcome.SYNCED)])
    second = planned(ledger, item("1"))
    (again,) = ledger.items(second)
    assert (again.outcome, again.salesforce_id) == (Outcome.PRESENT, "a0X5g00000ABCDEFGH")
    assert ledger.pending(second) == ()


def test_what_was_claimed_anew_is_not_opened_by_an_older_answer(ledger: Ledger) -> None:
    run_id = planned(ledger, item("1"))
    (one,) = ledger.pending(run_id)
    claim(ledger, run_id, [one], NOW)
    ledger.record(run_id, [verdict(0, "1", Delivery.OPEN, Outcome.NOT_SENT)])
    claim(ledger, run_id, [one], LATER)
    with pytest.raises(LedgerError, match="could not become open"):
        ledger.record(run_id, [verdict(0, "1", Delivery.OPEN, Outcome.NOT_SENT, NOW)])
    assert ledger.states(run_id, ["1"])["1"].delivery is Delivery.SENDING


def test_a_delivered_message_never_becomes_anything_else(ledger: Ledger) -> None:
    run_id = planned(ledger, item("1"))
    claim(ledger, run_id, list(pending(ledger, run_id).values()), NOW)
    ledger.record(run_id, [verdict(0, "1", Delivery.DELIVERED, Outcome.SYNCED)])
    with pytest.raises(LedgerError):
        ledger.record(run_id, [verdict(0, "1", Delivery.OPEN, Outcome.REJECTED)])
    ledger.record(run_id, [verdict(0, "1", Delivery.PRESENT, Outcome.PRESENT)])
    assert ledger.states(run_id, ["1"])["1"].delivery is Delivery.DELIVERED
    (there,) = ledger.items(run_id)
    assert there.outcome is Outcome.SYNCED


def test_a_late_refusal_does_not_unsay_that_the_org_took_it(ledger: Ledger, location: str) -> None:
    run_id = planned(ledger, item("1"))
    claim(ledger, run_id, list(pending(ledger, run_id).values()), NOW)
    ledger.record(run_id, [verdict(0, "1", Delivery.DELIVERED, Outcome.SYNCED)])
    twin = Verdict(
        0, "1", Delivery.PRESENT, Outcome.PRESENT, sent_at=NOW, attempt=AttemptResult.REFUSED
    )
    ledger.record(run_id, [twin])
    (attempt,) = ledger.attempts(run_id, 0)
    assert attempt.result is AttemptResult.ACCEPTED
    assert check(location).sound


def test_a_refusal_is_kept_with_its_diagnosis_and_the_message_is_open_again(
    ledger: Ledger,
) -> None:
    run_id = planned(ledger, item("1"))
    claim(ledger, run_id, list(pending(ledger, run_id).values()), NOW)
    diagnosis = Diagnosis("STRING_TOO_LONG", Kind.DATA, "too large", ("Text__c",), None, 80)
    ledger.record(
        run_id,
        [
            Verdict(
                0,
                "1",
                Delivery.OPEN,
                Outcome.REJECTED,
                sent_at=NOW,
                diagnosis=diagnosis,
                cause=CAUSE,
                error_text="STRING_TOO_LONG: too large",
                attempt=AttemptResult.REFUSED,
            )
        ],
    )
    (stored,) = ledger.items(run_id)
    assert (stored.rejection, stored.attempts) == (diagnosis, 1)
    assert ledger.states(run_id, ["1"])["1"].delivery is Delivery.OPEN
    assert ledger.rejections(run_id) == ((CAUSE, "STRING_TOO_LONG: too large", 1),)
    (attempt,) = ledger.attempts(run_id, 0)
    assert (attempt.result, attempt.code) == (AttemptResult.REFUSED, "STRING_TOO_LONG")


def test_the_limit_skips_all_but_the_earliest(ledger: Ledger) -> None:
    run_id = planned(ledger, item("3"), item("1"), item("2"), item(None, held=HELD))
    ledger.limit(run_id, 2)
    assert [one.key for one in ledger.pending(run_id)] == ["1", "2"]
    assert [one.decision for one in ledger.items(run_id)] == [
        Decision.SKIPPED,
        Decision.READY,
        Decision.READY,
        Decision.HELD,
    ]


@pytest.mark.parametrize("run_id", ["", "zzzzzz", "%"])
def test_an_unknown_run_is_a_clear_error(ledger: Ledger, run_id: str) -> None:
    planned(ledger, item("1"))
    with pytest.raises(UsageError, match="No run"):
        ledger.run(run_id)


def test_a_run_is_found_by_how_its_id_starts(ledger: Ledger) -> None:
    run_id = planned(ledger, item("1"))
    assert ledger.run(run_id[:4]).id == run_id


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("UPDATE messages SET delivery = 'lost'", "no transition leads messages.delivery there"),
        ("UPDATE messages SET delivery = 'sending'", "sending_has_a_sender"),
        ("UPDATE messages SET delivery = 'delivered'", "delivered_has_an_id"),
        ("UPDATE items SET decision = 'held'", "what_is_not_ready_has_a_reason"),
        (
            "UPDATE items SET decision = 'held', held_reason = 'schema', outcome = 'synced'",
            "only_ready_ones_are_sent",
        ),
    ],
)
def test_the_database_itself_refuses_a_state_that_can_not_be(
    ledger: Ledger, statement: str, constraint: str
) -> None:
    planned(ledger, item("1"))
    with (
        pytest.raises(IntegrityError, match=constraint),
        ledger._engine.execution_options(bridge_writes=True).begin() as connection,
    ):
        connection.exec_driver_sql(statement)


def test_a_ledger_of_a_newer_program_is_not_touched(location: str) -> None:
    with Ledger(location) as opened, writing(opened._engine) as connection:
        connection.execute(meta.update().values(value="99"))
    with pytest.raises(LedgerError, match="newer version"):
        Ledger(location)


def test_a_database_of_something_else_is_not_touched(location: str) -> None:
    with Ledger(location) as opened, writing(opened._engine) as connection:
        metadata.drop_all(connection)
        connection.exec_driver_sql("CREATE TABLE theirs (x INTEGER)")
    with pytest.raises(LedgerError, match="something else"):
        Ledger(location)


def test_a_file_that_is_no_database_is_a_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    path.write_text("hello, I am a text of some length that is no database at all" * 50)
    with pytest.raises(LedgerError, match="not a database"):
        Ledger(str(path))


@pytest.mark.parametrize("place", ["folder", "file/below"])
def test_a_place_that_can_not_be_written_is_a_clear_error(tmp_path: Path, place: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    with pytest.raises(LedgerError, match="can't be written"):
        Ledger(str(tmp_path / place))


@pytest.mark.parametrize("url", ["nonsense://x", "mysql://host/base", "://"])
def test_a_location_that_is_no_ledger_is_a_clear_error(url: str) -> None:
    with pytest.raises(LedgerError) as caught:
        Ledger(url)
    assert "path" in caught.value.message + caught.value.advice


def _write(location: str, run_id: str, granted: multiprocessing.Queue[int]) -> None:
    """Claim message by message, taking the lease whenever it is free."""
    with Ledger(location) as opened:
        total = 0
        for one in opened.pending(run_id):
            while True:
                try:
                    total += len(claim(opened, run_id, [one], NOW).granted)
                    break
                except LeaseHeld:
                    continue
        granted.put(total)


def test_two_processes_never_both_get_a_message(location: str) -> None:
    with Ledger(location) as opened:
        runs = [planned(opened, *(item(str(n)) for n in range(30))) for _ in range(2)]
    context = multiprocessing.get_context("spawn")
    granted: multiprocessing.Queue[int] = context.Queue()
    both = [context.Process(target=_write, args=(location, run, granted)) for run in runs]
    for process in both:
        process.start()
    for process in both:
        process.join()
    assert [process.exitcode for process in both] == [0, 0]
    assert granted.get() + granted.get() == 30
    granted.close()
    granted.join_thread()


ORG = "00D5g00000PRACTEA5"


def test_a_second_writer_is_told_who_writes_since_when(ledger: Ledger) -> None:
    run_id = planned(ledger, item("1"))
    ledger.take_lease(ORG, run_id, NOW)
    with pytest.raises(LeaseHeld) as caught:
        ledger.take_lease(ORG, run_id, LATER)
    assert f"Run {run_id}" in caught.value.message
    assert "2026-11-22 08:30 UTC" in caught.value.message
    assert f"process {os.getpid()} on {socket.gethostname()}" in caught.value.message
    assert "last heard of at 08:30:00" in caught.value.message


def test_another_org_has_a_lease_of_its_own(ledger: Ledger) -> None:
    ledger.take_lease(ORG, "aaaaaa", NOW)
    ledger.take_lease("00D5g00000OTHERXX", "bbbbbb", NOW)


def test_a_lease_that_was_given_back_is_free(ledger: Ledger) -> None:
    ledger.give_back(ledger.take_lease(ORG, "aaaaaa", NOW))
    ledger.take_lease(ORG, "bbbbbb", NOW)


def test_the_lease_of_a_process_that_is_gone_is_free_at_once(location: str) -> None:
    process = multiprocessing.get_context("spawn").Process(target=_take, args=(location,))
    process.start()
    process.join()
    with Ledger(location) as opened:
        opened.take_lease(ORG, "bbbbbb", NOW)


def _take(location: str) -> None:
    with Ledger(location) as opened:
        opened.take_lease(ORG, "aaaaaa", NOW)


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"host": "elsewhere.example"},
        {"realm": "another start of the machine, or another container of the same name"},
        {"realm": ""},
    ],
    ids=["another host", "the same host name, other process ids", "not known where"],
)
def test_the_lease_of_a_process_elsewhere_is_free_only_after_its_longest_call(
    ledger: Ledger, elsewhere: dict[str, str]
) -> None:
    ledger.take_lease(ORG, "aaaaaa", NOW)
    with writing(ledger._engine) as connection:
        connection.execute(leases.update().values(pid=2**22 + 1, **elsewhere))
    with pytest.raises(LeaseHeld):
        ledger.take_lease(ORG, "bbbbbb", NOW + dt.timedelta(seconds=SILENCE_SECONDS - 1))
    ledger.take_lease(ORG, "bbbbbb", NOW + dt.timedelta(seconds=SILENCE_SECONDS))


def test_who_lost_the_lease_claims_nothing_more(ledger: Ledger) -> None:
    run_id = planned(ledger, item("1"))
    lost = ledger.take_lease(ORG, run_id, NOW)
    with writing(ledger._engine) as connection:
        connection.execute(leases.update().values(token="somebody else's"))
    with pytest.raises(LeaseHeld, match="taken over"):
        ledger.claim(run_id, ledger.pending(run_id), lost, NOW)
    with pytest.raises(LeaseHeld):
        ledger.beat(lost, NOW)
    assert ledger.states(run_id, ["1"])["1"].delivery is Delivery.OPEN
