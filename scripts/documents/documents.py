"""The schemas of what `--json` prints, with their fields in docs/json.md, and that of a mapping."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marks import cell, renewed, table

from bridge.planning import mapping_schema
from bridge.report.schemas import DOCUMENTS, schema_of, short_name

WORDS = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "null": "null",
    "object": "table",
}
FORMATS = {"date-time": "time", "date": "day"}


def pages(docs: Path) -> Iterator[tuple[Path, str]]:
    for name in DOCUMENTS:
        yield docs / "schemas" / f"{short_name(name)}.json", as_json(schema_of(name))
    yield docs / "schemas" / "mapping.json", as_json(mapping_schema())
    page = docs / "json.md"
    sections = (section(name) for name in DOCUMENTS)
    block = "\n".join(
        ("## The fields\n\nEach with the path by which `jq` finds it.\n", *sections, words())
    )
    yield page, renewed(page.read_text(encoding="utf-8"), block)


def as_json(schema: Mapping[str, Any]) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def section(name: str) -> str:
    schema = schema_of(name)
    short = short_name(name)
    rows = list(Fields(schema["$defs"]).rows(schema, ""))
    said = schema.get("description") or "A list of `bridge.run/1`, the newest first."
    shown = table(("field", "type", "meaning"), rows) if rows else ""
    return "\n".join(
        part
        for part in (f"### `{name}`\n", f"{said} [Schema](schemas/{short}.json).\n", shown)
        if part
    )


def words() -> str:
    """The sets of words that fields take theirs from, each with what its words mean."""
    found = {
        part["title"]: part
        for name in DOCUMENTS
        for part in schema_of(name)["$defs"].values()
        if is_word(part)
    }
    return "\n".join(("## The words\n", *(word_section(found[title]) for title in sorted(found))))


def word_section(part: Mapping[str, Any]) -> str:
    further = " Later ones may join them." if "examples" in part else ""
    given = part.get("enum") or part["examples"]
    head = f"### {part['title']}\n\n{part['description']}{further}\n"
    if "enumDescriptions" not in part:
        return f"{head}\n{', '.join(f'`{word}`' for word in given)}\n"
    rows = zip((f"`{word}`" for word in given), map(cell, part["enumDescriptions"]), strict=True)
    return f"{head}\n{table(('word', 'meaning'), rows)}"


def is_word(part: Mapping[str, Any]) -> bool:
    return "enum" in part or "examples" in part


@dataclass(frozen=True, slots=True)
class Fields:
    """Reads the fields off a schema, each with the path by which jq finds it."""

    definitions: Mapping[str, Mapping[str, Any]]

    def rows(self, schema: Mapping[str, Any], path: str) -> Iterator[tuple[str, str, str]]:
        for name, given in schema.get("properties", {}).items():
            part = self.known(given)
            said = given.get("description") or (
                "" if is_word(part) else part.get("description", "")
            )
            yield f"`{path}.{name}`", self.type(given), cell(said)
            yield from self.within(part, f"{path}.{name}")

    def within(self, part: Mapping[str, Any], path: str) -> Iterator[tuple[str, str, str]]:
        inner = self.known(part["items"]) if part.get("type") == "array" else part
        if self.is_document(inner):
            return
        yield from self.rows(inner, f"{path}[]" if inner is not part else path)

    def known(self, part: Mapping[str, Any]) -> Mapping[str, Any]:
        """What a field holds where it is not null, with what it refers to in its place."""
        if "anyOf" in part:
            (part,) = (one for one in part["anyOf"] if one != {"type": "null"})
        if "$ref" in part:
            part = self.definitions[part["$ref"].rpartition("/")[2]]
        return part

    def type(self, given: Mapping[str, Any]) -> str:
        part = self.known(given)
        null = " or null" if {"type": "null"} in given.get("anyOf", ()) else ""
        return self.kind(part) + null

    def kind(self, part: Mapping[str, Any]) -> str:
        if self.is_document(part):
            return f"a `{part['properties']['format']['const']}`"
        if part.get("type") == "array":
            return f"list of {self.plural(part['items'])}"
        if "const" in part:
            return f"`{part['const']}`"
        if is_word(part):
            return f"[{part['title']}](#{part['title'].lower()})"
        return FORMATS.get(part.get("format", ""), WORDS.get(part.get("type", ""), "any value"))

    def plural(self, part: Mapping[str, Any]) -> str:
        kind = self.kind(self.known(part))
        return {"text": "texts", "table": "tables"}.get(kind, kind)

    @staticmethod
    def is_document(part: Mapping[str, Any]) -> bool:
        return "format" in part.get("properties", {})
