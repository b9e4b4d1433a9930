"""Options of the form {field: choice}, and what they come to in one org."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

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


class PerSchema(Generic[T]):
    """What a fixer works out of a schema: once, since all records of a run share one."""

    def __init__(self, work_out: Callable[[ObjectSchema], T]) -> None:
        self._work_out = work_out
        self._last: tuple[ObjectSchema, T] | None = None

    def __call__(self, schema: ObjectSchema) -> T:
        last = self._last
        if last is None or last[0] is not schema:
            last = self._last = (schema, self._work_out(schema))
        return last[1]
