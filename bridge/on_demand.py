"""A room that is loaded when a name of it is asked for, since it reaches large libraries.

Whatever lies in the same package and needs none of them can then be had without them.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module


def names_of(room: str, package: str) -> Callable[[str], object]:
    """The `__getattr__` of a package that gives the names of one of its modules as its own.

    Args:
        room: the module that has the names.
        package: whose `__getattr__` it is.
    """

    def find(name: str) -> object:
        try:
            return getattr(import_module(room), name)
        except AttributeError:
            raise AttributeError(f"module {package!r} has no attribute {name!r}") from None

    return find
