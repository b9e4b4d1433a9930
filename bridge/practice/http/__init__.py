"""What the practice org looks like from the network: both remotes, and a door of its own."""

from __future__ import annotations
