"""Saving a chunk of rows, in the platform's order, with its triggers and its partial success."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from bridge.practice.org import record_types
from bridge.practice.org.checks import RowChecks
from bridge.practice.org.duplicates import DuplicateRule, Insistence
from bridge.practice.org.errors import SaveError
from bridge.practice.org.ids import canonical_id, with_suffix
from bridge.practice.org.rules import ValidationRule
from bridge.practice.org.schema import Field, Row, SObject
from bridge.practice.org.table import Table
from bridge.practice.org.triggers import AfterInsert, BeforeInsert
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
    id: str = ""
    """Of a row that was there before, and whose change was taken back with others."""


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
    before: BeforeInsert
    trigger: AfterInsert
    """Both on the message object."""
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

    def judged(
        self, sobject: SObject, given: Row, insistence: Insistence, same_save: Collection[str]
    ) -> tuple[Row, tuple[SaveError, ...]]:
        """The new row as it would be stored, and why it would be refused, if it would be.

        Source of the order: Apex Developer Guide, "Triggers and Order of Execution".

        Args:
            sobject: the object it belongs to.
            given: values by API name.
            insistence: what the request says to duplicate rules.
            same_save: the ids of the rows that were stored with it, not committed yet.
        """
        if error := self.checks[sobject.name].no_access(given):
            return given, (error,)
        row = given | {k: v for k, v in sobject.defaults.items() if k not in given}
        if self.before.fields and sobject.name == self.trigger.sobject:
            if error := self._unfit(sobject, row):
                return row, (error,)
            row = self.before.filled(row)
        errors = self.refusal(sobject, row, "", same_save)
        if not errors and (twin := self._twin(sobject, row, insistence, same_save)):
            errors = (twin,)
        return row, errors

    def refusal(
        self, sobject: SObject, row: Row, own_id: str, same_save: Collection[str] = ()
    ) -> tuple[SaveError, ...]:
        """Why the row would be refused between its triggers; empty where it would not be.

        Args:
            sobject: the object it belongs to.
            row: values by API name, without what the platform sets.
            own_id: the id of a row that exists already; empty for a new one.
            same_save: the ids of the rows that were stored with it, not committed yet.
        """
        error = self._unfit(sobject, row)
        error = error or self.checks[sobject.name].missing(row)
        error = error or _duplicate(self.tables[sobject.name], row, own_id, same_save)
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

    def _twin(
        self, sobject: SObject, row: Row, insistence: Insistence, same_save: Collection[str]
    ) -> SaveError | None:
        table = self.tables[sobject.name]
        refusals = (
            rule.refusal(table, row, insistence, same_save)
            for rule in self.duplicate_rules
            if rule.sobject == sobject.name
        )
        return next(filter(None, refusals), None)

    def _unfit(self, sobject: SObject, row: Row) -> SaveError | None:
        if error := self.checks[sobject.name].unfit(row):
            return error
        if error := record_types.refusal(sobject, row):
            return error
        for lookup in sobject.references:
            if lookup.name in row and (error := self._astray(sobject, lookup, row)):
                return error
        return None

    def _astray(self, sobject: SObject, lookup: Field, row: Row) -> SaveError | None:
        """Why an id can't stand in a reference field, or None.

        Source of codes and texts: "StatusCode" in the SOAP API Developer Guide; the platform's own,
        as users quote them (mshanemc/roundRobinProcessBuilder issue 24 for an id of another object,
        SalesforceLabs/Milestones-PM issue 26 for an owner who is not active).
        """
        given = str(row[lookup.name])
        found = self._row(canonical_id(given), lookup.reference_to)
        if found is None:
            if self._row(canonical_id(given), self.tables) is not None:
                what = f"{lookup.label}: id value of incorrect type: {given}"
                return SaveError("FIELD_INTEGRITY_EXCEPTION", what, (lookup.name,))
            what = "invalid cross reference id"
            return SaveError("INVALID_CROSS_REFERENCE_KEY", what, (lookup.name,))
        if found.get("IsDeleted"):
            return SaveError("ENTITY_IS_DELETED", "entity is deleted", (lookup.name,))
        if lookup.name == "OwnerId" and found.get("IsActive") is False:
            label = sobject.label.lower()
            what = f"operation performed with inactive user [{given}] as owner of {label}"
            return SaveError("INACTIVE_OWNER_OR_USER", what)
        return None

    def _row(self, row_id: str, objects: Iterable[str]) -> Row | None:
        rows = (self.tables[name].rows.get(row_id) for name in objects)
        return next((row for row in rows if row is not None), None)


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
        same_save: set[str] = set()
        for position, given in rows.items():
            if position in locked:
                self.refused[position] = (_LOCKED,)
                continue
            row, errors = self._pipeline.judged(self._sobject, given, self._insistence, same_save)
            if errors:
                self.refused[position] = errors
            elif self._pipeline.full():
                self.refused[position] = (_STORAGE_FULL,)
            else:
                stored[position] = self._store(table, row)
                same_save.add(str(stored[position]["Id"]))
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
            same_save: set[str] = set()
            for number, message in enumerate(messages):
                row, errors = self._pipeline.judged(
                    table.sobject, creation.row(message), self._insistence, same_save
                )
                if errors:
                    return trigger.failure(number, errors[0])
                same_save.add(str(self._store(table, row)["Id"]))
        return None


def _duplicate(table: Table, row: Row, own_id: str, same_save: Collection[str]) -> SaveError | None:
    for name in table.unique_fields:
        holder = table.holder(name, row[name]) if name in row else None
        if holder is None or holder["Id"] == own_id:
            continue
        # NOTE: the platform can't name a row that is not committed yet.
        named = holder["Id"] not in same_save
        what = name if named else "<unknown>"
        which = str(holder["Id"])[:15] if named else "<unknown>"
        return SaveError(
            "DUPLICATE_VALUE",
            f"duplicate value found: {what} duplicates value on record with id: {which}",
        )
    return None
