# ruff: noqa: S608 - the texts are the tests' own
from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.practice.org.errors import RequestRefused
from bridge.practice.org.org import Org
from bridge.practice.org.save import Saved
from bridge.practice.org.schema import Row
from bridge.practice.soql.run import Scope, answer
from tests.practice.conftest import a_message, an_org

MESSAGE = "Social25__Heroku_Message__c"


def leads(*rows: Row) -> Org:
    org = an_org()
    sobject = org.sobject("Lead")
    assert sobject is not None
    results = org.insert(sobject, [{"Company": "c", **row} for row in rows])
    assert all(isinstance(result, Saved) for result in results)
    return org


def names(org: Org, rest: str) -> list[object]:
    found = answer(org, f"SELECT LastName FROM Lead {rest}", Scope.LIVE)
    return [record[0] for record in found.records]


@pytest.fixture
def org() -> Org:
    return leads(
        {"LastName": "Ada", "LeadSource": "web"},
        {"LastName": "bob", "LeadSource": "sms"},
        {"LastName": "Cyd"},
        {"LastName": "d_d%"},
    )


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        pytest.param("LastName = 'ADA'", ["Ada"], id="equal-in-any-case"),
        pytest.param("LastName != 'ada'", ["bob", "Cyd", "d_d%"], id="not-equal"),
        pytest.param("LeadSource <> 'web'", ["bob", "Cyd", "d_d%"], id="not-equal-takes-nulls"),
        pytest.param("LeadSource = null", ["Cyd", "d_d%"], id="null"),
        pytest.param("LeadSource != null", ["Ada", "bob"], id="not-null"),
        pytest.param("LastName IN ('ada', 'cyd')", ["Ada", "Cyd"], id="in"),
        pytest.param("LastName NOT IN ('ada', 'cyd')", ["bob", "d_d%"], id="not-in"),
        pytest.param("LastName LIKE '%D%'", ["Ada", "Cyd", "d_d%"], id="like"),
        pytest.param("LastName LIKE '_o_'", ["bob"], id="like-one"),
        pytest.param(r"LastName LIKE '_\__\%'", ["d_d%"], id="like-with-an-escaped-wildcard"),
        pytest.param("LeadSource LIKE '%'", ["Ada", "bob"], id="like-takes-no-nulls"),
        pytest.param("LeadSource = ''", ["Cyd", "d_d%"], id="an-empty-text-is-null"),
        pytest.param("LastName > 'b'", ["bob", "Cyd", "d_d%"], id="greater"),
        pytest.param("LastName <= 'bob'", ["Ada", "bob"], id="at-most"),
        pytest.param("NOT (LastName = 'Ada')", ["bob", "Cyd", "d_d%"], id="not"),
        pytest.param("LastName = 'Ada' OR LeadSource = 'sms'", ["Ada", "bob"], id="or"),
        pytest.param("LastName = 'Ada' AND LeadSource = 'sms'", [], id="and"),
        pytest.param("CreatedDate > 2020-01-01T00:00:00Z AND LastName = 'bob'", ["bob"], id="t"),
        pytest.param("CreatedDate < 2020-01-01T00:00:00+02:00", [], id="before"),
        pytest.param("IsDeleted = false AND LastName = 'bob'", ["bob"], id="boolean"),
    ],
)
def test_where(org: Org, condition: str, found: list[str]) -> None:
    assert names(org, f"WHERE {condition}") == found


@pytest.mark.parametrize(
    ("rest", "found"),
    [
        pytest.param("ORDER BY LastName DESC", ["d_d%", "Cyd", "bob", "Ada"], id="descending"),
        pytest.param(
            "ORDER BY LeadSource, LastName DESC", ["d_d%", "Cyd", "bob", "Ada"], id="nulls-first"
        ),
        pytest.param(
            "ORDER BY LeadSource NULLS LAST, LastName",
            ["bob", "Ada", "Cyd", "d_d%"],
            id="nulls-last",
        ),
        pytest.param("ORDER BY LastName LIMIT 2 OFFSET 1", ["bob", "Cyd"], id="slice"),
    ],
)
def test_order_and_slice(org: Org, rest: str, found: list[str]) -> None:
    assert names(org, rest) == found


def test_count_of_all_has_no_records(org: Org) -> None:
    found = answer(org, "SELECT COUNT() FROM Lead WHERE LeadSource != null", Scope.LIVE)
    assert (found.total, found.records) == (2, ())
    assert answer(org, "SELECT COUNT() FROM Lead LIMIT 3", Scope.LIVE).total == 3


def test_groups_are_counted_and_can_be_chosen_by_their_count() -> None:
    rows: list[Row] = [{"LastName": name} for name in ("Ada", "Bob", "Ada", "Ada")]
    org = leads(*rows)
    soql = "SELECT LastName, COUNT(Id) n, COUNT(LeadSource) FROM Lead GROUP BY LastName"
    found = answer(org, soql, Scope.LIVE)
    assert found.columns == ("LastName", "n", "expr0")
    assert found.records == (("Ada", 3, 0), ("Bob", 1, 0))
    assert answer(org, soql + " HAVING COUNT(Id) > 1", Scope.LIVE).records == (("Ada", 3, 0),)
    assert answer(org, soql + " HAVING COUNT(LeadSource) > 0", Scope.LIVE).records == ()
    in_turn = answer(org, soql + " ORDER BY LastName DESC LIMIT 1", Scope.LIVE)
    assert in_turn.records == (("Bob", 1, 0),)


def test_an_indexed_field_is_null_where_an_empty_text_is_asked_for() -> None:
    org = leads({"LastName": "Ada"})
    assert names(org, "WHERE Heroku_Conversation_Id__c IN ('')") == ["Ada"]


def test_deleted_rows_show_only_where_the_recycle_bin_is_asked_too() -> None:
    org = an_org()
    (saved,) = org.insert(org.message_sobject(), [a_message(1)])
    assert isinstance(saved, Saved)
    org.delete(org.message_sobject(), saved.id)
    soql = f"SELECT IsDeleted FROM {MESSAGE} WHERE Social25__Identifier__c = '{1:032x}'"
    assert answer(org, soql, Scope.LIVE).total == 0
    assert answer(org, soql, Scope.WITH_RECYCLE_BIN).records == ((True,),)


def test_columns_have_the_describes_spelling() -> None:
    org = leads({"LastName": "Ada"})
    assert answer(org, "SELECT id, lastname FROM lead", Scope.LIVE).columns == (
        "Id",
        "LastName",
    )


def test_an_id_is_found_in_both_forms() -> None:
    org = leads({"LastName": "Ada"})
    row_id = str(org.rows("Lead")[0]["Id"])
    assert names(org, f"WHERE Id IN ('{row_id[:15]}')") == ["Ada"]
    assert names(org, f"WHERE Id = '{row_id}'") == ["Ada"]


@pytest.mark.parametrize(
    ("soql", "code", "text"),
    [
        pytest.param(
            "SELECT Id FROM Nope", "INVALID_TYPE", "Row:1:Column:16\nsObject", id="object"
        ),
        pytest.param(
            "SELECT Nope FROM Lead", "INVALID_FIELD", "Row:1:Column:8\nNo such", id="field"
        ),
        pytest.param(
            f"SELECT Social25__User_Email__c FROM {MESSAGE}",
            "INVALID_FIELD",
            "No such column 'Social25__User_Email__c'",
            id="hidden-field",
        ),
        pytest.param(
            f"SELECT Id FROM {MESSAGE} WHERE Social25__Text__c = 'a'",
            "INVALID_FIELD",
            "can not be filtered",
            id="long-text",
        ),
        pytest.param(
            "SELECT Id FROM Lead WHERE CreatedDate > '2020-01-01T00:00:00Z'",
            "INVALID_FIELD",
            "must be of type dateTime and should not be enclosed in quotes",
            id="quoted-date-time",
        ),
        pytest.param(
            "SELECT Id FROM Lead WHERE LastName = 5",
            "INVALID_FIELD",
            "must be of type string and should be enclosed in quotes",
            id="unquoted-text",
        ),
        pytest.param(
            "SELECT Id FROM Lead WHERE CreatedDate > 2020-01-01",
            "INVALID_FIELD",
            "must be of type dateTime and should not be enclosed in quotes",
            id="date-for-a-date-time",
        ),
        pytest.param(
            "SELECT Id FROM Lead WHERE Id = 'a'",
            "INVALID_QUERY_FILTER_OPERATOR",
            "invalid ID field: a",
            id="no-id",
        ),
        pytest.param(
            r"SELECT Id FROM Lead WHERE LastName = 'a\%'",
            "MALFORMED_QUERY",
            "Row:1:Column:38",
            id="escape-beside-like",
        ),
        pytest.param(
            f"SELECT Id FROM {MESSAGE} ORDER BY Social25__Text__c",
            "MALFORMED_QUERY",
            "field 'Social25__Text__c' can not be sorted in a query call",
            id="sorted-by-long-text",
        ),
        pytest.param(
            "SELECT COUNT(Id) FROM Lead GROUP BY CreatedDate",
            "MALFORMED_QUERY",
            "field 'CreatedDate' can not be grouped in a query call",
            id="grouped-by-date-time",
        ),
        pytest.param(
            "SELECT Id, COUNT(LastName) FROM Lead",
            "MALFORMED_QUERY",
            "Row:1:Column:8\nField must be grouped or aggregated: Id",
            id="neither-grouped-nor-counted",
        ),
        pytest.param(
            "SELECT COUNT(Id) FROM Lead GROUP BY LastName ORDER BY Id",
            "MALFORMED_QUERY",
            "Ordered field must be grouped or aggregated: Id",
            id="ordered-by-what-is-not-grouped",
        ),
        pytest.param(
            "SELECT Id FROM Lead LIMIT -1", "MALFORMED_QUERY", "Row:1:Column:27", id="limit"
        ),
        pytest.param(
            "SELECT Id FROM Lead WHERE OwnerId IN (SELECT Username FROM User)",
            "MALFORMED_QUERY",
            "can only query id fields, cannot use: 'Username'",
            id="query-within-a-query-for-no-ids",
        ),
        pytest.param(
            "SELECT Id FROM Lead OFFSET 2001",
            "NUMBER_OUTSIDE_VALID_RANGE",
            "Maximum SOQL offset allowed is 2000",
            id="offset",
        ),
    ],
)
def test_a_wrong_name_or_literal_is_refused(soql: str, code: str, text: str) -> None:
    with pytest.raises(RequestRefused) as caught:
        answer(an_org(), soql, Scope.LIVE)
    assert (caught.value.status, caught.value.code) == (400, code)
    assert text in caught.value.message


@settings(max_examples=50)
@given(st.lists(st.integers(0, 20), max_size=12), st.sets(st.integers(0, 20), min_size=1))
def test_an_index_finds_what_looking_at_every_row_finds(stored: list[int], asked: set[int]) -> None:
    org = an_org()
    org.insert(org.message_sobject(), [a_message(n) for n in stored])
    keys = ", ".join(f"'{n:032X}'" for n in sorted(asked))
    field = "Social25__Identifier__c"
    by_index = answer(org, f"SELECT {field} FROM {MESSAGE} WHERE {field} IN ({keys})", Scope.LIVE)
    by_scan = answer(
        org, f"SELECT {field} FROM {MESSAGE} WHERE NOT {field} NOT IN ({keys})", Scope.LIVE
    )
    assert sorted(by_index.records) == sorted(by_scan.records)
    assert {record[0] for record in by_index.records} == {f"{n:032x}" for n in asked & {*stored}}
