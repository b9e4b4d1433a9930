"""Collections: up to 200 rows in one request, each with its own answer, in order.

Source: REST API Developer Guide, "sObject Collections"; recorded answers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from itertools import groupby
from typing import TypeAlias

from bridge.practice.http.json_body import json_object, unreadable
from bridge.practice.http.records import external_id, matches
from bridge.practice.http.requests import (
    allow,
    check_writable,
    collection_result,
    insistence,
    known_names,
    object_named,
    row_body,
    row_locks,
)
from bridge.practice.http.wire import Call, Reply
from bridge.practice.org.errors import RequestRefused, SaveError
from bridge.practice.org.ids import canonical_id, is_id
from bridge.practice.org.org import Org
from bridge.practice.org.save import ROLLED_BACK, AllOrNone, NotSaved, Saved, SaveResult
from bridge.practice.org.schema import FieldType, Row, SObject
from bridge.practice.org.values import Json

_MAX_RECORDS = 200
_MAX_RUNS = 10
"""How often the type may change within a request."""

_Typed: TypeAlias = tuple[SObject, Mapping[str, Json]]


class Collections:
    """The resources under `composite/sobjects`."""

    def __init__(self, org: Org) -> None:
        self._org = org

    def create(self, call: Call, _version: str) -> Reply:
        """POST: rows of several objects, each run of one object a chunk of its own."""
        typed, all_or_none = self._records(call)
        # The whole request is read before any of it is saved: one unreadable value spoils it all.
        rows = [(sobject, self._org.reader(sobject).row(record)) for sobject, record in typed]
        runs = [list(run) for _, run in groupby(rows, key=lambda typed: typed[0].name)]
        if len(runs) > _MAX_RUNS:
            raise RequestRefused(400, "INVALID_ARGUMENT", f"more than {_MAX_RUNS} runs of a type")
        locked = row_locks(call, len(rows))

        def save() -> list[SaveResult]:
            results: list[SaveResult] = []
            for run in runs:
                start = len(results)
                here = frozenset(i - start for i in locked if start <= i < start + len(run))
                results += self._org.insert(
                    run[0][0],
                    [row for _, row in run],
                    all_or_none,
                    here,
                    insistence=insistence(call),
                )
            return results

        results = self._settled(save, all_or_none)
        self._keep_locked(call, (row for _, row in rows))
        return Reply(200, [collection_result(r) for r in results])

    def rows(self, call: Call, _version: str) -> Reply:
        """PATCH, which updates rows by their id, and DELETE `?ids=`."""
        allow(call, "POST", "PATCH", "DELETE")
        if call.method == "DELETE":
            ids = call.query.get("ids", "").split(",")
            _check_number(ids)
            all_or_none = _all_or_none(call.query.get("allOrNone", "false").lower() == "true")
            work = [partial(self._delete, row_id) for row_id in ids]
        else:
            typed, all_or_none = self._records(call)
            changes = [(o, self._org.reader(o).changes(record)) for o, record in typed]
            work = [partial(self._update, sobject, values) for sobject, values in changes]
        results = self._settled(lambda: [step() for step in work], all_or_none)
        return Reply(200, [collection_result(r) for r in results])

    def of_object(self, call: Call, version: str) -> Reply:
        """`composite/sobjects/NAME`: GET or POST of ids and field names; null for what is none."""
        allow(call, "GET", "POST")
        sobject = object_named(self._org, call.route["object"])
        body = json_object(call) if call.method == "POST" else None
        ids = _texts(body, call, "ids")
        names = known_names(sobject, _texts(body, call, "fields"))
        with self._org.locked():
            rows = self._org.table(sobject).rows
            found = [rows.get(canonical_id(row_id)) for row_id in ids]
            return Reply(
                200,
                [
                    row_body(sobject, row, version, names)
                    if row and not row.get("IsDeleted")
                    else None
                    for row in found
                ],
            )

    def upsert(self, call: Call, _version: str) -> Reply:
        """PATCH `composite/sobjects/NAME/FIELD`: rows of one object, by an external id."""
        allow(call, "PATCH")
        sobject = object_named(self._org, call.route["object"])
        field = external_id(sobject, call.route["field"], 400)
        typed, all_or_none = self._records(call)
        if any(o is not sobject for o, _ in typed):
            raise RequestRefused(400, "INVALID_TYPE", "all records must be of the type in the URL")
        changes = [self._org.reader(sobject).changes(record) for _, record in typed]
        keys = [str(c.get(field.name) or "").lower() for c in changes]
        repeated = {key for key, number in Counter(keys).items() if number > 1}
        created = [False] * len(changes)

        def save() -> list[SaveResult]:
            results: dict[int, SaveResult] = {}
            for position, values in enumerate(changes):
                key = values.get(field.name)
                found = matches(self._org, sobject, field, str(key)) if key else []
                if not key:
                    results[position] = _refused("MISSING_ARGUMENT", f"{field.name} not specified")
                elif keys[position] in repeated:
                    text = f"Duplicate external id specified: {key}"
                    results[position] = _refused("DUPLICATE_VALUE", text, field.name)
                elif len(found) > 1:
                    ids = ", ".join(str(row["Id"]) for row in found)
                    text = (
                        f"{field.label}: more than one record found for external id field: [{ids}]"
                    )
                    results[position] = _refused("DUPLICATE_EXTERNAL_ID", text, field.name)
                elif found:
                    results[position] = self._update(sobject, {**values, "Id": found[0]["Id"]})
                elif field.type is FieldType.ID:
                    results[position] = _refused("INVALID_CROSS_REFERENCE_KEY", "invalid id")
                else:
                    created[position] = True
            new = [position for position, made in enumerate(created) if made]
            rows = [_without_nulls(changes[position]) for position in new]
            inserted = self._org.insert(sobject, rows, all_or_none, insistence=insistence(call))
            results |= dict(zip(new, inserted, strict=True))
            return [results[position] for position in range(len(changes))]

        results = self._settled(save, all_or_none)
        self._keep_locked(call, changes)
        return Reply(
            200,
            [
                collection_result(r) | {"created": made and not isinstance(r, NotSaved)}
                for r, made in zip(results, created, strict=True)
            ],
        )

    def _records(self, call: Call) -> tuple[list[_Typed], AllOrNone]:
        """The records of the body, each with its object.

        Raises:
            RequestRefused: 400; the body is not of that form, or holds more than 200.
        """
        body = json_object(call)
        records = body.get("records")
        if not isinstance(records, list) or not all(isinstance(r, Mapping) for r in records):
            raise unreadable("records must be an array of objects")
        _check_number(records)
        all_or_none = body.get("allOrNone", False)
        if not isinstance(all_or_none, bool):
            raise unreadable("allOrNone must be a boolean")
        return [self._typed(record) for record in records], _all_or_none(all_or_none)

    def _typed(self, record: Mapping[str, Json]) -> _Typed:
        attributes = record.get("attributes")
        type_ = attributes.get("type") if isinstance(attributes, Mapping) else None
        if not isinstance(type_, str):
            raise RequestRefused(
                400, "INVALID_FIELD", "SObject attributes are required on all records"
            )
        sobject = self._org.sobject(type_)
        if sobject is None:
            raise RequestRefused(400, "INVALID_TYPE", f"sObject type '{type_}' is not supported.")
        check_writable(sobject)
        return sobject, record

    def _settled(
        self, work: Callable[[], list[SaveResult]], all_or_none: AllOrNone
    ) -> list[SaveResult]:
        """Do the work; where all or none is asked and one was refused, take all of it back."""
        with self._org.undoable() as undo:
            results = work()
            refused = any(isinstance(r, NotSaved) for r in results)
            if all_or_none is AllOrNone.PARTIAL or not refused:
                return results
            undo()
            return [r if isinstance(r, NotSaved) else self._rolled_back(r) for r in results]

    def _rolled_back(self, saved: Saved) -> NotSaved:
        return NotSaved((ROLLED_BACK,), saved.id if self._org.holds(saved.id) else "")

    def _update(self, sobject: SObject, values: Row) -> SaveResult:
        row_id = values.get("Id")
        if not row_id:
            return _refused("MISSING_ARGUMENT", "Id not specified in an update call")
        if not (is_id(str(row_id)) and str(row_id).startswith(sobject.key_prefix)):
            text = f"{sobject.label} ID: id value of incorrect type: {row_id}"
            return _refused("MALFORMED_ID", text, "Id")
        changed = {name: value for name, value in values.items() if name != "Id"}
        try:
            return self._org.update(sobject, str(row_id), changed)
        except RequestRefused as refusal:
            return _gone(refusal)

    def _delete(self, row_id: str) -> SaveResult:
        sobject = next(
            (o for o in self._org.objects() if o.createable and row_id[:3] == o.key_prefix), None
        )
        if sobject is None or not is_id(row_id):
            return _refused("MALFORMED_ID", f"malformed id {row_id}")
        try:
            return self._org.delete(sobject, row_id)
        except RequestRefused as refusal:
            return _gone(refusal)

    def _keep_locked(self, call: Call, rows: Iterable[Row]) -> None:
        call.until_answered.enter_context(self._org.using(self._org.conversations(rows)))


def _check_number(records: list[Json] | list[str]) -> None:
    if len(records) > _MAX_RECORDS:
        raise RequestRefused(
            400,
            "EXCEEDED_ID_LIMIT",
            f"record limit reached. cannot submit more than {_MAX_RECORDS} records into this call",
        )


def _all_or_none(asked: bool) -> AllOrNone:
    return AllOrNone.ALL if asked else AllOrNone.PARTIAL


def _without_nulls(values: Row) -> Row:
    return {name: value for name, value in values.items() if value is not None}


def _refused(code: str, message: str, *fields: str) -> NotSaved:
    return NotSaved((SaveError(code, message, fields),))


def _gone(refusal: RequestRefused) -> NotSaved:
    if refusal.code == "NOT_FOUND":
        return _refused("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
    return _refused(refusal.code, refusal.message)


def _texts(body: Mapping[str, Json] | None, call: Call, name: str) -> list[str]:
    given = call.query.get(name, "").split(",") if body is None else body.get(name)
    if not isinstance(given, list) or not all(isinstance(text, str) and text for text in given):
        raise RequestRefused(400, "MISSING_ARGUMENT", f"The {name} parameter is required")
    return [str(text) for text in given]
