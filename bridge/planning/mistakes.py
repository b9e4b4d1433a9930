"""What pydantic finds wrong in a file of ours, in words and at the place where it is written."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bridge.errors import MappingError
from bridge.planning.nearest import did_you_mean
from bridge.planning.yaml_source import Path, Place, Plain, YamlSource

KeysAt: TypeAlias = Callable[[Path], Sequence[str]]
"""The keys that may stand at a path; none where any may."""

_EXPECTED: Final[Mapping[str, str]] = {
    "string": "text",
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "list": "a list",
    "tuple": "a list",
    "dict": "keys and values",
    "model": "keys and values",
    "dataclass": "keys and values",
    "none": "nothing",
}
"""By how the name of pydantic's error starts: `int_type`, `int_parsing`, …"""
_QUOTED: Final = re.compile(r"'([^']*)'")
_MOST_WORDS: Final = 60
"""Characters of a wrong word that are shown."""


@dataclass(frozen=True, slots=True)
class _Mistake:
    path: Path
    says: str
    place: Place


def mapping_error(
    exc: ValidationError, source: YamlSource, base: Path, keys_at: KeysAt, advice: str
) -> MappingError:
    """One line for each mistake; a union's several complaints about one value become one.

    Args:
        exc: what pydantic found.
        source: the file.
        base: where in the file that stands which pydantic was given.
        keys_at: for the nearest right key; its path starts at `base`.
        advice: what to do about it.
    """
    expected: dict[Path, list[str]] = defaultdict(list)
    others: list[_Mistake] = []
    for error in exc.errors(include_url=False):
        written = _written(source.data, base, error["loc"])
        kind, _, what = error["type"].rpartition("_")
        if what == "type" and kind in _EXPECTED:
            expected[written].append(_EXPECTED[kind])
        else:
            others.append(_mistake(error, written, source, base, keys_at))
    mistakes = others + [
        _Mistake(path, f"{_where(path)}must be {_or(words)}", source.place(path))
        for path, words in expected.items()
        if not any(_within(path, other) for other in (*expected, *(one.path for one in others)))
    ]
    mistakes.sort(key=lambda one: (one.place.line, one.place.column))
    lines = {one.place: f"{one.place}: {one.says}" for one in reversed(mistakes)}
    return MappingError("\n".join(reversed(lines.values())), advice)


def _mistake(
    error: ErrorDetails, written: Path, source: YamlSource, base: Path, keys_at: KeysAt
) -> _Mistake:
    last = str(error["loc"][-1]) if error["loc"] else ""
    if error["type"] == "extra_forbidden":
        known = keys_at(written[len(base) : -1])
        return _Mistake(
            written, f'unknown key "{last}"{did_you_mean(last, known)}', source.key_place(written)
        )
    if error["type"] == "missing":
        return _Mistake(written, f'the key "{last}" is missing', source.place(written))
    says = error["msg"].removeprefix("Value error, ").removeprefix("Input ")
    says = re.sub(r"\bshould\b", "must", says)
    if error["type"] in {"enum", "literal_error"}:
        says = _no_such_word(error)
    return _Mistake(written, f"{_where(written)}{says}", source.place(written))


def _no_such_word(error: ErrorDetails) -> str:
    known = _QUOTED.findall(str(error.get("ctx", {}).get("expected", "")))
    given = str(error["input"])[:_MOST_WORDS]
    return f'"{given}" is none of {", ".join(known)}{did_you_mean(given, known)}'


def _written(data: Plain, base: Path, location: Sequence[str | int]) -> Path:
    """The location without what pydantic puts between: the names of a union's branches."""
    path = [*base]
    value = data
    for part in base:
        value = _child(value, part)
    for part in location:
        if _has(value, part):
            value = _child(value, part)
            path.append(part)
    return tuple(path)


def _has(value: Plain, part: str | int) -> bool:
    if isinstance(value, list):
        return isinstance(part, int) and part < len(value)
    return isinstance(value, dict) and part in value


def _child(value: Plain, part: str | int) -> Plain:
    if isinstance(value, list) and isinstance(part, int):
        return value[part]
    return value.get(part) if isinstance(value, dict) and isinstance(part, str) else None


def _within(path: Path, other: Path) -> bool:
    return len(other) > len(path) and other[: len(path)] == path


def _where(path: Path) -> str:
    return f"{'.'.join(str(part) for part in path)}: " if path else ""


def _or(words: Sequence[str]) -> str:
    *first, last = dict.fromkeys(words)
    return f"{', '.join(first)} or {last}" if first else last


def options_keys(schema: Mapping[str, object]) -> Iterator[str]:
    """Every key that a JSON Schema names, at whatever depth."""
    for name, part in schema.items():
        if name == "properties" and isinstance(part, Mapping):
            yield from part
        if isinstance(part, Mapping):
            yield from options_keys(part)
        elif isinstance(part, list):
            for one in part:
                if isinstance(one, Mapping):
                    yield from options_keys(one)
