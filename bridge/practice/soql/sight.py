"""Which rows a query sees: all, unless reads lag or rows are not shared with the user."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeAlias

from bridge.practice.faults import Effect, Invisible, StaleReads
from bridge.practice.org.schema import Row, SObject
from bridge.practice.org.table import Table
from bridge.practice.org.values import datetime_text
from bridge.practice.soql.run import Tables

_Seen: TypeAlias = Callable[[int, Row], bool]
"""Whether the row at a position of its table is seen."""


def as_seen(tables: Tables, effect: Effect | None) -> Tables:
    """The tables as a query sees them that this goes wrong with."""
    match effect:
        case StaleReads(seconds):
            then = datetime_text(tables.now() - dt.timedelta(seconds=seconds))
            return _Partly(tables, lambda _, row: str(row.get("CreatedDate", "")) <= then)
        case Invisible(every):
            return _Partly(tables, lambda position, _: (position + 1) % every != 0)
        case _:
            return tables


class _Partly:
    """Tables of which some rows are left out; setup is always whole."""

    def __init__(self, tables: Tables, seen: _Seen) -> None:
        self._tables = tables
        self.now = tables.now
        self._seen = seen

    def sobject(self, name: str) -> SObject | None:
        return self._tables.sobject(name)

    def table(self, sobject: SObject) -> Table:
        whole = self._tables.table(sobject)
        if not sobject.createable:
            return whole
        part = Table(sobject)
        for position, row in enumerate(whole.rows.values()):
            if self._seen(position, row):
                part.seed(row)
        return part

    def locked(self) -> AbstractContextManager[None]:
        return self._tables.locked()
