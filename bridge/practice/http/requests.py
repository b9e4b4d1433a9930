"""What the resources that carry rows read of a request, and how they word a result."""

from __future__ import annotations

import re

from bridge.practice.faults import RowLocks
from bridge.practice.http.wire import Call
from bridge.practice.org.duplicates import Insistence
from bridge.practice.org.errors import RequestRefused, SaveError, Twins
from bridge.practice.org.org import Org
from bridge.practice.org.save import NotSaved, Saved, SaveResult
from bridge.practice.org.schema import Row, SObject
from bridge.practice.org.values import Json

_METHODS = ("HEAD", "GET", "POST", "PATCH", "DELETE")
"""In the order in which the platform lists those that are allowed."""
_ALLOW_SAVE = re.compile(r"(^|;)\s*allowSave\s*=\s*true\s*(;|$)", re.IGNORECASE)


def allow(call: Call, *methods: str) -> None:
    """Refuse any other method.

    Raises:
        RequestRefused: 405 METHOD_NOT_ALLOWED.
    """
    if call.method not in methods:
        allowed = ",".join(sorted(methods, key=_METHODS.index))
        raise RequestRefused(
            405,
            "METHOD_NOT_ALLOWED",
            f"HTTP Method '{call.method}' not allowed. Allowed are {allowed}",
        )


def object_named(org: Org, name: str) -> SObject:
    """The object of a path.

    Raises:
        RequestRefused: 404; the org has none of that name.
    """
    sobject = org.sobject(name)
    if sobject is None:
        raise RequestRefused(404, "NOT_FOUND", "The requested resource does not exist")
    return sobject


def check_writable(sobject: SObject) -> None:
    if not sobject.createable:
        raise RequestRefused(
            400,
            "INVALID_TYPE_FOR_OPERATION",
            f"entity type {sobject.name} does not support create",
        )


def row_locks(call: Call, number: int) -> frozenset[int]:
    """The positions, among so many rows, that meet a row lock."""
    if not isinstance(call.effect, RowLocks):
        return frozenset()
    every = call.effect.every
    return frozenset(range(every - 1, number, every))


def insistence(call: Call) -> Insistence:
    """What the header Sforce-Duplicate-Rule-Header asks for."""
    header = call.headers.get("sforce-duplicate-rule-header", "")
    return Insistence.ALLOW_SAVE if _ALLOW_SAVE.search(header) else Insistence.NONE


def collection_result(result: SaveResult) -> dict[str, Json]:
    """One record's result in the answer of a Collections request."""
    match result:
        case Saved(row_id):
            return {"id": row_id, "success": True, "errors": []}
        case NotSaved(errors, row_id):
            named = {"id": row_id} if row_id else {}
            return named | {
                "success": False,
                "errors": [
                    {"statusCode": e.code, "message": e.message, "fields": list(e.fields)}
                    for e in errors
                ],
            }


def error_list(result: NotSaved, version: str) -> Json:
    """The errors of a request for one row."""

    def body(error: SaveError) -> Json:
        said = {"message": error.message, "errorCode": error.code}
        if error.twins:
            return said | {"duplicateResult": _duplicate_result(error.twins, error, version)}
        return said | {"fields": list(error.fields)}

    return [body(error) for error in result.errors]


def _duplicate_result(twins: Twins, error: SaveError, version: str) -> Json:
    """Source: SOAP API Developer Guide, "DuplicateResult"; recorded answers."""
    return {
        "allowSave": twins.allow_save,
        "duplicateRule": f"{twins.sobject}_Duplicate_Rule",
        "duplicateRuleEntityType": twins.sobject,
        "errorMessage": error.message,
        "matchResults": [
            {
                "entityType": twins.sobject,
                "errors": [],
                "matchEngine": "ExactMatchEngine",
                "matchRecords": [
                    {
                        "additionalInformation": [],
                        "fieldDiffs": [],
                        "matchConfidence": 100.0,
                        "record": {
                            "attributes": attributes(twins.sobject, row_id, version),
                            "Id": row_id,
                        },
                    }
                    for row_id in twins.ids
                ],
                "rule": f"{twins.sobject}_Matching_Rule",
                "size": len(twins.ids),
                "success": True,
            }
        ],
    }


def attributes(sobject: str, row_id: str, version: str) -> dict[str, Json]:
    """What a row is, and where."""
    return {"type": sobject, "url": f"/services/data/{version}/sobjects/{sobject}/{row_id}"}


def row_body(sobject: SObject, row: Row, version: str, names: list[str] | None = None) -> Json:
    """A row as it is retrieved: all fields that the user sees, or those named."""
    wanted = names or [f.name for f in sobject.fields if f.visible]
    values = {name: row.get(name) for name in wanted}
    return {"attributes": attributes(sobject.name, str(row["Id"]), version), **values}


def known_names(sobject: SObject, names: list[str]) -> list[str]:
    """The describe's spelling of field names.

    Raises:
        RequestRefused: 400 INVALID_FIELD; this user sees no such field.
    """
    fields = {name: sobject.visible(name) for name in names}
    for name, field in fields.items():
        if field is None:
            what = f"No such column '{name}' on sobject of type {sobject.name}"
            raise RequestRefused(400, "INVALID_FIELD", what)
    return [field.name for field in fields.values() if field]
