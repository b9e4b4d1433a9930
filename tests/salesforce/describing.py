"""Describe answers as an org gives them, with every attribute that a field has."""

from __future__ import annotations

from typing import Any

PREFIX = "Social25__"
MESSAGE = f"{PREFIX}Heroku_Message__c"


def field(name: str, type_: str, **attributes: Any) -> dict[str, Any]:
    return {
        "aggregatable": True,
        "aiPredictionField": False,
        "autoNumber": False,
        "byteLength": 0,
        "calculated": False,
        "calculatedFormula": None,
        "cascadeDelete": False,
        "caseSensitive": False,
        "compoundFieldName": None,
        "controllerName": None,
        "createable": True,
        "custom": True,
        "defaultValue": None,
        "defaultValueFormula": None,
        "defaultedOnCreate": False,
        "dependentPicklist": False,
        "deprecatedAndHidden": False,
        "digits": 0,
        "encrypted": False,
        "externalId": False,
        "extraTypeInfo": None,
        "filterable": True,
        "htmlFormatted": False,
        "idLookup": False,
        "inlineHelpText": None,
        "label": name.replace("_", " "),
        "length": 0,
        "mask": None,
        "name": name,
        "nameField": False,
        "nillable": True,
        "picklistValues": [],
        "precision": 0,
        "referenceTo": [],
        "relationshipName": None,
        "restrictedPicklist": False,
        "scale": 0,
        "soapType": "xsd:string",
        "sortable": True,
        "type": type_,
        "unique": False,
        "updateable": True,
    } | attributes


def message_object(name: str = MESSAGE) -> dict[str, Any]:
    return {
        "name": name,
        "label": "Heroku Message",
        "createable": True,
        "queryable": True,
        "custom": True,
        "fields": [
            field("Id", "id", createable=False, nillable=False, defaultedOnCreate=True, length=18),
            field(
                f"{PREFIX}Identifier__c",
                "string",
                length=255,
                byteLength=765,
                externalId=True,
                idLookup=True,
                unique=True,
                caseSensitive=True,
                nillable=False,
            ),
            field(f"{PREFIX}Text__c", "textarea", length=32768, byteLength=98304),
            field(
                f"{PREFIX}Conversation_Medium__c",
                "picklist",
                length=255,
                byteLength=765,
                restrictedPicklist=True,
                picklistValues=[
                    {
                        "value": "facebook",
                        "label": "Facebook",
                        "active": True,
                        "defaultValue": False,
                        "validFor": None,
                    },
                    {
                        "value": "fax",
                        "label": None,
                        "active": False,
                        "defaultValue": False,
                        "validFor": None,
                    },
                ],
            ),
            field(f"{PREFIX}Outbound__c", "boolean", nillable=False, defaultedOnCreate=True),
            field(f"{PREFIX}User_Locale_GMT_Offset__c", "double", precision=4, scale=1),
            field("OwnerId", "reference", length=18, referenceTo=["Group", "User"]),
            field("Retries__c", "int", digits=9),
            field("Note__c", "textarea", length=32768, htmlFormatted=True),
        ],
    }


def everything(*names: str) -> dict[str, Any]:
    """A global describe."""
    return {
        "encoding": "UTF-8",
        "maxBatchSize": 200,
        "sobjects": [{"name": name, "label": name, "custom": True} for name in names],
    }
