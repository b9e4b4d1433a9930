"""What will be sent: the mapping file, the check against the org's schema, the planner. Pure."""

from __future__ import annotations

from bridge.planning.check import Problem, as_stored, check
from bridge.planning.mapping import MessageMapping, built_in_mapping, read_mapping
from bridge.planning.planner import Planner

__all__ = [
    "MessageMapping",
    "Planner",
    "Problem",
    "as_stored",
    "built_in_mapping",
    "check",
    "read_mapping",
]
