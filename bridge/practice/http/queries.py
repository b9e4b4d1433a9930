"""Queries over HTTP: pages, and the cursors that lead from one to the next."""

from __future__ import annotations

from collections import OrderedDict
from itertools import count

from bridge.practice.http.wire import Call, Reply
from bridge.practice.org.errors import RequestRefused
from bridge.practice.org.ids import with_suffix
from bridge.practice.org.org import Org
from bridge.practice.org.values import Json
from bridge.practice.soql.run import Answer, Scope, answer

_PAGE = 2000
_KEPT_CURSORS = 100


class Queries:
    """The resources `query` and `queryAll`."""

    def __init__(self, org: Org) -> None:
        self._org = org
        self._numbers = count(1)
        self._cursors: OrderedDict[str, Answer] = OrderedDict()

    def query(self, call: Call, version: str) -> Reply:
        return self._first_page(call, version, Scope.LIVE)

    def query_all(self, call: Call, version: str) -> Reply:
        return self._first_page(call, version, Scope.WITH_RECYCLE_BIN)

    def next_page(self, call: Call, version: str) -> Reply:
        cursor, _, start = call.route["cursor"].rpartition("-")
        found = self._cursors.get(cursor)
        if found is None or not start.isdecimal():
            raise RequestRefused(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        return Reply(200, _page(found, version, cursor, int(start)))

    def _first_page(self, call: Call, version: str, scope: Scope) -> Reply:
        soql = call.query.get("q")
        if soql is None:
            raise RequestRefused(400, "MALFORMED_QUERY", "A query string has to be specified")
        found = answer(self._org, soql, scope)
        cursor = with_suffix(f"01g5g{next(self._numbers):010d}")
        if len(found.records) > _PAGE:
            self._cursors[cursor] = found
            while len(self._cursors) > _KEPT_CURSORS:
                self._cursors.popitem(last=False)
        return Reply(200, _page(found, version, cursor, 0))


def _page(found: Answer, version: str, cursor: str, start: int) -> dict[str, Json]:
    end = start + _PAGE
    page: dict[str, Json] = {"totalSize": found.total, "done": end >= len(found.records)}
    if end < len(found.records):
        page["nextRecordsUrl"] = f"/services/data/{version}/query/{cursor}-{end}"
    home = f"/services/data/{version}/sobjects/{found.sobject.name}"
    attributes: list[Json] = [
        {"type": found.sobject.name, "url": f"{home}/{row_id}"} for row_id in found.ids[start:end]
    ] or [{"type": "AggregateResult"}] * len(found.records)
    records: list[Json] = [
        {"attributes": of_record, **dict(zip(found.columns, values, strict=True))}
        for of_record, values in zip(attributes, found.records[start:end], strict=True)
    ]
    return page | {"records": records}
