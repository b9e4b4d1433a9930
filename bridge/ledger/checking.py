"""Checking a ledger: its invariants, and the database's own check of itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from bridge.ledger import tables as t
from bridge.ledger.engine import open_for_reading, reading
from bridge.ledger.invariants import Invariant, invariants
from bridge.ledger.location import SQLITE, shown

MOST_NAMED = 5
"""Rows that are named of those that break an invariant."""

_COUNTED = (
    t.runs,
    t.describes,
    t.items,
    t.messages,
    t.attempts,
    t.changes,
    t.causes,
    t.findings,
    t.care,
    t.heals,
    t.resends,
    t.leases,
)
_SQLITES_OWN = "SQLite finds its file sound."


@dataclass(frozen=True, slots=True)
class Checked:
    """One sentence about a ledger, and whether it is true."""

    says: str
    broken: int
    """How many rows break it."""
    named: tuple[str, ...]
    """The first of them."""


@dataclass(frozen=True, slots=True)
class LedgerCheck:
    """What a ledger holds, and whether it is as it should be."""

    place: str
    rows: tuple[tuple[str, int], ...]
    """How many rows each of its tables has."""
    checked: tuple[Checked, ...]

    @property
    def sound(self) -> bool:
        return not any(one.broken for one in self.checked)


def check(location: str) -> LedgerCheck:
    """Check the ledger at a path or a database URL; nothing is changed.

    Raises:
        LedgerError: there is none, or it can't be read.
    """
    engine = open_for_reading(location)
    try:
        with reading(engine) as connection:
            rows = tuple((table.name, _count(connection, select(table))) for table in _COUNTED)
            checked = [_checked(connection, one) for one in invariants()]
            if connection.dialect.name == SQLITE:
                checked.insert(0, _by_sqlite(connection))
    finally:
        engine.dispose()
    return LedgerCheck(shown(engine.url), rows, tuple(checked))


def _checked(connection: Connection, invariant: Invariant) -> Checked:
    broken = 0
    named: list[str] = []
    for query in invariant.broken_by:
        found = _count(connection, query)
        if found:
            broken += found
            room = MOST_NAMED - len(named)
            named += [_name(row) for row in connection.execute(query.limit(room))]
    return Checked(invariant.says, broken, tuple(named))


def _count(connection: Connection, query: Select[Any]) -> int:
    counted = select(func.count()).select_from(query.subquery())
    return connection.execute(counted).scalar_one()


def _name(row: Row[Any]) -> str:
    given = row._mapping.items()  # noqa: SLF001  the documented name of a row's mapping
    return ", ".join(f"{name} {value}" for name, value in given if value is not None)


def _by_sqlite(connection: Connection) -> Checked:
    found: Sequence[str] = [
        str(line) for line in connection.exec_driver_sql("PRAGMA integrity_check").scalars()
    ]
    wrong = [line for line in found if line != "ok"]
    return Checked(_SQLITES_OWN, len(wrong), tuple(wrong[:MOST_NAMED]))
