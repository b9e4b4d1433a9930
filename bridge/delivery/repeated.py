"""How it is told that the org has a message more than once, and who made each row."""

from __future__ import annotations

from collections.abc import Sequence

from bridge.salesforce import FoundRow

_MOST_TOLD = 5
"""Rows of one message."""


def told_repeated(rows: Sequence[FoundRow], user_id: str) -> str:
    """A sentence on the live rows of a message, empty where there are not several."""
    live = [row for row in rows if not row.deleted]
    if len(live) < 2:
        return ""
    told = [
        f"{row.id} by {_who(row, user_id)} on {row.created_at:%Y-%m-%d %H:%M} UTC"
        for row in live[:_MOST_TOLD]
    ]
    beyond = len(live) - _MOST_TOLD
    if beyond > 0:
        told.append(f"and {beyond:,} more")
    return f"the org has it {len(live):,} times: {', '.join(told)}"


def _who(row: FoundRow, user_id: str) -> str:
    return "us" if row.created_by == user_id else f"another user ({row.created_by})"
