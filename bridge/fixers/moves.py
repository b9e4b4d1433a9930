"""What fixers have in common that put the value of one field into another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydantic import RootModel, field_validator

from bridge.fixers.by_field import per_schema
from bridge.fixers.emptiness import is_empty
from bridge.fixers.interface import Fixer
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

    def in_org(self, schema: ObjectSchema) -> tuple[Move, ...]:
        """As the org names the fields; one to come from need not be one of them."""
        return tuple(
            Move(_names_in_records(name, schema), target.name)
            for name, written in self.root.items()
            if (target := schema.get(written)) is not None and schema.get(name) != target
        )


@dataclass(frozen=True, slots=True)
class Move:
    """Where a value comes from and goes to, in the records of one org."""

    source: str | frozenset[str]
    """API name; of a field that the org lacks each name that it may have in a record, folded."""
    target: str
    """API name."""

    def source_in(self, record: Record) -> str | None:
        """The field that has a value to move, where there is room for it."""
        if not is_empty(record.get(self.target)):
            return None
        if isinstance(self.source, str):
            return None if is_empty(record.get(self.source)) else self.source
        named = (name for name in record if name.casefold() in self.source)
        return next((name for name in named if not is_empty(record[name])), None)


class Mover(Fixer[Moves]):
    """A fixer with options of the form {field: other field}."""

    def __init__(self, options: Moves) -> None:
        super().__init__(options)
        self._in_org = per_schema(options.in_org)

    def named_fields(self) -> Iterator[str]:
        return self.options.targets()

    def moves(self, record: Record, schema: ObjectSchema) -> Iterator[tuple[str, str]]:
        """From and to of what there is to move in a record."""
        return _moved(record, self._in_org(schema))


def _moved(record: Record, moves: Sequence[Move]) -> Iterator[tuple[str, str]]:
    for move in moves:
        source = move.source_in(record)
        if source is not None:
            yield source, move.target


def _names_in_records(name: str, schema: ObjectSchema) -> str | frozenset[str]:
    known = schema.get(name)
    if known is not None:
        return known.name
    folded, prefix = name.casefold(), f"{schema.namespace}__".casefold()
    short = folded.removeprefix(prefix) if schema.namespace else folded
    return frozenset({short, prefix + short} if schema.namespace else {short})
