"""The pages that a person reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.on_demand import names_of

if TYPE_CHECKING:
    from bridge.report.terminal.room import *  # noqa: F403
else:
    __getattr__ = names_of("bridge.report.terminal.room", __name__)
