from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue, TypeAdapter

from bridge.model import Value
from bridge.report.interchange import harmless, held_by_utf8, json_of

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec=None), max_size=9)
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(codec=None), max_size=3), inner, max_size=3)
    ),
)


@given(values)
def test_any_value_becomes_json_that_a_strict_parser_reads_back(value: Value) -> None:
    adapter: TypeAdapter[JsonValue] = TypeAdapter(JsonValue)
    interchanged = json_of(value)
    assert adapter.validate_json(adapter.dump_json(interchanged)) == interchanged


@given(st.recursive(st.none() | st.booleans() | st.text(max_size=9), st.lists))
def test_what_json_can_hold_stays_as_it_is(value: Value) -> None:
    assert json_of(value) == value


def test_a_value_that_is_nested_too_deep_for_parsers_is_kept_as_text() -> None:
    value: Value = "core"
    for _ in range(300):
        value = [value]
    interchanged = json_of(value)
    levels = 0
    while isinstance(interchanged, list):
        interchanged = interchanged[0]
        levels += 1
    assert levels == 50
    assert isinstance(interchanged, str)
    assert json.loads(interchanged) is not None
    assert '"core"' in interchanged


def test_halves_that_belong_together_are_joined_and_others_replaced() -> None:
    assert held_by_utf8("\ud83d\ude00 \ud83d!") == "😀 \ufffd!"


@given(st.text() | st.from_regex("[\x7f-\x9f\u200b-\u202e\U000e0000-\U000e007f]{1,9}"))
def test_a_harmless_document_says_the_same(text: str) -> None:
    document = json.dumps({text: text}, ensure_ascii=False)
    written = harmless(document)
    assert json.loads(written) == json.loads(document)
    assert not any("\x7f" <= char <= "\x9f" or char in "\u202e\u2066\u200b" for char in written)
