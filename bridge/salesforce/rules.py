"""The validation rules of an object, as its org's setup lists them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, ValidationError

from bridge.salesforce.errors import unreadable
from bridge.salesforce.soql import literal

_FIELDS = ("ValidationName", "Active", "ErrorMessage", "ErrorDisplayField", "LastModifiedDate")


@dataclass(frozen=True, slots=True)
class ValidationRule:
    """A rule that refuses records; its formula is not read."""

    name: str
    active: bool
    message: str
    """What whoever saves is told."""
    field: str
    """Where the message is shown; empty for the top of the page."""
    changed_at: dt.datetime
    """Aware; the org's clock."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    name: str = Field(alias="ValidationName")
    active: bool = Field(alias="Active")
    message: str | None = Field(alias="ErrorMessage", default=None)
    field: str | None = Field(alias="ErrorDisplayField", default=None)
    changed_at: AwareDatetime = Field(alias="LastModifiedDate")


def rules_query(object_name: str) -> str:
    """The query, for the Tooling API, of an object's rules.

    Source: "ValidationRule" in the Tooling API Reference.
    """
    return (
        f"SELECT {', '.join(_FIELDS)} FROM ValidationRule "  # noqa: S608 - a name from describe
        f"WHERE EntityDefinition.QualifiedApiName = {literal(object_name)} ORDER BY ValidationName"
    )


def parse_rule(record: Mapping[str, JsonValue], resource: str) -> ValidationRule:
    """The rule that a record of the query tells.

    Raises:
        OrgUnanswered: it is no such record.
    """
    try:
        told = _Record.model_validate(record)
    except ValidationError as exc:
        raise unreadable(resource) from exc
    return ValidationRule(
        name=told.name,
        active=told.active,
        message=told.message or "",
        field=told.field or "",
        changed_at=told.changed_at,
    )
