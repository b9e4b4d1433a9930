"""Whether an error is about the id that a record holds in a field."""

from __future__ import annotations

from collections.abc import Collection

from bridge.fixers import ids
from bridge.model import Diagnosis, FieldSchema, ObjectSchema, Record


def is_refused(
    field: FieldSchema,
    record: Record,
    schema: ObjectSchema,
    diagnosis: Diagnosis | None,
    codes: Collection[str],
) -> bool:
    """Whether the org refused what the record holds in a reference field, by one of these codes.

    The error says so by naming the field or by quoting the id. Where it does neither, it is about
    the only id of the record, if there is only one. An error of a trigger or a flow may be about a
    record that it makes: there the id must be quoted, or the field named in full.
    """
    if diagnosis is None or diagnosis.code not in codes:
        return False
    value = record.get(field.name)
    quoted = (*diagnosis.ids, diagnosis.value or "")
    if any(one and ids.is_id_of(value, one) for one in quoted):
        return True
    named = {schema.get(name) for name in diagnosis.fields}
    if diagnosis.handler is not None:
        return field.name in diagnosis.fields and field.name.endswith("__c")
    if diagnosis.fields:
        return field in named
    return not diagnosis.ids and _references(record, schema) == {field.name}


def _references(record: Record, schema: ObjectSchema) -> set[str]:
    return {
        name
        for name, value in record.items()
        if value is not None and (field := schema.get(name)) and field.type == "reference"
    }
