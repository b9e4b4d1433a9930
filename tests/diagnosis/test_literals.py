from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.diagnosis.literals import BUDGET, Literal, Reader


def unlike_pairs(items: list[object]) -> bool:
    return not (items and all(isinstance(i, list) and len(i) == 2 for i in items))


leaves = st.none() | st.booleans() | st.text(max_size=8)
keys = st.from_regex(r"(?a:[A-Za-z]\w{0,8})", fullmatch=True)
values = st.dictionaries(
    keys,
    st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3).filter(unlike_pairs) | st.dictionaries(
            keys, inner, min_size=1, max_size=3
        ),
        max_leaves=12,
    ),
    min_size=1,
    max_size=4,
)  # fmt: skip


def read(text: str) -> Literal:
    return Reader(text).read(0)[0]


@given(values)
def test_what_python_prints_comes_back(value: Literal) -> None:
    assert read(repr(value)) == value


@given(values, st.booleans())
def test_what_json_writes_comes_back(value: Literal, in_ascii: bool) -> None:
    assert read(json.dumps(value, ensure_ascii=in_ascii)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{ a: 'x', b: [ 'y' ], c: undefined }", {"a": "x", "b": ["y"], "c": None}),
        ("{ a: 'x ' +\n  'y' }", {"a": "x y"}),
        ('{"a"=>"x", :b=>nil}', {"a": "x", "b": None}),
        ("OrderedDict([('a', 'x'), ('b', [])])", {"a": "x", "b": []}),
        ("Result(a='x', b=None)", {"a": "x", "b": None}),
        ('{"a": "x", "b": ["y", "z', {"a": "x", "b": ["y", "z"]}),
        ('{"a": "x\\', {"a": "x"}),
    ],
)
def test_other_languages_and_cut_values_are_read(text: str, value: Literal) -> None:
    assert read(text) == value


@given(st.text("[](){},:='\"\\\\ab ", max_size=200))
def test_any_text_is_read_to_some_end(text: str) -> None:
    reader = Reader(text)
    reader.read(0)


def test_a_reader_stops_when_its_budget_is_spent() -> None:
    reader = Reader("[" + "1," * BUDGET)
    reader.read(0)
    assert reader.spent
