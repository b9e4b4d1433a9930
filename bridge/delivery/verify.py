"""The proof: the org is asked for every message of a run. Read-only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bridge.delivery.presence import WitnessSchema, ask
from bridge.errors import BridgeError
from bridge.ledger import Ledger, Run, StoredItem
from bridge.model import (
    Difference,
    FieldSchema,
    ObjectSchema,
    Outcome,
    Repeated,
    Value,
    Verification,
)
from bridge.planning import as_stored
from bridge.salesforce import FoundRow, Org

BATCH = 200
"""Keys that are asked for at once."""

_THERE = frozenset({Outcome.SYNCED, Outcome.PRESENT})


def verify_run(
    run: Run,
    ledger: Ledger,
    org: Org,
    schema: ObjectSchema,
    *,
    user_id: str,
    witness: WitnessSchema | None = None,
) -> Verification:
    """Compare what the ledger says of a run with what the org has.

    Raises:
        RemoteError: the org could not be reached, or refused us.
    """
    key_field = schema.get(run.plan.key_field)
    if key_field is None:
        raise BridgeError(
            f"{schema.name} has no field {run.plan.key_field} any more",
            "Give the integration user access to it.",
        )
    tally = _Tally()
    for batch in _batches(ledger.items(run.id)):
        fields = {name for item in batch for name in item.record if schema.get(name) is not None}
        keys = [item.key for item in batch if item.key is not None]
        found = ask(org, schema, key_field, keys, sorted(fields), witness=witness)
        for item in batch:
            tally.take(item, found[item.key or ""], schema, user_id)
    return tally.verification(run.id)


@dataclass
class _Tally:
    once: int = 0
    missing: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    repeated: list[Repeated] = field(default_factory=list)
    differing: list[Difference] = field(default_factory=list)
    in_doubt: list[str] = field(default_factory=list)
    absent: int = 0
    there_unsent: list[str] = field(default_factory=list)
    witnessed: list[str] = field(default_factory=list)

    def take(
        self, item: StoredItem, rows: Sequence[FoundRow], schema: ObjectSchema, user_id: str
    ) -> None:
        key = item.key or ""
        live = [row for row in rows if not row.deleted]
        if len(live) > 1 and not live[0].witness:
            ours = sum(row.created_by == user_id for row in live)
            self.repeated.append(Repeated(key, tuple(row.id for row in live), ours))
        elif item.outcome is Outcome.IN_DOUBT:
            self.in_doubt.append(key)
        elif item.outcome not in _THERE:
            if live:
                self.there_unsent.append(key)
            else:
                self.absent += 1
        elif not rows:
            self.missing.append(key)
        elif rows[0].witness:
            self.witnessed.append(key)
        elif not live:
            self.deleted.append(key)
        else:
            self.once += 1
            if item.outcome is Outcome.SYNCED:
                self.differing.extend(_differences(item, live[0], schema))

    def verification(self, run_id: str) -> Verification:
        return Verification(
            run_id=run_id,
            once=self.once,
            missing=tuple(self.missing),
            deleted=tuple(self.deleted),
            repeated=tuple(self.repeated),
            differing=tuple(self.differing),
            in_doubt=tuple(self.in_doubt),
            absent=self.absent,
            there_unsent=tuple(self.there_unsent),
            witnessed=tuple(self.witnessed),
        )


def _differences(item: StoredItem, row: FoundRow, schema: ObjectSchema) -> Iterator[Difference]:
    for name, sent in item.record.items():
        field_schema = schema.get(name)
        if field_schema is None:
            continue
        found = row.values.get(field_schema.name)
        if _comparable(sent, field_schema) != _comparable(found, field_schema):
            yield Difference(item.key or "", row.id, name, sent, found)


def _comparable(value: Value, field_schema: FieldSchema) -> object:
    """The value in a form in which two spellings of the same are equal."""
    stored = as_stored(value, field_schema)
    if isinstance(stored, str) and field_schema.type == "datetime":
        try:
            return dt.datetime.fromisoformat(stored).astimezone(dt.UTC).replace(microsecond=0)
        except ValueError:
            return stored
    if isinstance(stored, int | float) and not isinstance(stored, bool):
        return float(stored)
    return stored


def _batches(items: Iterator[StoredItem]) -> Iterator[list[StoredItem]]:
    """Those that have a key, some at a time."""
    batch: list[StoredItem] = []
    for item in items:
        if item.key is None:
            continue
        batch.append(item)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
