"""The event that tells what became of one message: the same name and keys wherever it happens.

A log search for a message's key finds every `item.outcome` of it. No event holds a text, a name or
a token.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from bridge.model import Decision, HeldReason, Outcome, Risk

_log = structlog.get_logger("bridge.item")


def item_outcome(
    *,
    run: str,
    key: str | None,
    state: Outcome | Decision,
    reason: HeldReason | None = None,
    code: str | None = None,
    salesforce_id: str | None = None,
    attempt: int = 0,
    fixers: Sequence[str] = (),
    risk: Risk = Risk.LOSSLESS,
) -> None:
    """Tell one outcome.

    Args:
        run: the run's id.
        key: the message's; None where it could not be read.
        state: the outcome, or *held* or *skipped*.
        reason: why it is held.
        code: the status code of the refusal, or the one that it would meet.
        salesforce_id: of the row in the org.
        attempt: how many times it was sent in this run.
        fixers: those that changed it.
        risk: the highest of its changes.
    """
    _log.info(
        "item.outcome",
        run=run,
        key=key,
        state=state.value,
        reason=reason.value if reason else None,
        code=code,
        salesforce_id=salesforce_id,
        attempt=attempt,
        fixers=list(fixers),
        risk=risk.value,
    )
