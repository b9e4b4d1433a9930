"""Saving a chunk of rows, in the platform's order, with its triggers and its partial success."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from bridge.practice.org.checks import RowChecks
from bridge.practice.org.errors import SaveError
from bridge.practice.org.ids import with_suffix
from bridge.practice.org.rules import ValidationRule
from bridge.practice.org.schema import Row, SObject
from bridge.practice.org.table import Table
from bridge.practice.org.triggers import AfterInsert
from bridge.practice.scenario import TriggerFailure


class AllOrNone(StrEnum):
    """Whether one refused row spoils the others of its request."""

    ALL = "all"
    PARTIAL = "partial"


@dataclass(frozen=True, slots=True)
class Saved:
    """A row that is in the org now."""

    id: str


@dataclass(frozen=True, slots=True)
class NotSaved:
    """A row that the org refused."""

    errors: tuple[SaveError, ...]


SaveResult: TypeAlias = Saved | NotSaved

_ROLLED_BACK = SaveError(
    "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "Record rolled back because not all records were valid and the request was using "
    "AllOrNone header",
)
_LOCKED = SaveError(
    "UNABLE_TO_LOCK_ROW",
    "unable to obtain exclusive access to this record or 1 records: "
    + with_suffix("0035g0000LOCKED"),
)


@dataclass(frozen=True)
class SavePipeline:
    """What a row passes on its way into a table."""

    tables: Mapping[str, Table]
    checks: Mapping[str, RowChecks]
    rules: Mapping[str, ValidationRule]
    """By name; an admin may switch them between two saves."""
    trigger: AfterInsert
    trigger_failure: TriggerFailure
    user_id: str
    firings: Counter[str] = field(default_factory=Counter)
    """How often the trigger fired for each key; a rollback takes nothing back."""

    def insert(
        self,
        sobject: SObject,
        rows: Sequence[Row],
        all_or_none: AllOrNone,
        locked: frozenset[int],
        stamp: str,
    ) -> list[SaveResult]:
        """Save the rows as one chunk.

        With partial success the refused rows are set aside, everything is rolled back and the
        rest is saved anew, and triggers fire again for it. Source: Apex Developer Guide, "Bulk
        DML Exception Handling". (The platform gives up after a third attempt; here a second is
        always the last, since what is refused depends on the rows alone.)

        Args:
            sobject: the object they belong to.
            rows: values by API name.
            all_or_none: what one refused row means for the others.
            locked: positions of the rows that meet a row lock.
            stamp: their created date.
        """
        refused: dict[int, tuple[SaveError, ...]] = {}
        while len(refused) < len(rows):
            attempt = _Attempt(self, sobject, stamp)
            attempt.save({i: row for i, row in enumerate(rows) if i not in refused}, locked)
            if not attempt.refused:
                break
            attempt.roll_back()
            refused |= attempt.refused
            if all_or_none is AllOrNone.ALL:
                return [NotSaved(refused.get(i, (_ROLLED_BACK,))) for i in range(len(rows))]
        return [
            NotSaved(refused[i]) if i in refused else Saved(attempt.ids[i])
            for i in range(len(rows))
        ]

    def refusal(
        self,
        sobject: SObject,
        row: Row,
        *,
        own_id: str = "",
        uncommitted: Collection[str] = (),
    ) -> tuple[SaveError, ...]:
        """Why the row would be refused before any trigger runs; empty where it would not be.

        Args:
            sobject: the object it belongs to.
            row: values by API name, without what the platform sets.
            own_id: the id of a row that exists already.
            uncommitted: the ids of rows of the same request.
        """
        error = self.checks[sobject.name].first_error(row)
        error = error or _duplicate(self.tables[sobject.name], row, own_id, uncommitted)
        if error:
            return (error,)
        return tuple(
            rule.error()
            for rule in self.rules.values()
            if rule.active and rule.sobject == sobject.name and rule.condition.holds(row)
        )


class _Attempt:
    """One pass over a chunk: what it stored, so that it can be rolled back, and what it refused."""

    def __init__(self, pipeline: SavePipeline, sobject: SObject, stamp: str) -> None:
        self._pipeline = pipeline
        self._sobject = sobject
        self._stamp = stamp
        self._stored: list[tuple[Table, Row]] = []
        self.ids: dict[int, str] = {}
        self.refused: dict[int, tuple[SaveError, ...]] = {}

    def save(self, rows: Mapping[int, Row], locked: frozenset[int]) -> None:
        table = self._pipeline.tables[self._sobject.name]
        stored: dict[int, Row] = {}
        uncommitted: set[str] = set()
        for position, row in rows.items():
            if position in locked:
                self.refused[position] = (_LOCKED,)
            elif errors := self._pipeline.refusal(self._sobject, row, uncommitted=uncommitted):
                self.refused[position] = errors
            else:
                stored[position] = self._store(table, row)
                uncommitted.add(str(stored[position]["Id"]))
        if stored and self._sobject.name == self._pipeline.trigger.sobject:
            self._fire(stored)
        self.ids = {position: str(row["Id"]) for position, row in stored.items()}

    def roll_back(self) -> None:
        for table, row in reversed(self._stored):
            table.forget(row)

    def _store(self, table: Table, row: Row) -> Row:
        stored = table.insert(row, self._stamp, self._pipeline.user_id)
        self._stored.append((table, stored))
        return stored

    def _fire(self, stored: Mapping[int, Row]) -> None:
        trigger = self._pipeline.trigger
        self._pipeline.firings.update(str(r.get(trigger.key_field)) for r in stored.values())
        match self._pipeline.trigger_failure:
            case TriggerFailure.CHUNK:
                chunks = [dict(stored)]
            case TriggerFailure.ROW:
                chunks = [{position: row} for position, row in stored.items()]
        for chunk in chunks:
            error = self._make_records(list(chunk.values()))
            if error:
                self.refused |= dict.fromkeys(chunk, (error,))

    def _make_records(self, messages: Sequence[Row]) -> SaveError | None:
        """What the trigger does with the rows it is given; how it failed, if it did."""
        trigger = self._pipeline.trigger
        for creation in trigger.creates:
            table = self._pipeline.tables[creation.sobject]
            checks = self._pipeline.checks[creation.sobject]
            for number, message in enumerate(messages):
                row = creation.row(message)
                error = checks.first_error(row)
                if error:
                    return trigger.failure(number, error)
                self._store(table, row)
        return None


def _duplicate(
    table: Table, row: Row, own_id: str, uncommitted: Collection[str]
) -> SaveError | None:
    for name in table.unique_fields:
        holder = table.holder(name, row[name]) if name in row else None
        if holder is None or holder["Id"] == own_id:
            continue
        # NOTE: the platform can't name a row that is not committed yet.
        named = holder["Id"] not in uncommitted
        what = name if named else "<unknown>"
        which = str(holder["Id"])[:15] if named else "<unknown>"
        return SaveError(
            "DUPLICATE_VALUE",
            f"duplicate value found: {what} duplicates value on record with id: {which}",
        )
    return None
