"""The failures that runs have on record, as GoTallo listed them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Engine, exists, select, true

from bridge.ledger import tables as t
from bridge.ledger.engine import reading
from bridge.ledger.queries import run_row
from bridge.model import Origin

_PAGE = 500


@dataclass(frozen=True, slots=True)
class RecordedFailure:
    """A failed message of a run."""

    run_id: str
    key: str | None
    """None where the message is unreadable."""
    origin: Origin | None
    """None where the message is unreadable."""
    cause_id: str
    raw: str
    """The JSON as it came."""


def of_run(engine: Engine, run_id: str) -> Iterator[RecordedFailure]:
    """Every failure of a run, a page at a time."""
    return _of_run(engine, run_id, true())


def only_in(engine: Engine, run_id: str) -> Iterator[RecordedFailure]:
    """The failures of a run that no later run over the same object of its org has."""
    later, later_run = t.items.alias(), t.runs.alias()
    with reading(engine) as connection:
        run = run_row(connection, run_id)
    met_again = exists().where(
        later.c.key == t.items.c.key,
        later_run.c.id == later.c.run_id,
        later_run.c.org_id == run.org_id,
        later_run.c.object == run.object,
        later_run.c.created_at > run.created_at,
    )
    return _of_run(engine, run_id, ~met_again)


def _of_run(
    engine: Engine, run_id: str, condition: ColumnElement[bool]
) -> Iterator[RecordedFailure]:
    c = t.items.c
    last = -1
    while True:
        query = (
            select(c.position, c.key, c.origin, c.cause_id, c.raw)
            .where(c.run_id == run_id, c.position > last, condition)
            .order_by(c.position)
            .limit(_PAGE)
        )
        with reading(engine) as connection:
            rows = connection.execute(query).all()
        if not rows:
            return
        for row in rows:
            origin = Origin(row.origin) if row.origin else None
            yield RecordedFailure(run_id, row.key, origin, row.cause_id, row.raw)
        last = rows[-1].position
