"""Messages that a person has sent again: on record in the transaction that opens them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, null, select, update

from bridge.errors import LedgerError
from bridge.ledger.queries import parts, run_row, states_of
from bridge.ledger.rows import Reopening, Resend
from bridge.ledger.storing import run_of
from bridge.ledger.tables import messages, resends
from bridge.model import Delivery

_NEVER_IN_DOUBT = (Delivery.OPEN, Delivery.DELIVERED, Delivery.PRESENT)


def put(
    connection: Connection, run_id: str, reopenings: Sequence[Reopening], now: dt.datetime
) -> None:
    """Make messages *open* again, with who wants it and why.

    Raises:
        LedgerError: a message is in doubt, or the run was not planned for this.
    """
    run = run_of(run_row(connection, run_id))
    plan = run.plan
    if plan.resend is None:
        raise LedgerError(f"Run {run_id} was not planned to send anything again")
    states = {
        state.key: state
        for state in states_of(connection, plan.org_id, plan.object, [r.key for r in reopenings])
    }
    for one in reopenings:
        here = (
            messages.c.org_id == plan.org_id,
            messages.c.object == plan.object,
            messages.c.key == one.key,
        )
        moved = connection.execute(
            update(messages)
            .where(*here, messages.c.delivery.in_(_NEVER_IN_DOUBT))
            .values(delivery=Delivery.OPEN, resends=messages.c.resends + 1, salesforce_id=null())
        ).rowcount
        if not moved:
            raise LedgerError(
                f"Message {one.key} is in doubt, so it is not sent again",
                f"Settle it first: bridge apply {run_id} --wait",
            )
        number = connection.execute(select(messages.c.resends).where(*here)).scalar_one()
        was = states[one.key]
        connection.execute(
            resends.insert().values(
                org_id=plan.org_id,
                object=plan.object,
                key=one.key,
                number=number,
                at=now,
                run_id=run_id,
                who=plan.resend.who,
                why=plan.resend.why,
                was=was.delivery,
                salesforce_id=was.salesforce_id,
                old_ids=list(one.old_ids),
            )
        )


def of_run(connection: Connection, run_id: str) -> tuple[Resend, ...]:
    """What a run had sent again, by key."""
    rows = connection.execute(
        select(resends).where(resends.c.run_id == run_id).order_by(resends.c.key)
    )
    return tuple(
        Resend(
            key=row.key,
            number=row.number,
            at=row.at,
            run_id=row.run_id,
            who=row.who,
            why=row.why,
            was=Delivery(row.was),
            salesforce_id=row.salesforce_id,
        )
        for row in rows
    )


def ordered_since_plan(connection: Connection, run_id: str, keys: Sequence[str]) -> frozenset[str]:
    """Those of these messages that were sent again since the run was planned, by any run."""
    run = run_row(connection, run_id)
    query = select(resends.c.key).where(
        resends.c.org_id == run.org_id,
        resends.c.object == run.object,
        resends.c.at >= run.created_at,
    )
    return frozenset(
        key
        for part in parts(keys)
        for key in connection.execute(query.where(resends.c.key.in_(part))).scalars()
    )


def old_ids(
    connection: Connection, run_id: str, keys: Sequence[str]
) -> Mapping[str, frozenset[str]]:
    """The rows that showed these messages as they were when a person had them sent again."""
    run = run_row(connection, run_id)
    query = select(resends.c.key, resends.c.old_ids).where(
        resends.c.org_id == run.org_id, resends.c.object == run.object
    )
    found: dict[str, frozenset[str]] = {}
    for part in parts(keys):
        for row in connection.execute(query.where(resends.c.key.in_(part))):
            found[row.key] = found.get(row.key, frozenset()) | frozenset(row.old_ids)
    return found
