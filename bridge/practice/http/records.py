"""Single rows over HTTP: `sobjects/NAME`, by id and by external id.

Source: REST API Developer Guide, "sObject Basic Information", "sObject Rows", "sObject Rows by
External ID"; the texts are those of recorded answers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bridge.practice.http.json_body import json_object
from bridge.practice.http.requests import (
    allow,
    check_writable,
    error_list,
    insistence,
    known_names,
    object_named,
    row_body,
    row_locks,
)
from bridge.practice.http.wire import Call, Reply
from bridge.practice.org.errors import RequestRefused
from bridge.practice.org.ids import canonical_id
from bridge.practice.org.org import Org
from bridge.practice.org.save import NotSaved
from bridge.practice.org.schema import Field, FieldType, Row, SObject
from bridge.practice.org.values import Json

_ID = re.compile(r"[A-Za-z0-9]{15}([A-Za-z0-9]{3})?")


class Records:
    """The resources that carry one row."""

    def __init__(self, org: Org) -> None:
        self._org = org

    def create(self, call: Call, version: str) -> Reply:
        """POST `sobjects/NAME`."""
        sobject = object_named(self._org, call.route["object"])
        return self._create(call, version, sobject, json_object(call), {})

    def row(self, call: Call, version: str) -> Reply:
        """`sobjects/NAME/ID`: GET, PATCH and DELETE of one row."""
        sobject = object_named(self._org, call.route["object"])
        if not _ID.fullmatch(call.route["id"]):
            raise _no_external_id(call.route["id"], 404)
        return self._row(call, version, sobject, call.route["id"])

    def by_external_id(self, call: Call, version: str) -> Reply:
        """`sobjects/NAME/FIELD/VALUE`: GET and DELETE, and PATCH, which creates or updates."""
        allow(call, "GET", "HEAD", "PATCH", "DELETE")
        sobject = object_named(self._org, call.route["object"])
        field = external_id(sobject, call.route["field"], 404)
        value = call.route["value"]
        with self._org.locked():
            found = matches(self._org, sobject, field, value)
            if len(found) > 1:
                home = f"/services/data/{version}/sobjects/{sobject.name}"
                return Reply(300, [f"{home}/{row['Id']}" for row in found])
            if call.method == "PATCH":
                return self._upsert(call, version, sobject, field, found)
            if not found:
                raise RequestRefused(404, "NOT_FOUND", "The requested resource does not exist")
            return self._row(call, version, sobject, str(found[0]["Id"]))

    def _upsert(
        self, call: Call, version: str, sobject: SObject, field: Field, found: list[Row]
    ) -> Reply:
        record = json_object(call)
        _check_absent(record, "id", field.name.lower())
        if found:
            row_id = str(found[0]["Id"])
            refused = self._update(version, sobject, row_id, record)
            body: dict[str, Json] = {"id": row_id, "success": True, "errors": [], "created": False}
            return refused or Reply(200, body)
        if field.type is FieldType.ID or call.query.get("updateOnly", "").lower() == "true":
            raise RequestRefused(404, "NOT_FOUND", "The requested resource does not exist")
        made = {field.name: call.route["value"], **record}
        return self._create(call, version, sobject, made, {"created": True})

    def _create(
        self,
        call: Call,
        version: str,
        sobject: SObject,
        record: Mapping[str, Json],
        more: Mapping[str, Json],
    ) -> Reply:
        check_writable(sobject)
        _check_absent(record, "id")
        row = self._org.reader(sobject).row(record)
        (result,) = self._org.insert(
            sobject, [row], locked=row_locks(call, 1), insistence=insistence(call)
        )
        call.until_answered.enter_context(self._org.using(self._org.conversations([row])))
        if isinstance(result, NotSaved):
            return Reply(400, error_list(result, version))
        location = f"/services/data/{version}/sobjects/{sobject.name}/{result.id}"
        body = {"id": result.id, "success": True, "errors": [], **more}
        return Reply(201, body, {"Location": location})

    def _row(self, call: Call, version: str, sobject: SObject, row_id: str) -> Reply:
        match call.method:
            case "GET" | "HEAD":
                wanted = call.query.get("fields")
                names = known_names(sobject, wanted.split(",")) if wanted else None
                with self._org.locked():
                    row = self._org.find(sobject, row_id)
                    return Reply(200, row_body(sobject, row, version, names))
            case "PATCH":
                record = json_object(call)
                _check_absent(record, "id")
                return self._update(version, sobject, row_id, record) or Reply(204)
            case "DELETE":
                check_writable(sobject)
                self._org.delete(sobject, row_id)
                return Reply(204)
            case _:
                allow(call, "GET", "HEAD", "PATCH", "DELETE")
                raise AssertionError(call.method)

    def _update(
        self, version: str, sobject: SObject, row_id: str, record: Mapping[str, Json]
    ) -> Reply | None:
        """Change a row; the refusal, if it was refused."""
        check_writable(sobject)
        result = self._org.update(sobject, row_id, self._org.reader(sobject).changes(record))
        return Reply(400, error_list(result, version)) if isinstance(result, NotSaved) else None


def _check_absent(record: Mapping[str, Json], *names: str) -> None:
    """Refuse a record that says in its body what its path says, or the org."""
    for name in record:
        if name.lower() in names:
            what = f"The {name} field should not be specified in the sobject data."
            raise RequestRefused(400, "INVALID_FIELD", what)


def external_id(sobject: SObject, name: str, status: int) -> Field:
    """The field of that name, which may stand for an id.

    Raises:
        RequestRefused: with the status given; it is none, or this user does not see it.
    """
    field = sobject.visible(name)
    if field is None or not (field.external_id or field.type is FieldType.ID):
        raise _no_external_id(name, status)
    return field


def _no_external_id(name: str, status: int) -> RequestRefused:
    what = f"Provided external ID field does not exist or is not accessible: {name}"
    return RequestRefused(status, "NOT_FOUND" if status == 404 else "INVALID_FIELD", what)


def matches(org: Org, sobject: SObject, field: Field, value: str) -> list[Row]:
    """The live rows that hold the value."""
    table = org.table(sobject)
    rows = (
        [table.rows.get(canonical_id(value))]
        if field.type is FieldType.ID
        else table.with_value(field.name, value)
    )
    return [row for row in rows if row and not row.get("IsDeleted")]
