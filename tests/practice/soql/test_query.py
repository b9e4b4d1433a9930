# ruff: noqa: S608 - the texts are the tests' own
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.practice.org.errors import RequestRefused
from bridge.practice.soql.query import (
    All,
    Comparison,
    Condition,
    Literal,
    Name,
    Operator,
    Query,
    parse,
)


def quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"


def where(soql: str) -> Condition | None:
    return parse(f"SELECT Id FROM Lead WHERE {soql}").where


def values(condition: Condition | None) -> tuple[Literal, ...]:
    assert isinstance(condition, Comparison)
    return condition.values


@given(st.text(st.characters(exclude_characters="\r")))
def test_a_quoted_text_comes_back_whole(text: str) -> None:
    assert values(where(f"LastName = {quoted(text)}")) == (text,)


@given(st.lists(st.text(st.sampled_from("ab'\\,()")), min_size=1))
def test_a_list_of_texts_comes_back_whole(texts: list[str]) -> None:
    assert values(where(f"LastName IN ({','.join(map(quoted, texts))})")) == tuple(texts)


def test_keywords_are_read_in_any_case_and_over_lines() -> None:
    query = parse("select Id\nfrom Lead\nwhere LastName not in ('a')\norder by Id desc limit 5")
    assert isinstance(query, Query)
    assert query.limit == 5
    assert query.order_by[0].descending
    assert isinstance(query.where, Comparison)
    assert query.where.operator is Operator.NOT_IN


def test_a_field_may_be_called_as_a_function_is() -> None:
    query = parse("SELECT Count FROM Lead")
    assert query.selection == (Name("Count", 1, 8),)


def test_and_binds_what_stands_beside_it() -> None:
    condition = where("LastName = 'a' AND (LastName = 'b' OR LastName = 'c')")
    assert isinstance(condition, All)
    assert len(condition.conditions) == 2


@pytest.mark.parametrize(
    ("soql", "place"),
    [
        pytest.param("SELECT Id FRM Lead", "Row:1:Column:11", id="keyword"),
        pytest.param("SELECT Id\nFROM Lead WHERE", "Row:2:Column:", id="end"),
        pytest.param("SELECT Id FROM Lead WHERE LastName = 'a", "Row:1:Column:38", id="quote"),
        pytest.param("", "Row:1:Column:1", id="empty"),
        pytest.param(
            "SELECT Id FROM Lead WHERE Id = 'a' AND Id = 'b' OR Id = 'c'",
            "Row:1:Column:49",
            id="and-or-without-parentheses",
        ),
    ],
)
def test_a_malformed_query_is_refused_with_its_place(soql: str, place: str) -> None:
    with pytest.raises(RequestRefused) as caught:
        parse(soql)
    assert (caught.value.status, caught.value.code) == (400, "MALFORMED_QUERY")
    assert place in caught.value.message
