"""What Setup shows of the org: permissions, sharing, validation rules; to be asked, not changed.

Source: Object Reference ("PermissionSet", "PermissionSetAssignment", "ObjectPermissions",
"FieldPermissions", "EntityDefinition"); Tooling API Reference ("ValidationRule").
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from enum import StrEnum

from bridge.practice.org.ids import IdSequence
from bridge.practice.org.rules import ValidationRule
from bridge.practice.org.schema import Access, Field, FieldType, Row, SObject, Value
from bridge.practice.org.table import Table
from bridge.practice.org.values import datetime_text

_OBJECT_RIGHTS = (
    "PermissionsCreate",
    "PermissionsRead",
    "PermissionsEdit",
    "PermissionsDelete",
    "PermissionsViewAllRecords",
    "PermissionsModifyAllRecords",
)
_WHAT_A_SET_GIVES = (
    "IsOwnedByProfile",
    "HasActivationRequired",
    "PermissionsViewAllData",
    "PermissionsModifyAllData",
)


def _fields(type_: FieldType, *names: str) -> tuple[Field, ...]:
    length = 255 if type_ is FieldType.STRING else 0
    return tuple(
        Field(name=name, label=name, type=type_, length=length, set_by_platform=True)
        for name in names
    )


_ID = _fields(FieldType.ID, "Id")

_PERMISSION_SET = SObject(
    "PermissionSet",
    "Permission Set",
    "0PS",
    (
        *_ID,
        *_fields(FieldType.STRING, "Name", "Label"),
        *_fields(
            FieldType.BOOLEAN,
            *_WHAT_A_SET_GIVES,
        ),
    ),
    createable=False,
)
_ASSIGNMENT = SObject(
    "PermissionSetAssignment",
    "Permission Set Assignment",
    "0Pa",
    (
        *_ID,
        *_fields(FieldType.REFERENCE, "PermissionSetId", "PermissionSetGroupId", "AssigneeId"),
        *_fields(
            FieldType.BOOLEAN,
            "IsActive",
            *(f"PermissionSet.{right}" for right in _WHAT_A_SET_GIVES),
        ),
        *_fields(FieldType.DATETIME, "ExpirationDate"),
    ),
    createable=False,
)
_OBJECT_PERMISSIONS = SObject(
    "ObjectPermissions",
    "Object Permissions",
    "110",
    (
        *_ID,
        *_fields(FieldType.REFERENCE, "ParentId", "Parent.PermissionSetGroupId"),
        *_fields(FieldType.STRING, "SobjectType"),
        *_fields(FieldType.BOOLEAN, *_OBJECT_RIGHTS, "Parent.HasActivationRequired"),
    ),
    createable=False,
)
_FIELD_PERMISSIONS = SObject(
    "FieldPermissions",
    "Field Permissions",
    "01k",
    (
        *_ID,
        *_fields(FieldType.REFERENCE, "ParentId"),
        *_fields(FieldType.STRING, "SobjectType", "Field"),
        *_fields(FieldType.BOOLEAN, "PermissionsRead", "PermissionsEdit"),
    ),
    createable=False,
)
_ENTITY_DEFINITION = SObject(
    "EntityDefinition",
    "Entity Definition",
    "4ie",
    (
        *_ID,
        *_fields(
            FieldType.STRING,
            "DurableId",
            "QualifiedApiName",
            "Label",
            "KeyPrefix",
            "InternalSharingModel",
            "ExternalSharingModel",
        ),
    ),
    createable=False,
)
_VALIDATION_RULE = SObject(
    "ValidationRule",
    "Validation Rule",
    "03d",
    (
        *_ID,
        *_fields(
            FieldType.STRING,
            "ValidationName",
            "ErrorMessage",
            "ErrorDisplayField",
            "EntityDefinitionId",
            "EntityDefinition.QualifiedApiName",
            "NamespacePrefix",
        ),
        *_fields(FieldType.BOOLEAN, "Active"),
        *_fields(FieldType.DATETIME, "LastModifiedDate"),
    ),
    createable=False,
)

SETUP_OBJECTS = (
    _PERMISSION_SET,
    _ASSIGNMENT,
    _OBJECT_PERMISSIONS,
    _FIELD_PERMISSIONS,
    _ENTITY_DEFINITION,
)
"""Those that the REST API itself serves."""
VIEW_SETUP_OBJECTS = frozenset(
    {"PermissionSet", "PermissionSetAssignment", "ObjectPermissions", "FieldPermissions"}
)
"""Those that take View Setup and Configuration. Source: Object Reference, their special access
rules."""


class SharingModel(StrEnum):
    """Who sees the rows of others, as the organization-wide default has it."""

    PRIVATE = "Private"
    READ = "Read"
    READ_WRITE = "ReadWrite"


def permission_rows(
    objects: Iterable[SObject], user_id: str, view_all: bool, sharing: SharingModel
) -> Iterator[tuple[SObject, Row]]:
    """The rows of `SETUP_OBJECTS`: one profile, the integration user's, and what it may do.

    Args:
        objects: those of the org that are no setup.
        user_id: the integration user.
        view_all: whether the profile may see every row of the custom objects.
        sharing: of the custom objects.
    """
    profile = IdSequence(_PERMISSION_SET.key_prefix).next()
    gives: Row = {name: name == "IsOwnedByProfile" for name in _WHAT_A_SET_GIVES}
    names: Row = {"Name": "Integration_User", "Label": "Integration User"}
    yield _PERMISSION_SET, {"Id": profile, **names, **gives}
    assigned: Row = {
        "Id": IdSequence(_ASSIGNMENT.key_prefix).next(),
        "PermissionSetId": profile,
        "AssigneeId": user_id,
        "IsActive": True,
    }
    yield _ASSIGNMENT, assigned | {f"PermissionSet.{name}": gives[name] for name in gives}
    permission_ids, field_ids = (
        IdSequence(_OBJECT_PERMISSIONS.key_prefix),
        IdSequence(_FIELD_PERMISSIONS.key_prefix),
    )
    for sobject in objects:
        durable = _durable_id(sobject)
        entity: dict[str, Value] = {
            "DurableId": durable,
            "QualifiedApiName": sobject.name,
            "Label": sobject.label,
            "KeyPrefix": sobject.key_prefix,
            "InternalSharingModel": sharing if sobject.custom else SharingModel.PRIVATE,
            "ExternalSharingModel": "Private",
        }
        yield _ENTITY_DEFINITION, {"Id": durable, **entity}
        if not sobject.createable:
            continue
        on_object = dict.fromkeys(_OBJECT_RIGHTS, True) | {"Parent.HasActivationRequired": False}
        on_object["PermissionsViewAllRecords"] = view_all or not sobject.custom
        on_object["PermissionsModifyAllRecords"] = False
        row: Row = {"Id": permission_ids.next(), "ParentId": profile, "SobjectType": sobject.name}
        yield _OBJECT_PERMISSIONS, row | on_object
        for field in sobject.fields:
            if field.permissionable and field.visible:
                yield (
                    _FIELD_PERMISSIONS,
                    {
                        "Id": field_ids.next(),
                        "ParentId": profile,
                        "SobjectType": sobject.name,
                        "Field": f"{sobject.name}.{field.name}",
                        "PermissionsRead": True,
                        "PermissionsEdit": field.access is Access.EDIT,
                    },
                )


def rule_table(rules: Iterable[ValidationRule], objects: Iterable[SObject]) -> Table:
    """The validation rules as the Tooling API lists them now."""
    table, ids = Table(_VALIDATION_RULE), IdSequence(_VALIDATION_RULE.key_prefix)
    durable = {o.name: _durable_id(o) for o in objects}
    for rule in rules:
        row: Row = {
            "Id": ids.next(),
            "ValidationName": rule.name,
            "ErrorMessage": rule.message,
            "ErrorDisplayField": rule.field or None,
            "EntityDefinitionId": durable.get(rule.sobject, rule.sobject),
            "EntityDefinition.QualifiedApiName": rule.sobject,
            "Active": rule.active,
            "LastModifiedDate": datetime_text(rule.last_modified.astimezone(dt.UTC)),
        }
        table.seed({name: value for name, value in row.items() if value is not None})
    return table


def _durable_id(sobject: SObject) -> str:
    """A custom object's own id, a standard one's name."""
    return f"01I5g00000{sobject.key_prefix}00" if sobject.custom else sobject.name
