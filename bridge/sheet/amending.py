"""The rows that a person edited become changes, and mistakes with row and column. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from bridge.model import BY_HAND, Change, ObjectSchema, Record, Risk, Value, canonical_key
from bridge.planning import as_stored, check, unique_value
from bridge.sheet.cells import (
    as_read,
    cell_of,
    means,
    respells,
    says,
    value_of,
    without_lost_characters,
)
from bridge.sheet.table import Table, cell_at
from bridge.sheet.writing import END, KEY, OF_THE_BRIDGE, fingerprint, heading, marks_of

_END = re.compile(r"\(([0-9]+) of ([0-9]+), ([0-9a-f]{6})((?: [0-9a-f]{6})*)\)")


_RESPELT = "a person wrote it as the field has it"
_CHANGED_SINCE = "it was changed since the file was written: write the file again"


@dataclass(frozen=True, slots=True)
class Amendable:
    """A held or rejected message, as it stands."""

    position: int
    key: str
    original: Record
    record: Record
    refused: Sequence[Record] = ()
    """The records of it that Salesforce has refused."""
    about: Set[str] = frozenset()
    """The fields that its hold or its refusal is about."""


@dataclass(frozen=True, slots=True)
class Amended:
    """What a person changed of a message."""

    row: int
    item: Amendable
    record: Record
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Mistake:
    """Why a file can't be taken, and where."""

    row: int | None
    """None where it is of the whole file."""
    column: str
    says: str

    def __str__(self) -> str:
        if self.row is None:
            return f"the file: {self.says}"
        where = f"row {self.row}, {self.column}" if self.column else f"row {self.row}"
        return f"{where}: {self.says}"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file comes to."""

    amended: tuple[Amended, ...]
    unchanged: int
    """Rows that say what the messages hold."""
    mistakes: tuple[Mistake, ...]


@dataclass(frozen=True, slots=True)
class _Column:
    at: int
    head: str
    name: str
    """API name of the field."""


@dataclass(slots=True)
class _Reader:
    """One file on its way to what it comes to."""

    table: Table
    items: Mapping[str, Amendable]
    stands: Mapping[str, str]
    schema: ObjectSchema
    key_field: str
    mistakes: list[Mistake] = field(default_factory=list)

    def read(self) -> Reading:
        columns = self._columns()
        self._refuse_cut()
        seen: dict[str, int] = {}
        amended: list[Amended] = []
        as_they_stay: list[tuple[int, Record]] = []
        for row, cells in self.table.rows:
            item = self._item(row, cells, seen)
            if item is None:
                continue
            changes = tuple(self._changes(row, cells, item, columns))
            if any(_is_meant(change, item) for change in changes):
                amended.append(self._amended(row, item, changes, columns))
            else:
                as_they_stay.append((row, item.record))
        self._refuse_repeated(amended, as_they_stay)
        return Reading(tuple(amended), len(as_they_stay), tuple(self.mistakes))

    @property
    def _header(self) -> list[str]:
        return [head.casefold() for head in self.table.header]

    def _end(self, cells: Sequence[str]) -> re.Match[str] | None:
        return _END.fullmatch(as_read(cell_at(cells, self._header.index(END))))

    def _refuse_cut(self) -> None:
        """A file that was cut between two rows looks like one of which rows were deleted."""
        ends = [end for _, cells in self.table.rows if (end := self._end(cells)) is not None]
        totals = {int(end[2]) for end in ends}
        if len(totals) > 1:
            self._wrong(None, "", "it has rows of several files")
        elif totals and len({end[1] for end in ends}) < (total := totals.pop()):
            self._wrong(
                None,
                "",
                f"it has {len(self.table.rows)} of its {total} rows: it is cut, or rows were "
                "deleted. Leave a row that needs nothing as it is",
            )

    def _refuse_repeated(
        self, amended: Sequence[Amended], as_they_stay: Sequence[tuple[int, Record]]
    ) -> None:
        """No cell that a person wrote repeats what another row has in a unique field."""
        records = [*((one.row, one.record) for one in amended), *as_they_stay]
        for unique in (each for each in self.schema.fields if each.unique):
            rows: dict[Value, list[int]] = {}
            for row, record in records:
                rows.setdefault(unique_value(record, unique), []).append(row)
            for one in amended:
                value = unique_value(one.record, unique)
                others = [row for row in rows[value] if row != one.row]
                written = unique.name in {change.field for change in one.changes}
                if value is not None and others and written:
                    self._wrong(
                        one.row,
                        heading(unique.name, self.schema),
                        f"the field is unique, and row {others[0]} has the same (DUPLICATE_VALUE)",
                    )

    def _columns(self) -> list[_Column]:
        """The fields' columns; what is no field of the object or of a message is a mistake."""
        known_apart = {name for item in self.items.values() for name in item.record}
        found: dict[str, _Column] = {}
        for at, head in enumerate(self.table.header):
            if head.casefold() in OF_THE_BRIDGE or not head:
                continue
            schema_field = self.schema.get(head)
            name = schema_field.name if schema_field is not None else head
            if schema_field is None and head not in known_apart:
                self._wrong(1, head, f"{self.schema.name} has no such field")
            elif name == self.key_field:
                self._wrong(1, head, "the key makes the message itself and can't be changed")
            elif name in found:
                self._wrong(1, head, "the column is there twice")
            else:
                found[name] = _Column(at, head, name)
        return list(found.values())

    def _item(self, row: int, cells: Sequence[str], seen: dict[str, int]) -> Amendable | None:
        """The message of a row, where the row is whole and its own."""
        header = self._header
        for at, cell in enumerate(cells):
            if cell and (at >= len(header) or not header[at]):
                self._wrong(row, f"column {at + 1}", "the column has no name in the first row")
        key = canonical_key(as_read(cell_at(cells, header.index(KEY))))
        end = self._end(cells)
        if end is None:
            self._wrong(row, END, "the row is cut, or its last cell was changed")
            return None
        if end[3] != fingerprint(key):
            self._wrong(row, KEY, "the key was changed, or a column was sorted by itself")
            return None
        if key in seen:
            self._wrong(row, KEY, f"the message has row {seen[key]} already")
            return None
        seen[key] = row
        item = self.items.get(key)
        if item is None:
            why = self.stands.get(key, "the run has no such message")
            self._wrong(row, KEY, f"it can't be amended: {why}")
        return item

    def _changes(
        self, row: int, cells: Sequence[str], item: Amendable, columns: Sequence[_Column]
    ) -> Iterator[Change]:
        """What a person edited; what has changed since the file was written stays as it is now."""
        end = self._end(cells)
        marks = frozenset(end[4].split() if end else ())
        for column in columns:
            cell = cell_at(cells, column.at)
            before = item.record.get(column.name)
            known = self.schema.get(column.name)
            if says(cell, before) or means(cell, before, known):
                continue
            if marks_of(column.name, cell_of(before))[0] not in marks:
                if marks.isdisjoint(marks_of(column.name, cell)):
                    self._wrong(row, column.head, _CHANGED_SINCE)
                continue
            if respells(cell, before, known):
                yield Change(
                    column.name, before, value_of(cell, known), BY_HAND, _RESPELT, Risk.LOSSLESS
                )
                continue
            after = value_of(cell, known)
            if isinstance(before, str) and as_read(cell) in map(
                as_read, without_lost_characters(before)
            ):
                self._wrong(
                    row, column.head, "characters were lost when it was saved: save as CSV UTF-8"
                )
            yield _by_hand(column.name, before, after, item.original.get(column.name), self.schema)

    def _amended(
        self, row: int, item: Amendable, changes: tuple[Change, ...], columns: Sequence[_Column]
    ) -> Amended:
        values = {**item.record, **{change.field: change.after for change in changes}}
        record = {name: value for name, value in values.items() if value is not None}
        heads = {column.name: column.head for column in columns}
        for problem in check(record, self.schema):
            where = heads.get(problem.field)
            short = heading(problem.field, self.schema)
            what = problem.what.replace(problem.field, short)
            self._wrong(
                row, where or f"{short} (the file has no such column)", f"{what} ({problem.code})"
            )
        if record in item.refused:
            self._wrong(row, "", "Salesforce has refused the message in this run as it is here")
        return Amended(row, item, record, changes)

    def _wrong(self, row: int | None, column: str, says: str) -> None:
        self.mistakes.append(Mistake(row, column, says))


def read_amendments(
    table: Table,
    items: Mapping[str, Amendable],
    stands: Mapping[str, str],
    schema: ObjectSchema,
    key_field: str,
) -> Reading:
    """What a person changed, and every mistake of the file.

    Args:
        table: the file.
        items: what may be amended, by key.
        stands: why each other message of the run can't be, by key.
        schema: of the object, as the org describes it now.
        key_field: the field that makes the message.
    """
    return _Reader(table, items, stands, schema, key_field).read()


def _is_meant(change: Change, item: Amendable) -> bool:
    """Whether a person wanted a change: a program that saves a file spells texts its own way."""
    return change.why != _RESPELT or change.field in item.about


def _by_hand(
    name: str, before: Value, after: Value, original: Value, schema: ObjectSchema
) -> Change:
    """A change as a person's own word.

    What the message had is lossless, what is cleared is lossy, all else is invented: a value that
    the message did not have, whoever vouches for it.
    """
    field = schema.get(name)
    had, has = (v if field is None else as_stored(v, field) for v in (original, after))
    if after is None:
        lost = len(before) if isinstance(before, str) else 0
        return Change(name, before, None, BY_HAND, "a person cleared it", Risk.LOSSY, lost)
    if has == had and type(has) is type(had):
        return Change(
            name, before, after, BY_HAND, "a person put back what the message had", Risk.LOSSLESS
        )
    return Change(name, before, after, BY_HAND, "a person wrote it", Risk.INVENTED)
