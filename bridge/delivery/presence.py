"""Asking the org by key which messages it has, or had."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bridge.model import FieldSchema, ObjectSchema
from bridge.salesforce import FoundRow, Org

_DASHED = 36
"""Characters of a uuid with dashes."""


@dataclass(frozen=True, slots=True)
class WitnessSchema:
    """The object whose rows show that a message was there, and its field that holds the key."""

    schema: ObjectSchema
    field: FieldSchema


def ask(
    org: Org,
    schema: ObjectSchema,
    key_field: FieldSchema,
    keys: Sequence[str],
    fields: Sequence[str] = (),
    *,
    witness: WitnessSchema | None = None,
) -> Mapping[str, tuple[FoundRow, ...]]:
    """The org's rows of these messages, the recycle bin's among them, by key.

    A uuid is asked for with dashes too where the field has room for them: whoever else inserted it
    may have written it so, and a unique field takes the two spellings for two values.

    A message without any row is asked for among the witness's rows, which a trigger makes in the
    same transaction. Where it has some they stand in its place.

    Raises:
        OrgError: the org could not be reached, or refused us.
    """
    found = org.find(schema, key_field, list(_spellings(keys, key_field.length)), fields)
    absent = [key for key in keys if not found[key]]
    if witness is None or not absent:
        return found
    spelt = list(_spellings(absent, witness.field.length))
    witnessed = org.find(witness.schema, witness.field, spelt)
    return {
        **found,
        **{
            key: tuple(replace(row, witness=witness.schema.name) for row in witnessed[key])
            for key in absent
        },
    }


def shown_by(rows: Sequence[FoundRow]) -> str:
    """What shows that a message was there whose own row is gone; empty where it has a row."""
    if not rows or not rows[0].witness:
        return ""
    live = sum(not row.deleted for row in rows)
    times = f"{live} rows of {rows[0].witness} show" if live > 1 else f"{rows[0].witness} shows"
    return f"its row is gone; {times} that it was there"


def _spellings(keys: Sequence[str], room: int) -> Iterator[str]:
    for key in keys:
        yield key
        if room >= _DASHED:
            try:
                yield str(uuid.UUID(key))
            except ValueError:
                continue
