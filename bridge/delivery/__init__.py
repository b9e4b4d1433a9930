"""How messages get to the org, each exactly once: lanes, canaries, presence, settling."""

from __future__ import annotations

from bridge.delivery.deliver import Ending, EndingKind, deliver
from bridge.delivery.halt import Halt
from bridge.delivery.healing import MOST_ROUNDS, Healer
from bridge.delivery.holding import hold
from bridge.delivery.rounds import STEPS
from bridge.delivery.sender import Clock, Observer, Tempo
from bridge.delivery.verify import verify_run
from bridge.delivery.visibility import key_field_of, refuse_unseen, view_of
from bridge.delivery.witness import find_witness, witness_schema

__all__ = [
    "MOST_ROUNDS",
    "STEPS",
    "Clock",
    "Ending",
    "EndingKind",
    "Halt",
    "Healer",
    "Observer",
    "Tempo",
    "deliver",
    "find_witness",
    "hold",
    "key_field_of",
    "refuse_unseen",
    "verify_run",
    "view_of",
    "witness_schema",
]
