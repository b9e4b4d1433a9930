"""A ledger knows its causes across runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Connection
from sqlalchemy import text as sql

from bridge.errors import LedgerError, UsageError
from bridge.ledger import AttemptResult, Ledger, MessagesOfCause, RunState, Verdict, export
from bridge.ledger.engine import MIGRATIONS, writing
from bridge.model import (
    Cause,
    Decision,
    Delivery,
    Finding,
    Held,
    HeldReason,
    Item,
    Kind,
    Outcome,
    Topic,
    Window,
)
from tests.ledger.making import CAUSE, NOW, claim, item, pending, plan

DAY = dt.timedelta(days=1)
LONG_AGO = NOW - 30 * DAY
OTHER = Cause("0ddba1", "REQUIRED_FIELD_MISSING", ("Region__c",), Kind.DATA, "missing")
RENAMED = Cause("facade", CAUSE.code, CAUSE.fields, CAUSE.kind, CAUSE.message)


@pytest.fixture
def ledger(location: str) -> Iterator[Ledger]:
    with Ledger(location) as opened:
        yield opened


def failed(key: str, cause: Cause = CAUSE, at: dt.datetime = NOW - DAY) -> Item:
    return item(key)._replace(cause=cause, order=at.isoformat(timespec="microseconds"))


def run_of(ledger: Ledger, *items: Item, days: int = 0) -> str:
    """Plan these, so many days later."""
    at = NOW + days * DAY
    day = replace(plan(), window=Window(at - DAY, at, "UTC"))
    run_id = ledger.begin_run(day, at)
    ledger.add_items(run_id, 0, items)
    ledger.finish_plan(run_id, announced=None, fetched=len(items), repeated=0, notes=())
    return run_id


def settle(ledger: Ledger, run_id: str, key: str, refused_for: Cause | None = None) -> None:
    one = pending(ledger, run_id)[key]
    sent_at = claim(ledger, run_id, [one], NOW).sent_at
    verdict = Verdict(
        one.position,
        key,
        Delivery.OPEN if refused_for else Delivery.DELIVERED,
        Outcome.REJECTED if refused_for else Outcome.SYNCED,
        sent_at,
        None if refused_for else f"a{key}",
        cause=refused_for,
        error_text="no region" if refused_for else "",
        attempt=AttemptResult.REFUSED if refused_for else AttemptResult.ACCEPTED,
    )
    ledger.record(run_id, [verdict])


def test_a_cause_has_its_first_and_last_failure_and_how_its_messages_stand(ledger: Ledger) -> None:
    first = run_of(ledger, failed("1", at=NOW - 3 * DAY), failed("2"))
    settle(ledger, first, "1")
    run_of(ledger, failed("3", at=NOW), days=1)
    (found,) = ledger.causes(LONG_AGO)
    assert found.cause == CAUSE
    assert (found.first_seen, found.last_seen) == (NOW - 3 * DAY, NOW)
    assert found.messages == MessagesOfCause(open=2, delivered=1)
    assert found.runs == 2
    assert sum(found.failures.values()) == 3
    assert ledger.causes(NOW)[0].failures == {NOW: 1}


def test_the_same_message_in_two_runs_is_one_failure(ledger: Ledger) -> None:
    run_of(ledger, failed("1"))
    run_of(ledger, failed("1"), days=1)
    (found,) = ledger.causes(LONG_AGO)
    assert found.failures == {NOW - DAY: 1}
    assert found.messages.open == 1


def test_a_message_counts_under_what_refused_it_last(ledger: Ledger) -> None:
    run_id = run_of(ledger, failed("1"), failed("2"))
    settle(ledger, run_id, "1", refused_for=OTHER)
    by_id = {one.cause.id: one for one in ledger.causes(LONG_AGO)}
    assert by_id[OTHER.id].messages == MessagesOfCause(open=1, rejected=1)
    assert by_id[CAUSE.id].messages == MessagesOfCause(open=1)
    assert by_id[OTHER.id].first_seen == NOW
    assert ledger.keys_of_cause(OTHER.id) == {"1"}
    assert ledger.keys_of_cause(CAUSE.id) == {"2"}
    assert [one.text for one in ledger.cause_examples(OTHER.id, 3)] == ["no region"]


def test_what_is_open_is_ready_held_or_rejected(ledger: Ledger) -> None:
    why = Held(HeldReason.SCHEMA, "no access", "Grant it.")
    held = failed("2")._replace(decision=Decision.HELD, held=why)
    run_id = run_of(ledger, failed("1"), held, failed("3"), failed("4"))
    settle(ledger, run_id, "3", refused_for=CAUSE)
    settle(ledger, run_id, "4")
    (found,) = ledger.causes(LONG_AGO)
    assert found.messages == MessagesOfCause(open=3, held=1, rejected=1, delivered=1)
    assert found.messages.ready == 1


def test_what_an_org_refused_since_a_time_is_counted_by_cause(ledger: Ledger) -> None:
    run_id = run_of(ledger, failed("1"), failed("2"), failed("3"))
    settle(ledger, run_id, "1", refused_for=CAUSE)
    settle(ledger, run_id, "2", refused_for=OTHER)
    org_id = plan().org_id
    before = NOW - dt.timedelta(seconds=1)
    assert ledger.refusals(CAUSE.id, org_id, before) == 1
    assert ledger.refusals(CAUSE.id, org_id, NOW) == 0
    assert ledger.refusals(CAUSE.id, "00D000000000002EAA", before) == 0


def test_a_run_that_was_never_sent_is_told_apart(ledger: Ledger) -> None:
    run_of(ledger, failed("1"))
    sent = run_of(ledger, failed("1"), days=1)
    settle(ledger, sent, "1")
    ledger.begin_sending(sent)
    ledger.finish(sent)
    (found,) = ledger.causes(LONG_AGO)
    assert (found.runs, found.only_planned) == (2, 1)
    states = [one.state for one in ledger.cause_in_runs(CAUSE.id, 5)]
    assert states == [RunState.FINISHED, RunState.PLANNED]


def test_what_a_limit_left_for_the_next_run_stays_open(ledger: Ledger) -> None:
    run_id = ledger.begin_run(plan(), NOW)
    ledger.add_items(run_id, 0, [failed("1"), failed("2")])
    assert len(ledger.limit(run_id, 1)) == 1
    ledger.finish_plan(run_id, announced=2, fetched=2, repeated=0, notes=())
    (found,) = ledger.causes(LONG_AGO)
    assert found.messages == MessagesOfCause(open=2)
    given = plan()
    assert len(ledger.open_messages(given.tenant_id, given.org_id, given.object)) == 2


def test_what_is_skipped_is_not_open(ledger: Ledger) -> None:
    skipped = Held(HeldReason.POLICY, "skipped", "")
    run_of(ledger, failed("1")._replace(decision=Decision.SKIPPED, held=skipped))
    (found,) = ledger.causes(LONG_AGO)
    assert found.messages == MessagesOfCause(skipped=1)
    assert not found.messages.unfinished
    given = plan()
    assert ledger.open_messages(given.tenant_id, given.org_id, given.object) == ()


def test_what_is_open_comes_with_the_window_that_lists_it(ledger: Ledger) -> None:
    first = run_of(ledger, failed("1"), failed("2"), failed("3"))
    settle(ledger, first, "1")
    run_of(ledger, failed("3", at=NOW), days=1)
    given = plan()
    found = ledger.open_messages(given.tenant_id, given.org_id, given.object)
    assert [(one.key, one.till_time) for one in found] == [("2", NOW), ("3", NOW + DAY)]
    assert ledger.open_messages("another", given.org_id, given.object) == ()


def test_a_better_fingerprint_takes_history_and_care_along(ledger: Ledger) -> None:
    run_of(ledger, failed("1", at=NOW - 3 * DAY), failed("2"))
    ledger.take_care(CAUSE.id, NOW, owner="Test Owner")
    run_of(ledger, failed("2", cause=RENAMED), days=1)
    (found,) = ledger.causes(LONG_AGO)
    assert found.cause.id == RENAMED.id
    assert found.former_ids == (CAUSE.id,)
    assert found.first_seen == NOW - 3 * DAY
    assert found.messages.open == 2
    assert found.care is not None
    assert found.care.owner == "Test Owner"
    assert ledger.cause_id(CAUSE.id[:3]) == RENAMED.id
    ledger.take_care(RENAMED.id, NOW, note="asked")
    assert ledger.cause(RENAMED.id, LONG_AGO).care == replace(found.care, note="asked")
    assert len(ledger.cause_in_runs(RENAMED.id, 5)) == 2


def test_a_cause_is_found_by_the_start_of_its_id(ledger: Ledger) -> None:
    run_of(ledger, failed("1"), failed("2", cause=OTHER._replace(id="c0ffed")))
    assert ledger.cause_id("c0ffee") == CAUSE.id
    with pytest.raises(UsageError, match="may mean c0ffed, c0ffee"):
        ledger.cause_id("c0f")
    with pytest.raises(UsageError, match='No cause "beef"'):
        ledger.cause_id("beef")
    for too_short in ("", "c", "c0"):
        with pytest.raises(UsageError, match="too short for the id of a cause"):
            ledger.cause_id(too_short)


def test_owner_and_note_are_kept_each_for_itself(ledger: Ledger) -> None:
    run_of(ledger, failed("1"))
    ledger.take_care(CAUSE.id, NOW, owner="Test Owner")
    ledger.take_care(CAUSE.id, NOW + DAY, note="asked 😀 \x00")
    care = ledger.cause(CAUSE.id, LONG_AGO).care
    assert care is not None
    assert (care.owner, care.note, care.at) == ("Test Owner", "asked 😀 \x00", NOW + DAY)


def test_what_is_repaired_is_counted_by_field_and_time(ledger: Ledger) -> None:
    for day in range(3):
        run_of(ledger, failed(f"{day}", at=NOW + day * DAY), days=day)
    (found,) = ledger.repaired_fields(CAUSE.id, LONG_AGO)
    assert (found.field, found.fixer, found.messages) == ("Text__c", "truncate", 3)
    assert found.moments == tuple(NOW + day * DAY for day in range(3))


def test_a_finding_is_kept_once(ledger: Ledger) -> None:
    found = Finding(Topic.RULE, "it changed", rule="No_Links", link="https://acme.example/x")
    run_id = run_of(ledger, failed("1")._replace(findings=(found,)))
    ledger.add_findings(run_id, [(CAUSE.id, found)])
    assert ledger.findings(run_id) == {CAUSE.id: (found,)}


def test_a_plan_that_was_not_finished_tells_nothing(ledger: Ledger) -> None:
    run_id = ledger.begin_run(plan(), NOW)
    ledger.add_items(run_id, 0, [failed("1")])
    assert ledger.causes(LONG_AGO) == ()


OF_BEFORE = {
    1: ["DROP TABLE describes", "DROP TABLE findings", "DROP TABLE care"],
    2: ["DROP TABLE describes"],
    3: ["DROP TABLE describes", "DROP TABLE approvals", "DROP TABLE amendments"],
    5: ["DROP TABLE describes"],
}
"""What a ledger of an older version did not have, beside guards."""
NEWER_GUARDS = ["guard_messages_delivery_delete", "guard_messages_key_update"]
WITH_THESE_GUARDS = 5


@pytest.mark.parametrize("version", OF_BEFORE)
def test_a_ledger_of_before_becomes_the_same_as_a_new_one(location: str, version: int) -> None:
    assert len(MIGRATIONS) == 6
    with Ledger(location) as ledger:
        run_of(ledger, failed("1"))
        with writing(ledger._engine) as connection:
            new = schema_of(connection)
            for statement in OF_BEFORE[version]:
                connection.execute(sql(statement))
            for guard in NEWER_GUARDS if version < WITH_THESE_GUARDS else ():
                connection.execute(sql(dropped(guard, connection)))
            connection.execute(sql("UPDATE bridge_meta SET value = :of"), {"of": str(version)})
            assert schema_of(connection) != new
    with pytest.raises(LedgerError, match="older version"):
        list(export(location))
    with Ledger.existing(location) as ledger:
        ledger.take_care(CAUSE.id, NOW, owner="Test Owner")
        assert len(ledger.causes(LONG_AGO)) == 1
        with writing(ledger._engine) as connection:
            assert schema_of(connection) == new


def dropped(guard: str, connection: Connection) -> str:
    on_sqlite = connection.dialect.name == "sqlite"
    return f"DROP TRIGGER {guard}" if on_sqlite else f"DROP FUNCTION {guard}() CASCADE"


def schema_of(connection: Connection) -> set[tuple[str, ...]]:
    """Tables, columns, indexes and guards, as the database has them."""
    if connection.dialect.name == "sqlite":
        asked = ["SELECT type, name, tbl_name, COALESCE(sql, '') FROM sqlite_master"]
    else:
        asked = [
            """SELECT table_name, column_name, data_type, is_nullable
               FROM information_schema.columns WHERE table_schema = current_schema()""",
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()",
            """SELECT tgname, pg_get_triggerdef(t.oid)
               FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid
               WHERE relnamespace = current_schema()::regnamespace AND NOT tgisinternal""",
            """SELECT conname, pg_get_constraintdef(oid)
               FROM pg_constraint WHERE connamespace = current_schema()::regnamespace""",
        ]
    return {tuple(row) for one in asked for row in connection.execute(sql(one))}
