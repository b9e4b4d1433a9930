from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from bridge.fixers import build, with_fields
from bridge.model import Risk
from bridge.planning.check import check
from tests.fixers.schema import (
    MESSAGE,
    awkward_text,
    changes,
    field,
    leaves_alone,
    only_change,
    telling_text,
)

EMAIL = "User_Email__c"
CLEAR = {EMAIL: {"else": "clear"}}
addresses = st.from_regex(
    r"[a-zA-Z0-9_+][a-zA-Z0-9_.+]{0,20}@([a-z0-9]{1,9}\.){1,2}[a-z]{2,4}", fullmatch=True
)


@pytest.mark.parametrize(
    "text",
    [
        " a@example.org\t",
        "a@EXAMPLE.org",
        "mailto:a@example.org",
        "MAILTO:a@example.org",
        "<a@example.org>",
        "<mailto:a@example.org>",
        "'a@example.org'",
        "a@example.org,",
        "a@example.org.",
    ],
)
def test_the_same_address_in_other_dress_loses_nothing(text: str) -> None:
    change = only_change("email", None, {EMAIL: text})
    assert (change.after, change.risk, change.lost) == ("a@example.org", Risk.LOSSLESS, 0)


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("A <a@example.org>", 2),
        ('"Sender, 12" <a@example.org>', 13),
        ("Sender, 12 <a@example.org>, B <b@example.org>", 30),
        ("<mailto:a@example.org?subject=Hi>", 11),
        ("a@example.org b@example.org", 14),
        ("a@example.org\nb@example.org", 14),
        ("a@example.org; b@", 4),
        ("a@example.org (work)", 7),
    ],
)
def test_what_is_left_out_is_counted_and_lossy(text: str, lost: int) -> None:
    change = only_change("email", None, {EMAIL: text})
    assert (change.after, change.risk, change.lost) == ("a@example.org", Risk.LOSSY, lost)


@pytest.mark.parametrize(
    "text",
    [
        *("ask me", "a@", "@example.org", "a@example", "a@b@example.org", ".a@example.org"),
        *("a b@", "write to a@example.org", "a@-example.org", "a@example..org", "a@example.1"),
        *("a" * 80 + "@example.org", "a@" + "b" * 90 + ".org", "<>", "mailto:"),
    ],
)
def test_what_is_no_address_is_held_or_cleared(text: str) -> None:
    assert leaves_alone("email", None, {EMAIL: text})
    change = only_change("email", CLEAR, {EMAIL: text})
    assert (change.after, change.risk) == (None, Risk.LOSSY)


@pytest.mark.parametrize("options", [None, CLEAR])
@pytest.mark.parametrize(
    "text",
    [
        *("a@example.org", "Ä.ö@exämple.org", "a..b.@example.org", "", " "),
        *(
            "a@İstanbul.example",
            "what?ever@example.org",
            "a|b@example.org",
            "'quoted'@example.org",
            "a" * 65 + "@b.org",
        ),
    ],
)
def test_what_is_right_or_empty_stays(options: object, text: str) -> None:
    assert leaves_alone("email", options, {EMAIL: text})


def test_a_text_field_is_looked_after_where_it_is_named() -> None:
    record = {"Custom_Identifer__c": "<a@example.org>"}
    assert leaves_alone("email", {"*": {}}, record)
    assert only_change("email", {"Custom_Identifer__c": {}}, record).after == "a@example.org"


def test_an_address_is_never_cut() -> None:
    short = field("Social25__User_Email__c", "email", 10)
    assert len("a@example.org") > short.length
    record = {short.name: " a@example.org"}
    made = tuple(build("email", None).fix(record, with_fields(short), None))
    assert made == ()


@given(telling_text | awkward_text | addresses.map(lambda a: f"Sender <{a}>, x") | addresses)
def test_what_is_made_is_an_address_that_the_schema_takes(text: str) -> None:
    for change in changes(build("email", CLEAR), {f"Social25__{EMAIL}": text}):
        if change.after is not None:
            assert str(change.after).lower() in text.lower()
            problems = check({change.field: change.after}, MESSAGE)
            assert change.field not in {problem.field for problem in problems}


@given(
    st.from_regex(
        r"[\w][\w!#$%&'*/=?^+`{|}~.-]{0,66}@([A-Za-z0-9]{1,9}\.){1,2}[A-Za-z]{2,4}", fullmatch=True
    )
)
def test_what_the_schema_takes_is_the_same_address_afterwards(text: str) -> None:
    problems = check({f"Social25__{EMAIL}": text}, MESSAGE)
    assume(not any(problem.field.endswith(EMAIL) for problem in problems))
    for change in changes(build("email", CLEAR), {f"Social25__{EMAIL}": text}):
        assert str(change.after).lower() == text.lower()
        assert change.risk is Risk.LOSSLESS


@given(addresses)
def test_an_address_in_brackets_is_found(address: str) -> None:
    change = only_change("email", None, {EMAIL: f"Sender 12 <{address}>"})
    assert change.after == address


@pytest.mark.parametrize(
    "options", [{EMAIL: {"else": "drop"}}, {EMAIL: "clear"}, {EMAIL: {"x": 1}}]
)
def test_other_options_are_refused(options: object) -> None:
    with pytest.raises(ValidationError):
        build("email", options)
