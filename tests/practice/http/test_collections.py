"""Collections beyond the insert: update, upsert, retrieve, delete, and all or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import pytest

from bridge.practice import PracticeServer, Scenario
from bridge.practice.http.collections import Collections
from bridge.practice.http.wire import Call
from tests.practice.conftest import DAY, a_message, an_org
from tests.practice.http.test_salesforce import DATA, MESSAGE, bearer, typed

KEY, TEXT = "Social25__Identifier__c", "Social25__Text__c"


class Api:
    """Requests to the Collections resources, with a token."""

    def __init__(self, practice: PracticeServer, web: httpx.Client) -> None:
        self._web = web
        self._headers = bearer(practice)

    def write(
        self,
        method: str,
        records: Sequence[Mapping[str, object]],
        path: str = "",
        *,
        all_or_none: bool = False,
        **headers: str,
    ) -> Any:
        body = {"allOrNone": all_or_none, "records": records}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask(method, path, json=body, headers=named)

    def ask(self, method: str, path: str = "", **options: Any) -> Any:
        headers = self._headers | options.pop("headers", {})
        url = f"{DATA}/composite/sobjects{path}"
        return self._web.request(method, url, headers=headers, **options).json()


@pytest.fixture
def api(practice: PracticeServer, web: httpx.Client) -> Api:
    return Api(practice, web)


def leads(*names: str) -> list[dict[str, object]]:
    return [{"attributes": {"type": "Lead"}, "LastName": n, "Company": "c"} for n in names]


def lead(row_id: str, **fields: object) -> dict[str, object]:
    return {"attributes": {"type": "Lead"}, "id": row_id, **fields}


def codes(results: list[dict[str, Any]]) -> list[str | None]:
    return [None if r["success"] else r["errors"][0]["statusCode"] for r in results]


def test_rows_are_updated_by_their_ids_each_with_its_own_answer(
    api: Api, practice: PracticeServer
) -> None:
    first, second = (r["id"] for r in api.write("POST", leads("a", "b")))
    results = api.write(
        "PATCH",
        [
            lead(second, Company="d"),
            lead(first, LastName=None),
            lead("00Q5g0000099999AAA"),
            lead(""),
        ],
    )
    assert codes(results) == [
        None,
        "REQUIRED_FIELD_MISSING",
        "INVALID_CROSS_REFERENCE_KEY",
        "MISSING_ARGUMENT",
    ]
    assert results[0] == {"id": second, "success": True, "errors": []}
    assert [row["Company"] for row in practice.org.rows("Lead")][-2:] == ["c", "d"]


def test_an_update_of_all_or_none_takes_the_good_one_back(
    api: Api, practice: PracticeServer
) -> None:
    first, second = (r["id"] for r in api.write("POST", leads("a", "b")))
    changes = [lead(first, Company="d"), lead(second, LastName=None)]
    results = api.write("PATCH", changes, all_or_none=True)
    assert codes(results) == ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "REQUIRED_FIELD_MISSING"]
    assert [result.get("id") for result in results] == [first, None]
    assert [row["Company"] for row in practice.org.rows("Lead")][-2:] == ["c", "c"]


def test_an_update_of_a_row_by_another_objects_id_is_refused(api: Api) -> None:
    (result,) = api.write("PATCH", [lead("0035g0000000001AAA", Company="d")])
    assert result["errors"] == [
        {
            "statusCode": "MALFORMED_ID",
            "message": "Lead ID: id value of incorrect type: 0035g0000000001AAA",
            "fields": ["Id"],
        }
    ]


def test_an_insert_of_all_or_none_takes_other_objects_back_too(
    api: Api, practice: PracticeServer
) -> None:
    before = len(practice.org.rows("Lead"))
    records = [typed(a_message(1)), *leads("a"), typed(a_message(2, Text__c="x" * 401))]
    results = api.write("POST", records, all_or_none=True)
    assert codes(results) == [
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "STRING_TOO_LONG",
    ]
    assert not any("id" in result for result in results)
    assert len(practice.org.rows("Lead")) == before
    assert practice.org.rows_per_key()[f"{1:032x}"] == 0


def test_deleted_rows_are_in_the_recycle_bin_and_are_not_deleted_again(api: Api) -> None:
    first, second = (r["id"] for r in api.write("POST", leads("a", "b")))
    deleted = api.ask("DELETE", params={"ids": f"{second},{first}"})
    assert deleted == [{"id": i, "success": True, "errors": []} for i in (second, first)]
    again = api.ask("DELETE", params={"ids": f"{first},nonsense"})
    assert codes(again) == ["ENTITY_IS_DELETED", "MALFORMED_ID"]


def test_a_delete_of_all_or_none_brings_the_good_one_back(
    api: Api, practice: PracticeServer
) -> None:
    (created,) = api.write("POST", leads("a"))
    results = api.ask("DELETE", params={"ids": f"{created['id']},nonsense", "allOrNone": "true"})
    assert codes(results) == ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "MALFORMED_ID"]
    assert [result.get("id") for result in results] == [created["id"], None]
    assert created["id"] in {row["Id"] for row in practice.org.rows("Lead")}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_rows_are_retrieved_in_the_order_asked_with_null_for_what_is_none(
    api: Api, method: str
) -> None:
    first, second = (r["id"] for r in api.write("POST", leads("a", "b")))
    ids, fields = [second, "00Q5g0000099999AAA", first], ["lastname"]
    options: dict[str, Any] = {"json": {"ids": ids, "fields": fields}}
    if method == "GET":
        options = {"params": {"ids": ",".join(ids), "fields": "lastname"}}
    rows = api.ask(method, "/Lead", **options)
    assert [row and row["LastName"] for row in rows] == ["b", None, "a"]
    assert rows[0].keys() == {"attributes", "LastName"}


def test_an_upsert_says_of_each_row_whether_it_was_created(
    api: Api, practice: PracticeServer
) -> None:
    practice.org.insert(practice.org.message_sobject(), [a_message(1)])
    rows = [a_message(2), a_message(1, Text__c="again"), a_message(3, Text__c="x" * 401)]
    results = api.write("PATCH", [typed(row) for row in rows], f"/{MESSAGE}/{KEY}")
    assert codes(results) == [None, None, "STRING_TOO_LONG"]
    assert [r["created"] for r in results] == [True, False, False]
    texts = {row[KEY]: row[TEXT] for row in practice.org.messages()}
    assert texts[f"{1:032x}"] == "again"


def test_an_upsert_refuses_keys_that_are_missing_repeated_or_there_twice() -> None:
    org = an_org(Scenario(day=DAY, key_unique=False))
    for _ in range(2):
        org.insert(org.message_sobject(), [a_message(1)])
    without = a_message(4)
    del without[KEY]
    records = [a_message(1), a_message(2), a_message(3), a_message(2), without]
    reply = Collections(org).upsert(call("PATCH", records, object=MESSAGE, field=KEY), "v62.0")
    results: Any = reply.body
    assert codes(results) == [
        "DUPLICATE_EXTERNAL_ID",
        "DUPLICATE_VALUE",
        None,
        "DUPLICATE_VALUE",
        "MISSING_ARGUMENT",
    ]


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", ""), ("PATCH", ""), ("PATCH", f"/{MESSAGE}/{KEY}")],
    ids=["create", "update", "upsert"],
)
def test_more_than_200_records_are_refused_by_each_of_them(
    api: Api, method: str, path: str
) -> None:
    (error,) = api.write(method, [typed(a_message(n)) for n in range(201)], path)
    assert error["errorCode"] == "EXCEEDED_ID_LIMIT"


def test_more_than_ten_runs_of_a_type_are_refused(api: Api) -> None:
    records = [leads("a")[0] if n % 2 else typed(a_message(n)) for n in range(11)]
    (error,) = api.write("POST", records)
    assert error["errorCode"] == "INVALID_ARGUMENT"


def call(method: str, records: Sequence[Mapping[str, object]], **route: str) -> Call:
    return Call(
        method=method,
        path="",
        route=route,
        query={},
        headers={},
        body=httpx.Request(
            method, "https://x", json={"records": [typed(r) for r in records]}
        ).content,
        target_bytes=0,
        origin="",
        effect=None,
    )


def test_a_conversation_is_locked_until_the_answer_has_gone_out() -> None:
    org = an_org()
    collections = Collections(org)

    def insert(number: int, **fields: str) -> tuple[Call, list[str | None]]:
        asked = call("POST", [a_message(number, **fields)])
        body: Any = collections.create(asked, "v62.0").body
        return asked, codes(body)

    first, saved = insert(1)
    _, meanwhile = insert(2)
    _, elsewhere = insert(3, Chat_Identifier__c="d" * 32)
    first.until_answered.close()
    _, after = insert(4, Chat_Identifier__c="e" * 32)
    assert (saved, meanwhile, elsewhere, after) == (
        [None],
        ["UNABLE_TO_LOCK_ROW"],
        [None],
        [None],
    )
