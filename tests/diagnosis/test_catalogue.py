from __future__ import annotations

import pytest

from bridge.diagnosis.catalogue import (
    CATALOGUE,
    NOT_ATTEMPTED,
    UNKNOWN,
    WRAPPERS,
    advice_for,
    kind_of,
)
from bridge.model import Kind


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        ("UNABLE_TO_LOCK_ROW", "", Kind.TRANSIENT),
        ("STRING_TOO_LONG", "", Kind.DATA),
        ("FIELD_CUSTOM_VALIDATION_EXCEPTION", "", Kind.RULE),
        ("DUPLICATE_VALUE", "", Kind.DUPLICATE),
        ("INSUFFICIENT_ACCESS_OR_READONLY", "", Kind.ADMIN),
        ("STORAGE_LIMIT_EXCEEDED", "", Kind.STOP),
        ("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", Kind.STOP),
        ("REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API) Limit", Kind.TRANSIENT),
        ("REQUEST_LIMIT_EXCEEDED", "ConcurrentPerOrgLongTxn Limit exceeded.", Kind.TRANSIENT),
        ("CANNOT_EXECUTE_FLOW_TRIGGER", "the flow failed", Kind.ADMIN),
        ("CANNOT_EXECUTE_FLOW_TRIGGER", "unable to obtain exclusive access", Kind.TRANSIENT),
        ("STRING_TOO_LONG", "unable to obtain exclusive access", Kind.DATA),
        ("SOMETHING_NEW", "", Kind.UNKNOWN),
        (None, "", Kind.UNKNOWN),
    ],
)
def test_a_code_has_a_kind(code: str | None, message: str, kind: Kind) -> None:
    assert kind_of(code, message) is kind


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_every_entry_gives_one_sentence_of_advice(code: str) -> None:
    advice = advice_for(code)
    assert advice.endswith(".")
    assert ". " not in advice
    assert CATALOGUE[code].kind is not Kind.UNKNOWN


def test_an_unknown_code_gives_advice_too() -> None:
    assert advice_for("SOMETHING_NEW") == advice_for(None) == UNKNOWN.advice


def test_the_special_codes_are_in_the_catalogue() -> None:
    assert CATALOGUE.keys() >= WRAPPERS | NOT_ATTEMPTED
