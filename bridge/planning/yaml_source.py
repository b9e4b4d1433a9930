"""YAML that remembers where each value stood.

PyYAML's safe loader makes the values; its node tree tells line and column, so that a mistake in a
mapping is shown at its place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import yaml

from bridge.errors import MappingError

Path: TypeAlias = "tuple[str | int, ...]"
Plain: TypeAlias = "str | int | float | bool | list[Plain] | dict[str, Plain] | None"

LONGEST_FILE = 200_000
"""Bytes. A mapping has a few hundred lines; more is not a mapping."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file, counted from 1."""

    file: str
    line: int
    column: int

    @property
    def line_of_file(self) -> str:
        return f"{self.file}:{self.line}"

    def __str__(self) -> str:
        return f"{self.line_of_file}:{self.column}"


@dataclass(frozen=True, slots=True)
class YamlSource:
    """The plain values of a YAML file, and the place of each."""

    name: str
    data: Plain
    values: Mapping[Path, Place]
    keys: Mapping[Path, Place]

    def place(self, path: Sequence[str | int]) -> Place:
        """The place of the value at this path, or of the nearest value around it."""
        return self._nearest(self.values, path)

    def key_place(self, path: Sequence[str | int]) -> Place:
        """The place of the key that ends this path, or of the nearest value around it."""
        return self.keys.get(tuple(path)) or self._nearest(self.values, path)

    def _nearest(self, places: Mapping[Path, Place], path: Sequence[str | int]) -> Place:
        for end in range(len(path), -1, -1):
            found = places.get(tuple(path[:end]))
            if found is not None:
                return found
        return Place(self.name, 1, 1)


@lru_cache(maxsize=8)
def read_yaml(text: str, name: str) -> YamlSource:
    """Read one YAML document; the plan, the recheck and the sending ask for the same one.

    Raises:
        MappingError: it is no YAML, or uses what a mapping has no need of (an alias, a key that is
            no text, the same key twice).
    """
    try:
        root = _compose(text)
    except _Alias as exc:
        place = Place(name, exc.line, exc.column)
        raise MappingError(f"{place}: an alias (*{exc})", "Write the value out.") from exc
    except _SecondDocument as exc:
        place = Place(name, exc.line, exc.column)
        raise MappingError(
            f"{place}: a second document starts here", "Keep one in each file."
        ) from exc
    except yaml.reader.ReaderError as exc:
        before = text[: exc.position]
        place = Place(name, before.count("\n") + 1, exc.position - before.rfind("\n"))
        raise MappingError(
            f"{place}: a character that no YAML may have (U+{ord(text[exc.position]):04X})",
            "Take it out, or write it as an escape in double quotes.",
        ) from exc
    except yaml.MarkedYAMLError as exc:
        mark = exc.problem_mark or exc.context_mark
        place = Place(name, mark.line + 1, mark.column + 1) if mark else Place(name, 1, 1)
        raise MappingError(f"{place}: {_problem(exc)}", "Mend the YAML there.") from exc
    except RecursionError as exc:
        place = Place(name, 1, 1)
        raise MappingError(f"{place}: nested too deeply", "Is this the right file?") from exc
    walk = _Walk(name)
    data = walk.value(root, ()) if root is not None else None
    return YamlSource(name, data, walk.values, walk.keys)


class _Misplaced(Exception):
    """Something that YAML has, and a mapping must not."""

    def __init__(self, event: yaml.Event, what: str = "") -> None:
        super().__init__(what)
        self.line = event.start_mark.line + 1 if event.start_mark else 1
        self.column = event.start_mark.column + 1 if event.start_mark else 1


class _Alias(_Misplaced):
    """A mapping repeats a value by reference: harmless in small, a bomb in large."""


class _SecondDocument(_Misplaced):
    """A file has more than one."""


class _Loader(yaml.SafeLoader):
    """Gives nodes, and stops at the first alias."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self._next()
            raise _Alias(event, getattr(event, "anchor", None) or "")
        node: yaml.Node | None = super().compose_node(parent, index)
        return node

    def only_document(self) -> yaml.Node | None:
        self.get_event()  # type: ignore[no-untyped-call]  # the start of the file
        node = None if self.check_event(yaml.StreamEndEvent) else self.compose_document()
        if not self.check_event(yaml.StreamEndEvent):
            raise _SecondDocument(self._next())
        return node

    def _next(self) -> yaml.Event:
        event: yaml.Event = self.peek_event()  # type: ignore[no-untyped-call]
        return event


def _compose(text: str) -> yaml.Node | None:
    loader = _Loader(text)
    try:
        return loader.only_document()
    finally:
        loader.dispose()


def _problem(exc: yaml.MarkedYAMLError) -> str:
    if exc.problem and "'\\t'" in exc.problem:
        return "a tab where YAML wants spaces"
    return exc.problem or exc.context or "not readable as YAML"


class _Walk:
    """Builds the plain values of a node tree and notes each one's place."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.values: dict[Path, Place] = {}
        self.keys: dict[Path, Place] = {}
        self._constructor = yaml.constructor.SafeConstructor()

    def value(self, node: yaml.Node, path: Path) -> Plain:
        self.values[path] = self._place(node)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(child, (*path, n)) for n, child in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Plain]:
        made: dict[str, Plain] = {}
        for key_node, value_node in node.value:
            place = self._place(key_node)
            key = self._scalar(key_node) if isinstance(key_node, yaml.ScalarNode) else None
            if not isinstance(key, str):
                raise MappingError(
                    f"{place}: a key must be text, this one is read as {key!r}",
                    "Put it in quotes.",
                )
            if key in made:
                raise MappingError(
                    f'{place}: "{key}" stands here a second time (first at line '
                    f"{self.keys[(*path, key)].line})",
                    "Keep one of the two.",
                )
            self.keys[(*path, key)] = place
            made[key] = self.value(value_node, (*path, key))
        return made

    def _scalar(self, node: yaml.Node) -> Plain:
        if node.tag == "tag:yaml.org,2002:timestamp":
            return str(node.value)
        try:
            made = self._constructor.construct_object(node)
        except yaml.MarkedYAMLError as exc:
            raise MappingError(
                f"{self._place(node)}: {_problem(exc)}", "Write a plain value."
            ) from exc
        except ValueError as exc:
            raise MappingError(f"{self._place(node)}: {exc}", "Put it in quotes.") from exc
        if made is None or isinstance(made, str | int | float | bool):
            return made
        raise MappingError(
            f"{self._place(node)}: a value of the type {node.tag}", "Write a plain value."
        )

    def _place(self, node: yaml.Node) -> Place:
        mark = node.start_mark
        return Place(self.name, mark.line + 1, mark.column + 1) if mark else Place(self.name, 1, 1)
