"""How long things may take, where one bound is derived from others. All in seconds."""

from __future__ import annotations

CONNECT_SECONDS = 10.0
"""Opening a connection to the org."""
CALL_SECONDS = 120.0
"""One call to the org, however slowly its answer trickles."""
WRITE_SECONDS = 150.0
"""An insert as a whole: with the token's renewal before it, and its repetition after a refused
session. Nothing of it leaves later."""
REST_SECONDS = 30.0
"""Between a claim and its request. More means that the process was suspended: it then sends nothing
of the claim."""
PLATFORM_SECONDS = 600.0
"""How long Salesforce lets a call run that has arrived. Source: Salesforce Developer Limits, API
request limits."""
SETTLE_SECONDS = 900.0
"""How long after its claim a request may still take effect: more than rest, write and platform
together."""
BEAT_SECONDS = 10.0
"""How often the holder of a lease says that it lives."""
CLOCKS_SECONDS = 60.0
"""How far the clocks of two machines that share a ledger may be apart."""
