"""What was decided and what became of it, durable."""

from __future__ import annotations

from bridge.ledger.checking import Checked, LedgerCheck, check
from bridge.ledger.export import export
from bridge.ledger.extents import Extent, OfOrg, OfRun, OfWindow, OnRecord, Part
from bridge.ledger.ledger import Ledger
from bridge.ledger.rows import (
    Attempt,
    AttemptResult,
    CauseCount,
    ChangeCount,
    Claim,
    Forecast,
    Heal,
    HealCount,
    HealedItem,
    HeldGroup,
    Lease,
    MessageState,
    NoteCount,
    PendingItem,
    Plan,
    Reopening,
    Resend,
    ResendOrder,
    Run,
    RunState,
    SourceOfItem,
    StoredItem,
    Verdict,
)
from bridge.ledger.storing import brought_by

__all__ = [
    "Attempt",
    "AttemptResult",
    "CauseCount",
    "ChangeCount",
    "Checked",
    "Claim",
    "Extent",
    "Forecast",
    "Heal",
    "HealCount",
    "HealedItem",
    "HeldGroup",
    "Lease",
    "Ledger",
    "LedgerCheck",
    "MessageState",
    "NoteCount",
    "OfOrg",
    "OfRun",
    "OfWindow",
    "OnRecord",
    "Part",
    "PendingItem",
    "Plan",
    "Reopening",
    "Resend",
    "ResendOrder",
    "Run",
    "RunState",
    "SourceOfItem",
    "StoredItem",
    "Verdict",
    "brought_by",
    "check",
    "export",
]
