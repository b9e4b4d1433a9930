"""Queries that reading and writing the ledger share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, ScalarSelect, func, select

from bridge.ledger import tables as t
from bridge.ledger.rows import MessageState
from bridge.ledger.storing import cause_of, state_of
from bridge.model import Cause

KEYS_A_STATEMENT = 500
"""SQLite takes 32,766 parameters; far fewer keep the statement cache small."""


def tries() -> ScalarSelect[int]:
    """How many times an item was sent in its run: a column for a query of items."""
    return (
        select(func.count())
        .where(
            t.attempts.c.run_id == t.items.c.run_id,
            t.attempts.c.position == t.items.c.position,
        )
        .scalar_subquery()
    )


def run_row(connection: Connection, run_id: str) -> Any:
    """The row of a run that exists."""
    return connection.execute(select(t.runs).where(t.runs.c.id == run_id)).one()


def causes_of(connection: Connection, run_id: str) -> dict[str, Cause]:
    """The causes of a run, by id."""
    rows = connection.execute(select(t.causes).where(t.causes.c.run_id == run_id)).all()
    return {row.id: cause_of(row) for row in rows}


def states_of(
    connection: Connection, org_id: str, object_name: str, keys: Sequence[str]
) -> list[MessageState]:
    """What is true of these messages; one that was never planned is left out."""
    found: list[MessageState] = []
    for part in parts(keys):
        rows = connection.execute(
            select(t.messages).where(
                t.messages.c.org_id == org_id,
                t.messages.c.object == object_name,
                t.messages.c.key.in_(part),
            )
        )
        found.extend(state_of(row) for row in rows)
    return found


def parts(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """The values, as many at a time as a statement may carry."""
    for start in range(0, len(values), KEYS_A_STATEMENT):
        yield values[start : start + KEYS_A_STATEMENT]
