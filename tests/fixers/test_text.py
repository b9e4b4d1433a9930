from __future__ import annotations

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from bridge.fixers.text import WHITE_SPACE, Cut, at_a_word, cut, fits, units
from bridge.model import FieldSchema

from .schema import awkward_text, field

LINE = field("Line__c", "string", 100)
AREA = field("Area__c", "textarea", 100)
BYTES = field("Bytes__c", "textarea", 100, byte_length=10)

any_field = st.sampled_from([LINE, AREA, BYTES])
limits = st.integers(min_value=1, max_value=30)
broken_text = st.sampled_from(
    [["a", "é", "😀", "\r\n"], ["a", "\r\n", "\n"], ["a", "😀", "\r\n", "\r", "\ud83d"]]
).flatmap(lambda pieces: st.lists(st.sampled_from(pieces), min_size=5).map("".join))
"""Of lines that end as they do in a form, and of others."""
markers = st.sampled_from(["", "…", " […]", " (cut)"])


@pytest.mark.parametrize(
    ("text", "of_line", "of_area"),
    [
        ("", 0, 0),
        ("abc", 3, 3),
        ("é", 1, 1),
        ("e\u0301", 2, 2),
        ("漢", 1, 1),
        ("🚀", 2, 2),
        ("👩‍🚀", 5, 5),
        ("\ud83d", 1, 1),
        ("a\nb", 3, 4),
        ("a\r\nb", 4, 4),
        ("a\rb", 3, 4),
        ("\n\r", 2, 4),
        ("\r\n\n\r\r\n", 6, 8),
    ],
)
def test_units_are_utf_16_and_a_line_break_in_a_text_area_is_two(
    text: str, of_line: int, of_area: int
) -> None:
    assert (units(text, LINE), units(text, AREA)) == (of_line, of_area)


@given(awkward_text)
def test_a_text_area_counts_what_it_stores(text: str) -> None:
    stored = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")
    assert units(text, AREA) == len(stored.encode("utf-16-le", "surrogatepass")) // 2


def test_a_field_with_fewer_than_three_bytes_a_character_is_limited_in_bytes_too() -> None:
    assert fits("a" * 10, BYTES, 100)
    assert not fits("a" * 11, BYTES, 100)
    assert not fits("漢" * 4, BYTES, 100)
    assert fits("漢" * 4, AREA, 100)


@pytest.mark.parametrize(
    ("text", "limit", "marker", "expected"),
    [
        pytest.param("abcdef", 6, "…", Cut("abcdef", 0), id="fits"),
        pytest.param("  abc\n", 3, "…", Cut("abc", 0), id="white space goes first"),
        pytest.param("abcdef", 4, "", Cut("abcd", 2), id="no marker"),
        pytest.param("abcdef", 4, "…", Cut("abc…", 3), id="marker inside the limit"),
        pytest.param("ab cdef", 4, "…", Cut("ab…", 5), id="no white space before the marker"),
        pytest.param("abcdef", 4, " […]", Cut("abcd", 2), id="no room for the marker"),
        pytest.param("a🚀b", 2, "", Cut("a", 2), id="surrogate pair"),
        pytest.param("ae\u0301b", 2, "", Cut("a", 3), id="combining accent"),
        pytest.param("a👩‍🚀b", 5, "", Cut("a", 4), id="joined emoji"),
        pytest.param("a🇳🇱🇩🇪", 7, "", Cut("a🇳🇱", 2), id="flag"),
        pytest.param("a👍🏽b", 4, "", Cut("a", 3), id="skin tone"),
        pytest.param("ab\r\ncd", 3, "", Cut("ab", 4), id="CR LF"),
        pytest.param("👩‍🚀b", 4, "…", None, id="not even the first character"),
        pytest.param("漢a\u00a0bc", 3, "", Cut("漢a\u00a0", 2), id="a no-break space stays"),
    ],
)
def test_cutting(text: str, limit: int, marker: str, expected: Cut | None) -> None:
    assert cut(text, AREA, limit, marker) == expected


def test_bytes_bound_a_cut_too_with_the_marker_in_them() -> None:
    assert cut("漢漢漢漢", BYTES, 100, "…") == Cut("漢漢…", 2)


@given(text=awkward_text | broken_text, of=any_field, limit=limits, marker=markers)
def test_what_is_left_fits(text: str, of: FieldSchema, limit: int, marker: str) -> None:
    left = cut(text, of, limit, marker)
    assert left is None or fits(left.text, of, limit)


@given(text=awkward_text, of=any_field, limit=limits, marker=markers)
def test_what_is_left_starts_the_text_and_all_of_the_rest_is_accounted_for(
    text: str, of: FieldSchema, limit: int, marker: str
) -> None:
    left = cut(text, of, limit, marker)
    stripped = text.strip(WHITE_SPACE)
    if left is not None and left.lost:
        kept = stripped[: len(stripped) - left.lost]
        assert left.text in (kept, kept + marker)
    elif left is not None:
        assert left.text == stripped


@given(text=awkward_text, of=any_field, limit=limits, marker=markers)
def test_a_cut_runs_between_two_characters_as_a_reader_sees_them(
    text: str, of: FieldSchema, limit: int, marker: str
) -> None:
    left = cut(text, of, limit, marker)
    stripped = text.strip(WHITE_SPACE)
    if left is None or not left.lost:
        return
    kept = len(stripped) - left.lost
    ends = {0, *(cluster.end() for cluster in regex.finditer(r"\X", stripped))}
    next_end = min(end for end in ends if end >= kept)
    assert not stripped[kept:next_end].strip(WHITE_SPACE)


@given(text=awkward_text | broken_text, of=any_field, limit=limits)
def test_nothing_more_is_cut_than_must_be(text: str, of: FieldSchema, limit: int) -> None:
    left = cut(text, of, limit)
    stripped = text.strip(WHITE_SPACE)
    kept = "" if left is None else left.text
    rest = stripped[len(kept) :]
    spaces = len(rest) - len(rest.lstrip(WHITE_SPACE))
    following = regex.match(r"\X", rest, pos=spaces)
    if following is not None:
        assert not fits(stripped[: len(kept) + following.end()], of, limit)


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        pytest.param("Bring the blue suitcase", 12, "Bring the", id="in a word"),
        pytest.param("Bring the blue suitcase", 9, "Bring the", id="behind a word"),
        pytest.param("Bring the blue suitcase", 10, "Bring the", id="behind the space"),
        pytest.param("Bring the blue", 14, "Bring the blue", id="fits"),
        pytest.param("A suitcase", 8, "A suitca", id="the word ends in the first half"),
        pytest.param("a" * 50 + " " + "b" * 60, 95, "a" * 50 + " " + "b" * 44, id="too far away"),
        pytest.param("漢字漢字漢字", 4, "漢字漢字", id="no spaces"),
        pytest.param("Bring\u00a0the blue", 7, "Bring", id="a no-break space parts words too"),
    ],
)
def test_cutting_at_a_word(text: str, limit: int, expected: str) -> None:
    left = cut(text, AREA, limit, keep=at_a_word)
    assert left == Cut(expected, len(text) - len(expected))


@given(text=awkward_text, of=any_field, limit=limits, marker=markers)
def test_a_cut_at_a_word_leaves_something_and_parts_no_word_that_begins_near_enough(
    text: str, of: FieldSchema, limit: int, marker: str
) -> None:
    by_word = cut(text, of, limit, marker, at_a_word)
    by_character = cut(text, of, limit, marker)
    assert (by_word is None) == (by_character is None)
    if by_word is None or by_character is None or by_word.lost == by_character.lost:
        return
    stripped = text.strip(WHITE_SPACE)
    kept = stripped[: len(stripped) - by_word.lost]
    longest = stripped[: len(stripped) - by_character.lost]
    assert longest.startswith(kept)
    assert stripped[len(kept)].isspace()
    assert not any(letter.isspace() for letter in longest[len(kept) :].lstrip())
    assert 2 * len(kept) >= len(longest)
