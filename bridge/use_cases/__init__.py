"""The use cases, which lead the data through the rooms.

    window ──► gotallo ──► planning ──► ledger ──► delivery ──► ledger

opening     what the settings name
conditions  what a plan and its sending stand on
describing  an org's describe is kept
inquiry     the org is asked about causes
plans       a window becomes a plan on record
approval    a person lets go what waits for approval
amending    a person repairs messages by hand, in a spreadsheet
changes     what has changed at the source since is held
still_open  what earlier runs left
sending     a plan is sent, or gone on with
replaying   two mappings are tried on what is on record
proof       the org is asked what became of it
"""

from __future__ import annotations

from bridge.use_cases.amending import Amending, Sheet, amend, look_at_amendments, sheet_of
from bridge.use_cases.approval import approve
from bridge.use_cases.changes import Changed, recheck
from bridge.use_cases.conditions import limits_of, refuse_unwritable, view_now
from bridge.use_cases.describing import describe
from bridge.use_cases.opening import open_existing_ledger, open_gotallo, open_ledger, open_org
from bridge.use_cases.plans import PlanRequest, plan
from bridge.use_cases.proof import verify, verify_all, verify_window
from bridge.use_cases.replaying import Replay, replay_of_run, replay_of_runs
from bridge.use_cases.sending import (
    ApplyRequest,
    apply,
    apply_patiently,
    old_ones,
    refuse_unfinished_plan,
    unfinished,
)
from bridge.use_cases.still_open import StillOpen, still_open

__all__ = [
    "Amending",
    "ApplyRequest",
    "Changed",
    "PlanRequest",
    "Replay",
    "Sheet",
    "StillOpen",
    "amend",
    "apply",
    "apply_patiently",
    "approve",
    "describe",
    "limits_of",
    "look_at_amendments",
    "old_ones",
    "open_existing_ledger",
    "open_gotallo",
    "open_ledger",
    "open_org",
    "plan",
    "recheck",
    "refuse_unfinished_plan",
    "refuse_unwritable",
    "replay_of_run",
    "replay_of_runs",
    "sheet_of",
    "still_open",
    "unfinished",
    "verify",
    "verify_all",
    "verify_window",
    "view_now",
]
