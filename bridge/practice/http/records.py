"""Writing and reading rows over HTTP: single rows, and Collections of up to 200."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import groupby

from bridge.practice.faults import RowLocks
from bridge.practice.http.wire import Call, Reply
from bridge.practice.org.errors import RequestRefused, SaveError
from bridge.practice.org.org import Org
from bridge.practice.org.save import AllOrNone, NotSaved, Saved, SaveResult
from bridge.practice.org.schema import Row, SObject, Value
from bridge.practice.org.values import Json

_MAX_RECORDS = 200


class Records:
    """The resources `sobjects/…` that carry rows, and `composite/sobjects`."""

    def __init__(self, org: Org) -> None:
        self._org = org

    def create_many(self, call: Call, _version: str) -> Reply:
        """Collections insert: one answer per record, in order; 200 even if all were refused."""
        _allow(call, "POST")
        body = _object(call)
        records = body.get("records")
        if not isinstance(records, list) or not all(isinstance(r, Mapping) for r in records):
            raise _unreadable("records must be an array of objects")
        if len(records) > _MAX_RECORDS:
            raise RequestRefused(
                400,
                "EXCEEDED_ID_LIMIT",
                f"record limit reached. cannot submit more than {_MAX_RECORDS} records into this "
                "call",
            )
        all_or_none = body.get("allOrNone", False)
        if not isinstance(all_or_none, bool):
            raise _unreadable("allOrNone must be a boolean")
        # The whole request is read before any of it is saved: one unreadable value spoils it all.
        rows = [self._typed_row(record) for record in records]
        results = self._insert(
            rows, AllOrNone.ALL if all_or_none else AllOrNone.PARTIAL, _row_locks(call, len(rows))
        )
        return Reply(200, [_collection_result(r) for r in results])

    def sobject(self, call: Call, version: str) -> Reply:
        """`sobjects/NAME`: POST makes a row, GET gives the object's basic describe."""
        _allow(call, "POST")
        sobject = self.object_named(call.route["object"])
        _check_createable(sobject)
        row = self._org.reader(sobject).row(_object(call))
        (result,) = self._org.insert(sobject, [row], locked=_row_locks(call, 1))
        if isinstance(result, NotSaved):
            return Reply(400, _errors(result))
        location = f"/services/data/{version}/sobjects/{sobject.name}/{result.id}"
        return Reply(201, {"id": result.id, "success": True, "errors": []}, {"Location": location})

    def row(self, call: Call, version: str) -> Reply:
        """`sobjects/NAME/ID`: GET, PATCH and DELETE of one row."""
        sobject = self.object_named(call.route["object"])
        row_id = call.route["id"]
        match call.method:
            case "GET" | "HEAD":
                with self._org.locked():
                    row = self._org.find(sobject, row_id)
                    return Reply(200, _row_body(sobject, row, version))
            case "PATCH":
                return self._update(call, sobject, row_id)
            case "DELETE":
                self._org.delete(sobject, row_id)
                return Reply(204)
            case _:
                raise _not_allowed(call, "GET, HEAD, PATCH, DELETE")

    def object_named(self, name: str) -> SObject:
        """The object of a path.

        Raises:
            RequestRefused: 404; the org has none of that name.
        """
        sobject = self._org.sobject(name)
        if sobject is None:
            raise RequestRefused(404, "NOT_FOUND", "The requested resource does not exist")
        return sobject

    def _update(self, call: Call, sobject: SObject, row_id: str) -> Reply:
        record = _object(call)
        values: dict[str, Value] = dict(self._org.reader(sobject).row(record))
        for name in record.keys() - values.keys() - {"attributes"}:
            field = sobject.visible(name)
            if field and field.name not in values:
                values[field.name] = None
        result = self._org.update(sobject, row_id, values)
        return Reply(400, _errors(result)) if isinstance(result, NotSaved) else Reply(204)

    def _typed_row(self, record: Mapping[str, Json]) -> tuple[SObject, Row]:
        attributes = record.get("attributes")
        type_ = attributes.get("type") if isinstance(attributes, Mapping) else None
        if not isinstance(type_, str):
            raise RequestRefused(
                400, "INVALID_FIELD", "SObject attributes are required on all records"
            )
        sobject = self._org.sobject(type_)
        if sobject is None:
            raise RequestRefused(400, "INVALID_TYPE", f"sObject type '{type_}' is not supported.")
        _check_createable(sobject)
        return sobject, self._org.reader(sobject).row(record)

    def _insert(
        self,
        rows: list[tuple[SObject, Row]],
        all_or_none: AllOrNone,
        locked: frozenset[int],
    ) -> list[SaveResult]:
        """Save runs of one object as a chunk each, as the platform does."""
        results: list[SaveResult] = []
        for _, run in groupby(rows, key=lambda typed: typed[0].name):
            chunk = list(run)
            start = len(results)
            of_chunk = frozenset(i - start for i in locked if start <= i < start + len(chunk))
            rows_of_chunk = [row for _, row in chunk]
            results += self._org.insert(chunk[0][0], rows_of_chunk, all_or_none, of_chunk)
        return results


def _row_locks(call: Call, number: int) -> frozenset[int]:
    if not isinstance(call.effect, RowLocks):
        return frozenset()
    every = call.effect.every
    return frozenset(range(every - 1, number, every))


def _check_createable(sobject: SObject) -> None:
    if not sobject.createable:
        raise RequestRefused(
            400,
            "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
            f"entity type {sobject.name} does not support create",
        )


def _allow(call: Call, method: str) -> None:
    if call.method != method:
        raise _not_allowed(call, method)


def _not_allowed(call: Call, allowed: str) -> RequestRefused:
    return RequestRefused(
        405,
        "METHOD_NOT_ALLOWED",
        f"HTTP Method '{call.method}' not allowed. Allowed are {allowed}",
    )


def _object(call: Call) -> Mapping[str, Json]:
    try:
        body = json.loads(call.body, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise _unreadable(str(error)) from None
    if not isinstance(body, Mapping):
        raise _unreadable("an object is expected")
    return body


def _no_number(text: str) -> Json:
    raise ValueError(f"Non-standard token '{text}'")


def _unreadable(what: str) -> RequestRefused:
    return RequestRefused(400, "JSON_PARSER_ERROR", what)


def _collection_result(result: SaveResult) -> Json:
    match result:
        case Saved(row_id):
            return {"id": row_id, "success": True, "errors": []}
        case NotSaved(errors):
            return {
                "success": False,
                "errors": [
                    {"statusCode": e.code, "message": e.message, "fields": list(e.fields)}
                    for e in errors
                ],
            }


def _errors(result: NotSaved) -> Json:
    def body(error: SaveError) -> Json:
        return {"message": error.message, "errorCode": error.code, "fields": list(error.fields)}

    return [body(error) for error in result.errors]


def _row_body(sobject: SObject, row: Row, version: str) -> Json:
    url = f"/services/data/{version}/sobjects/{sobject.name}/{row['Id']}"
    values = {f.name: row.get(f.name) for f in sobject.fields if f.visible}
    return {"attributes": {"type": sobject.name, "url": url}, **values}
