"""Holding ready items back during a sending, on record and as events."""

from __future__ import annotations

from collections.abc import Sequence

from bridge.events import item_outcome
from bridge.ledger import Ledger, PendingItem
from bridge.model import Decision, HeldReason


def hold(
    ledger: Ledger,
    run_id: str,
    items: Sequence[PendingItem],
    reason: HeldReason,
    *,
    what: str,
    advice: str,
) -> None:
    """Hold items that were not sent.

    Raises:
        LedgerError: it can't be put on record.
    """
    ledger.hold(run_id, [item.position for item in items], reason, what, advice)
    for item in items:
        item_outcome(
            run=run_id,
            key=item.key,
            state=Decision.HELD,
            reason=reason,
            attempt=item.attempts,
            fixers=item.fixers,
            risk=item.risk,
        )
