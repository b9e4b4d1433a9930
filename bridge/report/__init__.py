"""A run for people and programs. It shows the ledger, never the live objects of a run."""

from __future__ import annotations

from bridge.report.document import ItemPart, ReportDocument, RunDocument, exit_of
from bridge.report.reading import report_document, run_document
from bridge.report.terminal import (
    show_explanation,
    show_ledger_check,
    show_plan,
    show_plan_alone,
    show_report,
    show_result,
    show_status,
    show_verification,
)

__all__ = [
    "ItemPart",
    "ReportDocument",
    "RunDocument",
    "exit_of",
    "report_document",
    "run_document",
    "show_explanation",
    "show_ledger_check",
    "show_plan",
    "show_plan_alone",
    "show_report",
    "show_result",
    "show_status",
    "show_verification",
]
