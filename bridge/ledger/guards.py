"""Triggers of the database that refuse what the transitions do not know.

They stand beside the tables, so that neither a defect of ours nor a hand at the database can make a
ledger say what never happened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, text

from bridge.ledger.transitions import (
    BY_HAND,
    DECISION,
    DELIVERY,
    HEALED,
    OUTCOME,
    RESEND,
    RUN,
    Transition,
)
from bridge.model import Delivery, HeldReason

_MACHINES: tuple[tuple[str, str, Iterable[Transition[Any]]], ...] = (
    ("messages", "delivery", DELIVERY),
    ("items", "outcome", OUTCOME),
    ("items", "decision", DECISION),
    ("runs", "state", RUN),
)

_NAMES_ON_SQLITE = (
    "SELECT name FROM sqlite_master WHERE type = 'trigger' AND substr(name, 1, 6) = 'guard_'"
)
_NAMES = (
    "SELECT proname FROM pg_proc WHERE pronamespace = current_schema()::regnamespace "
    "AND left(proname, 6) = 'guard_'"
)
_IDENTITY = ("org_id", "object", "key")
"""What makes a row of the messages the one of its message."""


def create_guards(connection: Connection) -> None:
    """Make the triggers, once the tables are there; those of an older version go."""
    on_sqlite = connection.dialect.name == "sqlite"
    for name in connection.execute(text(_NAMES_ON_SQLITE if on_sqlite else _NAMES)).scalars().all():
        drop = f"DROP TRIGGER {name}" if on_sqlite else f"DROP FUNCTION {name}() CASCADE"
        connection.exec_driver_sql(drop)
    make = _for_sqlite if on_sqlite else _for_postgresql
    for table, column, condition, event in _guards():
        for statement in make(table, column, condition, event):
            connection.exec_driver_sql(statement)


def _guards() -> Iterator[tuple[str, str, str, str]]:
    """Table, column, what is refused, and upon which event."""
    for table, column, transitions in _MACHINES:
        refused = f"{_changes(column)} AND NOT {_is_one_of(transitions, column)}"
        if transitions is DELIVERY:
            refused += f" AND NOT ({_is_one_of(RESEND, column)} AND NEW.resends > OLD.resends)"
        if transitions is DECISION:
            after_canaries = f"COALESCE(OLD.held_reason, '') = '{HeldReason.CANARY}'"
            refused += f" AND NOT ({_is_one_of(HEALED, column)} AND {after_canaries})"
            refused += f" AND NOT ({_is_one_of(BY_HAND, column)} AND NEW.hands > OLD.hands)"
        yield table, column, refused, f"UPDATE OF {column}"
    yield "messages", "delivery", f"NEW.delivery <> '{Delivery.OPEN}'", "INSERT"
    # A message that is forgotten could be planned as a new one.
    yield "messages", "delivery", f"OLD.delivery <> '{Delivery.OPEN}'", "DELETE"
    moved = " OR ".join(_changes(column) for column in _IDENTITY)
    yield "messages", "key", moved, f"UPDATE OF {', '.join(_IDENTITY)}"


def _changes(column: str) -> str:
    return f"OLD.{column} <> NEW.{column}"


def _is_one_of(transitions: Iterable[Transition[Any]], column: str) -> str:
    listed = ", ".join(f"'{_way(t.before, t.after)}'" for t in transitions)
    return f"(OLD.{column} || '>' || NEW.{column}) IN ({listed})"


def _way(before: StrEnum, after: StrEnum) -> str:
    return f"{before.value}>{after.value}"


def _for_sqlite(table: str, column: str, condition: str, event: str) -> Iterator[str]:
    yield f"""
        CREATE TRIGGER {_name(table, column, event)} BEFORE {event} ON {table} WHEN {condition}
        BEGIN SELECT RAISE(ABORT, '{_refusal(table, column)}'); END"""


def _for_postgresql(table: str, column: str, condition: str, event: str) -> Iterator[str]:
    name = _name(table, column, event)
    yield f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN
            RAISE EXCEPTION '{_refusal(table, column)}' USING ERRCODE = 'check_violation';
        END $$"""
    yield f"""
        CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW WHEN ({condition})
        EXECUTE FUNCTION {name}()"""


def _name(table: str, column: str, event: str) -> str:
    return f"guard_{table}_{column}_{event.split()[0].lower()}"


def _refusal(table: str, column: str) -> str:
    return f"no transition leads {table}.{column} there"
