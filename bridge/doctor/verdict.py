"""What a check comes to."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.errors import BridgeError, Exit
from bridge.report.doctor import Mark


@dataclass(frozen=True, slots=True)
class Verdict:
    """One thing that was looked at, as a sentence, and how to mend it."""

    mark: Mark
    says: str
    mend: str = ""
    exit_code: Exit = Exit.OK
    """With what a run would end for it."""


def good(says: str) -> Verdict:
    return Verdict(Mark.GOOD, says)


def warning(says: str, mend: str) -> Verdict:
    """For what a run can bear."""
    return Verdict(Mark.WARNING, says, mend)


def wrong(error: BridgeError) -> Verdict:
    """For what a run would end with."""
    return Verdict(Mark.WRONG, error.message.rstrip("."), error.advice, error.exit_code)


def unchecked(says: str) -> Verdict:
    """For what could not be looked at, since something else is wrong."""
    return Verdict(Mark.UNCHECKED, says)
