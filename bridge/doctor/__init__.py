"""Whether a run could do its work: every precondition looked at, and nothing written.

examination  asks, each part on its own, and puts the verdicts together
verdict      what a check comes to

Each other file has one family of checks. What it asks stands apart from how it is judged, and the
judging is pure.
"""

from __future__ import annotations

from bridge.doctor.examination import examine
from bridge.doctor.login import misleading
from bridge.doctor.verdict import Verdict

__all__ = ["Verdict", "examine", "misleading"]
