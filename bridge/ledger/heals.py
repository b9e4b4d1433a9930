"""Repairs of items that the org had refused: on record before the item may be sent again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, delete, func, insert, null, select, update

from bridge.errors import LedgerError
from bridge.ledger.queries import parts
from bridge.ledger.rows import Heal, HealCount, HealedItem
from bridge.ledger.storing import change_row, diagnosis_of, diagnosis_value
from bridge.ledger.tables import changes, heals, items
from bridge.model import Decision, HeldReason, Outcome


def put(connection: Connection, run_id: str, healed: Sequence[HealedItem]) -> None:
    """Give refused items, and those held because of them, their repaired records.

    They are ready with them, or wait for approval.

    Raises:
        LedgerError: an item is neither refused nor held by a canary any more.
    """
    for one in healed:
        moved = connection.execute(
            update(items)
            .where(
                items.c.run_id == run_id,
                items.c.position == one.position,
                (items.c.outcome == Outcome.REJECTED) | (items.c.held_reason == HeldReason.CANARY),
            )
            .values(
                decision=Decision.HELD if one.held else Decision.READY,
                held_reason=one.held.reason if one.held else null(),
                held_what=one.held.what if one.held else null(),
                held_advice=one.held.advice if one.held else null(),
                outcome=Outcome.NOT_SENT,
                rejection=null(),
                rejection_text=null(),
                rejection_cause_id=null(),
                record=dict(one.record),
                fixers=list(dict.fromkeys(change.fixer for change in one.changes)),
                risk=one.risk,
            )
        ).rowcount
        if not moved:
            raise LedgerError(
                f"Item {one.position} of run {run_id} is not refused any more, so it is not "
                "repaired",
                "Another process has moved it: let that end, then run bridge apply again.",
            )
    connection.execute(insert(heals), [_row(run_id, one) for one in healed])
    for part in parts([one.position for one in healed]):
        connection.execute(
            delete(changes).where(changes.c.run_id == run_id, changes.c.position.in_(part))
        )
    rows = [
        change_row(run_id, one.position, number, change)
        for one in healed
        for number, change in enumerate(one.changes)
    ]
    if rows:
        connection.execute(insert(changes), rows)


def of(
    connection: Connection, run_id: str, positions: Sequence[int]
) -> Mapping[int, tuple[Heal, ...]]:
    """The repairs of these items, oldest first; an item without any is left out."""
    found: dict[int, list[Heal]] = {}
    for part in parts(positions):
        query = (
            select(heals)
            .where(heals.c.run_id == run_id, heals.c.position.in_(part))
            .order_by(heals.c.position, heals.c.number)
        )
        for row in connection.execute(query):
            found.setdefault(row.position, []).append(
                Heal(
                    number=row.number,
                    at=row.at,
                    refusal=diagnosis_of(row.refusal),
                    refusal_text=row.refusal_text or "",
                    record=row.record,
                    fixers=tuple(row.fixers),
                )
            )
    return {position: tuple(repairs) for position, repairs in found.items()}


def positions(connection: Connection, run_id: str) -> list[int]:
    """The items of a run that were repaired."""
    query = select(heals.c.position).where(heals.c.run_id == run_id).distinct()
    return list(connection.execute(query).scalars())


def counts(connection: Connection, run_id: str) -> tuple[HealCount, ...]:
    """How many items were repaired alike, round by round."""
    columns = (heals.c.number, heals.c.refusal, heals.c.fixers)
    query = select(*columns, func.count().label("n")).where(heals.c.run_id == run_id)
    alike: dict[tuple[int, str | None, tuple[str, ...], tuple[str, ...]], int] = {}
    for row in connection.execute(query.group_by(*columns)):
        refusal = diagnosis_of(row.refusal)
        told = (row.number, refusal.code, refusal.fields, tuple(row.fixers))
        alike[told] = alike.get(told, 0) + row.n
    return tuple(
        HealCount(number, code, fields, fixers, count)
        for (number, code, fields, fixers), count in sorted(
            alike.items(), key=lambda pair: (pair[0][0], -pair[1])
        )
    )


def _row(run_id: str, one: HealedItem) -> dict[str, object]:
    heal = one.heal
    return {
        "run_id": run_id,
        "position": one.position,
        "number": heal.number,
        "at": heal.at,
        "refusal": diagnosis_value(heal.refusal),
        "refusal_text": heal.refusal_text,
        "record": dict(heal.record),
        "fixers": list(heal.fixers),
    }
