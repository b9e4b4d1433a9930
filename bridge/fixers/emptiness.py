"""When a field of a record has no value."""

from __future__ import annotations

from typing import Final

from bridge.model import Value

BULK_NULL: Final = "#N/A"
"""How the Bulk API writes null (Bulk API Developer Guide, "Prepare CSV Files")."""


def is_empty(value: Value) -> bool:
    """Whether it is null in any of its forms: absent, blank text, or the Bulk API's null."""
    return value is None or (isinstance(value, str) and (not value.strip() or value == BULK_NULL))
