"""What of a message the org would not take, whatever its values are. Pure."""

from __future__ import annotations

from bridge.model import ObjectSchema, Record
from bridge.planning.mapping import MessageMapping
from bridge.planning.repairs import Repair


def untaken(mapping: MessageMapping, schema: ObjectSchema, message: Record) -> tuple[str, ...]:
    """The fields that are left behind the mapping's fixers and that this user may not write.

    Fields that the mapping names itself are left out: they are told where the mapping is checked.

    Args:
        mapping: whose fixers for every record are tried.
        schema: of the object, as this user sees it.
        message: has a value in each field that is asked about.
    """
    named = {_api_name(schema, name) for name in mapping.filled_fields()}
    repair = Repair(
        _api_name(schema, mapping.key),
        {_api_name(schema, name): value for name, value in message.items()},
    )
    repair.run(mapping.fixers, schema, None)
    return tuple(
        schema.short(name)
        for name in repair.finish()
        if name not in named and not _is_taken(schema, name)
    )


def _api_name(schema: ObjectSchema, name: str) -> str:
    field = schema.get(name)
    return name if field is None else field.name


def _is_taken(schema: ObjectSchema, name: str) -> bool:
    field = schema.get(name)
    return field is not None and field.createable
