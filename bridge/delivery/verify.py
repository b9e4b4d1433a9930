"""The proof: the org is asked for every message of an extent. Read-only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bridge.delivery.presence import WitnessSchema, ask
from bridge.events import CallsMade, Observer, Verified, nobody
from bridge.ledger import Extent, Ledger, OnRecord
from bridge.model import (
    Delivery,
    Difference,
    FieldSchema,
    ObjectSchema,
    Question,
    Record,
    Repeated,
    RowOfMessage,
    Value,
    Verification,
)
from bridge.planning import as_stored
from bridge.salesforce import FoundRow, Org

_THERE = frozenset({Delivery.DELIVERED, Delivery.PRESENT})


@dataclass(frozen=True, slots=True)
class AskedObject:
    """An object of the org that has messages, and what they are asked for by."""

    schema: ObjectSchema
    key_field: FieldSchema
    witness: WitnessSchema | None


def verify_messages(
    extent: Extent,
    question: Question,
    ledger: Ledger,
    org: Org,
    asked: Sequence[AskedObject],
    *,
    user_id: str,
    tell: Observer = nobody,
) -> Verification:
    """Compare what the ledger says of messages with what the org has.

    A page of them is in memory at a time, beside what is found amiss.

    Args:
        extent: which messages.
        question: what goes on record of the asking.
        ledger: where they are.
        org: of theirs.
        asked: the objects that have them.
        user_id: as whom we write: tells our own rows from others'.
        tell: is told how far it has come.

    Raises:
        RemoteError: the org could not be reached, or refused us.
    """
    tally = _Tally()
    count = 0
    for one in asked:
        for page in ledger.on_record(extent, one.schema.name):
            sent = {name for message in page for name in message.sent or ()}
            fields = sorted(name for name in sent if one.schema.get(name) is not None)
            keys = [message.key for message in page]
            found = ask(org, one.schema, one.key_field, keys, fields, witness=one.witness)
            for message in page:
                tally.take(message, found[message.key], one.schema, user_id)
            count += len(page)
            tell(Verified(count))
            tell(CallsMade(org.calls, org.usage.left if org.usage else None))
    return tally.verification(question)


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
        self, message: OnRecord, rows: Sequence[FoundRow], schema: ObjectSchema, user_id: str
    ) -> None:
        key = message.key
        live = [row for row in rows if not row.deleted]
        if len(live) > 1 and not live[0].witness:
            self.repeated.append(Repeated(key, tuple(_row(row, user_id) for row in live)))
        elif message.delivery is Delivery.SENDING:
            self.in_doubt.append(key)
        elif message.delivery not in _THERE:
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
            if message.sent is not None:
                self.differing.extend(_differences(key, message.sent, live[0], schema))

    def verification(self, question: Question) -> Verification:
        return Verification(
            question=question,
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


def _row(row: FoundRow, user_id: str) -> RowOfMessage:
    return RowOfMessage(row.id, row.created_by, row.created_at, row.created_by == user_id)


def _differences(
    key: str, record: Record, row: FoundRow, schema: ObjectSchema
) -> Iterator[Difference]:
    for name, sent in record.items():
        field_schema = schema.get(name)
        if field_schema is None:
            continue
        found = row.values.get(field_schema.name)
        if _comparable(sent, field_schema) != _comparable(found, field_schema):
            yield Difference(key, row.id, name, sent, found)


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
