from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from bridge.errors import OrgUnanswered
from bridge.salesforce.rows import by_key, gather

KEY = "Identifier__c"
HEX = "92dd772d38bd4d64abf832fe279b189b"
DASHED = "92dd772d-38bd-4d64-abf8-32fe279b189b"


def row(number: int, key: str, **values: Any) -> dict[str, Any]:
    return {
        "attributes": {"type": "Heroku_Message__c", "url": "/services/data/v62.0/…"},
        "Id": f"a0B0000000000{number:02}AAA",
        "IsDeleted": False,
        "CreatedById": "005000000000001AAA",
        "CreatedDate": f"2026-11-22T10:00:{number:02}.000+0000",
        KEY: key,
    } | values


def page(*records: dict[str, Any], total: int | None = None, more: str | None = None) -> object:
    answer: dict[str, Any] = {
        "totalSize": len(records) if total is None else total,
        "done": more is None,
        "records": list(records),
    }
    return answer | ({"nextRecordsUrl": more} if more else {})


def no_more(path: str) -> object:
    raise AssertionError(path)


def test_a_row_keeps_who_made_it_when_and_whether_it_was_deleted() -> None:
    found = by_key([row(7, HEX, IsDeleted=True, Text__c="Hi")], KEY, [HEX], "a query")

    (only,) = found[HEX]
    assert only.id == "a0B000000000007AAA"
    assert only.deleted
    assert only.created_by == "005000000000001AAA"
    assert only.created_at == dt.datetime(2026, 11, 22, 10, 0, 7, tzinfo=dt.UTC)
    assert only.values == {KEY: HEX, "Text__c": "Hi"}


def test_rows_in_any_spelling_of_a_uuid_stand_under_its_canonical_form_oldest_first() -> None:
    records = [row(2, DASHED), row(1, HEX.upper())]

    found = by_key(records, KEY, [DASHED, HEX], "a query")

    assert {key: [one.id[-5:-3] for one in rows] for key, rows in found.items()} == {
        HEX: ["01", "02"]
    }


def test_every_asked_key_is_answered_and_none_by_another_case() -> None:
    found = by_key([row(1, "wamid.A")], KEY, ["wamid.a", "wamid.b"], "a query")

    assert found["wamid.a"] == found["wamid.b"] == ()
    assert len(found["wamid.A"]) == 1


def test_a_row_that_two_queries_gave_is_one_row() -> None:
    assert len(by_key([row(1, HEX), row(1, HEX)], KEY, [HEX], "a query")[HEX]) == 1


def test_all_pages_are_walked() -> None:
    pages = {"/services/data/v62.0/query/01g-2": page(row(2, "b"), total=2)}
    first = page(row(1, "a"), total=2, more="/services/data/v62.0/query/01g-2")

    assert [r[KEY] for r in gather(first, pages.__getitem__, "a query")] == ["a", "b"]


@pytest.mark.parametrize(
    "more",
    ["@elsewhere.example/query", "https://elsewhere.example/services/data/", "//elsewhere.example"],
)
def test_a_next_page_away_from_the_org_is_not_asked_for(more: str) -> None:
    with pytest.raises(OrgUnanswered):
        gather(page(row(1, "a"), total=2, more=more), no_more, "a query")


def test_pages_that_come_round_again_end() -> None:
    again = page(row(1, "a"), total=9, more="/services/data/v62.0/query/01g-1")

    with pytest.raises(OrgUnanswered):
        gather(again, lambda path: again, "a query")


@pytest.mark.parametrize(
    "first",
    [
        page(row(1, "a"), total=2),
        {"totalSize": 1, "done": False, "records": []},
        {"records": []},
        [],
        None,
    ],
    ids=["fewer rows than announced", "no next page", "no end told", "a list", "nothing"],
)
def test_absence_is_never_concluded_from_less_than_the_whole_answer(first: object) -> None:
    with pytest.raises(OrgUnanswered):
        gather(first, no_more, "a query")


@pytest.mark.parametrize(
    "record",
    [{}, row(1, HEX, CreatedDate="yesterday"), row(1, HEX, **{KEY: None})],
    ids=["empty", "no date", "no key"],
)
def test_a_record_that_is_no_row_of_the_query_is_unanswered(record: dict[str, Any]) -> None:
    with pytest.raises(OrgUnanswered):
        by_key([record], KEY, [HEX], "a query")
