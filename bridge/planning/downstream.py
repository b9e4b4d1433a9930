"""Traces an error in a record that a trigger makes to the field of the message that fills it. Pure.

The mapping's `downstream` table says what fills what. A field that several made records have, from
several fields of the message, stays with all of them, unless the error quotes what one of these
held.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, TypeAlias

from bridge.model import (
    Diagnosis,
    FieldSchema,
    Finding,
    ObjectSchema,
    Record,
    Topic,
    Wrapper,
)

Downstream: TypeAlias = "Mapping[str, Mapping[str, str]]"
"""Object → its field → the message's field that fills it."""

_AUTOMATION: Final = frozenset({Wrapper.DML, Wrapper.TRIGGER, Wrapper.FLOW})
"""Wrappers of what the org's own code did: an error within them is of a record that it made."""


@dataclass(frozen=True, slots=True)
class Source:
    """A field of a made record, and the message's field that fills it."""

    object: str
    field: str
    """As the mapping writes it."""
    source: FieldSchema
    """As the org's describe has it."""


@dataclass(frozen=True)
class Trace:
    """Where a field that an error names comes from."""

    field: str
    """As the error names it."""
    sources: tuple[Source, ...]
    """At least one."""

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The message's fields, each once, as the org has them."""
        return tuple(dict.fromkeys(one.source.name for one in self.sources))


def traces(
    downstream: Downstream, schema: ObjectSchema, diagnosis: Diagnosis, record: Record
) -> tuple[Trace, ...]:
    """The traces of an error's fields, none for an error of the message's own record.

    Args:
        downstream: of the mapping.
        schema: of the message's object.
        diagnosis: of the error.
        record: of the message, under the org's names; empty where it is not known.
    """
    objects = objects_of(downstream, schema, diagnosis)
    found = possible_traces(downstream, schema, objects, diagnosis.fields)
    return narrowed(found, holding(found, diagnosis.value, record))


def possible_traces(
    downstream: Downstream, schema: ObjectSchema, objects: tuple[str, ...], fields: tuple[str, ...]
) -> tuple[Trace, ...]:
    """Where these fields come from, if they are of one of these objects, as the table has it."""
    found = (Trace(field, tuple(_sources(downstream, schema, objects, field))) for field in fields)
    return tuple(trace for trace in found if trace.sources)


def holding(found: tuple[Trace, ...], quoted: str | None, record: Record) -> frozenset[str]:
    """The message's fields that hold what the error quotes, where it may come from several."""
    several = [trace.names for trace in found if len(trace.names) > 1]
    wanted = _plain(quoted) if several and record else None
    if wanted is None:
        return frozenset()
    return frozenset(
        name for names in several for name in names if _plain(record.get(name)) == wanted
    )


def narrowed(found: tuple[Trace, ...], holding: Set[str]) -> tuple[Trace, ...]:
    """Of several sources those that hold what the error quotes; all where none does."""
    return tuple(_narrowed(trace, holding) for trace in found)


def objects_of(
    downstream: Downstream, schema: ObjectSchema, diagnosis: Diagnosis
) -> tuple[str, ...]:
    """The objects of the table that the error may be about."""
    if diagnosis.object is not None:
        return tuple(name for name in downstream if _same(name, diagnosis.object, schema))
    return tuple(downstream) if is_of_a_made_record(diagnosis) else ()


def refused_objects(
    schema: ObjectSchema, diagnosis: Diagnosis, found: tuple[Trace, ...]
) -> tuple[str, ...]:
    """The objects one of whose records the error refused, with the package's prefix and without.

    None for an error of a made record which neither names an object nor a field of the table.
    """
    if diagnosis.object is not None:
        names = [diagnosis.object]
    elif found:
        names = [one.object for trace in found for one in trace.sources]
    else:
        names = [] if is_of_a_made_record(diagnosis) else [schema.name]
    return tuple(dict.fromkeys(spelt for name in names for spelt in (name, schema.short(name))))


def may_differ(found: tuple[Trace, ...], diagnosis: Diagnosis) -> bool:
    """Whether another message's record may lead the same error to another field."""
    return diagnosis.value is not None and any(len(trace.names) > 1 for trace in found)


def fields_of_the_message(diagnosis: Diagnosis, found: tuple[Trace, ...]) -> tuple[str, ...]:
    """The error's fields as a fixer repairs them: the message's own, where each is the only one."""
    traced = {trace.field: trace for trace in found}
    fields = dict.fromkeys(
        name
        for field in diagnosis.fields
        for name in (_certain(traced[field]) if field in traced else (field,))
    )
    return tuple(fields)


def all_fields(diagnosis: Diagnosis, found: tuple[Trace, ...]) -> tuple[str, ...]:
    """The error's fields as a mapping may name them: the made record's and the message's."""
    certain = (name for trace in found for name in _certain(trace))
    return tuple(dict.fromkeys((*diagnosis.fields, *certain)))


def findings(
    found: tuple[Trace, ...], schema: ObjectSchema, diagnosis: Diagnosis
) -> tuple[Finding, ...]:
    """The traces in words: `Lead.LastName holds 80 characters; it comes from User_Full_Name__c`."""
    return tuple(
        Finding(
            topic=Topic.DOWNSTREAM,
            says=_in_words(trace, schema, diagnosis),
            objects=tuple(dict.fromkeys(one.object for one in trace.sources)),
            field=trace.field,
            sources=trace.names,
        )
        for trace in found
    )


def is_of_a_made_record(diagnosis: Diagnosis) -> bool:
    """Whether the org's own code met the error: then another record than the message's had it."""
    return any(step.wrapper in _AUTOMATION for step in diagnosis.steps)


def _sources(
    downstream: Downstream, schema: ObjectSchema, objects: tuple[str, ...], field: str
) -> Iterator[Source]:
    for name in objects:
        for written, source in downstream[name].items():
            known = schema.get(source)
            if known is not None and _same(written, field, schema):
                yield Source(name, written, known)


def _narrowed(trace: Trace, holding: Set[str]) -> Trace:
    sources = tuple(one for one in trace.sources if one.source.name in holding)
    return replace(trace, sources=sources) if sources else trace


def _certain(trace: Trace) -> tuple[str, ...]:
    return trace.names if len(trace.names) == 1 else ()


def _same(one: str, other: str, schema: ObjectSchema) -> bool:
    """Whether two names are one, with the package's prefix or without."""
    return schema.short(one).casefold() == schema.short(other).casefold()


def _plain(value: object) -> str | None:
    return " ".join(value.split()) if isinstance(value, str) and value.strip() else None


def _in_words(trace: Trace, schema: ObjectSchema, diagnosis: Diagnosis) -> str:
    objects_by_source: dict[str, list[str]] = {}
    for one in trace.sources:
        objects_by_source.setdefault(schema.short(one.source.name), []).append(one.object)
    characters = "character" if diagnosis.limit == 1 else "characters"
    limited = f" holds {diagnosis.limit:,} {characters}; it" if diagnosis.limit else ""
    if len(objects_by_source) == 1:
        ((source, objects),) = objects_by_source.items()
        where = " or ".join(f"{name}.{trace.field}" for name in dict.fromkeys(objects))
        return f"{where}{limited} comes from {source}"
    sources = " or ".join(
        f"{source} ({', '.join(dict.fromkeys(objects))})"
        for source, objects in objects_by_source.items()
    )
    return f"{trace.field}{limited} comes from {sources}"
