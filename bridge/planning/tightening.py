"""The message's object, as tight as the records that triggers make of it. Pure.

A message whose error is traced to a made record is repaired and checked by the narrower of two
fields: its own, and the one that is filled from it. So a fixer that works by the describe repairs
what the trigger can't store, and what no fixer repairs is held, with the made field named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from bridge.model import PICKLIST_TYPES, Change, FieldSchema, ObjectSchema, PicklistValue
from bridge.planning.check import Problem
from bridge.planning.downstream import Source, Trace

_SCHEMAS: Final = 32
"""How many tightened schemas are kept: a morning has a few."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A field of a made record that the org describes, and the message's field that fills it."""

    source: str
    """API name."""
    object: str
    field: str


@dataclass(frozen=True, slots=True)
class Tightened:
    """The message's object with some of its fields narrower than the org has them."""

    schema: ObjectSchema
    by: Mapping[str, str]
    """API name of a narrower field → the made fields that narrow it, for people."""

    def explain(self, problem: Problem, own: tuple[Problem, ...]) -> Problem:
        """A problem in the made record's terms, unless the message's object has it too.

        Args:
            problem: with a record, by this schema.
            own: the problems with the record by the message's own schema.
        """
        made = self.by.get(problem.field)
        if made is None or problem in own:
            return problem
        what = problem.what.replace(problem.field, f"{made} (from {problem.field})", 1)
        return replace(problem, what=what)

    def explained(self, changes: Sequence[Change]) -> tuple[Change, ...]:
        """The changes, whose reasons name the made record's field where that asked for it."""
        if not self.by:
            return tuple(changes)
        return tuple([self._explained(c) if c.field in self.by else c for c in changes])

    def _explained(self, change: Change) -> Change:
        made, short = self.by[change.field], self.schema.short(change.field)
        return change._replace(why=change.why.replace(short, f"{made} (from {short})", 1))


class Tightening:
    """Makes a message's object as tight as the made records that the org describes."""

    def __init__(self, schema: ObjectSchema, made: Mapping[str, ObjectSchema]) -> None:
        """Prepare.

        Args:
            schema: the message's object.
            made: the objects of the mapping's downstream table that this user may see described,
                under the table's names.
        """
        self._schema = schema
        self._made = made
        self._kept = lru_cache(_SCHEMAS)(self._tightened)

    def bounds(self, found: Iterable[Trace]) -> tuple[Bound, ...]:
        """What these traces narrow: nothing where an error may come from several fields."""
        certain = (trace for trace in found if len(trace.names) == 1)
        described = (s for trace in certain for s in trace.sources if self._field_of(s) is not None)
        return tuple(Bound(one.source.name, one.object, one.field) for one in described)

    def knows(self, trace: Trace) -> bool:
        """Whether the org describes each made field that an error may be about."""
        return all(self._field_of(source) is not None for source in trace.sources)

    def to(self, bounds: tuple[Bound, ...]) -> Tightened:
        """The object, narrowed by all of these; the same bounds give the same object."""
        return self._kept(bounds)

    def _tightened(self, bounds: tuple[Bound, ...]) -> Tightened:
        fields = {field.name: field for field in self._schema.fields}
        by: dict[str, list[str]] = {}
        for bound, made in self._described(bounds):
            narrower = _as_narrow(fields[bound.source], made)
            if narrower != fields[bound.source]:
                fields[bound.source] = narrower
                by.setdefault(bound.source, []).append(f"{bound.object}.{made.name}")
        if not by:
            return Tightened(self._schema, {})
        return Tightened(
            replace(self._schema, fields=tuple(fields.values())),
            {name: " or ".join(made_fields) for name, made_fields in by.items()},
        )

    def _described(self, bounds: tuple[Bound, ...]) -> Iterator[tuple[Bound, FieldSchema]]:
        for bound in bounds:
            made = self._made[bound.object].get(bound.field)
            if made is not None:
                yield bound, made

    def _field_of(self, source: Source) -> FieldSchema | None:
        made = self._made.get(source.object)
        return made.get(source.field) if made is not None else None


def _as_narrow(field: FieldSchema, made: FieldSchema) -> FieldSchema:
    if made.required and field.createable:
        field = replace(field, nillable=False, defaulted_on_create=False)
    if made.restricted_picklist and made.type in PICKLIST_TYPES:
        return _with_its_values(field, made)
    if field.is_text and made.is_text and 0 < made.length < field.length:
        byte_length = min(filter(None, (field.byte_length, made.byte_length)), default=0)
        return replace(field, length=made.length, byte_length=byte_length)
    return field


def _with_its_values(field: FieldSchema, made: FieldSchema) -> FieldSchema:
    """Text becomes a choice of the made field's values, a choice one of those that both have."""
    values = tuple(value for value in made.picklist_values if _takes(field, value))
    if field.type in PICKLIST_TYPES:
        return replace(field, restricted_picklist=True, picklist_values=values)
    if not field.is_text:
        return field
    return replace(field, type=made.type, restricted_picklist=True, picklist_values=values)


def _takes(field: FieldSchema, choice: PicklistValue) -> bool:
    if not field.restricted_picklist:
        return not field.is_text or not field.length or len(choice.value) <= field.length
    return any(own.active and own.value == choice.value for own in field.picklist_values)
