"""A run for people and programs. It shows the ledger, never the live objects of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.on_demand import names_of

if TYPE_CHECKING:
    from bridge.report.room import *  # noqa: F403
else:
    __getattr__ = names_of("bridge.report.room", __name__)
