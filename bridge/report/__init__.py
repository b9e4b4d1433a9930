"""A run for people and programs. It shows the ledger, never the live objects of a run."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bridge.report.room import *  # noqa: F403

else:

    def __getattr__(name: str) -> object:
        """Load the room when a name of it is asked for: it reaches the ledger's libraries.

        A module of the room that needs none of them can be had without them.
        """
        try:
            return getattr(import_module("bridge.report.room"), name)
        except AttributeError:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
