"""Which failures share one root."""

from __future__ import annotations

import hashlib
import json
from typing import Final

from bridge.model import Cause, Diagnosis, Kind

FINGERPRINT_VERSION: Final = 1
"""Part of every id, so that a better fingerprint never gives an old id another sense."""

_ID_DIGITS = 6


def cause_of(diagnosis: Diagnosis | None) -> Cause:
    """Name the cause that a failure belongs to; None is a failure without any error text.

    One code and one set of fields are one cause. Of validation rules the message counts too: two
    rules share the code, and each has its own message.
    """
    if diagnosis is None:
        return Cause(_id("no error text"), None, (), Kind.UNKNOWN, "")
    fields = tuple(sorted(diagnosis.fields))
    rule = " ".join(diagnosis.message.split()) if diagnosis.kind is Kind.RULE else None
    identity = _id(diagnosis.code, fields, rule)
    return Cause(identity, diagnosis.code, fields, diagnosis.kind, diagnosis.message)


def _id(*root: str | tuple[str, ...] | None) -> str:
    canonical = json.dumps([FINGERPRINT_VERSION, *root], separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()[:_ID_DIGITS]
