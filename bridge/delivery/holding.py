"""Holding ready items back during a sending, on record and told."""

from __future__ import annotations

from collections.abc import Sequence

from bridge.events import MessageOutcome, Observer
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
    tell: Observer,
) -> None:
    """Hold items that were not sent.

    Raises:
        LedgerError: it can't be put on record.
    """
    ledger.hold(run_id, [item.position for item in items], reason, what, advice)
    for item in items:
        tell(
            MessageOutcome(
                run_id,
                item.key,
                item.cause_id,
                Decision.HELD,
                reason,
                attempt=item.attempts,
                fixers=item.fixers,
                risk=item.risk,
            )
        )
