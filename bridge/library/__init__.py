"""The bridge for a program: its commands as functions that print nothing and ask nobody.

calls      plan, apply, resync, verify, still_open
results    what they come to
inputs     settings and windows, as a program gives them
silence    where log lines go while a program has not said
"""

from __future__ import annotations

from bridge.library.calls import apply, plan, resync, still_open, verify
from bridge.library.inputs import between, day, load_settings, yesterday
from bridge.library.results import PlanResult, SendingResult, VerifyResult

__all__ = [
    "PlanResult",
    "SendingResult",
    "VerifyResult",
    "apply",
    "between",
    "day",
    "load_settings",
    "plan",
    "resync",
    "still_open",
    "verify",
    "yesterday",
]
