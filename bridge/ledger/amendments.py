"""Records that a person changed: on record in the transaction that makes the items ready."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, insert, null, select, update

from bridge.errors import LedgerError
from bridge.ledger.queries import run_row, states_of
from bridge.ledger.rows import AmendedItem, Amendment
from bridge.ledger.storing import change_row, diagnosis_of
from bridge.ledger.tables import amendments, changes, items
from bridge.model import AMENDABLE, Decision, Delivery, HeldReason, Outcome, highest_risk

_MAY_BE_AMENDED = (
    (items.c.decision == Decision.HELD)
    & items.c.held_reason.in_(AMENDABLE)
    & (items.c.outcome == Outcome.NOT_SENT)
) | (items.c.outcome == Outcome.REJECTED)


def put(
    connection: Connection,
    run_id: str,
    amended: Sequence[AmendedItem],
    who: str,
    now: dt.datetime,
) -> None:
    """Give held and rejected items the records that a person wrote.

    Raises:
        LedgerError: one of them is not as the person saw it any more.
    """
    run = run_row(connection, run_id)
    states = states_of(connection, run.org_id, run.object, [one.key for one in amended])
    not_open = {state.key for state in states if state.delivery is not Delivery.OPEN}
    for one in amended:
        was = _as_it_is(connection, run_id, one)
        if was is None or one.key in not_open:
            raise LedgerError(
                f"Message {one.key} of run {run_id} is not as it was when the file was looked at. "
                "Nothing was changed",
                f"Another process has moved it: look at it with bridge report {run_id}.",
            )
        _change(connection, run_id, one, was, who, now)


def of_run(connection: Connection, run_id: str) -> Mapping[int, tuple[Amendment, ...]]:
    """What was changed in a run, by position, oldest first."""
    query = select(amendments).where(amendments.c.run_id == run_id)
    found: dict[int, tuple[Amendment, ...]] = {}
    for row in connection.execute(query.order_by(amendments.c.position, amendments.c.number)):
        one = Amendment(
            number=row.number,
            at=row.at,
            who=row.who,
            record=row.record,
            fields=tuple(row.fields),
            held_reason=HeldReason(row.held_reason) if row.held_reason else None,
            held_what=row.held_what or "",
            refusal=diagnosis_of(row.refusal) if row.refusal else None,
            refusal_text=row.refusal_text or "",
        )
        found[row.position] = (*found.get(row.position, ()), one)
    return found


def _as_it_is(connection: Connection, run_id: str, one: AmendedItem) -> Row[Any] | None:
    """The item's row, where it may be amended and has the record that the person saw."""
    query = select(items).where(
        items.c.run_id == run_id, items.c.position == one.position, _MAY_BE_AMENDED
    )
    row = connection.execute(query).first()
    return row if row is not None and row.record == dict(one.before) else None


def _change(
    connection: Connection,
    run_id: str,
    one: AmendedItem,
    was: Row[Any],
    who: str,
    now: dt.datetime,
) -> None:
    connection.execute(
        update(items)
        .where(items.c.run_id == run_id, items.c.position == one.position)
        .values(
            decision=Decision.HELD if one.held else Decision.READY,
            held_reason=one.held.reason if one.held else null(),
            held_what=one.held.what if one.held else null(),
            held_advice=one.held.advice if one.held else null(),
            held_code=null(),
            held_fields=list(one.held.fields) if one.held else null(),
            outcome=Outcome.NOT_SENT,
            rejection=null(),
            rejection_text=null(),
            rejection_cause_id=null(),
            record=dict(one.record),
            conversation=one.conversation or was.conversation,
            sort_order=one.order or was.sort_order,
            fixers=list(dict.fromkeys(change.fixer for change in one.all_changes)),
            risk=highest_risk(one.all_changes),
            hands=was.hands + 1,
        )
    )
    connection.execute(
        insert(amendments).values(
            run_id=run_id,
            position=one.position,
            number=was.hands + 1,
            at=now,
            who=who,
            record=was.record,
            fields=[change.field for change in one.changes],
            held_reason=was.held_reason,
            held_what=was.held_what,
            refusal=was.rejection,
            refusal_text=was.rejection_text,
        )
    )
    its = (changes.c.run_id == run_id, changes.c.position == one.position)
    last = connection.execute(select(func.max(changes.c.number)).where(*its)).scalar()
    first = 0 if last is None else last + 1
    connection.execute(
        insert(changes),
        [
            change_row(run_id, one.position, number, change)
            for number, change in enumerate(one.changes, first)
        ],
    )
