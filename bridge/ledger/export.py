"""A ledger as lines of JSON: all that it holds, or all of one run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, select

from bridge.errors import UsageError
from bridge.ledger import tables as t
from bridge.ledger.engine import open_for_reading, reading
from bridge.model import Value

FORMAT = "bridge.ledger/1"

_KINDS: Mapping[str, Table] = {
    "run": t.runs,
    "describe": t.describes,
    "cause": t.causes,
    "finding": t.findings,
    "care": t.care,
    "item": t.items,
    "change": t.changes,
    "heal": t.heals,
    "approval": t.approvals,
    "amendment": t.amendments,
    "attempt": t.attempts,
    "message": t.messages,
    "resend": t.resends,
    "lease": t.leases,
}
_ROWS_AT_A_TIME = 500


def export(location: str, run_id: str | None = None) -> Iterator[Mapping[str, Value]]:
    """Every row of a ledger as one object each, in one consistent view; nothing is changed.

    The first object names the format. Each further one says which `row` it is, and has its columns.

    Args:
        location: the ledger's path or database URL.
        run_id: for the rows of this run and of its messages alone.

    Raises:
        LedgerError: there is no ledger, or it can't be read.
        UsageError: it has no such run.
    """
    engine = open_for_reading(location)
    try:
        with reading(engine) as connection:
            if run_id is not None:
                run_id = _whole_id(connection, run_id)
            yield {"row": "ledger", "format": FORMAT, "run": run_id}
            for kind, table in _KINDS.items():
                query = _rows(table) if run_id is None else _rows_of_run(table, run_id)
                stream = connection.execution_options(yield_per=_ROWS_AT_A_TIME)
                for row in stream.execute(query):
                    yield {"row": kind, **_values(row)}
    finally:
        engine.dispose()


def _whole_id(connection: Connection, start: str) -> str:
    query = select(t.runs.c.id).where(t.runs.c.id.startswith(start, autoescape=True)).limit(2)
    ids = [str(found) for found in connection.execute(query).scalars()] if start else []
    if len(ids) != 1:
        raise UsageError(
            f'{"More than one run starts with" if ids else "No run in this ledger is"} "{start}"',
            "bridge status lists the runs it has.",
        )
    return ids[0]


def _rows(table: Table) -> Select[Any]:
    return select(table).order_by(*table.primary_key.columns)


def _rows_of_run(table: Table, run_id: str) -> Select[Any]:
    query = _rows(table)
    if table is t.runs:
        return query.where(t.runs.c.id == run_id)
    if table is t.care:
        return query.where(
            t.care.c.cause_id.in_(select(t.causes.c.id).where(t.causes.c.run_id == run_id))
        )
    if table not in (t.messages, t.resends):
        return query.where(table.c.run_id == run_id)
    return (
        query.join(
            t.runs, (t.runs.c.org_id == table.c.org_id) & (t.runs.c.object == table.c.object)
        )
        .join(t.items, (t.items.c.run_id == t.runs.c.id) & (t.items.c.key == table.c.key))
        .where(t.runs.c.id == run_id)
    )


def _values(row: Row[Any]) -> dict[str, Value]:
    given = row._mapping.items()  # noqa: SLF001  the documented name of a row's mapping
    return {
        name: value.isoformat() if isinstance(value, dt.datetime) else value
        for name, value in given
    }
