"""Describe answers, parsed into the schema of `bridge.model`.

Source of the attributes: "DescribeSObjectResult" and "Field" in the SOAP API Developer Guide, which
the REST describe resources answer in JSON.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from bridge.errors import SettingsError
from bridge.model import FieldSchema, ObjectSchema, PicklistValue, RecordType
from bridge.salesforce.errors import unreadable


class _Answer(BaseModel):
    """What is not named here is not read; what is null counts as left out."""

    model_config = ConfigDict(
        frozen=True, alias_generator=to_camel, hide_input_in_errors=True, extra="ignore"
    )


class _PicklistValue(_Answer):
    value: str
    label: str | None = None
    active: bool = True


class _Field(_Answer):
    name: str
    label: str | None = None
    type: str
    length: int = 0
    byte_length: int = 0
    precision: int = 0
    scale: int = 0
    digits: int = 0
    nillable: bool
    createable: bool
    defaulted_on_create: bool
    default_value: object = None
    picklist_values: tuple[_PicklistValue, ...] | None = None
    restricted_picklist: bool = False
    reference_to: tuple[str, ...] | None = None
    external_id: bool = False
    id_lookup: bool = False
    unique: bool = False
    case_sensitive: bool = False
    html_formatted: bool | None = None
    filterable: bool = True

    def schema_of_field(self) -> FieldSchema:
        return FieldSchema(
            name=self.name,
            label=self.label or self.name,
            type=self.type,
            length=self.length,
            byte_length=self.byte_length,
            precision=self.precision,
            scale=self.scale,
            digits=self.digits,
            nillable=self.nillable,
            createable=self.createable,
            defaulted_on_create=self.defaulted_on_create,
            default=self.default_value if isinstance(self.default_value, str | bool) else None,
            picklist_values=tuple(
                PicklistValue(value=v.value, label=v.label or v.value, active=v.active)
                for v in self.picklist_values or ()
            ),
            restricted_picklist=self.restricted_picklist,
            reference_to=self.reference_to or (),
            external_id=self.external_id,
            id_lookup=self.id_lookup,
            unique=self.unique,
            case_sensitive=self.case_sensitive,
            html_formatted=bool(self.html_formatted),
            filterable=self.filterable,
        )


class _RecordType(_Answer):
    """Older orgs and proxies leave out what came later: `active`, `developerName`."""

    name: str
    record_type_id: str | None = None
    developer_name: str | None = None
    active: bool = True
    available: bool
    default_record_type_mapping: bool = False

    def record_type(self) -> RecordType:
        return RecordType(
            id=self.record_type_id or "",
            developer_name=self.developer_name or self.name,
            label=self.name,
            active=self.active,
            available=self.available,
            default=self.default_record_type_mapping,
        )


class _Object(_Answer):
    name: str
    label: str | None = None
    createable: bool
    queryable: bool
    fields: tuple[_Field, ...]
    record_type_infos: tuple[_RecordType, ...] | None = None


class _Listed(_Answer):
    name: str


class _Global(_Answer):
    sobjects: tuple[_Listed, ...]


def parse_object(answer: object, resource: str) -> ObjectSchema:
    """The schema that a describe of one object tells.

    Raises:
        OrgUnanswered: it is no describe.
    """
    try:
        described = _Object.model_validate(answer)
    except ValidationError as exc:
        raise unreadable(resource) from exc
    return ObjectSchema(
        name=described.name,
        label=described.label or described.name,
        createable=described.createable,
        queryable=described.queryable,
        fields=tuple(field.schema_of_field() for field in described.fields),
        namespace=namespace_of(described.name),
        record_types=tuple(one.record_type() for one in described.record_type_infos or ()),
    )


def parse_names(answer: object, resource: str) -> tuple[str, ...]:
    """The API names of all objects that a global describe tells: those this user may see.

    Raises:
        OrgUnanswered: it is no global describe.
    """
    try:
        return tuple(listed.name for listed in _Global.model_validate(answer).sobjects)
    except ValidationError as exc:
        raise unreadable(resource) from exc


def namespace_of(object_name: str) -> str:
    """`Social25` for `Social25__Heroku_Message__c`, empty for a name without a namespace.

    A name holds two underscores in a row only where its parts meet.
    """
    parts = object_name.split("__")
    return parts[0] if len(parts) == 3 else ""


def find_object(wanted: str, names: Sequence[str]) -> str:
    """The org's name of an object: the very name, else the one that has it behind a namespace.

    Raises:
        SettingsError: there is none, or there are several.
    """
    folded = wanted.casefold()
    exact = [name for name in names if name.casefold() == folded]
    if exact:
        return exact[0]
    behind = sorted(
        name for name in names if namespace_of(name) and name.casefold().endswith(f"__{folded}")
    )
    if len(behind) == 1:
        return behind[0]
    if behind:
        raise SettingsError(
            f"The org has several objects named {wanted}: {', '.join(behind)}.",
            "Write the one that is meant, with its namespace, behind `object:` in the mapping.",
        )
    close = _alike(wanted, names)
    raise SettingsError(
        f"The org shows this user no object {wanted}.",
        "Check `object:` in the mapping, that the package is installed, and that the integration "
        "user has read and create on the object (permission set GoTalloUser)."
        + (f" Alike: {', '.join(close)}." if close else ""),
    )


def _alike(wanted: str, names: Sequence[str]) -> list[str]:
    """Up to three names that a person may have meant, compared without their namespaces."""
    bare = {name: name.removeprefix(f"{namespace_of(name)}__").casefold() for name in names}
    target = wanted.removeprefix(f"{namespace_of(wanted)}__").casefold()
    close = difflib.get_close_matches(target, sorted(set(bare.values())), n=3)
    return [name for match in close for name in sorted(names) if bare[name] == match][:3]
