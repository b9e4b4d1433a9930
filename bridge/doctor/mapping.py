"""The mapping against the org's describe: its fields, and what it says of made records. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bridge.doctor.verdict import Verdict, good, warning, wrong
from bridge.errors import MappingError
from bridge.model import ObjectSchema
from bridge.planning import MessageMapping


def of_fields(mapping: MessageMapping, schema: ObjectSchema) -> Iterator[Verdict]:
    """Whether the org has every field that the mapping names."""
    try:
        mapping.check_against(schema)
    except MappingError as error:
        for line in error.message.splitlines():
            yield wrong(MappingError(line, error.advice))
        return
    yield good(f"{mapping.name} fits {schema.name} as this user sees it")


def of_downstream(
    mapping: MessageMapping, schema: ObjectSchema, made: Mapping[str, ObjectSchema]
) -> Iterator[Verdict]:
    """Whether the records that triggers make are as the mapping's `downstream` says.

    It only explains errors, so that a run can do without.

    Args:
        mapping: whose table it is.
        schema: of the message object.
        made: the objects of the table that this user may see described, under the table's names.
    """
    unseen = [name for name in mapping.downstream if name not in made]
    unknown = [
        f"{name}.{field}"
        for name, fields in mapping.downstream.items()
        if name in made
        for field in fields
        if made[name].get(field) is None
    ]
    sources = {source for fields in mapping.downstream.values() for source in fields.values()}
    lacking = sorted(source for source in sources if schema.get(source) is None)
    wanting = [*unseen, *unknown, *(f"{schema.name}.{name}" for name in lacking)]
    if wanting:
        yield warning(
            f"downstream: the org shows this user no {', '.join(wanting)}: an error there is not "
            "traced to the message's field",
            "Nothing, if the org has none of it: leave it out of the mapping. Else grant read.",
        )
    elif mapping.downstream:
        yield good(f"downstream: the org has {', '.join(mapping.downstream)} as the mapping says")
