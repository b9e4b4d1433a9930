"""GoTallo's message object as an org might describe it: the object that a fixer's examples mean."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bridge.model import FieldSchema, ObjectSchema, PicklistValue

_PREFIX: Final = "Social25__"


def _package(name: str, type_: str = "string", length: int = 0) -> FieldSchema:
    return FieldSchema(
        name=f"{_PREFIX}{name}", label=name, type=type_, length=length, byte_length=3 * length
    )


def _medium() -> FieldSchema:
    active = ("facebook", "sms", "web", "whatsapp")
    values = [PicklistValue(value, value.title(), active=True) for value in active]
    return replace(
        _package("Conversation_Medium__c", "picklist", 255),
        restricted_picklist=True,
        picklist_values=(*values, PicklistValue("googleplus", "G+", active=False)),
    )


EXAMPLE_OBJECT: Final = ObjectSchema(
    name=f"{_PREFIX}Heroku_Message__c",
    label="Heroku Message",
    createable=True,
    queryable=True,
    namespace="Social25",
    fields=(
        FieldSchema(
            name="Id",
            label="Record ID",
            type="id",
            length=18,
            byte_length=54,
            nillable=False,
            id_lookup=True,
            createable=False,
        ),
        FieldSchema(
            name="OwnerId",
            label="Owner ID",
            type="reference",
            length=18,
            byte_length=54,
            reference_to=("User",),
            defaulted_on_create=True,
        ),
        replace(
            _package("Identifier__c", length=32), external_id=True, unique=True, id_lookup=True
        ),
        _package("External_Identifier__c", length=255),
        _package("Text__c", "textarea", 4000),
        replace(_package("Outbound__c", "boolean"), nillable=False),
        _package("Media_Title__c", length=255),
        _package("File_Type__c", length=100),
        _package("Mime_Type__c", length=100),
        _package("Content_Url__c", "url", 255),
        _package("Auxiliary_Data__c", "textarea", 32768),
        _package("Agent_Identifier__c", length=64),
        _package("Timestamp__c", "datetime"),
        replace(_package("Chat_Identifier__c", length=64), nillable=False),
        _package("Custom_Identifer__c", length=255),
        _medium(),
        _package("Conversation_State__c", length=50),
        _package("Platform_Identifier__c", length=100),
        replace(_package("User_Full_Name__c", length=80), nillable=False),
        _package("User_First_Name__c", length=40),
        _package("User_Last_Name__c", length=80),
        _package("User_Phone_Number__c", "phone", 40),
        _package("User_Email__c", "email", 80),
        _package("User_Gender__c", length=20),
        replace(_package("User_Active__c", "boolean"), nillable=False),
        replace(_package("User_Locale_GMT_Offset__c", "double"), precision=4, scale=2),
        _package("User_Profile_Image_URL__c", "url", 255),
    ),
)
"""The fields that GoTallo's package writes. Source of the names: GoTallo's documentation, "Get
Failed Syncs"; the types and lengths are an example, an org's own describe decides."""


def with_fields(*fields: FieldSchema) -> ObjectSchema:
    """The example object of an org that has these fields too, or has them otherwise."""
    replaced = {field.name for field in fields}
    kept = (field for field in EXAMPLE_OBJECT.fields if field.name not in replaced)
    return replace(EXAMPLE_OBJECT, fields=(*kept, *fields))
