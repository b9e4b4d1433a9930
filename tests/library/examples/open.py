from __future__ import annotations

from bridge import resync, still_open

left = still_open()
if left is not None:
    print(resync(left).counts.synced, "of", len(left.keys), "inserted")
