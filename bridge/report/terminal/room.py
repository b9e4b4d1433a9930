"""What the room gives to others."""

from __future__ import annotations

from bridge.report.terminal.amendment import show_amendment, show_amendment_recorded
from bridge.report.terminal.causes import show_cause, show_causes
from bridge.report.terminal.doctor import show_doctor
from bridge.report.terminal.explain import show_explanation
from bridge.report.terminal.fixers import show_fixer, show_fixers, show_new_fixer
from bridge.report.terminal.ledger_check import show_ledger_check
from bridge.report.terminal.mapping_diff import show_mapping_diff
from bridge.report.terminal.mapping_test import show_mapping_test
from bridge.report.terminal.plan import show_plan, show_plan_alone
from bridge.report.terminal.report import show_report
from bridge.report.terminal.result import show_result
from bridge.report.terminal.status import show_status
from bridge.report.terminal.verification import show_verification

__all__ = [
    "show_amendment",
    "show_amendment_recorded",
    "show_cause",
    "show_causes",
    "show_doctor",
    "show_explanation",
    "show_fixer",
    "show_fixers",
    "show_ledger_check",
    "show_mapping_diff",
    "show_mapping_test",
    "show_new_fixer",
    "show_plan",
    "show_plan_alone",
    "show_report",
    "show_result",
    "show_status",
    "show_verification",
]
