"""Why a message failed: from Salesforce's error text to a diagnosis, from diagnoses to causes.

Pure: the same text gives the same diagnosis, and the same failure gives the same cause whether it
is read from GoTallo's text or from an answer that we got ourselves.
"""

from __future__ import annotations

from bridge.diagnosis.advice import Advice, advise
from bridge.diagnosis.catalogue import kind_of
from bridge.diagnosis.causes import cause_of
from bridge.diagnosis.grammar import diagnose, diagnose_error
from bridge.diagnosis.likely import likely_code

__all__ = ["Advice", "advise", "cause_of", "diagnose", "diagnose_error", "kind_of", "likely_code"]
