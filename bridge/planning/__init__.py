"""What will be sent: the mapping file, the check against the org's schema, the planner. Pure."""

from __future__ import annotations

from bridge.planning.check import Problem, as_stored, check
from bridge.planning.mapping import (
    MessageMapping,
    built_in_mapping,
    read_mapping,
    read_mapping_text,
)
from bridge.planning.outline import Outline, differences, outline
from bridge.planning.planner import Planner

__all__ = [
    "MessageMapping",
    "Outline",
    "Planner",
    "Problem",
    "as_stored",
    "built_in_mapping",
    "check",
    "differences",
    "outline",
    "read_mapping",
    "read_mapping_text",
]
