"""The time that a server writes into the head of an answer."""

from __future__ import annotations

import datetime as dt
import email.utils


def http_date(header: str | None) -> dt.datetime | None:
    """Read a date of HTTP (RFC 9110, 5.6.7); None where there is none that can be read."""
    if header is None:
        return None
    try:
        date = email.utils.parsedate_to_datetime(header)
    except ValueError:
        return None
    # A date in "-0000" is read as naive, and means UTC.
    return date if date.tzinfo else date.replace(tzinfo=dt.UTC)
