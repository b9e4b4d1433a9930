"""A text that was told apart from its value is read as if it had been read with it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.diagnosis import cause_of, diagnose
from bridge.diagnosis.alike import SIGN, apart, quotes_the_sign_alone, with_value
from tests.diagnosis.wrapping import PIECES, Error, as_bulk, fields, nested

PHRASES = (
    "execution of AfterInsert", "caused by", "data changed by trigger", "System.LimitException",
    "because the 'Mine' process failed", "Flow Name", "RESPONSE", "at home", "\nat home (", "it's",
    "\nTimeout, ", "; InvalidBatch, ", "| Unknown, ", "\nHello, you", "Trigger.Mine", "0035g0000",
    "001000000000001AAA", "No such column 'A' on entity 'Lead'", "UNABLE_TO_LOCK_ROW", "not found",
    "ExceptionCode", "This error occurred", ". You can look up ExceptionCode", ". Yes",
    "4e7ab0d19fa83c2", "\x1b[0m", " " * 1_000, "hello",
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
    limit = draw(st.sampled_from([1, 80, 255, 32_000]))
    message = f"{label}: data value too large: {quoted} (max length={limit})"
    return Error("STRING_TOO_LONG", message, draw(fields))


def as_plain(error: Error) -> str:
    return f"{error.code}: {error.message}"


BEHIND = ("", "", "", "\n", "; UNABLE_TO_LOCK_ROW: busy", "\nDUPLICATE_VALUE:twice:Name --",
          " ¤", " [A, B]", "…", " (Name)", "\nSTRING_TOO_LONG: hello", " see ExceptionCode",
          ". You can look up ExceptionCode values in the guide.", "\x1b\x1b[0m[0m x",
          ": [Name]\n\n(Social25)\n:--")  # fmt: skip


@st.composite
def texts(draw: st.DrawFn, value: st.SearchStrategy[str]) -> str:
    error = draw(nested(too_long(value))).error
    written = draw(st.sampled_from([as_bulk, as_plain]))(error)
    return written + draw(st.sampled_from(BEHIND))


IN_TRIGGER = "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY:"
IN_FLOW = "CANNOT_EXECUTE_FLOW_TRIGGER:"
TEXT = "Text: data value too large: "
TELLING = (
    f"STRING_TOO_LONG:{TEXT}\r\nyes\r\nyes (max length=5):Text__c --",
    f"STRING_TOO_LONG:{TEXT}{'x' * 4_000} (max length=5):Text__c --",
    (
        f"{IN_TRIGGER}My: data value too large: execution of AfterInsert it (max length=80): "
        "execution of BeforeInsert caused by: first error: STRING_TOO_LONG, A: data value too "
        "large: x (max length=80): [LastName]:--"
    ),
    (
        f"{IN_TRIGGER}STRING_TOO_LONG, {TEXT}Which ExceptionCode is it? I see it. You can look up "
        "ExceptionCode (max length=9): [Text__c]:--"
    ),
    (
        f"{IN_FLOW}CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY, Insert failed. First exception on row 0; "
        f"STRING_TOO_LONG, {TEXT}what is an ExceptionCode (max length=9): [Text__c]"
    ),
    (
        f"{IN_FLOW}flow “X” failed: STRING_TOO_LONG: {TEXT}Yes. Thank you. (max length=5) see "
        "ExceptionCode:--"
    ),
    (
        f"{IN_TRIGGER}flow “X” failed: STRING_TOO_LONG: {TEXT}Yes. Thank you. (max length=5) see "
        "ExceptionCode:--"
    ),
    (
        f"{IN_FLOW}flow “X” failed: STRING_TOO_LONG: {TEXT}Hi. You can look up ExceptionCode. This "
        "error occurred (max length=5). You can look up ExceptionCode values in the guide.:--"
    ),
    f"STRING_TOO_LONG:{TEXT}ref 4e7ab0d19fa83c2 please (max length=32000):Text__c --",
    f"STRING_TOO_LONG:{TEXT}hello world (max length=5)\nSTRING_TOO_LONG: hello",
    f"STRING_TOO_LONG:{TEXT}{' ' * 1_000}x (max length=5):--",
    f"{IN_TRIGGER}“Mine”: STRING_TOO_LONG: {TEXT}our flow (max length=5)\x1b\x1b[0m[0m x",
)
"""Where more than the value hangs on the value."""


@settings(max_examples=400)
@given(texts(values) | texts(plain_values))
def test_it_is_read_as_with_its_value(text: str) -> None:
    is_read_as_with_its_value(text)


@pytest.mark.parametrize("text", TELLING)
def test_what_says_more_with_its_value_is_read_with_it(text: str) -> None:
    is_read_as_with_its_value(text)


def is_read_as_with_its_value(text: str) -> None:
    told_apart = apart(text)
    if told_apart is None:
        return
    left, value = told_apart
    assert left.replace(SIGN, value) == text
    alike = diagnose(left)
    if quotes_the_sign_alone(alike):
        diagnosis = diagnose(text)
        assert diagnosis == with_value(alike, value)
        assert cause_of(diagnosis) == cause_of(alike)._replace(message=diagnosis.message)


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
    assert quotes_the_sign_alone(diagnose(told_apart.text))


@pytest.mark.parametrize(
    "value",
    [
        "", " ", "at 5:30", "A_CODE", "two -- three", "'quoted'", "“quoted”", "[x]", "(x", "<b>",
        "a\nTimeout, b", "a\n  at home", "execution of it", " a", "ExceptionCode",
        "001000000000001AAA", "4e7ab0d19fa83c2", SIGN, "\x1b[2J",
    ],
)  # fmt: skip
def test_what_may_say_more_than_itself_is_not(value: str) -> None:
    assert apart(f"STRING_TOO_LONG:Text: data value too large: {value} (max length=5):A --") is None
