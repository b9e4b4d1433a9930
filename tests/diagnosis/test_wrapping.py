"""Whatever stands round an error, and whatever it quotes, the error comes back whole."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import example, given

from bridge.diagnosis import diagnose, diagnose_error
from bridge.model import Diagnosis, Kind
from tests.diagnosis.wrapping import ENVELOPES, Error, Nested, as_bulk, as_exception, nested

LIKE_AN_ANSWER = Error("STRING_TOO_LONG", "[first error: UNABLE_TO_LOCK_ROW, hi: [Name]errorCode")


def expected(case: Nested) -> Diagnosis:
    """What the root alone says, and what was round it."""
    root = case.root
    alone = diagnose_error(root.code, root.message, root.fields)
    wrapped = case.outer_code is not None
    return alone._replace(
        outer_code=case.outer_code,
        handler=case.handler if wrapped else alone.handler,
        kind=Kind.ADMIN if wrapped and alone.kind is Kind.STOP else alone.kind,
    )


@pytest.mark.parametrize("envelope", ENVELOPES, ids=lambda envelope: envelope.__name__)
@example(case=Nested(LIKE_AN_ANSWER, LIKE_AN_ANSWER, None))
@given(case=nested())
def test_an_error_comes_back_whole(envelope: Callable[[Error], str], case: Nested) -> None:
    read = diagnose(envelope(case.error))
    wanted = expected(case)
    assert read.code == wanted.code
    assert read.message == wanted.message
    assert (read.fields, read.limit, read.value) == (wanted.fields, wanted.limit, wanted.value)
    assert read.outer_code == wanted.outer_code
    assert (read.rule, read.object) == (wanted.rule, wanted.object)
    if envelope is not as_exception or wanted.kind is not Kind.STOP:
        assert read.kind is wanted.kind
    if case.handler is not None:
        assert read.handler == case.handler


@given(case=nested())
def test_parts_read_as_the_whole_text(case: Nested) -> None:
    error = case.error
    in_parts = diagnose_error(error.code, error.message, error.fields)
    whole = diagnose(as_bulk(error))
    without_envelope = whole._replace(steps=whole.steps[1:], ids=in_parts.ids)
    assert without_envelope == in_parts
