"""YAML that knows where each of its values stands, so that a mistake is shown at its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import yaml

from bridge.practice.mistakes import Path

Plain: TypeAlias = "str | int | float | bool | list[Plain] | dict[str, Plain] | None"
Place: TypeAlias = tuple[int, int]
"""Line and column, counted from 1."""


class YamlError(ValueError):
    """A text is no YAML, or more than values, lists and keys."""

    def __init__(self, place: Place, what: str) -> None:
        super().__init__(what)
        self.place = place
        self.what = what


@dataclass(frozen=True, slots=True)
class YamlText:
    """What a text says, and where."""

    data: Plain
    places: Mapping[Path, Place]
    """Of each value, by its path; of one with a key, the key's."""

    def place(self, path: Path) -> Place:
        """Where that stands, or else what is nearest around it."""
        found = (self.places.get(path[:end]) for end in range(len(path), -1, -1))
        return next(place for place in found if place)


def read_yaml(text: str) -> YamlText:
    """Read one document.

    Raises:
        YamlError: it is none.
    """
    places: dict[Path, Place] = {(): (1, 1)}
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        return YamlText(None if node is None else _value(node, (), places), places)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlError(_place(mark), _problem(error)) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise YamlError((1, 1), f"not readable as YAML: {error}") from None


def _value(node: yaml.Node, path: Path, places: dict[Path, Place]) -> Plain:
    places.setdefault(path, _place(node.start_mark))
    if isinstance(node, yaml.SequenceNode):
        return [_value(child, (*path, n), places) for n, child in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        return dict(_entry(key, value, path, places) for key, value in node.value)
    return _scalar(node)


def _entry(
    key_node: yaml.Node, value: yaml.Node, path: Path, places: dict[Path, Place]
) -> tuple[str, Plain]:
    place = _place(key_node.start_mark)
    key = _scalar(key_node) if isinstance(key_node, yaml.ScalarNode) else None
    if not isinstance(key, str):
        raise YamlError(place, "a key is text: put it in quotes")
    if (*path, key) in places:
        first = places[(*path, key)][0]
        raise YamlError(place, f"{key} stands here a second time (first at line {first})")
    places[(*path, key)] = place
    return key, _value(value, (*path, key), places)


def _scalar(node: yaml.Node) -> Plain:
    if node.tag == "tag:yaml.org,2002:timestamp":
        return str(node.value)
    try:
        made = yaml.constructor.SafeConstructor().construct_object(node)
    except ValueError as error:
        raise YamlError(_place(node.start_mark), f"{error}: put it in quotes") from None
    if made is None or isinstance(made, str | int | float | bool):
        return made
    raise YamlError(_place(node.start_mark), f"a plain value is expected, not {node.tag}")


def _problem(error: yaml.MarkedYAMLError) -> str:
    if error.problem and "'\\t'" in error.problem:
        return "a tab, where YAML wants spaces"
    return f"no YAML: {error.problem or error.context}"


def _place(mark: yaml.Mark | None) -> Place:
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)
