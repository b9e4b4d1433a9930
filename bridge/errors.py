"""Every error that a user can meet, in one tree.

    BridgeError
    ├── UsageError               2  the command, the settings or a file we were given
    │   ├── WindowError
    │   ├── SettingsError
    │   ├── MappingError
    │   └── LedgerError
    ├── RemoteError              4  a remote could not be reached, or refused us
    │   ├── GoTalloError
    │   └── OrgError
    │       ├── OrgUnreachable      nothing was sent
    │       ├── OrgRefused          answered, and nothing was done
    │       └── OrgUnanswered       may have been done: the outcome is in doubt
    ├── SafetyStop               5  a safety limit, or a declined question
    │   └── Declined                no error: a person said no
    └── LeaseHeld                7  another run is writing

Each says what happened, to which thing, and what to do next; the number is the exit code.
"""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar


class Exit(IntEnum):
    """The exit codes a runbook depends on."""

    OK = 0
    DEFECT = 1
    USAGE = 2
    LEFT_OVER = 3
    REMOTE = 4
    SAFETY = 5
    IN_DOUBT = 6
    LEASE = 7
    INTERRUPTED = 130


class BridgeError(Exception):
    """The root: `message` says what happened, `advice` what to do next."""

    exit_code: ClassVar[Exit] = Exit.DEFECT
    heading: ClassVar[str] = "Error: "
    """What stands before the message where it is shown."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice


class UsageError(BridgeError):
    """The command, the settings or a file that we were given is not usable."""

    exit_code = Exit.USAGE


class WindowError(UsageError):
    """The window is reversed, empty or unreadable."""


class SettingsError(UsageError):
    """A setting is missing or wrong."""


class MappingError(UsageError):
    """The mapping file is wrong, or does not fit the org."""


class LedgerError(UsageError):
    """The ledger can't be opened, read or written."""


class RemoteError(BridgeError):
    """GoTallo or Salesforce could not be reached, or refused us."""

    exit_code = Exit.REMOTE


class GoTalloError(RemoteError):
    """GoTallo could not be reached, or refused us."""


class OrgError(RemoteError):
    """The Salesforce org could not be reached, or refused us."""


class OrgUnreachable(OrgError):
    """The request certainly never arrived."""


class OrgRefused(OrgError):
    """The org answered, and did nothing of what was asked."""

    def __init__(self, message: str, advice: str = "", *, status: int = 0, code: str = "") -> None:
        super().__init__(message, advice)
        self.status = status
        """The HTTP status, 0 where there was none."""
        self.code = code
        """The platform's error code, empty where there was none."""


class OrgUnanswered(OrgError):
    """The request may have arrived and gave no readable answer."""


class SafetyStop(BridgeError):
    """A safety limit was reached, or a question was declined."""

    exit_code = Exit.SAFETY


class Declined(SafetyStop):
    """A person was asked and did not agree: no error, and not told as one."""

    heading = ""


class LeaseHeld(BridgeError):
    """Another run is writing to this org."""

    exit_code = Exit.LEASE
