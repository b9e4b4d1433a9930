"""A stricter reading of the published schemas: nothing further is allowed."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import core_schema

from bridge.fixers.options_help import WithDocstrings
from bridge.report.schemas import Published, schema_of


class _Strict(Published):
    """Closes what the published ones leave open for later versions."""

    def enum_schema(self, schema: core_schema.EnumSchema) -> JsonSchemaValue:
        return WithDocstrings.enum_schema(self, schema)

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        return {**super().model_schema(schema), "additionalProperties": False}


@cache
def strict_schema(name: str) -> dict[str, Any]:
    return schema_of(name, _Strict)


def complaints(document: Any) -> list[str]:
    """What the strict schema of its form says against a document."""
    form = "bridge.runs/1" if isinstance(document, list) else document["format"]
    validator = Draft202012Validator(strict_schema(form), format_checker=FormatChecker())
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]


def the_document(stdout: str) -> Any:
    """The one document that a command printed; null where nothing is open."""
    document = json.loads(stdout)
    assert document is None or not complaints(document), complaints(document)
    return document
