"""What `--json` prints of a check of the ledger."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from bridge.ledger import LedgerCheck
from bridge.report.interchange import held_by_utf8


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class CheckedPart(_Part):
    """One sentence about the ledger, and whether it is true."""

    says: str
    broken: int
    """How many rows break it."""
    named: tuple[str, ...]
    """The first of them."""


class LedgerCheckDocument(_Part):
    """Whether a ledger is as it should be."""

    format: Literal["bridge.ledger-check/1"] = "bridge.ledger-check/1"
    ledger: str
    """Where it lies, without a password."""
    sound: bool
    rows: dict[str, int]
    """How many rows each table has."""
    checked: tuple[CheckedPart, ...]


def ledger_check_document(check: LedgerCheck) -> LedgerCheckDocument:
    """Put a check into the form of its JSON."""
    return LedgerCheckDocument(
        ledger=held_by_utf8(check.place),
        sound=check.sound,
        rows=dict(check.rows),
        checked=tuple(
            CheckedPart(says=one.says, broken=one.broken, named=tuple(map(held_by_utf8, one.named)))
            for one in check.checked
        ),
    )
