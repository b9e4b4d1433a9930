"""How many API requests the org has left today. Pure."""

from __future__ import annotations

from bridge.doctor.verdict import Verdict, good, warning, wrong
from bridge.errors import RemoteError
from bridge.salesforce import ApiUsage

_FEW = 500
"""Calls that a morning takes easily: about 60,000 messages, or a few thousand with many causes."""


def judge(usage: ApiUsage | None, reserve: int) -> Verdict:
    """Whether a run could make its calls.

    Args:
        usage: of the org; None where it tells nobody like us.
        reserve: calls that are left to others.
    """
    if usage is None:
        return warning(
            "the org does not tell how many API requests are left today",
            "Grant View Setup and Configuration, or look at Setup, Company Information.",
        )
    left = f"{usage.left:,} of {usage.limit:,} API requests are left today, {reserve:,} in reserve"
    if usage.left <= reserve:
        return wrong(
            RemoteError(
                left,
                "Wait until they count anew (Setup, Company Information), find who uses them up, "
                "or lower BRIDGE_API_RESERVE.",
            )
        )
    if usage.left - reserve < _FEW:
        return warning(left, "A large run would stop at the reserve: send it later, or in parts.")
    return good(left)
