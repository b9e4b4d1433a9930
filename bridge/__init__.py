"""Brings messages that GoTallo could not insert into Salesforce there, each exactly once.

From a program: `from bridge import plan, apply, resync, verify`. Each name is imported when it is
first asked for, so that importing the package itself costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bridge.delivery import EndingKind, Halt
    from bridge.errors import (
        BridgeError,
        Declined,
        Exit,
        GoTalloError,
        LeaseHeld,
        LedgerError,
        MappingError,
        OrgError,
        OrgRefused,
        OrgUnanswered,
        OrgUnreachable,
        RemoteError,
        SafetyStop,
        SettingsError,
        UsageError,
        WindowError,
    )
    from bridge.events import Event, Observer
    from bridge.fixers import Example, Fixer, NoOptions, prove
    from bridge.library import (
        PlanResult,
        SendingResult,
        VerifyResult,
        apply,
        between,
        day,
        load_settings,
        plan,
        resync,
        still_open,
        verify,
        yesterday,
    )
    from bridge.model import (
        Change,
        Decision,
        Diagnosis,
        FieldSchema,
        HeldReason,
        Kind,
        ObjectSchema,
        Outcome,
        Record,
        Risk,
        Value,
        Window,
    )
    from bridge.settings import Settings
    from bridge.use_cases import StillOpen
    from bridge.version import __version__

__all__ = [
    "BridgeError",
    "Change",
    "Decision",
    "Declined",
    "Diagnosis",
    "EndingKind",
    "Event",
    "Example",
    "Exit",
    "FieldSchema",
    "Fixer",
    "GoTalloError",
    "Halt",
    "HeldReason",
    "Kind",
    "LeaseHeld",
    "LedgerError",
    "MappingError",
    "NoOptions",
    "ObjectSchema",
    "Observer",
    "OrgError",
    "OrgRefused",
    "OrgUnanswered",
    "OrgUnreachable",
    "Outcome",
    "PlanResult",
    "Record",
    "RemoteError",
    "Risk",
    "SafetyStop",
    "SendingResult",
    "Settings",
    "SettingsError",
    "StillOpen",
    "UsageError",
    "Value",
    "VerifyResult",
    "Window",
    "WindowError",
    "__version__",
    "apply",
    "between",
    "day",
    "load_settings",
    "plan",
    "prove",
    "resync",
    "still_open",
    "verify",
    "yesterday",
]

_ROOMS = {
    "bridge.delivery": ("EndingKind", "Halt"),
    "bridge.errors": (
        "BridgeError",
        "Declined",
        "Exit",
        "GoTalloError",
        "LeaseHeld",
        "LedgerError",
        "MappingError",
        "OrgError",
        "OrgRefused",
        "OrgUnanswered",
        "OrgUnreachable",
        "RemoteError",
        "SafetyStop",
        "SettingsError",
        "UsageError",
        "WindowError",
    ),
    "bridge.events": ("Event", "Observer"),
    "bridge.fixers": ("Example", "Fixer", "NoOptions", "prove"),
    "bridge.library": (
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
    ),
    "bridge.model": (
        "Change",
        "Decision",
        "Diagnosis",
        "FieldSchema",
        "HeldReason",
        "Kind",
        "ObjectSchema",
        "Outcome",
        "Record",
        "Risk",
        "Value",
        "Window",
    ),
    "bridge.settings": ("Settings",),
    "bridge.use_cases": ("StillOpen",),
    "bridge.version": ("__version__",),
}
"""Where each name is."""
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in _ROOM_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(_ROOM_OF[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return __all__
