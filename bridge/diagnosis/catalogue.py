"""Salesforce's status codes as data: what kind of failure each is, and what to do about it.

Source of the codes: the `StatusCode` enumeration of the Partner WSDL, and the REST API Developer
Guide, "Status Codes and Error Responses", for those of a whole request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bridge.model import Kind


@dataclass(frozen=True, slots=True)
class Entry:
    """One status code."""

    kind: Kind
    advice: str
    """What to do next, one sentence for the person who runs a resync."""


UNKNOWN: Final = Entry(
    Kind.UNKNOWN, "Read the error text, and look the code up in Salesforce's API documentation."
)

CATALOGUE: Final[Mapping[str, Entry]] = {
    # Send it again.
    "UNABLE_TO_LOCK_ROW": Entry(
        Kind.TRANSIENT, "Another process held a record of this conversation: send it again."
    ),
    "SERVER_UNAVAILABLE": Entry(
        Kind.TRANSIENT, "Salesforce was overloaded: send it again in a few minutes."
    ),
    "FUNCTIONALITY_TEMPORARILY_UNAVAILABLE": Entry(
        Kind.TRANSIENT, "Salesforce has switched something off for a while: send it again later."
    ),
    "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE": Entry(
        Kind.TRANSIENT, "The org is under maintenance: send it again once that is over."
    ),
    "QUERY_TIMEOUT": Entry(
        Kind.TRANSIENT, "A query took too long: send it again, in smaller chunks if it persists."
    ),
    "REQUEST_RUNNING_TOO_LONG": Entry(
        Kind.TRANSIENT, "The request took too long: send it again, in smaller chunks."
    ),
    "TOO_MANY_APEX_REQUESTS": Entry(
        Kind.TRANSIENT, "The org's Apex was busy: send it again with fewer lanes."
    ),
    "UNKNOWN_EXCEPTION": Entry(
        Kind.TRANSIENT,
        "Salesforce failed inside: send it again, and give its error id to support if it persists.",
    ),
    "INTERNAL_ERROR": Entry(
        Kind.TRANSIENT,
        "Salesforce failed inside: send it again, and give its error id to support if it persists.",
    ),
    "ALL_OR_NONE_OPERATION_ROLLED_BACK": Entry(
        Kind.TRANSIENT, "Nothing is wrong with this message, another one failed: send it again."
    ),
    "PROCESSING_HALTED": Entry(
        Kind.TRANSIENT, "This message was never tried, an earlier one failed: send it again."
    ),
    "BATCH_PROCESSING_HALTED": Entry(
        Kind.TRANSIENT, "This message was never tried, an earlier one failed: send it again."
    ),
    # Change the record.
    "STRING_TOO_LONG": Entry(
        Kind.DATA, "Let the mapping truncate the field, or have an admin lengthen it."
    ),
    "REQUIRED_FIELD_MISSING": Entry(
        Kind.DATA,
        "Give the field a default in the mapping, or have an admin make it optional.",
    ),
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": Entry(
        Kind.DATA, "Map the value to an active one, or have an admin add it to the picklist."
    ),
    "BAD_VALUE_FOR_RESTRICTED_PICKLIST": Entry(
        Kind.DATA, "Map the value to an active one, or have an admin add it to the picklist."
    ),
    "INVALID_EMAIL_ADDRESS": Entry(
        Kind.DATA, "Amend the address, or let the mapping leave the field out."
    ),
    "NUMBER_OUTSIDE_VALID_RANGE": Entry(
        Kind.DATA, "Amend the number, or have an admin give the field more digits."
    ),
    "INVALID_TYPE_ON_FIELD_IN_RECORD": Entry(
        Kind.DATA, "Let the mapping's types fixer give the value the field's type."
    ),
    "JSON_PARSER_ERROR": Entry(
        Kind.DATA, "Let the mapping's types and flatten fixers give the value the field's type."
    ),
    "MALFORMED_ID": Entry(Kind.DATA, "Amend the Salesforce id in the record, or leave it out."),
    "INVALID_ID_FIELD": Entry(Kind.DATA, "Amend the Salesforce id in the record, or leave it out."),
    "INVALID_CROSS_REFERENCE_KEY": Entry(
        Kind.DATA, "Amend the reference: the record it names is gone or is not visible to the user."
    ),
    "INVALID_FIELD_WHEN_USING_TEMPLATE": Entry(Kind.DATA, "Let the mapping leave the field out."),
    "ENTITY_IS_DELETED": Entry(
        Kind.DATA, "Restore the deleted record that it refers to, or take the reference out."
    ),
    "FIELD_INTEGRITY_EXCEPTION": Entry(
        Kind.DATA, "Amend the value: it does not fit the field or what the record refers to."
    ),
    "TEXT_DATA_OUTSIDE_SUPPORTED_CHARSET": Entry(
        Kind.DATA, "Amend the text: it holds characters that the org can't store."
    ),
    "XML_PARSER_ERROR": Entry(Kind.DATA, "Amend the text: it holds characters that break XML."),
    "EXCEEDED_ID_LIMIT": Entry(Kind.DATA, "Send fewer records in one call."),
    # Somebody repairs a rule, or a fixer satisfies it.
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": Entry(
        Kind.RULE, "Have the validation rule changed, or satisfy it in the mapping; then retry."
    ),
    "FIELD_FILTER_VALIDATION_EXCEPTION": Entry(
        Kind.RULE, "Have the lookup filter changed, or take the reference out; then retry."
    ),
    # It is, or seems to be, there already.
    "DUPLICATE_VALUE": Entry(
        Kind.DUPLICATE, "Look at the record that has this value already: it may be this message."
    ),
    "DUPLICATES_DETECTED": Entry(
        Kind.DUPLICATE, "Look at the duplicate rule's match: merge it, or relax the rule and retry."
    ),
    "DUPLICATE_EXTERNAL_ID": Entry(
        Kind.DUPLICATE, "Have the records that share this external id merged."
    ),
    # A person in Setup.
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": Entry(
        Kind.ADMIN, "Show the error to the developer of the trigger it names; retry once repaired."
    ),
    "CANNOT_EXECUTE_FLOW_TRIGGER": Entry(
        Kind.ADMIN, "Show the error to the admin of the flow it names; retry once repaired."
    ),
    "CUSTOM_APEX_ERROR": Entry(
        Kind.ADMIN, "Show the error to the developer of the trigger it names; retry once repaired."
    ),
    "APEX_ERROR": Entry(
        Kind.ADMIN, "Show the error to the developer of the trigger it names; retry once repaired."
    ),
    "MIXED_DML_OPERATION": Entry(
        Kind.ADMIN, "Show the error to the developer: a trigger changes users and data at once."
    ),
    "LIMIT_EXCEEDED": Entry(
        Kind.ADMIN, "Show the error to the developer of the trigger that ran into the limit."
    ),
    "INSUFFICIENT_ACCESS": Entry(
        Kind.ADMIN, "Grant the integration user access to what the error names."
    ),
    "INSUFFICIENT_ACCESS_OR_READONLY": Entry(
        Kind.ADMIN, "Grant the integration user edit on the object and on the record it refers to."
    ),
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": Entry(
        Kind.ADMIN, "Grant the integration user access to the record that this one refers to."
    ),
    "CANNOT_CREATE_ANOTHER_MANAGED_COMPONENT": Entry(
        Kind.ADMIN, "Ask the package's publisher: it does not allow another one."
    ),
    "INVALID_FIELD": Entry(
        Kind.ADMIN, "Grant the integration user the field, or create it if the org lacks it."
    ),
    "INVALID_FIELD_FOR_INSERT_UPDATE": Entry(
        Kind.ADMIN, "Grant the integration user edit on the field."
    ),
    "INACTIVE_OWNER_OR_USER": Entry(
        Kind.ADMIN, "Activate the user, or have the assignment name an active one."
    ),
    "ENTITY_IS_LOCKED": Entry(
        Kind.ADMIN, "Have the record unlocked: an approval process holds it."
    ),
    "OPERATION_NOT_ALLOWED": Entry(
        Kind.ADMIN, "Ask an admin to allow this operation for the integration user."
    ),
    # Nothing will pass now.
    "REQUEST_LIMIT_EXCEEDED": Entry(
        Kind.STOP, "Wait until the org's API allowance is renewed, or have it raised."
    ),
    "STORAGE_LIMIT_EXCEEDED": Entry(Kind.STOP, "Free data storage in the org, or have more added."),
    "LICENSE_LIMIT_EXCEEDED": Entry(Kind.STOP, "Have the licence that the error names added."),
    "API_DISABLED_FOR_ORG": Entry(Kind.STOP, "Have the API enabled for the org and the user."),
    "API_CURRENTLY_DISABLED": Entry(Kind.STOP, "Wait until Salesforce has enabled the API again."),
    "ORG_LOCKED": Entry(Kind.STOP, "Wait until Salesforce has unlocked the org."),
    "INVALID_SESSION_ID": Entry(Kind.STOP, "Log in again: the session has expired."),
    "INVALID_LOGIN": Entry(Kind.STOP, "Check the integration user's credentials."),
    "LOGIN_MUST_USE_SECURITY_TOKEN": Entry(
        Kind.STOP, "Check the integration user's credentials and the org's trusted addresses."
    ),
    "PASSWORD_LOCKOUT": Entry(Kind.STOP, "Have the integration user unlocked."),
    "INVALID_TYPE": Entry(
        Kind.STOP, "Grant the integration user the object, or install the package that has it."
    ),
}

WRAPPERS: Final = frozenset({"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "CANNOT_EXECUTE_FLOW_TRIGGER"})
"""Codes which say only where it failed; the text inside may say why."""

NOT_ATTEMPTED: Final = frozenset(
    {"ALL_OR_NONE_OPERATION_ROLLED_BACK", "PROCESSING_HALTED", "BATCH_PROCESSING_HALTED"}
)
"""Codes of a record that was not tried because of another one."""

_LOCKED_INSIDE = (
    "UNABLE_TO_LOCK_ROW",
    "unable to obtain exclusive access",
    "Record Currently Unavailable",
    "Too many batch retries",
)
_TRANSIENT_PHRASES: Final[Mapping[str, tuple[str, ...]]] = {
    "REQUEST_LIMIT_EXCEEDED": ("ConcurrentRequests", "ConcurrentPerOrgLongTxn"),
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": _LOCKED_INSIDE,
    "CANNOT_EXECUTE_FLOW_TRIGGER": _LOCKED_INSIDE,
}


def kind_of(code: str | None, message: str) -> Kind:
    """Say what may help against a root of this code and message."""
    if code is None:
        return Kind.UNKNOWN
    if any(phrase in message for phrase in _TRANSIENT_PHRASES.get(code, ())):
        return Kind.TRANSIENT
    return CATALOGUE.get(code, UNKNOWN).kind


def advice_for(code: str | None) -> str:
    """Say what to do about a status code, in one sentence; None is a text without one."""
    return CATALOGUE.get(code or "", UNKNOWN).advice
