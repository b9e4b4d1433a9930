from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from bridge.ledger import Ledger, RunState
from bridge.ledger.transitions import DECISION, DELIVERY, OUTCOME, RESEND, RUN, Transition, sources
from bridge.model import Decision, Delivery, Outcome
from tests.ledger.making import HELD, item, planned

MACHINES: tuple[tuple[str, str, type[StrEnum], Iterable[Transition[Any]]], ...] = (
    ("messages", "delivery", Delivery, DELIVERY),
    ("items", "outcome", Outcome, OUTCOME),
    ("items", "decision", Decision, DECISION),
    ("runs", "state", RunState, RUN),
)


def steps() -> Iterator[Any]:
    for table, column, states, transitions in MACHINES:
        known = {(t.before, t.after) for t in transitions}
        for before, after in itertools.permutations(states, 2):
            yield pytest.param(
                table,
                column,
                before.value,
                after.value,
                (before, after) in known,
                id=f"{table}.{column}: {before} to {after}",
            )


@pytest.mark.parametrize(("table", "column", "before", "after", "known"), list(steps()))
def test_the_database_takes_exactly_the_transitions(
    tmp_path: Path, table: str, column: str, before: str, after: str, known: bool
) -> None:
    with closing(raw_ledger(tmp_path)) as raw:
        drop_guards_and_checks(raw, table)
        raw.execute(f"UPDATE {table} SET {column} = ?", (before,))  # noqa: S608
        restore_guards(raw, table)
        if known:
            raw.execute(f"UPDATE {table} SET {column} = ?", (after,))  # noqa: S608
        else:
            with pytest.raises(sqlite3.IntegrityError, match="no transition leads"):
                raw.execute(f"UPDATE {table} SET {column} = ?", (after,))  # noqa: S608


@pytest.mark.parametrize("was", ["delivered", "present"])
def test_a_message_that_was_there_is_open_again_only_with_a_resend_on_record(
    tmp_path: Path, was: str
) -> None:
    with closing(raw_ledger(tmp_path)) as raw:
        raw.execute("UPDATE messages SET delivery = 'present', salesforce_id = 'a01'")
        raw.execute("UPDATE messages SET delivery = ?", (was,))
        with pytest.raises(sqlite3.IntegrityError, match="no transition leads"):
            raw.execute("UPDATE messages SET delivery = 'open'")
        raw.execute("UPDATE messages SET delivery = 'open', resends = resends + 1")


@pytest.mark.parametrize(
    ("reason", "with_it", "taken"),
    [
        ("canary", "", True),
        ("approval", "", False),
        ("schema", "", False),
        ("approval", ", hands = hands + 1", True),
    ],
    ids=["healed", "without a word", "of another reason", "a person on record"],
)
def test_what_is_held_is_ready_again_only_healed_or_with_a_person_on_record(
    tmp_path: Path, reason: str, with_it: str, taken: bool
) -> None:
    ready = f"UPDATE items SET decision = 'ready', held_reason = NULL{with_it}"  # noqa: S608
    with closing(raw_ledger(tmp_path)) as raw:
        raw.execute("UPDATE items SET decision = 'held', held_reason = ?", (reason,))
        if taken:
            raw.execute(ready)
        else:
            with pytest.raises(sqlite3.IntegrityError, match="no transition leads"):
                raw.execute(ready)


def test_a_message_begins_open(tmp_path: Path) -> None:
    with (
        closing(raw_ledger(tmp_path)) as raw,
        pytest.raises(sqlite3.IntegrityError, match="no transition leads"),
    ):
        raw.execute(
            "INSERT INTO messages (org_id, object, key, delivery, salesforce_id)"
            " VALUES ('00D', 'o', 'k', 'delivered', 'a01')"
        )


@pytest.mark.parametrize(
    "forgetting",
    [
        "DELETE FROM messages",
        "UPDATE messages SET key = key || 'x'",
        "UPDATE messages SET org_id = '00D000000000000EAA'",
        "UPDATE messages SET object = 'Other__c'",
    ],
)
def test_a_message_that_is_there_is_not_forgotten(tmp_path: Path, forgetting: str) -> None:
    with closing(raw_ledger(tmp_path)) as raw:
        raw.execute("UPDATE messages SET delivery = 'present', salesforce_id = 'a01'")
        raw.execute("PRAGMA foreign_keys = OFF")
        with pytest.raises(sqlite3.IntegrityError, match="no transition leads"):
            raw.execute(forgetting)


def test_no_way_stands_twice_and_every_state_is_reached() -> None:
    for _, _, states, transitions in MACHINES:
        ways = [(t.before, t.after) for t in transitions]
        assert len(ways) == len(set(ways))
        first = next(iter(states))
        reached = {t.after for t in transitions} | {first}
        assert reached == set(states) or states is Decision


def test_a_resend_is_no_way_that_a_lane_can_go() -> None:
    assert sources(DELIVERY, Delivery.OPEN) == (Delivery.SENDING,)
    assert not {(t.before, t.after) for t in DELIVERY} & {(t.before, t.after) for t in RESEND}


def raw_ledger(folder: Path) -> sqlite3.Connection:
    with Ledger(str(folder / "ledger.sqlite3")) as ledger:
        planned(ledger, item("1"))
        planned(ledger, item("2", held=HELD))
    raw = sqlite3.connect(folder / "ledger.sqlite3", isolation_level=None)
    raw.execute("DELETE FROM changes")
    raw.execute("DELETE FROM items WHERE key = '2'")
    raw.execute("DELETE FROM messages WHERE key = '2'")
    raw.execute("UPDATE messages SET salesforce_id = 'a01', run_id = 'r', sent_at = 't'")
    return raw


def drop_guards_and_checks(raw: sqlite3.Connection, table: str) -> None:
    """Let the row be put into any state; the table's checks are another test's."""
    raw.execute("PRAGMA ignore_check_constraints = ON")
    found = raw.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", (table,)
    ).fetchall()
    raw.execute("CREATE TEMP TABLE put_aside (sql TEXT)")
    for name, sql in found:
        raw.execute("INSERT INTO put_aside VALUES (?)", (sql,))
        raw.execute(f"DROP TRIGGER {name}")


def restore_guards(raw: sqlite3.Connection, table: str) -> None:
    for (sql,) in raw.execute("SELECT sql FROM put_aside").fetchall():
        raw.execute(sql)
