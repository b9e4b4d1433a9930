"""Queries over HTTP: pages, and the cursors that lead from one to the next."""

from __future__ import annotations

from collections import OrderedDict
from itertools import count

from bridge.practice.http.requests import allow
from bridge.practice.http.wire import Call, Reply
from bridge.practice.org.errors import RequestRefused
from bridge.practice.org.ids import with_suffix
from bridge.practice.org.schema import FieldType, SObject
from bridge.practice.org.values import Json
from bridge.practice.soql.run import Answer, Scope, Tables, answer
from bridge.practice.soql.sight import as_seen

_PAGE = 2000
_KEPT_CURSORS = 100


class Queries:
    """The resources `query` and `queryAll` of the org, or of its Tooling API."""

    def __init__(self, tables: Tables, home: str = "") -> None:
        """Over whose tables, and where below /services/data/vNN.0."""
        self._tables = tables
        self._home = home
        self._numbers = count(1)
        self._cursors: OrderedDict[str, Answer] = OrderedDict()

    def query(self, call: Call, version: str) -> Reply:
        return self._first_page(call, version, Scope.LIVE)

    def query_all(self, call: Call, version: str) -> Reply:
        return self._first_page(call, version, Scope.WITH_RECYCLE_BIN)

    def next_page(self, call: Call, version: str) -> Reply:
        allow(call, "GET", "HEAD")
        cursor, _, start = call.route["cursor"].rpartition("-")
        found = self._cursors.get(cursor)
        if found is None or not start.isdecimal() or int(start) >= len(found.records):
            raise RequestRefused(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        return Reply(200, self._page(found, version, cursor, int(start)))

    def _first_page(self, call: Call, version: str, scope: Scope) -> Reply:
        allow(call, "GET", "HEAD")
        soql = call.query.get("q")
        if soql is None:
            raise RequestRefused(400, "MALFORMED_QUERY", "A query string has to be specified")
        found = answer(as_seen(self._tables, call.effect), soql, scope)
        if call.query.get("columns", "").lower() == "true":
            return Reply(200, _columns(found))
        if len(found.records) > _PAGE and not found.ids:
            what = (
                "Aggregate query does not support queryMore(), use LIMIT to restrict the results "
                "to a single batch"
            )
            raise RequestRefused(400, "EXCEEDED_ID_LIMIT", what)
        cursor = with_suffix(f"01g5g{next(self._numbers):010d}")
        if len(found.records) > _PAGE:
            self._cursors[cursor] = found
            while len(self._cursors) > _KEPT_CURSORS:
                self._cursors.popitem(last=False)
        return Reply(200, self._page(found, version, cursor, 0))

    def _page(self, found: Answer, version: str, cursor: str, start: int) -> dict[str, Json]:
        end = start + _PAGE
        page: dict[str, Json] = {"totalSize": found.total, "done": end >= len(found.records)}
        if end < len(found.records):
            page["nextRecordsUrl"] = f"/services/data/{version}{self._home}/query/{cursor}-{end}"
        home = f"/services/data/{version}{self._home}/sobjects/{found.sobject.name}"
        attributes: list[Json] = [
            {"type": found.sobject.name, "url": f"{home}/{row_id}"}
            for row_id in found.ids[start:end]
        ] or [{"type": "AggregateResult"}] * len(found.records)
        records: list[Json] = [
            {
                "attributes": of_record,
                **_nested(dict(zip(found.columns, values, strict=True))),
            }
            for of_record, values in zip(attributes, found.records[start:end], strict=True)
        ]
        return page | {"records": records}


def _nested(record: dict[str, Json]) -> dict[str, Json]:
    """The columns of a related row, such as `EntityDefinition.QualifiedApiName`, in an object."""
    if not any("." in name for name in record):
        return record
    nested: dict[str, Json] = {}
    related: dict[str, dict[str, Json]] = {}
    for name, value in record.items():
        relation, _, column = name.rpartition(".")
        if not relation:
            nested[name] = value
            continue
        if relation not in related:
            nested[relation] = related[relation] = {"attributes": {"type": relation}}
        related[relation][column] = value
    return nested


def _columns(found: Answer) -> dict[str, Json]:
    """What `columns=true` answers in place of records: what each column is.

    Undocumented; these are the keys that the Salesforce CLI reads.
    """
    return {
        "columnMetadata": [_column(found.sobject, name, not found.ids) for name in found.columns],
        "entityName": found.sobject.name,
        "groupBy": False,
        "idSelected": "Id" in found.columns,
        "keyPrefix": found.sobject.key_prefix,
    }


def _column(sobject: SObject, name: str, of_counts: bool) -> Json:
    field = sobject.get(name)
    type_ = field.type if field else FieldType.INT
    number = type_ in {FieldType.INT, FieldType.DOUBLE}
    boolean = type_ is FieldType.BOOLEAN
    return {
        "aggregate": of_counts and field is None,
        "apexType": type_.value.capitalize(),
        "booleanType": boolean,
        "columnName": name,
        "custom": bool(field and field.custom),
        "displayName": name,
        "foreignKeyName": None,
        "insertable": bool(field and field.createable),
        "joinColumns": [],
        "numberType": number,
        "textType": not (number or boolean),
        "updatable": bool(field and field.createable),
    }
