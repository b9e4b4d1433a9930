from __future__ import annotations

import re

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import UsageError
from bridge.salesforce.soql import URL_BUDGET, encoded_length, literal, queries_by_key

FIELDS = ("Id", "Identifier__c")
SPOKEN = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)
hostile = st.text("'\"\\\n\r\t\b\f(),-%_ a", min_size=1, max_size=30)


def literals_of(soql: str) -> list[str]:
    """What a reader of SOQL takes the keys of a query for: a statement of its own."""
    inside = soql[soql.index(" IN (") + len(" IN (") :]
    found: list[str] = []
    at = 0
    while inside[at] != ")":
        assert inside[at] == "'"
        end = at + 1
        while inside[end] != "'":
            end += 2 if inside[end] == "\\" else 1
        found.append(unescaped(inside[at + 1 : end]))
        at = end + 1
        if inside[at] == ",":
            at += 1
    assert inside[at:] == ")"
    return found


def unescaped(text: str) -> str:
    return re.sub(r"(?s)\\(.)", lambda hit: SPOKEN.get(hit[1], hit[1]), text)


@given(st.lists(texts | hostile, min_size=1, max_size=300))
def test_every_key_is_asked_for_once_as_it_is(keys: list[str]) -> None:
    queries = queries_by_key("Heroku_Message__c", "Identifier__c", keys, FIELDS)

    asked = [key for soql in queries for key in literals_of(soql)]

    assert asked == list(dict.fromkeys(keys))


@given(
    st.lists(st.builds(str.__mul__, st.sampled_from("é€😀'%x"), st.integers(1, 500)), max_size=60)
)
def test_every_query_fits_the_budget_as_it_goes_over_the_wire(texts: list[str]) -> None:
    keys = [f"{text}{number}" for number, text in enumerate(texts)]

    for soql in queries_by_key("Heroku_Message__c", "Identifier__c", keys, FIELDS):
        url = requests.Request("GET", "https://127.0.0.1/query/", params={"q": soql}).prepare().url

        assert url is not None
        assert len(url) - len("https://127.0.0.1/query/?q=") == encoded_length(soql)
        assert encoded_length(soql) <= URL_BUDGET


def test_a_query_takes_as_many_keys_as_fit() -> None:
    keys = [f"{number:032x}" for number in range(1000)]

    queries = list(queries_by_key("Heroku_Message__c", "Identifier__c", keys, FIELDS))

    assert len(queries) == 4
    assert all(URL_BUDGET - 50 < encoded_length(soql) <= URL_BUDGET for soql in queries[:-1])


def test_no_keys_need_no_query() -> None:
    assert list(queries_by_key("Heroku_Message__c", "Identifier__c", [], FIELDS)) == []


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("", id="empty, which SOQL takes for null"),
        pytest.param("\ud83d", id="half a surrogate pair"),
        pytest.param("x" * URL_BUDGET, id="longer than a URL"),
    ],
)
def test_a_key_that_cannot_be_asked_for_is_refused(key: str) -> None:
    with pytest.raises(UsageError):
        list(queries_by_key("Heroku_Message__c", "Identifier__c", [key], FIELDS))


def test_a_literal_stays_within_its_quotation_marks() -> None:
    assert literal("a' OR Name != '") == r"'a\' OR Name != \''"
