"""Items that a person let go: on record in the transaction that makes them ready."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert, null, select, update

from bridge.ledger.queries import parts
from bridge.ledger.rows import Approval, Waiting
from bridge.ledger.tables import approvals, items
from bridge.model import Decision, HeldReason, Outcome

_WAITS = (items.c.held_reason == HeldReason.APPROVAL) & (items.c.outcome == Outcome.NOT_SENT)


def put(
    connection: Connection, run_id: str, asked: Mapping[int, str], who: str, now: dt.datetime
) -> tuple[str, ...]:
    """Make those of these items *ready* that wait for approval; give their keys."""
    found: list[Any] = []
    for part in parts(list(asked)):
        query = select(items.c.position, items.c.key, items.c.hands, items.c.held_what).where(
            items.c.run_id == run_id, items.c.position.in_(part), _WAITS
        )
        rows = connection.execute(query.order_by(items.c.position)).all()
        connection.execute(
            update(items)
            .where(items.c.run_id == run_id, items.c.position.in_([row.position for row in rows]))
            .values(
                decision=Decision.READY,
                held_reason=null(),
                held_what=null(),
                held_advice=null(),
                held_code=null(),
                held_fields=null(),
                hands=items.c.hands + 1,
            )
        )
        found += rows
    if found:
        connection.execute(
            insert(approvals),
            [
                {
                    "run_id": run_id,
                    "position": row.position,
                    "number": row.hands + 1,
                    "at": now,
                    "who": who,
                    "asked": asked[row.position],
                    "what": row.held_what or "",
                }
                for row in found
            ],
        )
    return tuple(row.key for row in found)


def of_run(connection: Connection, run_id: str) -> Mapping[int, tuple[Approval, ...]]:
    """What was approved in a run, by position, oldest first."""
    query = select(approvals).where(approvals.c.run_id == run_id)
    found: dict[int, tuple[Approval, ...]] = {}
    for row in connection.execute(query.order_by(approvals.c.position, approvals.c.number)):
        one = Approval(row.number, row.at, row.who, row.asked, row.what)
        found[row.position] = (*found.get(row.position, ()), one)
    return found


def waiting(connection: Connection, run_id: str) -> tuple[Waiting, ...]:
    """Every item of a run that has a key."""
    approved = (
        select(approvals.c.number)
        .where(approvals.c.run_id == items.c.run_id, approvals.c.position == items.c.position)
        .exists()
    )
    query = select(
        items.c.position,
        items.c.key,
        items.c.cause_id,
        items.c.decision,
        items.c.held_reason,
        items.c.outcome,
        _WAITS.label("waits"),
        approved.label("approved"),
    ).where(items.c.run_id == run_id, items.c.key.is_not(None))
    return tuple(
        Waiting(
            row.position,
            row.key,
            row.cause_id,
            bool(row.waits),
            bool(row.approved),
            _stands(row.decision, row.held_reason, row.outcome),
        )
        for row in connection.execute(query.order_by(items.c.position))
    )


def _stands(decision: str, held_reason: str | None, outcome: str) -> str:
    if outcome != Outcome.NOT_SENT:
        return outcome.replace("_", " ")
    return decision if held_reason is None else f"{decision} ({held_reason})"
