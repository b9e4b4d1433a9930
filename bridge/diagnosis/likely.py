"""Which error a text without a status code most likely tells, by words that the platform writes.

A hint for a person alone: no cause and no policy follows from it, since anybody may write words.
"""

from __future__ import annotations

import re
from typing import Final

_WORDS: Final = (
    (r"bad value for restricted picklist field", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"),
    (r"no such column '[\w.]+' on (?:entity|sobject)", "INVALID_FIELD"),
    (r"foreign key external id: .* not found", "INVALID_FIELD"),
    (r"unable to create/update fields: ", "INVALID_FIELD_FOR_INSERT_UPDATE"),
    (r"data value too large", "STRING_TOO_LONG"),
    (r"required fields are missing", "REQUIRED_FIELD_MISSING"),
    (r"duplicate value found: ", "DUPLICATE_VALUE"),
    (r"unable to obtain exclusive access", "UNABLE_TO_LOCK_ROW"),
    (r"value not of required type", "INVALID_TYPE_ON_FIELD_IN_RECORD"),
    (r"value outside of valid range on numeric field", "NUMBER_OUTSIDE_VALID_RANGE"),
    (r"session expired or invalid", "INVALID_SESSION_ID"),
)
_LIKELY: Final = tuple((re.compile(words, re.IGNORECASE), code) for words, code in _WORDS)


def likely_code(text: str) -> str | None:
    """The code whose usual words a text has; None where it has none of these."""
    return next((code for words, code in _LIKELY if words.search(text)), None)
