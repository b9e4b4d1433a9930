"""An insert of many records in one call: its body and its answer.

Source: "Create Multiple Records with Fewer Round-Trips" (sObject Collections) in the REST API
Developer Guide: HTTP 200 even where every record was refused, one result a record, in order.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from bridge.errors import UsageError
from bridge.model import Record
from bridge.salesforce.errors import unreadable

MOST_RECORDS = 200
"""The platform's limit for one call."""


@dataclass(frozen=True, slots=True)
class Inserted:
    """The org has made a row of the record."""

    id: str
    """The Salesforce id, 18 characters."""


@dataclass(frozen=True, slots=True)
class RecordError:
    """One reason why the org refused a record."""

    code: str
    """The status code, such as `STRING_TOO_LONG`."""
    message: str
    fields: tuple[str, ...]
    """API names."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The org made no row of the record."""

    errors: tuple[RecordError, ...]
    """At least one."""


InsertResult: TypeAlias = Inserted | Refused


class _Error(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    status_code: str = Field(alias="statusCode")
    message: str = ""
    fields: tuple[str, ...] | None = None


class _Result(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    id: str | None = None
    success: bool
    errors: tuple[_Error, ...] = ()


_RESULTS = TypeAdapter(tuple[_Result, ...])


def body_of(object_name: str, records: Sequence[Record]) -> str:
    """The JSON document that asks for the insert, each record on its own (`allOrNone` false).

    It is ASCII: half a surrogate pair becomes an escape and is the org's to judge.

    Raises:
        UsageError: a record holds what JSON can't say, such as NaN.
    """
    rows = [{**record, "attributes": {"type": object_name}} for record in records]
    try:
        return json.dumps(
            {"allOrNone": False, "records": rows}, allow_nan=False, default=_plain_mapping
        )
    except (TypeError, ValueError, RecursionError) as exc:
        raise UsageError(
            f"A record for {object_name} holds a value that JSON can't say, such as NaN.",
            "Repair the value with a fixer, or hold the message.",
        ) from exc


def results_of(answer: object, count: int, resource: str) -> tuple[InsertResult, ...]:
    """What became of each record, in the order sent.

    Raises:
        OrgUnanswered: the answer does not say it of every one of the `count` records.
    """
    try:
        results = _RESULTS.validate_python(answer)
    except ValidationError as exc:
        raise unreadable(resource) from exc
    if len(results) != count:
        raise unreadable(resource)
    return tuple(_told(result, resource) for result in results)


def _told(result: _Result, resource: str) -> InsertResult:
    if result.success and result.id:
        return Inserted(result.id)
    if result.success or not result.errors:
        raise unreadable(resource)
    return Refused(
        tuple(
            RecordError(error.status_code, error.message, error.fields or ())
            for error in result.errors
        )
    )


def _plain_mapping(value: object) -> dict[str, object]:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"not JSON: {type(value).__name__}")
