"""Two messages of one run can't both have a value that the org keeps unique."""

from __future__ import annotations

from bridge.model import Decision, FieldSchema, Held, HeldReason, Item, ObjectSchema, Record, Value
from bridge.planning.check import as_stored


class UniqueValues:
    """The values that the ready items of a run have in unique fields, as they go by."""

    def __init__(self, schema: ObjectSchema, key_field: FieldSchema) -> None:
        """Start with none.

        Args:
            schema: of the object.
            key_field: of the message's key, which a run has once anyhow.
        """
        self._schema = schema
        self._fields = tuple(f for f in schema.fields if f.unique and f.name != key_field.name)
        self._taken: dict[tuple[str, Value], str] = {}

    def admit(self, item: Item) -> Item:
        """The item as it is, or held since an earlier one of the run has such a value."""
        if item.decision is not Decision.READY or not self._fields:
            return item
        values = [(field, unique_value(item.record, field)) for field in self._fields]
        for field, value in values:
            earlier = self._taken.get((field.name, value))
            if value is not None and earlier is not None:
                return item._replace(
                    decision=Decision.HELD, held=_held(field, earlier, self._schema)
                )
        self._taken |= {
            (field.name, value): item.key or "" for field, value in values if value is not None
        }
        return item


def unique_value(record: Record, field: FieldSchema) -> Value:
    """What the org compares to tell whether another row has the value already; null is none."""
    value = as_stored(record.get(field.name), field)
    return value.casefold() if isinstance(value, str) and not field.case_sensitive else value


def _held(field: FieldSchema, earlier: str, schema: ObjectSchema) -> Held:
    return Held(
        HeldReason.SCHEMA,
        f"{field.name} is unique, and message {earlier} of this run has the same value",
        f"Find out which of the two is right; then repair {schema.short(field.name)} at its source "
        "or in the mapping, and resync.",
        code="DUPLICATE_VALUE",
        fields=(field.name,),
    )
