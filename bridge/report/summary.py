"""How a command ended, in a few lines for the next step of a runbook.

It is short on purpose: `--json` has the whole document, and only where the command came to one.
This is there however the command ended, and holds nobody's data: no key, no text of a message.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

from bridge.errors import Exit
from bridge.ledger import RunState
from bridge.model import Kind
from bridge.report.document import RunDocument, Standing, WindowPart
from bridge.report.verification import VerificationDocument


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class Meaning(StrEnum):
    """An exit code in a word."""

    OK = "ok"
    DEFECT = "defect"
    USAGE = "usage"
    LEFT_OVER = "left_over"
    REMOTE = "remote"
    SAFETY = "safety"
    IN_DOUBT = "in_doubt"
    LEASE = "lease"
    INTERRUPTED = "interrupted"


class ErrorPart(_Part):
    """Why the command failed, as it said on stderr."""

    message: str
    advice: str


class VerifiedPart(_Part):
    """What the org answered, in figures."""

    proven: bool
    """Whether all that should be there is there once, as it was sent."""
    asked: int
    once: int
    missing: int
    deleted: int
    repeated: int
    differing: int
    in_doubt: int
    absent: int
    there_unsent: int
    witnessed: int


class KindPart(_Part):
    """The messages of a run whose failures call for the same help."""

    kind: Kind
    causes: int
    counts: Standing


class SummaryDocument(_Part):
    """How a command ended; each key stands in a line of its own."""

    format: Literal["bridge.summary/1"] = "bridge.summary/1"
    command: str
    """`plan`, `apply`, `resync` or `verify`."""
    version: str
    """Of the program."""
    exit_code: int
    meaning: Meaning
    """The exit code in a word."""
    error: ErrorPart | None
    """Null where the command came to its end."""
    started_at: dt.datetime
    ended_at: dt.datetime
    profile: str | None
    run_id: str | None
    """Null where the command did not come to a run."""
    state: RunState | None
    window: WindowPart | None
    fetched: int | None
    counts: Standing | None
    """Of the run; null where it broke off while it was sending: `bridge status RUN` knows."""
    kinds: tuple[KindPart, ...]
    """The same by what may help, those that occur."""
    verified: VerifiedPart | None
    """Of `verify`."""
    api_calls: int | None
    settles_at: dt.datetime | None
    """From when on what is in doubt can be settled, where that is known."""
    stop_reason: str | None
    """Why a sending ended before its last message, and what to do."""
    next_command: str | None
    """The first command that may come next, ready to paste."""


def summary_document(
    *,
    command: str,
    version: str,
    exit_code: Exit,
    error: ErrorPart | None,
    started_at: dt.datetime,
    ended_at: dt.datetime,
    profile: str | None,
    run: RunDocument | None,
    figures_hold: bool,
    verification: VerificationDocument | None,
) -> SummaryDocument:
    """Put together what is known at a command's end.

    Args:
        command: its name.
        version: of the program.
        exit_code: with which it ends.
        error: why it failed.
        started_at: when it began.
        ended_at: now.
        profile: of its settings.
        run: as it was last read.
        figures_hold: whether nothing was sent since.
        verification: of `verify`.
    """
    held = run if figures_hold else None
    window = run.window if run else verification.window if verification else None
    return SummaryDocument(
        command=command,
        version=version,
        exit_code=exit_code,
        meaning=Meaning[exit_code.name],
        error=error,
        started_at=started_at,
        ended_at=ended_at,
        profile=profile,
        run_id=run.run_id if run else verification.run_id if verification else None,
        state=held.state if held else None,
        window=window,
        fetched=run.counts.fetched if run else None,
        counts=_standing(held.counts) if held else None,
        kinds=tuple(_kinds(held)) if held else (),
        verified=_verified(verification) if verification else None,
        api_calls=held.api_calls if held else None,
        settles_at=held.settles_at if held else None,
        stop_reason=(held.stop_reason or None) if held else None,
        next_command=held.next[0].command if held and held.next else None,
    )


def _standing(counts: Standing) -> Standing:
    return Standing(**{name: getattr(counts, name) for name in Standing.model_fields})


def _kinds(run: RunDocument) -> list[KindPart]:
    of_kind: dict[Kind, list[Standing]] = {}
    for cause in run.causes:
        of_kind.setdefault(cause.kind, []).append(cause.counts)
    return [
        KindPart(kind=kind, causes=len(each), counts=_sum(each))
        for kind, each in sorted(of_kind.items())
    ]


def _sum(each: list[Standing]) -> Standing:
    return Standing(
        **{name: sum(getattr(one, name) for one in each) for name in Standing.model_fields}
    )


def _verified(document: VerificationDocument) -> VerifiedPart:
    return VerifiedPart(
        proven=document.proven,
        asked=document.asked,
        once=document.once,
        missing=len(document.missing),
        deleted=len(document.deleted),
        repeated=len(document.repeated),
        differing=len(document.differing),
        in_doubt=len(document.in_doubt),
        absent=document.absent,
        there_unsent=len(document.there_unsent),
        witnessed=len(document.witnessed),
    )
