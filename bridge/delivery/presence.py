"""Asking the org by key which messages it has."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence

from bridge.model import FieldSchema, ObjectSchema
from bridge.salesforce import FoundRow, Org

_DASHED = 36
"""Characters of a uuid with dashes."""


def ask(
    org: Org,
    schema: ObjectSchema,
    key_field: FieldSchema,
    keys: Sequence[str],
    fields: Sequence[str] = (),
) -> Mapping[str, tuple[FoundRow, ...]]:
    """The org's rows of these messages, the recycle bin's among them, by key.

    A uuid is asked for with dashes too where the field has room for them: whoever else inserted it
    may have written it so, and a unique field takes the two spellings for two values.

    Raises:
        OrgError: the org could not be reached, or refused us.
    """
    return org.find(schema, key_field, list(_spellings(keys, key_field.length)), fields)


def _spellings(keys: Sequence[str], room: int) -> Iterator[str]:
    for key in keys:
        yield key
        if room >= _DASHED:
            try:
                yield str(uuid.UUID(key))
            except ValueError:
                continue
