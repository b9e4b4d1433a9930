from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.fixers.characters import Cleaned, clean

any_text = st.text(st.characters()) | st.text(
    st.sampled_from(
        "ab é漢🚀\t\n\r\x00\x01\v\f\x1b\x1f\x7f\x85\x9f\ufffd\ufffe\uffff\ud83d\ude80\u200d"
    )
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\x00b\x1bc\x7f", Cleaned("abc", removed=3, halves=0, joined=0, breaks=0)),
        ("a\ud83d", Cleaned("a\ufffd", removed=0, halves=1, joined=0, breaks=0)),
        ("\ude80\ud83d", Cleaned("\ufffd\ufffd", removed=0, halves=2, joined=0, breaks=0)),
        ("\ud83d\ude80", Cleaned("🚀", removed=0, halves=0, joined=1, breaks=0)),
        ("\ud83d\x00\ude80", Cleaned("\ufffd\ufffd", removed=1, halves=2, joined=0, breaks=0)),
        ("a\vb\fc", Cleaned("a|b|c", removed=0, halves=0, joined=0, breaks=2)),
        ("\ufffe\uffff", Cleaned("", removed=2, halves=0, joined=0, breaks=0)),
    ],
)
def test_what_is_unfit_is_mended_or_removed_and_counted(text: str, expected: Cleaned) -> None:
    assert clean(text, "|") == expected


@pytest.mark.parametrize(
    "text", ["", "a\tb\r\nc", "\x80\x9f\u0085", "\ufffd", "👩‍🚀", "\u2028\u00a0"]
)
def test_what_is_fit_stays(text: str) -> None:
    assert clean(text, "\n") is None


@given(any_text)
def test_a_clean_text_goes_through_xml_and_utf_8(text: str) -> None:
    cleaned = clean(text, "\n")
    left = text if cleaned is None else cleaned.text
    root = ET.fromstring(f"<t>{escape(left)}</t>".encode())  # noqa: S314 (it is our own)
    assert (root.text or "") == left.replace("\r\n", "\n").replace("\r", "\n")
    assert clean(left, "\n") is None


@given(any_text)
def test_each_fit_character_stays_in_its_place_and_the_others_are_counted(text: str) -> None:
    cleaned = clean(text, "\n")
    if cleaned is None:
        return
    pairs = re.compile("[\ud800-\udbff][\udc00-\udfff]")
    assert len(text) - cleaned.joined - cleaned.removed == len(cleaned.text)
    assert cleaned.joined == len(pairs.findall(text))
    expected = [
        "\n" if letter in "\v\f" else "\ufffd" if "\ud800" <= letter <= "\udfff" else letter
        for letter in pairs.sub(
            lambda pair: pair.group().encode("utf-16", "surrogatepass").decode("utf-16"), text
        )
        if letter in "\t\n\r\v\f" or (letter >= " " and letter not in "\x7f\ufffe\uffff")
    ]
    assert cleaned.text == "".join(expected)
