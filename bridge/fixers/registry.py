"""Finds a fixer by the name that a mapping calls it.

Ours are known without being installed. Other people's come from the entry points of installed
distributions, group `bridge.fixers`: they are listed by name and imported only when a mapping asks
for one.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Final

from pydantic import BaseModel, ValidationError

from bridge.errors import UsageError
from bridge.fixers.built_in.copy import Copy
from bridge.fixers.built_in.defaults import Defaults
from bridge.fixers.built_in.drop import Drop
from bridge.fixers.built_in.email import Email
from bridge.fixers.built_in.flatten import Flatten
from bridge.fixers.built_in.nulls import Nulls
from bridge.fixers.built_in.owner import Owner
from bridge.fixers.built_in.phone import Phone
from bridge.fixers.built_in.picklist import Picklist
from bridge.fixers.built_in.record_type import RecordTypeOf
from bridge.fixers.built_in.references import References
from bridge.fixers.built_in.rename import Rename
from bridge.fixers.built_in.text_hygiene import Text
from bridge.fixers.built_in.truncate import Truncate
from bridge.fixers.built_in.types import Types
from bridge.fixers.built_in.url import Url
from bridge.fixers.interface import Example, Fixer
from bridge.model import Risk

_GROUP = "bridge.fixers"
OUR_DISTRIBUTION: Final = "gotallo-bridge"
OURS: dict[str, type[Fixer[BaseModel]]] = {
    fixer.name: fixer
    for fixer in (
        Copy,
        Defaults,
        Drop,
        Email,
        Flatten,
        Nulls,
        Owner,
        Phone,
        Picklist,
        RecordTypeOf,
        References,
        Rename,
        Text,
        Truncate,
        Types,
        Url,
    )
}


@dataclass(frozen=True, slots=True)
class Offer:
    """A fixer that a mapping may name, or one that a distribution offers in vain."""

    name: str
    distribution: str
    """Whose it is; several, with commas, where they offer the same name."""
    fixer: type[Fixer[BaseModel]] | None
    """None for one that can't be used."""
    broken: str = ""
    """Why not."""


class UnknownFixer(UsageError):
    """No fixer has that name."""


class BrokenFixer(UsageError):
    """An installed distribution offers a fixer that can't be used."""


def names() -> tuple[str, ...]:
    """The names of all fixers, ours and installed ones, sorted; nothing is imported for it."""
    return tuple(sorted({*OURS, *(point.name for point in entry_points(group=_GROUP))}))


def offers() -> Iterator[Offer]:
    """All fixers, ours and installed ones, by name; installed ones are imported for it.

    One that can't be used is among them, with the reason.
    """
    for name in names():
        try:
            yield Offer(name, distribution_of(name), find(name))
        except BrokenFixer as exc:
            yield Offer(name, distribution_of(name), None, exc.message)
        if name in OURS:
            yield from (_hidden(point) for point in _installed(name) if not _is_ours(point))


def distribution_of(name: str) -> str:
    """Whose the fixer of that name is; several, with commas, where they offer the same name."""
    if name in OURS:
        return OUR_DISTRIBUTION
    return ", ".join(dict.fromkeys(_distribution(point) for point in _installed(name)))


def find(name: str) -> type[Fixer[BaseModel]]:
    """The fixer of that name; one of ours comes before an installed one.

    Raises:
        UnknownFixer: there is none; the advice suggests what may have been meant.
        BrokenFixer: the installed one can't be imported, is no fixer, or is not the only one.
    """
    if name in OURS:
        return OURS[name]
    points = _installed(name)
    if not points:
        raise _unknown(name)
    if len(points) > 1:
        raise BrokenFixer(
            f'More than one installed distribution offers the fixer "{name}": '
            + ", ".join(_origin(point) for point in points),
            "Uninstall all but one of them.",
        )
    return _load(points[0])


def build(name: str, options: object) -> Fixer[BaseModel]:
    """A fixer with what a mapping says behind its name; None where it says nothing.

    Raises:
        UnknownFixer: no fixer has that name.
        BrokenFixer: an installed one can't be used.
        pydantic.ValidationError: the options are not what the fixer takes; its locations start
            at the options.
    """
    fixer = find(name)
    try:
        built = fixer(fixer.Options.model_validate({} if options is None else options))
        for field in built.named_fields():
            if not isinstance(field, str):
                raise TypeError(f"it names a field with a {type(field).__name__}")
    except ValidationError:
        raise
    except Exception as exc:
        raise BrokenFixer(
            f'The fixer "{name}" can\'t be made: {type(exc).__name__}: {exc}',
            "Repair or update its distribution, or take the fixer out of the mapping.",
        ) from exc
    return built


def _installed(name: str) -> tuple[EntryPoint, ...]:
    """A distribution that is found in two places counts once."""
    points = entry_points(group=_GROUP, name=name)
    return tuple({(_distribution(point), point.value): point for point in points}.values())


def _is_ours(point: EntryPoint) -> bool:
    return _distribution(point) == OUR_DISTRIBUTION


def _hidden(point: EntryPoint) -> Offer:
    return Offer(
        point.name,
        _distribution(point),
        None,
        f'The fixer "{point.name}" of {_origin(point)} is called like one of ours, which is used',
    )


def _load(point: EntryPoint) -> type[Fixer[BaseModel]]:
    try:
        loaded = point.load()
    except (Exception, SystemExit) as exc:
        raise BrokenFixer(
            f'The fixer "{point.name}" of {_origin(point)} can\'t be imported: '
            f"{type(exc).__name__}: {exc}",
            "Repair or update that distribution, or take the fixer out of the mapping.",
        ) from exc
    if not (isinstance(loaded, type) and issubclass(loaded, Fixer)):
        raise _not_usable(point, "is no subclass of bridge.fixers.Fixer")
    if getattr(loaded, "name", None) != point.name:
        raise _not_usable(point, f'does not have "{point.name}" as its name')
    if not isinstance(getattr(loaded, "risk", None), Risk):
        raise _not_usable(point, "does not say the most it risks (risk)")
    options: object = loaded.Options
    if not (isinstance(options, type) and issubclass(options, BaseModel)):
        raise _not_usable(point, "has Options that are no pydantic model")
    if not all(isinstance(example, Example) for example in loaded.examples):
        raise _not_usable(point, "has examples that are no bridge.fixers.Example")
    return loaded


def _unknown(name: str) -> UnknownFixer:
    known = names()
    near = difflib.get_close_matches(name, known, n=1)
    suggestion = f'Did you mean "{near[0]}"? ' if near else ""
    return UnknownFixer(
        f'There is no fixer "{name}"', f"{suggestion}There are: {', '.join(known)}."
    )


def _not_usable(point: EntryPoint, what: str) -> BrokenFixer:
    return BrokenFixer(
        f'The fixer "{point.name}" of {_origin(point)} {what}',
        "Repair or update that distribution, or take the fixer out of the mapping.",
    )


def _origin(point: EntryPoint) -> str:
    return f"{_distribution(point)} ({point.value})"


def _distribution(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else "an unnamed distribution"
