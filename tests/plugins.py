"""Distributions that a test installs, each with a fixer."""

from __future__ import annotations

import importlib
from pathlib import Path

PLUGIN = """
from bridge.fixers import Fixer
from bridge.model import Change, Risk

class Shout(Fixer):
    name = "shout"
    risk = Risk.LOSSY

    def fix(self, record, schema, diagnosis):
        return [Change("Text__c", "hi", "HI", "shout", "louder", Risk.LOSSY)]
"""


class Plugins:
    """Distributions that a test installs, each with one fixer and a module of its own."""

    def __init__(self, site: Path) -> None:
        self._site = site

    def install(self, distribution: str, entry: str, source: str = PLUGIN) -> None:
        module = distribution.replace("-", "_")
        (self._site / f"{module}.py").write_text(source)
        info = self._site / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n"
        )
        (info / "entry_points.txt").write_text(f"[bridge.fixers]\n{entry}\n")
        importlib.invalidate_caches()
