"""What will be sent: the mapping file, the check against the org's schema, the planner. Pure."""

from __future__ import annotations

from bridge.planning.approval import (
    awaiting_approval,
    command_to_approve,
    held_for_approval,
    unapproved,
)
from bridge.planning.check import Problem, as_stored, check
from bridge.planning.described import (
    Described,
    described_of,
    described_value,
    read_described,
    refuse_another_object,
)
from bridge.planning.edits import (
    held_as_in_doubt_otherwise,
    held_as_planned_otherwise,
    held_as_sent_otherwise,
)
from bridge.planning.fitting import Fitted, fit
from bridge.planning.idle_policies import doubts, idle_lines
from bridge.planning.mapping import MessageMapping
from bridge.planning.mapping_cases import MappingCases, cases_beside, read_cases
from bridge.planning.mapping_file import (
    built_in_mapping,
    parse_mapping,
    read_mapping,
    read_mapping_text,
    shipped_file,
)
from bridge.planning.mapping_schema import mapping_schema
from bridge.planning.mapping_trial import CaseResult, Unexpected, same, try_cases
from bridge.planning.narrowing import Narrowing, ToAll, ToCauses, ToKeys, ToOpen
from bridge.planning.outline import Outline, differences, outline
from bridge.planning.planner import Healed, Planner
from bridge.planning.replay import Aspect, Contrast, FieldUnderBoth, Replayed, contrast
from bridge.planning.uniqueness import UniqueValues, unique_value
from bridge.planning.untaken import untaken

__all__ = [
    "Aspect",
    "CaseResult",
    "Contrast",
    "Described",
    "FieldUnderBoth",
    "Fitted",
    "Healed",
    "MappingCases",
    "MessageMapping",
    "Narrowing",
    "Outline",
    "Planner",
    "Problem",
    "Replayed",
    "ToAll",
    "ToCauses",
    "ToKeys",
    "ToOpen",
    "Unexpected",
    "UniqueValues",
    "as_stored",
    "awaiting_approval",
    "built_in_mapping",
    "cases_beside",
    "check",
    "command_to_approve",
    "contrast",
    "described_of",
    "described_value",
    "differences",
    "doubts",
    "fit",
    "held_as_in_doubt_otherwise",
    "held_as_planned_otherwise",
    "held_as_sent_otherwise",
    "held_for_approval",
    "idle_lines",
    "mapping_schema",
    "outline",
    "parse_mapping",
    "read_cases",
    "read_described",
    "read_mapping",
    "read_mapping_text",
    "refuse_another_object",
    "same",
    "shipped_file",
    "try_cases",
    "unapproved",
    "unique_value",
    "untaken",
]
