"""The form of a mapping file as JSON Schema, so that an editor completes and checks what it can.

It knows each fixer and its options, ours and those of installed distributions. What only the whole
of a file or an org can tell, `bridge mapping check` and a plan tell.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from pydantic import BaseModel, ValidationError
from pydantic.errors import PydanticInvalidForJsonSchema
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import core_schema

from bridge import fixers
from bridge.fixers import Fixer
from bridge.fixers.options_help import WithDocstrings
from bridge.planning.mapping_file import STANDARD_FIELDS
from bridge.planning.mapping_form import MappingForm
from bridge.planning.policies import Treatment

Schema: TypeAlias = "dict[str, Any]"

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_DEFINED: Final = "#/$defs/"
_FIXER: Final = "fixer"
"""The definition of one entry of a list of fixers."""
_FIXERS: Final = "fixers"
"""The definition of fixers with their options."""
_ANYTHING: Final[Mapping[str, object]] = {}
_BARE: Final[Mapping[str, object]] = {"type": ["string", "number", "boolean", "array"]}
"""A model that looks at its input first may take something shorter than keys and values."""
_MEANINGS: Final[Mapping[Treatment, str]] = {
    Treatment.RETRY: "Send it as the fixers of every record left it.",
    Treatment.HOLD: "Don't send it: a person has to look. A sentence behind it says why.",
    Treatment.SKIP: "Don't send it, on purpose. A sentence behind it says why.",
}


def mapping_schema() -> Schema:
    """The JSON Schema (draft 2020-12) of a mapping file."""
    form = MappingForm.model_json_schema(schema_generator=_ForEditors)
    known = _known_fixers()
    definitions = {**form.pop("$defs"), **_definitions(known)}
    definitions["CauseForm"]["properties"]["then"] = _then()
    form["properties"]["fixers"] |= {"items": {"$ref": f"{_DEFINED}{_FIXER}"}}
    form["properties"]["from_standard"] |= {"additionalProperties": {"enum": list(STANDARD_FIELDS)}}
    return {
        "$schema": DIALECT,
        **form,
        "title": "A mapping of gotallo-bridge",
        "$defs": definitions,
    }


def _known_fixers() -> Mapping[str, type[Fixer[BaseModel]]]:
    """Those that can be used; an installed one that can't be imported is none."""
    found = {}
    for name in fixers.names():
        try:
            found[name] = fixers.find(name)
        except fixers.BrokenFixer:
            continue
    return found


def _definitions(known: Mapping[str, type[Fixer[BaseModel]]]) -> Schema:
    made: Schema = {}
    for name, fixer in known.items():
        options, inner = _options(name, fixer.Options)
        made |= inner
        made[_of(name)] = {"description": _first_line(fixer), "anyOf": [options, {"type": "null"}]}
    made[_FIXERS] = {
        "type": "object",
        "properties": {name: {"$ref": f"{_DEFINED}{_of(name)}"} for name in known},
        "additionalProperties": False,
        "minProperties": 1,
    }
    alone = [
        {"const": name, "description": _first_line(fixer)}
        for name, fixer in known.items()
        if _needs_no_options(fixer)
    ]
    made[_FIXER] = {"anyOf": [*alone, {"$ref": f"{_DEFINED}{_FIXERS}"}]}
    return made


def _then() -> Schema:
    words = [{"const": word.value, "description": said} for word, said in _MEANINGS.items()]
    noted = {
        "type": "object",
        "properties": {
            word.value: {"type": "string", "description": said} for word, said in _MEANINGS.items()
        },
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }
    one = {"$ref": f"{_DEFINED}{_FIXER}"}
    return {
        "description": "What to do: a word, or fixers that run after those of every record.",
        "anyOf": [*words, noted, one, {"type": "array", "items": one}],
    }


def _options(name: str, model: type[BaseModel]) -> tuple[Schema, Schema]:
    """What may stand behind a fixer's name, and the definitions that this refers to."""
    try:
        schema = model.model_json_schema(
            ref_template=f"{_DEFINED}{_of(name)}.{{model}}", schema_generator=_ForEditors
        )
    except PydanticInvalidForJsonSchema:
        return dict(_ANYTHING), {}
    inner = {f"{_of(name)}.{key}": value for key, value in schema.pop("$defs", {}).items()}
    return schema, inner


def _needs_no_options(fixer: type[Fixer[BaseModel]]) -> bool:
    try:
        fixer.Options.model_validate({})
    except ValidationError:
        return False
    return True


def _first_line(fixer: type[Fixer[BaseModel]]) -> str:
    return (inspect.getdoc(fixer) or "").partition("\n")[0]


def _of(name: str) -> str:
    return f"fixer.{name}"


class _ForEditors(WithDocstrings):
    """What a model takes, also in the shorter forms that it reads before it validates."""

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        made = super().model_schema(schema)
        return {"anyOf": [made, dict(_BARE)]} if _looks_first(schema["schema"]) else made


def _looks_first(schema: Mapping[str, Any]) -> bool:
    """Whether a model does something with its input before its fields are read."""
    if schema["type"] in {"function-before", "function-wrap"}:
        return True
    return schema["type"] == "function-after" and _looks_first(schema["schema"])
