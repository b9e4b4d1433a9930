"""Finds a fixer by the name that a mapping calls it.

Ours are known without being installed. Other people's come from the entry points of installed
distributions, group `bridge.fixers`: they are listed by name and imported only when a mapping asks
for one.
"""

from __future__ import annotations

import difflib
from importlib.metadata import EntryPoint, entry_points

from pydantic import BaseModel

from bridge.errors import UsageError
from bridge.fixers.defaults import Defaults
from bridge.fixers.flatten import Flatten
from bridge.fixers.interface import Fixer
from bridge.fixers.nulls import Nulls
from bridge.fixers.picklist import Picklist
from bridge.fixers.text_hygiene import Text
from bridge.fixers.truncate import Truncate
from bridge.fixers.types import Types

_GROUP = "bridge.fixers"
OURS: dict[str, type[Fixer[BaseModel]]] = {
    fixer.name: fixer for fixer in (Defaults, Flatten, Nulls, Picklist, Text, Truncate, Types)
}


class UnknownFixer(UsageError):
    """No fixer has that name."""


class BrokenFixer(UsageError):
    """An installed distribution offers a fixer that can't be used."""


def names() -> tuple[str, ...]:
    """The names of all fixers, ours and installed ones, sorted; nothing is imported for it."""
    return tuple(sorted({*OURS, *(point.name for point in entry_points(group=_GROUP))}))


def find(name: str) -> type[Fixer[BaseModel]]:
    """The fixer of that name; one of ours comes before an installed one.

    Raises:
        UnknownFixer: there is none; the advice suggests what may have been meant.
        BrokenFixer: the installed one can't be imported, is no fixer, or is not the only one.
    """
    if name in OURS:
        return OURS[name]
    points = tuple(entry_points(group=_GROUP, name=name))
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
    return fixer(fixer.Options.model_validate({} if options is None else options))


def _load(point: EntryPoint) -> type[Fixer[BaseModel]]:
    try:
        loaded = point.load()
    except Exception as exc:
        raise BrokenFixer(
            f'The fixer "{point.name}" of {_origin(point)} can\'t be imported: '
            f"{type(exc).__name__}: {exc}",
            "Repair or update that distribution, or take the fixer out of the mapping.",
        ) from exc
    if not (isinstance(loaded, type) and issubclass(loaded, Fixer)):
        raise _not_usable(point, "is no subclass of bridge.fixers.Fixer")
    if getattr(loaded, "name", None) != point.name:
        raise _not_usable(point, f'does not have "{point.name}" as its name')
    if not hasattr(loaded, "risk"):
        raise _not_usable(point, "does not say the most it risks (risk)")
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
    distribution = point.dist.name if point.dist is not None else "an unnamed distribution"
    return f"{distribution} ({point.value})"
