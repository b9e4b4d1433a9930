"""`python -m bridge` is the command `bridge`."""

from __future__ import annotations

from bridge.cli.main import main

main()
