"""Mistakes in what people write for the practice org: where, what, and what was meant."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from typing import Any, TypeAlias

from pydantic import ValidationError
from pydantic_core import ErrorDetails

Path: TypeAlias = "tuple[str | int, ...]"
KeysAt: TypeAlias = Callable[[Path], Iterable[str]]
"""The keys that may stand at a path; none where any may."""

_MOST_SHOWN = 40
_MOST_NAMES = 20
_UNKNOWN = frozenset({"extra_forbidden", "unexpected_keyword_argument"})
_EXPECTED: Mapping[str, str] = {
    "string": "text",
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "tuple": "a list",
    "date": "a date like 2026-11-22",
    "dict": "keys and values",
    "mapping": "keys and values",
    "dataclass": "keys and values",
    "model": "keys and values",
}
"""By how the name of pydantic's error starts: `int_type`, `int_parsing`, …"""


class Mistake(ValueError):
    """Something that is written can't be used."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(f"{spelt(path)}: {what}" if path else what)
        self.path = path
        self.what = what

    def under(self, *path: str | int) -> Mistake:
        """The same, where what is written stands within something else."""
        return Mistake((*path, *self.path), self.what)


@contextmanager
def at(*path: str | int) -> Iterator[None]:
    """A mistake that is found meanwhile is in what is written there."""
    try:
        yield
    except Mistake as mistake:
        raise mistake.under(*path) from None


def no_such(kind: str, name: str, names: Iterable[str]) -> str:
    """That there is none of that name, and which there are: the nearest, if one is near."""
    known = sorted(names)
    near = get_close_matches(name, known, n=1)
    if near:
        return f"no {kind} {name}; did you mean {near[0]}?"
    listed = ", ".join(known[:_MOST_NAMES]) + (", …" if len(known) > _MOST_NAMES else "")
    return f"no {kind} {name}; there are {listed}" if known else f"no {kind} {name}"


def mistakes(error: ValidationError, written: object, keys_at: KeysAt) -> tuple[Mistake, ...]:
    """What pydantic found, in words and at the place where it is written."""
    found: dict[Path, list[str]] = defaultdict(list)
    missing: list[Mistake] = []
    for detail in error.errors(include_url=False):
        path = _written_path(detail, written)
        if detail["type"] == "missing":
            missing.append(Mistake(path, f"{detail['loc'][-1]} is missing"))
        else:
            found[path].append(_what(detail, path, keys_at))
    return (
        *(Mistake(path, _one_of(whats)) for path, whats in found.items()),
        *missing,
    )


def _one_of(whats: list[str]) -> str:
    """What is told of a value that fits none of several kinds."""
    return whats[0] if len(whats) == 1 else "a plain value is expected"


def spelt(path: Path) -> str:
    """A path as a person would say it: `rules[0].when`."""
    said = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return said.removeprefix(".")


def _written_path(detail: ErrorDetails, written: object) -> Path:
    """Pydantic's path without the parts that name a kind of value and stand nowhere."""
    path: list[str | int] = []
    here: Any = written
    for part in detail["loc"]:
        if isinstance(part, str) and part.startswith(("<", "[")):
            continue
        if not _leads_on(here, part):
            break
        here = here[part]
        path.append(part)
    return tuple(path)


def _leads_on(here: object, part: str | int) -> bool:
    if isinstance(here, Mapping):
        return part in here
    return isinstance(here, list | tuple) and isinstance(part, int)


def _what(detail: ErrorDetails, path: Path, keys_at: KeysAt) -> str:
    kind, given = detail["type"], detail["input"]
    context: Mapping[str, Any] = detail.get("ctx", {})
    if kind in _UNKNOWN:
        return no_such("key", str(path[-1]), keys_at(path[:-1]))
    if kind == "enum":
        return no_such("value", str(given), re.findall(r"'([^']*)'", str(context["expected"])))
    if kind == "greater_than_equal":
        return f"{context['ge']} or more is expected, not {_shown(given)}"
    if kind == "less_than_equal":
        return f"{context['le']} or less is expected, not {_shown(given)}"
    expected = _EXPECTED.get(kind.partition("_")[0])
    if expected is None:
        return detail["msg"].removeprefix("Value error, ")
    if expected == "text" and isinstance(given, bool | int | float):
        return f"text is expected, and this is read as {_shown(given)}: put it in quotes"
    if expected == "a list" and not isinstance(given, Mapping):
        return f"a list is expected, such as [{_shown(given)}]"
    return f"{expected} is expected, not {_shown(given)}".replace("values is", "values are")


def _shown(given: object) -> str:
    text = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False, default=str)
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"
