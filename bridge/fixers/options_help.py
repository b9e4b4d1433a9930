"""What a fixer's options are, read off its pydantic model: for its help, and for editors.

Meanings come from the docstrings below the attributes, or from `Field(description=…)`.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final, TypeAlias

from pydantic import BaseModel
from pydantic.errors import PydanticInvalidForJsonSchema
from pydantic.json_schema import (
    GenerateJsonSchema,
    JsonSchemaValue,
    JsonSchemaWarningKind,
)
from pydantic_core import core_schema

from bridge.model import Value

Schema: TypeAlias = Mapping[str, Any]

_OF_EACH: Final = "enumDescriptions"
"""The key under which editors look for what each word of a closed set means."""
_ANY_FIELD, _ANY_KEY = "{Field}", "{key}"
_DEEPEST: Final = 5
"""Levels of options; a model may hold itself."""
_HAVE_NONE: Final = frozenset({"builtins", "enum", "pydantic", "typing"})
"""Modules whose classes say nothing of options."""
_WORDS: Final = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "null": "nothing",
    "object": "table",
}


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that a mapping may say behind a fixer's name."""

    name: str
    """Where it stands: `marker`, or `{Field}.marker` where each field has its own."""
    type: str
    """In words: `text`, `whole number above 0`, `empty or required`, `list of text`."""
    meaning: str
    """Empty where the model does not say."""
    default: Value
    """What counts where it is left out."""
    needed: bool
    """Whether it can't be left out."""


def options_of(model: type[BaseModel]) -> tuple[Option, ...]:
    """The options in the model's order; none where it has none, or can't tell of them."""
    try:
        schema = options_schema(model)
    except PydanticInvalidForJsonSchema:
        return ()
    return tuple(_Reading(schema.get("$defs", {})).options(schema, "", _DEEPEST))


def options_schema(model: type[BaseModel]) -> Schema:
    """The JSON Schema of the options, with what the docstrings say of each.

    Raises:
        pydantic.errors.PydanticInvalidForJsonSchema: the model has types that JSON does not know.
    """
    return model.model_json_schema(schema_generator=WithDocstrings)


class WithDocstrings(GenerateJsonSchema):
    """A JSON Schema in which a docstring below an attribute describes it."""

    ignored_warning_kinds: set[JsonSchemaWarningKind] = {  # noqa: RUF012 - so pydantic has it
        "skipped-choice",
        "non-serializable-default",
    }

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        made = super().model_schema(schema)
        for name, said in _docstrings(schema["cls"]).items():
            if name in made.get("properties", {}):
                made["properties"][name].setdefault("description", said)
        return made

    def enum_schema(self, schema: core_schema.EnumSchema) -> JsonSchemaValue:
        made = super().enum_schema(schema)
        docstrings = _docstrings(schema["cls"])
        if docstrings.keys() >= {member.name for member in schema["members"]}:
            made[_OF_EACH] = [docstrings[member.name] for member in schema["members"]]
        return made


@dataclass(frozen=True, slots=True)
class _Reading:
    """Reads a JSON Schema as pydantic writes it."""

    definitions: Mapping[str, Schema]

    def options(self, schema: Schema, path: str, depth: int) -> Iterator[Option]:
        """The options of a table, each followed by those within it."""
        for branch in self._branches(schema):
            needed = branch.get("required", ())
            for name, part in branch.get("properties", {}).items():
                yield from self._option(part, f"{path}{name}", name in needed, depth)
            each = branch.get("additionalProperties")
            if isinstance(each, dict):
                name = _ANY_KEY if path else _ANY_FIELD
                described = {"description": branch.get("description", ""), **each}
                yield from self._option(described, f"{path}{name}", False, depth)

    def _option(self, part: Schema, name: str, needed: bool, depth: int) -> Iterator[Option]:
        yield Option(name, self._type(part), self._meaning(part), part.get("default"), needed)
        if depth:
            yield from self.options(part, f"{name}.", depth - 1)

    def _branches(self, schema: Schema) -> Iterator[Schema]:
        """What the schema may be, without references."""
        if "$ref" in schema:
            yield from self._branches(self.definitions[schema["$ref"].rpartition("/")[2]])
            return
        alternatives = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
        alternatives += schema.get("allOf", ())
        if not alternatives:
            yield schema
        for alternative in alternatives:
            yield from self._branches(alternative)

    def _type(self, schema: Schema) -> str:
        kinds = (self._kind(branch) for branch in self._branches(schema))
        return " or ".join(dict.fromkeys(kind for kind in kinds if kind != "nothing"))

    def _kind(self, schema: Schema) -> str:
        if "enum" in schema:
            return " or ".join(map(str, schema["enum"]))
        if "const" in schema:
            return str(schema["const"])
        kind = schema.get("type")
        if kind == "array":
            return f"list of {self._type(schema.get('items', {}))}"
        each = schema.get("additionalProperties")
        if kind == "object" and isinstance(each, dict):
            return f"table of {self._type(each)}"
        return _WORDS.get(str(kind), "anything") + _bounds(schema)

    def _meaning(self, schema: Schema) -> str:
        branches = tuple(self._branches(schema))
        said = schema.get("description") or next(
            (branch["description"] for branch in branches if "description" in branch), ""
        )
        words = (
            f"`{word}`: {meaning}"
            for branch in branches
            for word, meaning in zip(branch.get("enum", ()), branch.get(_OF_EACH, ()), strict=False)
        )
        return " ".join(" ".join((str(said), *words)).split())


def _bounds(schema: Schema) -> str:
    said = (
        ("exclusiveMinimum", "above"),
        ("minimum", "from"),
        ("exclusiveMaximum", "below"),
        ("maximum", "up to"),
    )
    return "".join(f" {word} {schema[key]}" for key, word in said if key in schema)


def _docstrings(cls: type) -> dict[str, str]:
    """By attribute, the docstring below it; of a class whose source is not at hand, none."""
    found: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        if base.__module__.partition(".")[0] not in _HAVE_NONE:
            found |= _own_docstrings(base)
    return found


@lru_cache(maxsize=256)
def _own_docstrings(cls: type) -> Mapping[str, str]:
    """Those in the class's own body; to find a class in its module's source takes long."""
    found: dict[str, str] = {}
    try:
        source = inspect.getsource(cls)
    except (OSError, TypeError):
        return found
    (definition,) = ast.parse(textwrap.dedent(source)).body
    for statement, below in pairwise(getattr(definition, "body", ())):
        name = _attribute(statement)
        said = below.value if isinstance(below, ast.Expr) else None
        if name and isinstance(said, ast.Constant) and isinstance(said.value, str):
            found[name] = inspect.cleandoc(said.value)
    return found


def _attribute(statement: ast.stmt) -> str | None:
    match statement:
        case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
            return name
        case _:
            return None
