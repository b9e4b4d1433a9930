"""An org's describe as a file: what planning needs of it, to be done without the org."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from bridge.errors import MappingError
from bridge.model import ObjectSchema
from bridge.planning.mapping import MessageMapping
from bridge.planning.text_file import read_text

LARGEST_DESCRIBE: Final = 20_000_000
"""Bytes. The objects of a large org, with all values of their picklists, are a tenth of that."""

_SAVE = "bridge mapping describe > org.json saves the describe of the org that the settings name."


@dataclass(frozen=True, slots=True)
class Described:
    """What an org describes of the objects that planning is about."""

    object: ObjectSchema
    """The one that messages are inserted into."""
    made: Mapping[str, ObjectSchema] = field(default_factory=dict)
    """Those that triggers make, as far as the user may see them, by the names of the mapping."""


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    format: Literal["bridge.describe/1"] = "bridge.describe/1"
    object: ObjectSchema
    made: dict[str, ObjectSchema] = {}


_SCHEMA: Final = TypeAdapter(ObjectSchema)


def described_value(described: Described) -> dict[str, Any]:
    """The describe as JSON values; what is as for most fields is left out."""
    return {
        "format": "bridge.describe/1",
        "object": _schema_value(described.object),
        "made": {name: _schema_value(schema) for name, schema in described.made.items()},
    }


def described_of(value: object) -> Described:
    """The describe of what `described_value` made.

    Raises:
        pydantic.ValidationError: it is none.
    """
    return _read(_Document.model_validate(value))


def read_described(path: Path) -> Described:
    """Read a describe that was saved.

    Raises:
        MappingError: it can't be read, or is none.
    """
    text = read_text(path, LARGEST_DESCRIBE, "describe", _SAVE)
    try:
        return _read(_Document.model_validate_json(text))
    except ValidationError as exc:
        first = exc.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        says = first["msg"].removeprefix("Input ")
        raise MappingError(
            f"{path.name} is no describe of an org: {f'{where}: ' if where else ''}{says}", _SAVE
        ) from exc


def refuse_another_object(mapping: MessageMapping, schema: ObjectSchema) -> None:
    """Refuse a mapping that is for another object than what was described.

    Raises:
        MappingError: with the place of the object's name.
    """
    names = {schema.name.casefold(), schema.short(schema.name).casefold()}
    if mapping.object.casefold() not in names:
        place = mapping.source.place(("object",))
        raise MappingError(
            f"{place}: the mapping is for {mapping.object}, and what it is tried on are messages "
            f"of {schema.name}",
            "Name the mapping and the describe that belong together.",
        )


def _read(document: _Document) -> Described:
    return Described(document.object, document.made)


def _schema_value(schema: ObjectSchema) -> dict[str, Any]:
    made: dict[str, Any] = _SCHEMA.dump_python(schema, mode="json", exclude_defaults=True)
    return made
