from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from bridge.fixers.emptiness import BULK_NULL
from bridge.fixers.interface import Example, Fixer, NoOptions
from bridge.model import Change, Diagnosis, ObjectSchema, Record, Risk

_SHAPES = 256
"""Of records whose changes are kept: those of a morning mostly lack the same fields."""


class Nulls(Fixer[NoOptions]):
    """Read `#N/A` as null.

    Problem: GoTallo writes its records for the Bulk API, where `#N/A` means null. Sent as JSON it
    would be stored as text, or refused by a field that holds no text.

    Repair: a value that is `#N/A` and nothing else becomes null, in a field of any type. Text that
    has it among other words stays.
    """

    name = "nulls"
    risk = Risk.LOSSLESS
    examples = (
        Example(
            says="A field that the message has no value for is null.",
            options=None,
            before={"Media_Title__c": "#N/A", "Text__c": "Hi"},
            after={"Media_Title__c": None, "Text__c": "Hi"},
        ),
        Example(
            says="A sender who writes about #N/A is quoted as written.",
            options=None,
            before={"Text__c": "My sheet shows #N/A in each row"},
            after={"Text__c": "My sheet shows #N/A in each row"},
        ),
    )

    def fix(
        self, record: Record, schema: ObjectSchema, diagnosis: Diagnosis | None
    ) -> Sequence[Change]:
        return _to_null(tuple([field for field, value in record.items() if value == BULK_NULL]))


@lru_cache(_SHAPES)
def _to_null(fields: tuple[str, ...]) -> tuple[Change, ...]:
    """The changes, which are the same in each record that lacks these fields."""
    return tuple(
        Change(
            field=field,
            before=BULK_NULL,
            after=None,
            fixer=Nulls.name,
            why="#N/A is how the Bulk API writes null",
            risk=Risk.LOSSLESS,
        )
        for field in fields
    )
