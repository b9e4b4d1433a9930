"""Saving a chunk of rows, in the platform's order, with its triggers and its partial success."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from bridge.practice.org.checks import RowChecks
from bridge.practice.org.duplicates import DUPLICATES_DETECTED, DuplicateRule, Insistence
from bridge.practice.org.errors import SaveError
from bridge.practice.org.ids import canonical_id, with_suffix
from bridge.practice.org.rules import ValidationRule
from bridge.practice.org.schema import Field, Row, SObject
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

ROLLED_BACK = SaveError(
    "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "Record rolled back because not all records were valid and the request was using "
    "AllOrNone header",
)
_LOCKED = SaveError(
    "UNABLE_TO_LOCK_ROW",
    "unable to obtain exclusive access to this record or 1 records: "
    + with_suffix("0035g0000LOCKED"),
)
_TOO_MANY_RETRIES = SaveError(
    # NOTE: the text is the platform's, the code is not documented.
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
    "Too many batch retries in the presence of Apex triggers and partial failures.",
)
_STORAGE_FULL = SaveError("STORAGE_LIMIT_EXCEEDED", "storage limit exceeded")
_PASSES = 3
"""Source: Apex Developer Guide, "Bulk DML Exception Handling"."""


@dataclass(frozen=True)
class SavePipeline:
    """What a row passes on its way into a table."""

    tables: Mapping[str, Table]
    checks: Mapping[str, RowChecks]
    rules: Mapping[str, ValidationRule]
    """By name; an admin may switch them between two saves."""
    duplicate_rules: Sequence[DuplicateRule]
    storage_rows: int
    """How many rows the org has room for."""
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
        insistence: Insistence = Insistence.NONE,
    ) -> list[SaveResult]:
        """Save the rows as one chunk.

        With partial success the refused rows are set aside, everything is rolled back and the
        rest is saved anew, and triggers fire again for it; where a third pass still finds
        something to refuse, the whole chunk is. Source: Apex Developer Guide, "Bulk DML
        Exception Handling".

        Args:
            sobject: the object they belong to.
            rows: values by API name.
            all_or_none: what one refused row means for the others.
            locked: positions of the rows that meet a row lock.
            stamp: their created date.
            insistence: what the request says to duplicate rules.
        """
        refused: dict[int, tuple[SaveError, ...]] = {}
        for number in range(_PASSES):
            if len(refused) == len(rows):
                break
            attempt = _Attempt(self, sobject, stamp, insistence)
            attempt.save({i: row for i, row in enumerate(rows) if i not in refused}, locked)
            if not attempt.refused:
                break
            attempt.roll_back()
            refused |= attempt.refused
            if all_or_none is AllOrNone.ALL:
                return [NotSaved(refused.get(i, (ROLLED_BACK,))) for i in range(len(rows))]
            if number == _PASSES - 1:
                return [NotSaved((_TOO_MANY_RETRIES,))] * len(rows)
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
        error = error or self._dangling(sobject, row)
        error = error or _duplicate(self.tables[sobject.name], row, own_id, uncommitted)
        if error:
            return (error,)
        return tuple(
            rule.error()
            for rule in self.rules.values()
            if rule.active and rule.sobject == sobject.name and rule.condition.holds(row)
        )

    def full(self) -> bool:
        """Whether there is no room for another row."""
        return sum(len(table.rows) for table in self.tables.values()) >= self.storage_rows

    def twin(self, sobject: SObject, row: Row, insistence: Insistence) -> SaveError | None:
        """Why a duplicate rule refuses the row, or None."""
        table = self.tables[sobject.name]
        refused = any(
            rule.refuses(table, row, insistence)
            for rule in self.duplicate_rules
            if rule.sobject == sobject.name
        )
        return DUPLICATES_DETECTED if refused else None

    def _dangling(self, sobject: SObject, row: Row) -> SaveError | None:
        for lookup in sobject.references:
            if lookup.name in row and not self._leads_somewhere(lookup, str(row[lookup.name])):
                return SaveError(
                    "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", (lookup.name,)
                )
        return None

    def _leads_somewhere(self, field: Field, row_id: str) -> bool:
        wanted = canonical_id(row_id)
        return any(
            (row := self.tables[name].rows.get(wanted)) is not None and not row.get("IsDeleted")
            for name in field.reference_to
        )


class _Attempt:
    """One pass over a chunk: what it stored, so that it can be rolled back, and what it refused."""

    def __init__(
        self, pipeline: SavePipeline, sobject: SObject, stamp: str, insistence: Insistence
    ) -> None:
        self._pipeline = pipeline
        self._sobject = sobject
        self._stamp = stamp
        self._insistence = insistence
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
            elif twin := self._pipeline.twin(self._sobject, row, self._insistence):
                self.refused[position] = (twin,)
            elif self._pipeline.full():
                self.refused[position] = (_STORAGE_FULL,)
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
            case TriggerFailure.ROW | TriggerFailure.FIRST_ROW:
                chunks = [{position: row} for position, row in stored.items()]
        for chunk in chunks:
            error = self._make_records(list(chunk.values()))
            if error:
                self.refused |= dict.fromkeys(chunk, (error,))
                if self._pipeline.trigger_failure is TriggerFailure.FIRST_ROW:
                    return

    def _make_records(self, messages: Sequence[Row]) -> SaveError | None:
        """What the trigger does with the rows it is given; how it failed, if it did."""
        trigger = self._pipeline.trigger
        for creation in trigger.creates:
            table = self._pipeline.tables[creation.sobject]
            checks = self._pipeline.checks[creation.sobject]
            for number, message in enumerate(messages):
                row = creation.row(message)
                error = checks.first_error(row)
                error = error or self._pipeline.twin(table.sobject, row, self._insistence)
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
