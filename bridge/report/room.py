"""What the room gives to others."""

from __future__ import annotations

from bridge.report.amendment import amendment_document
from bridge.report.causes import (
    CauseDocument,
    CausesDocument,
    cause_document,
    causes_document,
    days_of_causes,
)
from bridge.report.document import ItemPart, ReportDocument, RunDocument, exit_of
from bridge.report.fixers import (
    FixerDocument,
    FixersDocument,
    fixer_document,
    fixers_document,
)
from bridge.report.handout import Content, Handout, whole
from bridge.report.html import html_page
from bridge.report.mapping_diff import MappingDiffDocument, mapping_diff_document
from bridge.report.mapping_test import MappingTestDocument, mapping_test_document
from bridge.report.masking import masked
from bridge.report.reading import report_document, run_document

__all__ = [
    "CauseDocument",
    "CausesDocument",
    "Content",
    "FixerDocument",
    "FixersDocument",
    "Handout",
    "ItemPart",
    "MappingDiffDocument",
    "MappingTestDocument",
    "ReportDocument",
    "RunDocument",
    "amendment_document",
    "cause_document",
    "causes_document",
    "days_of_causes",
    "exit_of",
    "fixer_document",
    "fixers_document",
    "html_page",
    "mapping_diff_document",
    "mapping_test_document",
    "masked",
    "report_document",
    "run_document",
    "whole",
]
