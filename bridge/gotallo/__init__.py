"""What failed: GoTallo's failed-syncs endpoint, and its two wire shapes as one `FailedMessage`.

client   the HTTPS calls: who asks, what goes wrong, what is tried again
pages    from page to page, one ahead of the reader
wire     a page and its results, parsed
stream   the two listings joined, each message once

documented  a message as the documentation shows it
"""

from __future__ import annotations

from bridge.gotallo.client import GoTallo
from bridge.gotallo.documented import DOCUMENTED
from bridge.gotallo.stream import Stream, Summary, reread

__all__ = ["DOCUMENTED", "GoTallo", "Stream", "Summary", "reread"]
