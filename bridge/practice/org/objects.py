"""The objects of the practice org: GoTallo's message object and what its trigger fills."""

from __future__ import annotations

from dataclasses import replace

from bridge.practice.mistakes import Mistake, at, no_such
from bridge.practice.org.record_types import with_record_types
from bridge.practice.org.schema import Field, FieldType, PicklistValue, SObject
from bridge.practice.scenario import Scenario

MEDIA = ("facebook", "instagram", "line", "sms", "telegram", "viber", "web", "wechat", "whatsapp")
REGIONS = ("AMER", "APAC", "EMEA")

_MESSAGE = "Heroku_Message__c"
_STRING, _AREA, _PHONE = FieldType.STRING, FieldType.TEXTAREA, FieldType.PHONE


def message_object_name(scenario: Scenario) -> str:
    return package_name(scenario, _MESSAGE)


def package_name(scenario: Scenario, name: str) -> str:
    """The API name of one of the package's objects or fields."""
    return f"{scenario.namespace}__{name}" if scenario.namespace else name


def org_objects(scenario: Scenario) -> tuple[SObject, ...]:
    """Everything that the org's global describe lists.

    Raises:
        Mistake: the scenario says something of an object or a field that no org has.
    """
    standard = (_CONTACT, _LEAD, _ORGANIZATION, _SOCIAL_POST, _USER)
    with at("record_types"):
        message = with_record_types(message_object(scenario), scenario.record_types)
    objects = (message, *standard) if scenario.message_object else standard
    known = {short_name(scenario, o.name): o for o in objects}
    for name in scenario.fields.keys() - known.keys() - {_MESSAGE}:
        raise Mistake(("fields", name), no_such("object", name, known))
    with at("fields"):
        return tuple(_customized(scenario, o, n) for n, o in known.items())


def _customized(scenario: Scenario, sobject: SObject, object_name: str) -> SObject:
    fields = {f.name: f for f in sobject.fields}
    for short, setting in scenario.fields.get(object_name, {}).items():
        name = api_name(scenario, sobject, short)
        with at(object_name, short):
            unknown = sorted(set(setting.reference_to or ()) - REFERABLE)
            if unknown:
                raise Mistake(("reference_to",), no_such("object", unknown[0], REFERABLE))
            fields[name] = setting.applied(name, fields.get(name))
    return replace(sobject, fields=tuple(fields.values()))


def api_name(scenario: Scenario, sobject: SObject, short: str) -> str:
    """The name of a field as the object has it: with the namespace where it is the package's."""
    field = sobject.get(package_name(scenario, short)) or sobject.get(short)
    return field.name if field else short


def short_name(scenario: Scenario, name: str) -> str:
    """The API name of one of the package's objects or fields without its namespace."""
    return name.removeprefix(f"{scenario.namespace}__") if scenario.namespace else name


def message_object(scenario: Scenario) -> SObject:
    """The package's message object, with the org's own required field beside the package's."""
    package_fields = (
        replace(f, name=package_name(scenario, f.name)) for f in _package_fields(scenario)
    )
    own = _own_field(scenario.required_field) if scenario.required_field else ()
    return SObject(
        message_object_name(scenario),
        "Heroku Message",
        "a0B",
        (*_system_fields(), _AUTO_NUMBER, *package_fields, *own),
    )


def _package_fields(scenario: Scenario) -> tuple[Field, ...]:
    text = scenario.text_length
    return (
        Field(
            name="Identifier__c",
            label="Identifier",
            type=_STRING,
            length=scenario.key_length,
            external_id=True,
            unique=scenario.key_unique,
        ),
        Field(name="External_Identifier__c", label="External Identifier", type=_STRING, length=255),
        Field(name="Text__c", label="Text", type=_AREA, length=text),
        Field(name="Outbound__c", label="Outbound", type=FieldType.BOOLEAN, nillable=False),
        Field(name="Media_Title__c", label="Media Title", type=_STRING, length=255),
        Field(name="File_Type__c", label="File Type", type=_STRING, length=100),
        Field(name="Mime_Type__c", label="Mime Type", type=_STRING, length=100),
        Field(name="Content_Url__c", label="Content Url", type=FieldType.URL, length=255),
        Field(name="Auxiliary_Data__c", label="Auxiliary Data", type=_AREA, length=32_768),
        Field(name="Agent_Identifier__c", label="Agent Identifier", type=_STRING, length=64),
        Field(name="Timestamp__c", label="Timestamp", type=FieldType.DATETIME),
        Field(
            name="Chat_Identifier__c",
            label="Chat Identifier",
            type=_STRING,
            length=64,
            nillable=False,
            indexed=True,
        ),
        Field(name="Custom_Identifer__c", label="Custom Identifer", type=_STRING, length=255),
        Field(
            name="Conversation_Medium__c",
            label="Conversation Medium",
            type=FieldType.PICKLIST,
            length=255,
            restricted=True,
            values=(*map(PicklistValue, MEDIA), PicklistValue("googleplus", active=False)),
        ),
        Field(name="Conversation_State__c", label="Conversation State", type=_STRING, length=50),
        Field(name="Platform_Identifier__c", label="Platform Identifier", type=_STRING, length=100),
        Field(name="User_Full_Name__c", label="User Full Name", type=_STRING, length=255),
        Field(name="User_First_Name__c", label="User First Name", type=_STRING, length=255),
        Field(name="User_Last_Name__c", label="User Last Name", type=_STRING, length=255),
        Field(name="User_Phone_Number__c", label="User Phone Number", type=_PHONE, length=40),
        Field(
            name="User_Email__c",
            label="User Email",
            type=FieldType.EMAIL,
            length=80,
            access=scenario.email_access,
        ),
        Field(name="User_Gender__c", label="User Gender", type=_STRING, length=20),
        Field(name="User_Active__c", label="User Active", type=FieldType.BOOLEAN, nillable=False),
        Field(
            name="User_Locale_GMT_Offset__c",
            label="User Locale GMT Offset",
            type=FieldType.DOUBLE,
            precision=4,
            scale=2,
        ),
        Field(
            name="User_Profile_Image_URL__c",
            label="User Profile Image URL",
            type=FieldType.URL,
            length=255,
        ),
    )


def _own_field(name: str) -> tuple[Field, ...]:
    return (
        Field(
            name=name,
            label=name.removesuffix("__c").replace("_", " "),
            type=FieldType.PICKLIST,
            length=255,
            nillable=False,
            restricted=True,
            values=tuple(map(PicklistValue, REGIONS)),
        ),
    )


def _system_fields() -> tuple[Field, ...]:
    return (
        _system("Id", "Record ID", FieldType.ID),
        _OWNER,
        _system("IsDeleted", "Deleted", FieldType.BOOLEAN),
        _system("CreatedDate", "Created Date", FieldType.DATETIME),
        _system("CreatedById", "Created By ID", FieldType.REFERENCE, "User"),
        _system("LastModifiedDate", "Last Modified Date", FieldType.DATETIME),
        _system("LastModifiedById", "Last Modified By ID", FieldType.REFERENCE, "User"),
        _system("SystemModstamp", "System Modstamp", FieldType.DATETIME),
    )


def _system(name: str, label: str, type_: FieldType, *reference_to: str) -> Field:
    return Field(
        name=name,
        label=label,
        type=type_,
        nillable=False,
        set_by_platform=True,
        reference_to=reference_to,
    )


def _picklist(name: str, label: str, *values: str) -> Field:
    return Field(
        name=name,
        label=label,
        type=FieldType.PICKLIST,
        length=255,
        values=tuple(map(PicklistValue, values)),
    )


_OWNER = Field(
    name="OwnerId",
    label="Owner ID",
    type=FieldType.REFERENCE,
    nillable=False,
    defaulted=True,
    reference_to=("User",),
)

_AUTO_NUMBER = Field(
    name="Name",
    label="Message Number",
    type=_STRING,
    length=80,
    nillable=False,
    set_by_platform=True,
    auto_number=True,
)

_LEAD = SObject(
    "Lead",
    "Lead",
    "00Q",
    (
        *_system_fields(),
        Field(name="LastName", label="Last Name", type=_STRING, length=80, nillable=False),
        Field(name="FirstName", label="First Name", type=_STRING, length=40),
        Field(name="Company", label="Company", type=_STRING, length=255, nillable=False),
        Field(name="Phone", label="Phone", type=_PHONE, length=40),
        Field(name="Email", label="Email", type=FieldType.EMAIL, length=80),
        _picklist("LeadSource", "Lead Source", *MEDIA),
        Field(
            name="Heroku_Conversation_Id__c",
            label="Heroku Conversation Id",
            type=_STRING,
            length=64,
            indexed=True,
        ),
    ),
)

_CONTACT = SObject(
    "Contact",
    "Contact",
    "003",
    (
        *_system_fields(),
        Field(name="LastName", label="Last Name", type=_STRING, length=80, nillable=False),
        Field(name="FirstName", label="First Name", type=_STRING, length=40),
        Field(name="Phone", label="Phone", type=_PHONE, length=40),
        Field(name="Email", label="Email", type=FieldType.EMAIL, length=80),
        Field(name="Birth_Year__c", label="Birth Year", type=FieldType.INT, digits=4),
    ),
)

_SOCIAL_POST = SObject(
    "SocialPost",
    "Social Post",
    "0ST",
    (
        *_system_fields(),
        Field(name="Name", label="Name", type=_STRING, length=320, nillable=False),
        Field(
            name="ExternalPostId",
            label="External Post Id",
            type=_STRING,
            length=765,
            indexed=True,
        ),
        Field(name="IsOutbound", label="Is Outbound", type=FieldType.BOOLEAN, nillable=False),
        Field(name="Content", label="Content", type=_AREA, length=32_000),
        _picklist("Provider", "Provider", *MEDIA),
    ),
)

_ORGANIZATION = SObject(
    "Organization",
    "Organization",
    "00D",
    (
        *(f for f in _system_fields() if f.name not in {"OwnerId", "IsDeleted"}),
        Field(name="Name", label="Name", type=_STRING, length=80, nillable=False),
        Field(name="InstanceName", label="Instance Name", type=_STRING, length=5),
        Field(name="IsSandbox", label="Is Sandbox", type=FieldType.BOOLEAN, nillable=False),
        Field(name="NamespacePrefix", label="Namespace Prefix", type=_STRING, length=15),
        _picklist("OrganizationType", "Edition", "Enterprise Edition"),
        Field(name="TrialExpirationDate", label="Trial Expiration Date", type=FieldType.DATETIME),
    ),
    createable=False,
)

_USER = SObject(
    "User",
    "User",
    "005",
    (
        *(f for f in _system_fields() if f.name not in {"OwnerId", "IsDeleted"}),
        Field(name="Username", label="Username", type=_STRING, length=80, nillable=False),
        Field(name="Name", label="Full Name", type=_STRING, length=121, nillable=False),
        Field(name="Email", label="Email", type=FieldType.EMAIL, length=128, nillable=False),
        Field(name="IsActive", label="Active", type=FieldType.BOOLEAN, nillable=False),
    ),
    createable=False,
)

REFERABLE = frozenset(o.name for o in (_CONTACT, _LEAD, _SOCIAL_POST, _USER))
"""What a field of a scenario may refer to."""
