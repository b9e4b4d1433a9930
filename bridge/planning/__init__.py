"""What will be sent: the mapping file, the check against the org's schema, the planner. Pure."""

from __future__ import annotations

from bridge.planning.approval import (
    awaiting_approval,
    command_to_approve,
    held_for_approval,
    unapproved,
)
from bridge.planning.check import Problem, as_stored, check
from bridge.planning.edits import (
    held_as_in_doubt_otherwise,
    held_as_planned_otherwise,
    held_as_sent_otherwise,
)
from bridge.planning.fitting import Fitted, fit
from bridge.planning.mapping import MessageMapping
from bridge.planning.mapping_file import (
    built_in_mapping,
    parse_mapping,
    read_mapping,
    read_mapping_text,
)
from bridge.planning.narrowing import Narrowing, ToAll, ToCauses, ToKeys, ToOpen
from bridge.planning.outline import Outline, differences, outline
from bridge.planning.planner import Healed, Planner
from bridge.planning.uniqueness import UniqueValues

__all__ = [
    "Fitted",
    "Healed",
    "MessageMapping",
    "Narrowing",
    "Outline",
    "Planner",
    "Problem",
    "ToAll",
    "ToCauses",
    "ToKeys",
    "ToOpen",
    "UniqueValues",
    "as_stored",
    "awaiting_approval",
    "built_in_mapping",
    "check",
    "command_to_approve",
    "differences",
    "fit",
    "held_as_in_doubt_otherwise",
    "held_as_planned_otherwise",
    "held_as_sent_otherwise",
    "held_for_approval",
    "outline",
    "parse_mapping",
    "read_mapping",
    "read_mapping_text",
    "unapproved",
]
