from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bridge.ledger.storing import diagnosis_of, diagnosis_value
from bridge.model import Confidence, Diagnosis, Kind

diagnoses = st.from_type(Diagnosis)


def through_a_database(diagnosis: Diagnosis) -> Any:
    return json.loads(json.dumps(diagnosis_value(diagnosis)))


@given(diagnoses)
def test_a_diagnosis_comes_back_whole(diagnosis: Diagnosis) -> None:
    assert diagnosis_of(through_a_database(diagnosis)) == diagnosis


def test_one_of_an_older_ledger_has_what_was_read_then() -> None:
    older = {
        "code": "STRING_TOO_LONG",
        "kind": "data",
        "message": "too long",
        "fields": ["Text__c"],
        "outer_code": None,
        "limit": 80,
    }
    assert diagnosis_of(older) == Diagnosis(
        "STRING_TOO_LONG", Kind.DATA, "too long", ("Text__c",), None, 80
    )
    assert diagnosis_of(older).confidence is Confidence.CERTAIN
