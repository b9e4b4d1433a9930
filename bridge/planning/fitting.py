"""Fits a mapping to an org: what names a field that the org lacks becomes a comment. Pure.

The text stays the writer's own, comments and all: whole lines are turned into comments, and nothing
is moved.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import yaml

from bridge.model import ObjectSchema
from bridge.planning.mapping_file import parse_mapping

_FIELD: Final = re.compile(r"\w+__c", re.ASCII)
_LISTS: Final = ("fixers", "causes")
"""Each entry goes as a whole."""
_TABLES: Final = ("from_standard",)
"""Each line goes on its own."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A mapping that fits an org."""

    text: str
    lacking: tuple[str, ...]
    """The fields and objects that the org does not show, as the mapping names them."""


@dataclass(frozen=True, slots=True)
class _Drop:
    first: int
    """Line, counted from 0."""
    last: int
    lacking: tuple[str, ...]


def fit(text: str, schema: ObjectSchema, made: Mapping[str, ObjectSchema], name: str) -> Fitted:
    """Fit a mapping to the org.

    Args:
        text: of a valid mapping.
        schema: of the object that it is for.
        made: the objects of its `downstream` that this user may see described.
        name: of the mapping, for errors.

    Raises:
        MappingError: what the org lacks can't be left out, such as the key.
    """
    lines = text.splitlines()
    lacking: dict[str, None] = {}
    for drop in sorted(_drops(text, schema, made), key=lambda drop: -drop.first):
        lacking |= dict.fromkeys(drop.lacking)
        dropped = lines[drop.first : drop.last + 1]
        indent = " " * (len(dropped[0]) - len(dropped[0].lstrip()))
        says = f"{indent}# This org shows no {', '.join(drop.lacking)}:"
        lines[drop.first : drop.last + 1] = [says, *(_commented(line, indent) for line in dropped)]
    for number, line in enumerate(lines):
        lines[number] = _without_lacking_content(line, schema, lacking)
    fitted = "\n".join(lines) + "\n"
    parse_mapping(fitted, name).check_against(schema)
    return Fitted(fitted, tuple(sorted(lacking)))


def _commented(line: str, indent: str) -> str:
    return f"{indent}# {line.removeprefix(indent)}".rstrip()


def _drops(text: str, schema: ObjectSchema, made: Mapping[str, ObjectSchema]) -> Iterator[_Drop]:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode):
        return
    for key, value in root.value:
        if key.value == "platform" and schema.get(value.value) is None:
            yield _Drop(*_lines(key, value), (value.value,))
        if key.value in _LISTS and isinstance(value, yaml.SequenceNode):
            yield from _or_all(key, value, list(_of_entries(value.value, schema)))
        if key.value in _TABLES and isinstance(value, yaml.MappingNode):
            fields = [field for field, _ in value.value]
            yield from _or_all(key, value, list(_of_entries(fields, schema)))
        if key.value == "downstream" and isinstance(value, yaml.MappingNode):
            yield from _of_downstream(key, value, schema, made)


def _of_entries(entries: Sequence[yaml.Node], schema: ObjectSchema) -> Iterator[_Drop]:
    for entry in entries:
        named = dict.fromkeys(name for name in _scalars(entry) if _FIELD.fullmatch(name))
        lacking = tuple(name for name in named if schema.get(name) is None)
        if lacking:
            yield _Drop(*_lines(entry, entry), lacking)


def _or_all(key: yaml.Node, value: yaml.CollectionNode, drops: Sequence[_Drop]) -> Sequence[_Drop]:
    """The drops of a list or table; one of its key, too, where nothing else would be left of it."""
    if not value.value or len(drops) < len(value.value):
        return drops
    lacking = tuple(dict.fromkeys(one for drop in drops for one in drop.lacking))
    return (_Drop(*_lines(key, value), lacking),)


def _of_downstream(
    key: yaml.Node, table: yaml.MappingNode, schema: ObjectSchema, made: Mapping[str, ObjectSchema]
) -> Iterator[_Drop]:
    whole: list[_Drop] = []
    parts: list[_Drop] = []
    for name, fields in table.value:
        described = made.get(name.value)
        if described is None:
            whole.append(_Drop(*_lines(name, fields), (name.value,)))
            continue
        drops = list(_of_made_fields(name.value, fields, schema, described))
        left = len(drops) < len(fields.value)
        (parts if left else whole).extend(_or_all(name, fields, drops))
    yield from _or_all(key, table, whole)
    yield from parts


def _of_made_fields(
    name: str, fields: yaml.MappingNode, schema: ObjectSchema, described: ObjectSchema
) -> Iterator[_Drop]:
    for field, source in fields.value:
        lacking = [f"{name}.{field.value}"] if described.get(field.value) is None else []
        lacking += [source.value] if schema.get(source.value) is None else []
        if lacking:
            yield _Drop(*_lines(field, source), tuple(lacking))


def _without_lacking_content(line: str, schema: ObjectSchema, lacking: dict[str, None]) -> str:
    """The list of `content:` stands on a line of its own, which loses what the org lacks."""
    found = re.fullmatch(r"content: \[(.*)\]", line)
    if found is None:
        return line
    names = [name.strip() for name in found[1].split(",")]
    known = [name for name in names if schema.get(name) is not None]
    lacking |= dict.fromkeys(name for name in names if name not in known)
    return f"content: [{', '.join(known)}]" if known else f"# {line}"


def _scalars(node: yaml.Node) -> Iterator[str]:
    if isinstance(node, yaml.ScalarNode):
        yield node.value
    elif isinstance(node, yaml.SequenceNode):
        for entry in node.value:
            yield from _scalars(entry)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _scalars(key)
            yield from _scalars(value)


def _lines(first: yaml.Node, last: yaml.Node) -> tuple[int, int]:
    """From the first line of one node to the last line of another."""
    return first.start_mark.line, max(first.start_mark.line, _last_line(last))


def _last_line(node: yaml.Node) -> int:
    """A block's own end lies behind the comments that follow it: its last value counts."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _last_line(last[1] if isinstance(last, tuple) else last)
    end = node.end_mark
    return end.line - (end.column == 0)
