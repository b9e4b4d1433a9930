"""Options of the form {field: other field}, and what they come to in one org."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import RootModel, field_validator

from bridge.fixers.emptiness import is_empty
from bridge.model import ObjectSchema, Record


class Moves(RootModel[dict[str, str]], frozen=True):
    """Field that a value comes from → field of the org that it goes to."""

    @field_validator("root")
    @classmethod
    def _one_step_each(cls, table: dict[str, str]) -> dict[str, str]:
        if not table:
            raise ValueError("name a field, and the field that its value goes to")
        targets = [target.casefold() for target in table.values()]
        sources = {source.casefold() for source in table}
        for source, target in table.items():
            if targets.count(target.casefold()) > 1:
                raise ValueError(f"{target} would get the values of two fields")
            if target.casefold() in sources:
                raise ValueError(f"{source} goes to {target}, which itself goes elsewhere")
        return table

    def targets(self) -> Iterator[str]:
        return iter(self.root.values())

    def in_org(self, schema: ObjectSchema) -> tuple[tuple[str, str], ...]:
        """From and to under the org's API names; a field to come from need not be one of them."""
        return tuple(
            (source, target.name)
            for name, written in self.root.items()
            if (target := schema.get(written)) is not None
            and (source := _as_in_record(name, schema)) != target.name
        )


def movable(record: Record, source: str, target: str) -> bool:
    """Whether there is a value to move, and room for it."""
    return not is_empty(record.get(source)) and is_empty(record.get(target))


def _as_in_record(name: str, schema: ObjectSchema) -> str:
    known = schema.get(name)
    return schema.short(name) if known is None else known.name
