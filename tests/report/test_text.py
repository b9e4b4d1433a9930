from __future__ import annotations

import unicodedata

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from bridge.report.text import ELLIPSIS, LEAST_ROOM, difference, literal, shortened, visible

any_text = st.text(st.characters(codec=None), max_size=300)
"""Any code points at all: controls, halves of surrogate pairs, marks of writing direction."""
awkward = st.text(
    st.sampled_from("ab \t\n\r\x00\x1b\x7f\x9b\u202e\u200d\ufe0f\u0301\ud83d👩🚀·…é\\")
)
rooms = st.integers(LEAST_ROOM, 130)


def acts_on_a_terminal(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} or char in "\u202e\u2066\u200e"


@given(any_text | awkward)
def test_what_is_made_visible_has_nothing_that_a_terminal_acts_on(text: str) -> None:
    assert not [char for char in visible(text) if acts_on_a_terminal(char)]


@given(any_text | awkward)
def test_visible_text_stays_as_it_is(text: str) -> None:
    once = visible(text)
    assert visible(once) == once


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("one\ntwo", "one⏎two"),
        ("one\r\ntwo\tthree", "one\\r⏎two\\tthree"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("\x9b31m", "\\x9b31m"),
        ("abc\u202edef", "abc\\u202edef"),
        ("in\u200bvisible", "in\\u200bvisible"),
        ("half \ud83d", "half \\ud83d"),
        ("👩\u200d🚀 can fly", "👩\u200d🚀 can fly"),
        ("می\u200cشود", "می\u200cشود"),
        ("a joiner\u200d alone", "a joiner\\u200d alone"),
        ("[red]not markup[/red]", "[red]not markup[/red]"),
        ("\u00e9\u4e2d", "\u00e9\u4e2d"),
    ],
)
def test_what_can_not_be_seen_is_written_out_and_the_rest_left_alone(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(any_text | awkward, st.integers(0, 130))
def test_shortened_text_keeps_to_its_room(text: str, room: int) -> None:
    assert cell_len(shortened(text, room)) <= room


def test_text_is_shortened_only_where_it_is_too_long_and_says_so() -> None:
    assert shortened("Bring the blue suitcase", 23) == "Bring the blue suitcase"
    assert shortened("Bring the blue suitcase", 22) == "Bring the blue suitca" + ELLIPSIS
    assert shortened("漢字漢字", 7) == "漢字漢" + ELLIPSIS


def test_an_escape_is_never_cut_in_two() -> None:
    assert shortened("ab\u202e" + "c" * 20, 8) == "ab" + ELLIPSIS


@given(any_text | awkward, any_text | awkward, rooms)
@example("a ", "a\u2423", 40)
@example("caf\u00e9", "cafe\u0301", 40)
@example("heart \u2764\ufe0f", "heart \u2764", 40)
@example("\x1b", "\\x1b", 40)
@example("a" * 1000, "a" * 999, 40)
@example("a" * 1000 + "b" * 1000, "a" * 999 + "b" * 1000, 40)
@example("\u0301" * 900 + "a", "\u0301" * 900 + "b", 40)
def test_two_texts_that_differ_are_shown_so_that_they_look_different(
    before: str, after: str, room: int
) -> None:
    assume(before != after)
    shown = difference(before, after, room)
    old, new = str(shown.before), str(shown.after)
    assert unicodedata.normalize("NFC", old) != unicodedata.normalize("NFC", new)
    assert max(cell_len(old), cell_len(new)) <= room
    assert not [char for char in old + new if acts_on_a_terminal(char)]


shared_text = st.text(st.sampled_from("abc xyz"), max_size=400)
words = st.text(st.sampled_from("KLMN"), min_size=1, max_size=9)


@given(shared_text, words, st.text(st.sampled_from("OPQR"), max_size=9), shared_text, rooms)
def test_the_place_of_a_short_difference_is_in_sight_wherever_it_is(
    head: str, removed: str, added: str, tail: str, room: int
) -> None:
    shown = difference(head + removed + tail, head + added + tail, room)
    assert shown.before.differing == removed
    assert shown.after.differing == added
    assert shown.before.head == shown.after.head


def test_a_cut_is_shown_with_what_stood_at_its_place() -> None:
    head = "Dear team, " + "please look at it, " * 30 + "bring the other suitcase,"
    shown = difference(f"{head} the one with the blue handle{'!' * 99}", f"{head} […]", 62)
    assert str(shown.before) == "…ng the other suitcase, the one with the blue handle!!!!!!!!!…"
    assert str(shown.after) == "…ng the other suitcase, […]"


@pytest.mark.parametrize(
    ("before", "after", "old", "new"),
    [
        ("  Hello ", "Hello", "␣␣Hello␣", "Hello"),
        ("one  two", "one two", "one ␣two", "one two"),
        ("onetwo", "one […]", "onetwo", "one […]"),
        ("one\u00a0two", "one two", "one\\xa0two", "one␣two"),
        ("one\r\ntwo", "one\ntwo", "one\\r⏎two", "one⏎two"),
        ("caf\u00e9", "cafe\u0301", "caf\\xe9", "cafe\\u0301"),
        ("#N/A", None, '"#N/A"', "nothing"),
        ("7", 7, '"7"', "7"),
        (1, True, "1", "true"),
        (None, "nothing", "nothing", '"nothing"'),
        ({"url": "x"}, "x", '{"url": "x"}', '"x"'),
    ],
)
def test_a_person_sees_what_differs(before: object, after: object, old: str, new: str) -> None:
    shown = difference(before, after, 40)  # type: ignore[arg-type]
    assert (str(shown.before), str(shown.after)) == (old, new)


def test_a_text_is_told_from_a_value_that_is_spelt_alike() -> None:
    assert [literal(value) for value in (None, "nothing", 7, "7", True)] == [
        "nothing",
        '"nothing"',
        "7",
        '"7"',
        "true",
    ]
