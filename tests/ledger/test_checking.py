"""A check of the ledger finds what can't be, and what is sound it calls sound."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from bridge.errors import LedgerError
from bridge.ledger import AttemptResult, Ledger, Verdict, check
from bridge.ledger.engine import writing
from bridge.ledger.invariants import invariants
from bridge.ledger.tables import messages
from bridge.model import Delivery, Diagnosis, Kind, Outcome
from tests.ledger.making import CAUSE, HELD, NOW, item, plan, planned

ORG = "00D5g00000PRACTEA5"
BREAKING = {
    "Every word is": "UPDATE runs SET state = 'asleep' WHERE state = 'planning'",
    "Every row belongs": "INSERT INTO changes SELECT 'nobody', position, number, field, before, "
    "after, fixer, why, risk, lost FROM changes LIMIT 1",
    "Every item with a key": "DELETE FROM messages WHERE key = 'open'",
    "Every cause that": "UPDATE items SET cause_id = 'gone' WHERE key = 'present'",
    "What is not ready": "UPDATE items SET held_reason = 'schema' WHERE key = 'present'",
    "A run whose plan": "UPDATE items SET position = 70 WHERE key = 'open'",
    "Nothing of a plan": "UPDATE runs SET state = 'planning' WHERE state = 'finished'",
    "A message that is sending": "UPDATE items SET outcome = 'not_sent' WHERE key = 'doubtful'",
    "A delivered message has": "UPDATE messages SET salesforce_id = NULL WHERE key = 'synced'",
    "A delivered message is": "UPDATE messages SET run_id = 'nobody' WHERE key = 'synced'",
    "The message of a synced": "UPDATE messages SET delivery = 'open' WHERE key = 'synced'",
    "The message of an item that": "UPDATE messages SET delivery = 'open' WHERE key = 'present'",
    "The message of an item in": "UPDATE messages SET sent_at = NULL WHERE key = 'doubtful'",
    "A refused item": "UPDATE items SET rejection = NULL WHERE key = 'refused'",
    "No Salesforce id": "UPDATE messages SET delivery = 'delivered', run_id = (SELECT run_id FROM "
    "messages WHERE key = 'synced'), salesforce_id = (SELECT salesforce_id FROM messages WHERE key "
    "= 'synced') WHERE key = 'present'",
    "Each time that a person had": "UPDATE messages SET resends = 1 WHERE key = 'synced'",
    "Each time that a person approved": "UPDATE items SET hands = 1 WHERE key = 'held'",
    "An item's attempts": "UPDATE attempts SET number = 2",
    "The last attempt": "UPDATE attempts SET result = NULL",
    "A lease is of": "UPDATE leases SET run_id = 'nobody'",
}
"""A statement that makes each sentence false, by how the sentence begins."""


def verdict(position: int, key: str, delivery: Delivery, outcome: Outcome) -> Verdict:
    refused = outcome is Outcome.REJECTED
    return Verdict(
        position,
        key,
        delivery,
        outcome,
        sent_at=NOW,
        salesforce_id="a0X5g00000ABCDEFGH" if outcome is Outcome.SYNCED else None,
        diagnosis=Diagnosis("STRING_TOO_LONG", Kind.DATA, "x", (), None, 80) if refused else None,
        cause=CAUSE if refused else None,
        attempt=AttemptResult.REFUSED if refused else AttemptResult.ACCEPTED,
    )


@pytest.fixture
def used(location: str) -> str:
    """A ledger with a run in which everything has happened, one being planned, and a writer."""
    keys = ("synced", "refused", "present", "doubtful", "open")
    with Ledger(location) as opened:
        run_id = planned(opened, *map(item, keys), item("held", held=HELD), item(None, held=HELD))
        sent = {one.key: one for one in opened.pending(run_id)}
        opened.begin_sending(run_id)
        lease = opened.take_lease(ORG, run_id, NOW)
        opened.claim(run_id, [sent[key] for key in ("synced", "refused", "doubtful")], lease, NOW)
        opened.record(
            run_id,
            [
                verdict(0, "synced", Delivery.DELIVERED, Outcome.SYNCED),
                verdict(1, "refused", Delivery.OPEN, Outcome.REJECTED),
                Verdict(2, "present", Delivery.PRESENT, Outcome.PRESENT),
            ],
        )
        opened.finish(run_id)
        opened.begin_run(plan(), NOW)
    return location


def broken(location: str) -> list[str]:
    return [one.says for one in check(location).checked if one.broken]


def test_a_ledger_that_is_in_use_is_sound(used: str) -> None:
    found = check(used)
    assert found.sound
    rows = dict(found.rows)
    assert (rows["runs"], rows["items"], rows["messages"], rows["attempts"]) == (2, 7, 6, 3)


def test_each_sentence_has_a_ledger_that_breaks_it() -> None:
    assert [start for one in invariants() for start in BREAKING if one.says.startswith(start)] == (
        list(BREAKING)
    )
    assert len(invariants()) == len(BREAKING)


@pytest.mark.parametrize("location", ["sqlite"], indirect=True)
@pytest.mark.parametrize("start", BREAKING)
def test_what_can_not_be_is_found_and_named(used: str, start: str) -> None:
    raw = sqlite3.connect(used)
    raw.execute("PRAGMA ignore_check_constraints = ON")
    for (guard,) in raw.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        raw.execute(f"DROP TRIGGER {guard}")
    changed = raw.execute(BREAKING[start]).rowcount
    raw.commit()
    raw.close()
    assert changed > 0
    (found,) = [one for one in check(used).checked if one.says.startswith(start)]
    assert found.broken > 0
    assert found.named


@pytest.mark.parametrize("location", ["sqlite"], indirect=True)
def test_a_damaged_file_is_found(used: str) -> None:
    raw = sqlite3.connect(used)
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.execute("PRAGMA writable_schema = ON")
    raw.execute("UPDATE sqlite_schema SET rootpage = 3 WHERE name = 'items_of_a_key'")
    raw.commit()
    raw.close()
    assert broken(used)[0] == "SQLite finds its file sound."


def test_a_message_that_was_taken_out_by_hand_is_found(used: str) -> None:
    with Ledger(used) as opened, writing(opened._engine) as connection:
        connection.execute(messages.delete().where(messages.c.key == "open"))
    (found,) = [one for one in check(used).checked if one.broken]
    assert (found.says, found.broken) == ("Every item with a key has its message.", 1)
    assert "key open" in found.named[0]


def test_a_check_makes_nothing_where_there_is_no_ledger(location: str, tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="There is no ledger"):
        check(location)
    assert list(tmp_path.iterdir()) == []


def test_a_check_changes_nothing_of_a_file_that_is_no_ledger(tmp_path: Path) -> None:
    path = tmp_path / "theirs.sqlite3"
    raw = sqlite3.connect(path)
    raw.execute("CREATE TABLE theirs (x)")
    raw.commit()
    raw.close()
    before = path.read_bytes()
    with pytest.raises(LedgerError, match="something else"):
        check(str(path))
    assert path.read_bytes() == before
