"""The rows of one object, with the indexes that make 100,000 of them cheap."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from bridge.practice.org.ids import IdSequence
from bridge.practice.org.schema import Row, SObject, Value

Journal: TypeAlias = list[Callable[[], object]]
"""How to take back what was done, oldest first."""


class Table:
    """Rows by id; deleted ones stay, marked, as in the recycle bin."""

    def __init__(self, sobject: SObject) -> None:
        self.sobject = sobject
        self.rows: dict[str, Row] = {}
        self.journal: Journal | None = None
        self._ids = IdSequence(sobject.key_prefix)
        self._indexes: dict[str, dict[str, list[Row]]] = {
            f.name: {} for f in sobject.fields if f.external_id or f.unique or f.indexed
        }
        self.unique_fields = tuple(f.name for f in sobject.fields if f.unique)
        self._auto_number = next((f.name for f in sobject.fields if f.auto_number), None)
        self._numbered = 0

    def insert(self, row: Row, stamp: str, user_id: str) -> Row:
        """Store the row with its id and audit fields; returns what is stored."""
        row_id = self._ids.next()
        stored: Row = {
            "Id": row_id,
            "IsDeleted": False,
            "OwnerId": user_id,
            "CreatedDate": stamp,
            "CreatedById": user_id,
            "LastModifiedDate": stamp,
            "LastModifiedById": user_id,
            "SystemModstamp": stamp,
            **row,
        }
        if self._auto_number:
            self._numbered += 1
            stored[self._auto_number] = f"M-{self._numbered:07d}"
        self.rows[row_id] = stored
        self._index(stored)
        self._note(lambda: self.forget(stored))
        return stored

    def seed(self, row: Row) -> None:
        """Store a row that is complete already."""
        self.rows[str(row["Id"])] = row
        self._index(row)

    def update(self, row: Row, values: Mapping[str, Value], stamp: str, user_id: str) -> None:
        """Change the row; a None takes the value away."""
        before = dict(row)
        self._note(lambda: self._restore(row, before))
        self._unindex(row)
        for name, value in values.items():
            if value is None:
                row.pop(name, None)
            else:
                row[name] = value
        row |= {"LastModifiedDate": stamp, "LastModifiedById": user_id, "SystemModstamp": stamp}
        self._index(row)

    def forget(self, row: Row) -> None:
        """Take the row out without a trace, as a rollback does; nothing where it is out already."""
        if self.rows.pop(str(row["Id"]), None) is not None:
            self._unindex(row)

    def recycle(self, row: Row, stamp: str) -> None:
        before = dict(row)
        self._note(lambda: self._restore(row, before))
        row |= {"IsDeleted": True, "LastModifiedDate": stamp, "SystemModstamp": stamp}

    def indexed(self, field: str) -> bool:
        return field in self._indexes

    def with_value(self, field: str, value: str) -> Iterable[Row]:
        """The rows, deleted ones too, that hold the value in an indexed field, in any case."""
        return self._indexes[field].get(value.lower(), ())

    def holder(self, field: str, value: Value) -> Row | None:
        """The live row that holds a unique value."""
        return next((r for r in self.with_value(field, str(value)) if not r["IsDeleted"]), None)

    def _note(self, undo: Callable[[], object]) -> None:
        if self.journal is not None:
            self.journal.append(undo)

    def _restore(self, row: Row, before: Row) -> None:
        self._unindex(row)
        row.clear()
        row |= before
        self._index(row)

    def _index(self, row: Row) -> None:
        for name, index in self._indexes.items():
            value = row.get(name)
            if value is not None:
                index.setdefault(str(value).lower(), []).append(row)

    def _unindex(self, row: Row) -> None:
        for name, index in self._indexes.items():
            value = row.get(name)
            if value is None:
                continue
            entry = str(value).lower()
            kept = [r for r in index[entry] if r is not row]
            if kept:
                index[entry] = kept
            else:
                del index[entry]
