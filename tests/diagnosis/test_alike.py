"""A text that was told apart from its value is read as if it had been read with it."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bridge.diagnosis import cause_of, diagnose
from bridge.diagnosis.alike import SIGN, apart, is_apart, with_value
from tests.diagnosis.wrapping import PIECES, Error, as_bulk, fields, nested

PHRASES = (
    "execution of AfterInsert", "caused by", "data changed by trigger", "System.LimitException",
    "because the 'Mine' process failed", "Flow Name", "RESPONSE", "at home", "\nat home (", "it's",
    "\nTimeout, ", "; InvalidBatch, ", "| Unknown, ", "\nHello, you", "Trigger.Mine", "0035g0000",
    "001000000000001AAA", "No such column 'A' on entity 'Lead'", "UNABLE_TO_LOCK_ROW", "not found",
    "STATUSCODE", "for field A in entity B", "-", "--", "Foo, Bar", "A, b c", "word", "😀", "\r\n",
    "ä", " ", "  ", "\n", "'", " '", "' ", ".", "…", "5", "\u2028", "&", "x" * 150,
)  # fmt: skip
"""What the grammar looks for, and what chatters write."""

values = st.lists(
    st.sampled_from(PHRASES) | st.sampled_from(PIECES) | st.text(max_size=4), max_size=6
).map("".join)
plain_values = values.filter(
    lambda value: (
        apart(f"STRING_TOO_LONG:Text: data value too large: {value} (max length=9):--") is not None
    )
)


@st.composite
def too_long(draw: st.DrawFn, value: st.SearchStrategy[str] = values) -> Error:
    label = draw(st.sampled_from(["Text", "Last Name", "Größe", "Flow “X”", "A]", "A (b)", ""]))
    quoted = draw(value)
    message = f"{label}: data value too large: {quoted} (max length={draw(st.integers(1, 999))})"
    return Error("STRING_TOO_LONG", message, draw(fields))


def as_plain(error: Error) -> str:
    return f"{error.code}: {error.message}"


BEHIND = ("", "", "", "\n", "; UNABLE_TO_LOCK_ROW: busy", "\nDUPLICATE_VALUE:twice:Name --",
          " ¤", " [A, B]", "…", " (Name)", ": [Name]\n\n(Social25)\n:--")  # fmt: skip


@st.composite
def texts(draw: st.DrawFn, value: st.SearchStrategy[str]) -> str:
    error = draw(nested(too_long(value))).error
    written = draw(st.sampled_from([as_bulk, as_plain]))(error)
    return written + draw(st.sampled_from(BEHIND))


@settings(max_examples=400)
@given(texts(values) | texts(plain_values))
@example("STRING_TOO_LONG:Text: data value too large: \r\nyes\r\nyes (max length=5):Text__c --")
@example(f"STRING_TOO_LONG:Text: data value too large: {'x' * 4_000} (max length=5):Text__c --")
@example(
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY:My: data value too large: execution of AfterInsert it "
    "(max length=80): execution of BeforeInsert caused by: first error: STRING_TOO_LONG, A: data "
    "value too large: x (max length=80): [LastName]:--"
)
def test_it_is_read_as_with_its_value(text: str) -> None:
    told_apart = apart(text)
    if told_apart is None:
        return
    left, value = told_apart
    assert left.replace(SIGN, value) == text
    alike = diagnose(left)
    if is_apart(alike):
        diagnosis = diagnose(text)
        message = with_value(alike.message, value)
        assert diagnosis == alike._replace(message=message, value=value.strip())
        assert cause_of(diagnosis) == cause_of(alike)._replace(message=message)


@pytest.mark.parametrize(
    "value",
    [
        "Thank you, it's fine.\r\n\r\nSee you on Monday 😀; 我想更改明天的预订。",
        "1,240.00 at 5 - or 6?",
    ],
)
@pytest.mark.parametrize("code", ["STRING_TOO_LONG", "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"])
def test_what_chatters_write_is_told_apart(value: str, code: str) -> None:
    inner = "" if code == "STRING_TOO_LONG" else "first error: STRING_TOO_LONG, "
    text = f"{code}:{inner}Text: data value too large: {value} (max length=5): [Text__c]:--"
    told_apart = apart(text)
    assert told_apart is not None
    assert told_apart.value == value
    assert is_apart(diagnose(told_apart.text))


@pytest.mark.parametrize(
    "value",
    [
        "", " ", "at 5:30", "A_CODE", "two -- three", "'quoted'", "“quoted”", "[x]", "(x", "<b>",
        "a\nTimeout, b", "a\n  at home", "execution of it", "001000000000001AAA", SIGN, "\x1b[2J",
    ],
)  # fmt: skip
def test_what_may_say_more_than_itself_is_not(value: str) -> None:
    assert apart(f"STRING_TOO_LONG:Text: data value too large: {value} (max length=5):A --") is None
