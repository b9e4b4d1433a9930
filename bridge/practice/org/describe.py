"""Describe: what the schema looks like to the integration user.

Keys as in the describe answers of API version 60 and later ("sObject Describe" in the REST API
Developer Guide); a field without field-level security is left out.
"""

from __future__ import annotations

from bridge.practice.org.record_types import record_types_of
from bridge.practice.org.schema import TEXT_TYPES, Field, FieldType, RecordType, SObject
from bridge.practice.org.values import Json

_SOAP_TYPES: dict[FieldType, str] = {
    FieldType.ID: "tns:ID",
    FieldType.REFERENCE: "tns:ID",
    FieldType.BOOLEAN: "xsd:boolean",
    FieldType.DOUBLE: "xsd:double",
    FieldType.INT: "xsd:int",
    FieldType.DATETIME: "xsd:dateTime",
}
_BYTES_PER_UNIT = 3


def describe_field(field: Field) -> dict[str, Json]:
    is_text = field.type in TEXT_TYPES
    is_id = field.type in {FieldType.ID, FieldType.REFERENCE}
    return {
        "aggregatable": field.filterable and field.type is not FieldType.BOOLEAN,
        "aiPredictionField": False,
        "autoNumber": field.auto_number,
        "byteLength": 18 if is_id else field.length * _BYTES_PER_UNIT if is_text else 0,
        "calculated": False,
        "calculatedFormula": None,
        "cascadeDelete": False,
        "caseSensitive": False,
        "compoundFieldName": None,
        "controllerName": None,
        "createable": field.createable,
        "custom": field.custom,
        "defaultValue": _default_value(field),
        "defaultValueFormula": _default_formula(field),
        "defaultedOnCreate": field.defaulted_on_create,
        "dependentPicklist": False,
        "deprecatedAndHidden": False,
        "digits": field.digits,
        "displayLocationInDecimal": False,
        "encrypted": False,
        "externalId": field.external_id,
        "extraTypeInfo": "plaintextarea" if field.type is FieldType.TEXTAREA else None,
        "filterable": field.filterable,
        "filteredLookupInfo": None,
        "formulaTreatNullNumberAsZero": False,
        "groupable": field.groupable,
        "highScaleNumber": False,
        "htmlFormatted": False,
        "idLookup": field.external_id or field.type is FieldType.ID,
        "inlineHelpText": None,
        "label": field.label,
        "length": 18 if is_id else field.length,
        "mask": None,
        "maskType": None,
        "name": field.name,
        "nameField": field.name == "Name",
        "namePointing": False,
        "nillable": field.nillable,
        "permissionable": field.permissionable,
        "picklistValues": [
            {
                "active": v.active,
                "defaultValue": v.value == field.default,
                "label": v.value,
                "validFor": None,
                "value": v.value,
            }
            for v in field.values
        ],
        "polymorphicForeignKey": False,
        "precision": field.precision,
        "queryByDistance": False,
        "referenceTargetField": None,
        "referenceTo": list(field.reference_to),
        "relationshipName": _relationship_name(field),
        "relationshipOrder": None,
        "restrictedDelete": False,
        "restrictedPicklist": field.restricted,
        "scale": field.scale,
        "searchPrefilterable": False,
        "soapType": _SOAP_TYPES.get(field.type, "xsd:string"),
        "sortable": field.filterable,
        "type": field.type.value,
        "unique": field.unique,
        "updateable": field.createable,
        "writeRequiresMasterRead": False,
    }


def _default_value(field: Field) -> Json:
    """A checkbox's and a picklist's default; that of any other field is a formula."""
    if field.type is FieldType.BOOLEAN:
        return bool(field.default)
    return field.default if field.type is FieldType.PICKLIST else None


def _default_formula(field: Field) -> str | None:
    if field.default is None or _default_value(field) is not None:
        return None
    return f'"{field.default}"' if isinstance(field.default, str) else str(field.default)


def _relationship_name(field: Field) -> str | None:
    if field.type is not FieldType.REFERENCE:
        return None
    return f"{field.name[:-1]}r" if field.custom else field.name.removesuffix("Id")


def describe_basic(sobject: SObject, version: str) -> dict[str, Json]:
    """The object's own attributes, as the global describe lists them."""
    home = f"/services/data/{version}/sobjects/{sobject.name}"
    return {
        "activateable": False,
        "associateEntityType": None,
        "associateParentEntity": None,
        "createable": sobject.createable,
        "custom": sobject.custom,
        "customSetting": False,
        "deepCloneable": False,
        "deletable": sobject.createable,
        "deprecatedAndHidden": False,
        "feedEnabled": False,
        "hasSubtypes": False,
        "isInterface": False,
        "isSubtype": False,
        "keyPrefix": sobject.key_prefix,
        "label": sobject.label,
        "labelPlural": f"{sobject.label}s",
        "layoutable": True,
        "mergeable": False,
        "mruEnabled": False,
        "name": sobject.name,
        "queryable": True,
        "replicateable": True,
        "retrieveable": True,
        "searchable": True,
        "triggerable": True,
        "undeletable": sobject.createable,
        "updateable": sobject.createable,
        "urls": {
            "rowTemplate": f"{home}/{{ID}}",
            "describe": f"{home}/describe",
            "sobject": home,
        },
    }


def describe_object(sobject: SObject, version: str) -> dict[str, Json]:
    """The full describe of one object."""
    home = f"/services/data/{version}/sobjects/{sobject.name}"
    return describe_basic(sobject, version) | {
        "actionOverrides": [],
        "childRelationships": [],
        "compactLayoutable": True,
        "defaultImplementation": None,
        "extendedBy": None,
        "extendsInterfaces": None,
        "fields": [describe_field(f) for f in sobject.fields if f.visible],
        "implementedBy": None,
        "implementsInterfaces": None,
        "listviewable": None,
        "lookupLayoutable": None,
        "namedLayoutInfos": [],
        "networkScopeFieldName": None,
        "recordTypeInfos": [_record_type(t, home) for t in record_types_of(sobject)],
        "searchLayoutable": True,
        "sobjectDescribeOption": "FULL",
        "supportedScopes": [],
    }


def _record_type(record_type: RecordType, home: str) -> dict[str, Json]:
    return {
        "active": record_type.active,
        "available": record_type.available,
        "defaultRecordTypeMapping": record_type.default,
        "developerName": record_type.developer_name,
        "master": record_type.developer_name == "Master",
        "name": record_type.label,
        "recordTypeId": record_type.id,
        "urls": {"layout": f"{home}/describe/layouts/{record_type.id}"},
    }
