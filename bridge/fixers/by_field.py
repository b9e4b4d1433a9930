"""Options of the form {field: choice}, and what they come to in one org."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, Generic, TypeVar

from pydantic import RootModel

from bridge.model import FieldSchema, ObjectSchema

EVERY_OTHER = "*"
"""Stands for each field that the options don't name."""

ChoiceT = TypeVar("ChoiceT")
T = TypeVar("T")


class ByField(RootModel[dict[str, ChoiceT]], Generic[ChoiceT], frozen=True):
    """A choice for each named field, and under `*` one for all others.

    Empty, it means every field, with the choice that the fixer makes where nothing is said.
    """

    def named_fields(self) -> Iterator[str]:
        return (name for name in self.root if name != EVERY_OTHER)

    def choices(
        self, schema: ObjectSchema, unsaid: ChoiceT
    ) -> Iterator[tuple[FieldSchema, ChoiceT]]:
        """The fields of the org that the options concern, each with its choice."""
        table = self.root or {EVERY_OTHER: unsaid}
        named = {
            field.name: choice
            for name, choice in table.items()
            if (field := schema.get(name)) is not None
        }
        for field in schema.fields:
            if field.name in named:
                yield field, named[field.name]
            elif EVERY_OTHER in table:
                yield field, table[EVERY_OTHER]


SCHEMAS_KEPT: Final = 32
"""A run has one schema, and one more for each way in which errors of made records narrow it."""


def per_schema(work_out: Callable[[ObjectSchema], T]) -> Callable[[ObjectSchema], T]:
    """What is worked out of a schema: once, since the records of a run share a few."""
    # By identity, which is the schema's own as long as it is kept here.
    kept: dict[int, tuple[ObjectSchema, T]] = {}

    def of_schema(schema: ObjectSchema) -> T:
        found = kept.get(id(schema))
        if found is None:
            found = (schema, work_out(schema))
            if len(kept) >= SCHEMAS_KEPT:
                del kept[next(iter(kept))]
            kept[id(schema)] = found
        return found[1]

    return of_schema
