"""Record types of the message object: what an admin set up, and which a user may give a row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from pydantic import ConfigDict

from bridge.practice.mistakes import Mistake
from bridge.practice.org.errors import SaveError
from bridge.practice.org.ids import IdSequence, canonical_id
from bridge.practice.org.schema import Field, FieldType, RecordType, Row, SObject

FIELD = "RecordTypeId"
_KEY_PREFIX = "012"
_MASTER_ID = "012000000000000AAA"
_NAME = re.compile(r"[A-Za-z](?:_?[A-Za-z0-9])*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordTypeSetting:
    """A record type as a scenario writes it, behind its developer name."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")
    label: str = ""
    """The developer name with spaces, if left out."""
    active: bool = True
    available: bool = True
    """To the integration user."""
    default: bool = False
    """Whether a row of that user gets it that names none."""


def with_record_types(sobject: SObject, settings: Mapping[str, RecordTypeSetting]) -> SObject:
    """The object with these record types, and with the field that names one.

    Raises:
        Mistake: a name is none that the platform takes, or the default can't be given.
    """
    if not settings:
        return sobject
    ids = IdSequence(_KEY_PREFIX)
    made = tuple(_record_type(ids.next(), name, setting) for name, setting in settings.items())
    if sum(one.default for one in made) > 1:
        raise Mistake((), "one record type alone can be the default")
    field = Field(
        name=FIELD,
        label="Record Type ID",
        type=FieldType.REFERENCE,
        defaulted=True,
        reference_to=("RecordType",),
    )
    return SObject(
        sobject.name,
        sobject.label,
        sobject.key_prefix,
        (*sobject.fields, field),
        sobject.createable,
        made,
    )


def record_types_of(sobject: SObject) -> Iterator[RecordType]:
    """Those of the object, the master record type last, which every object has."""
    yield from sobject.record_types
    default = not any(one.default for one in sobject.record_types)
    yield RecordType(_MASTER_ID, "Master", "Master", active=True, available=True, default=default)


def refusal(sobject: SObject, row: Row) -> SaveError | None:
    """Why a row may not have the record type that it names, or None.

    Source: the platform's text and code, as users quote them (mbotos/SmartFactory-for-Force.com
    issue 25); Object Reference, "RecordType": only active ones can be applied.
    """
    if FIELD not in row or not sobject.record_types:
        return None
    wanted = str(row[FIELD])
    named = next((t for t in record_types_of(sobject) if t.id == canonical_id(wanted)), None)
    if named is not None and named.active and named.available:
        return None
    return SaveError(
        "INVALID_CROSS_REFERENCE_KEY",
        f"Record Type ID: this ID value isn't valid for the user: {wanted}",
        (FIELD,),
    )


def _record_type(row_id: str, name: str, setting: RecordTypeSetting) -> RecordType:
    if not _NAME.fullmatch(name):
        raise Mistake((name,), "a record type's name has letters, digits and single underscores")
    if setting.default and not (setting.active and setting.available):
        raise Mistake((name, "default"), "the default must be active and available")
    return RecordType(
        id=row_id,
        developer_name=name,
        label=setting.label or name.replace("_", " "),
        active=setting.active,
        available=setting.available,
        default=setting.default,
    )
