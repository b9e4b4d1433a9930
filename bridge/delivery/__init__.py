"""How messages get to the org, each exactly once: lanes, canaries, presence, settling."""

from __future__ import annotations

from bridge.delivery.deliver import Ending, deliver
from bridge.delivery.estimate import estimated_calls
from bridge.delivery.gate import OldMessages, old_messages, refuse_old, why_outdated
from bridge.delivery.halt import Halt
from bridge.delivery.healing import MOST_ROUNDS, Healer
from bridge.delivery.holding import hold
from bridge.delivery.limits import Limits
from bridge.delivery.resending import deleted_messages, who_asks
from bridge.delivery.rounds import STEPS
from bridge.delivery.sender import Clock, Tempo
from bridge.delivery.verify import AskedObject, verify_messages
from bridge.delivery.visibility import key_field_of, refuse_unseen, view_of
from bridge.delivery.witness import find_witness, witness_schema
from bridge.model import EndingKind

__all__ = [
    "MOST_ROUNDS",
    "STEPS",
    "AskedObject",
    "Clock",
    "Ending",
    "EndingKind",
    "Halt",
    "Healer",
    "Limits",
    "OldMessages",
    "Tempo",
    "deleted_messages",
    "deliver",
    "estimated_calls",
    "find_witness",
    "hold",
    "key_field_of",
    "old_messages",
    "refuse_old",
    "refuse_unseen",
    "verify_messages",
    "view_of",
    "who_asks",
    "why_outdated",
    "witness_schema",
]
