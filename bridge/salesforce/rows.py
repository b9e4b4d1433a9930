"""Rows that a query found, and the pages they come on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, ValidationError

from bridge.errors import OrgUnanswered
from bridge.model import Record, canonical_key
from bridge.salesforce.errors import unreadable

SYSTEM_FIELDS = ("Id", "IsDeleted", "CreatedById", "CreatedDate")
"""What every row of a custom object has; asked for by every look-up."""


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A row of the org that carries a message's key: the message's own, or a witness of it."""

    id: str
    """The Salesforce id, 18 characters."""
    key: str
    """The canonical form of what the key field holds."""
    deleted: bool
    """It is in the recycle bin."""
    created_by: str
    """The id of the user who inserted it."""
    created_at: dt.datetime
    """Aware; the org's clock."""
    values: Record = field(repr=False)
    """The key field and the fields that were asked for, as the org has them."""
    witness: str = ""
    """The object whose row this is where it is no message; empty for a message's own row."""


class Page(BaseModel):
    """One page of a query's answer.

    Source: "Query" in the REST API Developer Guide.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    total: int = Field(alias="totalSize")
    done: bool
    records: tuple[dict[str, JsonValue], ...]
    next_path: str | None = Field(alias="nextRecordsUrl", default=None)


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    id: str = Field(alias="Id")
    deleted: bool = Field(alias="IsDeleted")
    created_by: str = Field(alias="CreatedById")
    created_at: AwareDatetime = Field(alias="CreatedDate")


def gather(
    first: object, next_page: Callable[[str], object], resource: str
) -> list[dict[str, JsonValue]]:
    """The records of all pages.

    Absence is concluded from what is not in them, so a page that is missing is an error.

    Raises:
        OrgUnanswered: a page is unreadable, leads away from the API, or comes round again, or
            there are fewer rows than the org announced.
    """
    records: list[dict[str, JsonValue]] = []
    walked: set[str] = set()
    page = _page(first, resource)
    while True:
        records.extend(page.records)
        if page.done:
            break
        path = page.next_path
        if path is None or not path.startswith("/services/data/") or path in walked:
            raise unreadable(resource)
        walked.add(path)
        page = _page(next_page(path), resource)
    if len(records) < page.total:
        raise OrgUnanswered(
            f"Salesforce announced {page.total} rows for {resource} and gave {len(records)}.",
            "Try again.",
        )
    return records


def _page(answer: object, resource: str) -> Page:
    try:
        return Page.model_validate(answer)
    except ValidationError as exc:
        raise unreadable(resource) from exc


def by_key(
    records: Sequence[Mapping[str, JsonValue]],
    key_field: str,
    asked: Sequence[str],
    resource: str,
) -> dict[str, tuple[FoundRow, ...]]:
    """The rows under the canonical form of their keys, oldest first; every asked key is there.

    The platform may compare without regard to case: a row whose key differs in case alone stands
    under its own spelling, not under the asked one. A row that two queries gave is one row.

    Raises:
        OrgUnanswered: a record is no row of the query.
    """
    found: dict[str, dict[str, FoundRow]] = {canonical_key(key): {} for key in asked}
    for record in records:
        row = _found(record, key_field, resource)
        found.setdefault(row.key, {})[row.id] = row
    return {
        key: tuple(sorted(rows.values(), key=lambda row: (row.created_at, row.id)))
        for key, rows in found.items()
    }


def _found(record: Mapping[str, JsonValue], key_field: str, resource: str) -> FoundRow:
    try:
        row = _Row.model_validate(record)
    except ValidationError as exc:
        raise unreadable(resource) from exc
    key = record.get(key_field)
    if not isinstance(key, str):
        raise unreadable(resource)
    return FoundRow(
        id=row.id,
        key=canonical_key(key),
        deleted=row.deleted,
        created_by=row.created_by,
        created_at=row.created_at,
        values={
            name: value
            for name, value in record.items()
            if name != "attributes" and name not in SYSTEM_FIELDS
        },
    )
