from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping
from importlib import resources
from typing import Any

import pytest

from bridge.diagnosis.advice import WITHOUT_CODE, WITHOUT_TEXT, Advice, advise
from bridge.diagnosis.catalogue import (
    CATALOGUE,
    FILE,
    NOT_ATTEMPTED,
    WRAPPERS,
    Source,
    Who,
    kind_of,
)
from bridge.model import Kind

EXPLAINED = [code for code, entry in CATALOGUE.items() if entry.explained]

KINDS: Mapping[Kind, str] = {
    Kind.TRANSIENT: """
        ALL_OR_NONE_OPERATION_ROLLED_BACK BATCH_PROCESSING_HALTED PROCESSING_HALTED
        FUNCTIONALITY_TEMPORARILY_UNAVAILABLE INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE
        INTERNAL_ERROR QUERY_TIMEOUT REQUEST_RUNNING_TOO_LONG SERVER_UNAVAILABLE
        TOO_MANY_APEX_REQUESTS UNABLE_TO_LOCK_ROW UNKNOWN_EXCEPTION
    """,
    Kind.STOP: """
        API_CURRENTLY_DISABLED API_DISABLED_FOR_ORG INVALID_SESSION_ID INVALID_TYPE
        LICENSE_LIMIT_EXCEEDED ORG_LOCKED REQUEST_LIMIT_EXCEEDED STORAGE_LIMIT_EXCEEDED
    """,
    Kind.DATA: """
        ENTITY_IS_DELETED FIELD_INTEGRITY_EXCEPTION INVALID_CROSS_REFERENCE_KEY
        INVALID_EMAIL_ADDRESS INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST
        INVALID_TYPE_ON_FIELD_IN_RECORD JSON_PARSER_ERROR MALFORMED_ID
        NUMBER_OUTSIDE_VALID_RANGE REQUIRED_FIELD_MISSING STRING_TOO_LONG
        TEXT_DATA_OUTSIDE_SUPPORTED_CHARSET
    """,
    Kind.RULE: "FIELD_CUSTOM_VALIDATION_EXCEPTION FIELD_FILTER_VALIDATION_EXCEPTION",
    Kind.DUPLICATE: "DUPLICATES_DETECTED DUPLICATE_EXTERNAL_ID DUPLICATE_VALUE",
    Kind.ADMIN: """
        CANNOT_EXECUTE_FLOW_TRIGGER CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY CUSTOM_APEX_ERROR
        ENTITY_IS_LOCKED INACTIVE_OWNER_OR_USER INSUFFICIENT_ACCESS
        INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY INSUFFICIENT_ACCESS_OR_READONLY
        INVALID_FIELD INVALID_FIELD_FOR_INSERT_UPDATE MIXED_DML_OPERATION
    """,
}
"""A wrong kind here sends a message in vain, or stops a run for nothing."""


def file() -> dict[str, Any]:
    return tomllib.loads(resources.files("bridge.diagnosis").joinpath(FILE).read_text("utf-8"))


def listed() -> list[tuple[str, list[str]]]:
    """The lists of codes as they stand in the file, each with its name, and the explained ones."""
    named = [
        (f"{source} {kind}", codes)
        for source, kinds in file()["named"].items()
        for kind, codes in kinds.items()
    ]
    return [*named, ("explained", list(file()["explained"]))]


@pytest.mark.parametrize(
    ("kind", "code"), [(kind, code) for kind, codes in KINDS.items() for code in codes.split()]
)
def test_the_codes_that_a_repair_stands_on_have_their_kind_and_a_text(
    kind: Kind, code: str
) -> None:
    assert kind_of(code, "") is kind
    assert CATALOGUE[code].explained


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        ("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", Kind.STOP),
        ("REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API) Limit", Kind.TRANSIENT),
        ("REQUEST_LIMIT_EXCEEDED", "ConcurrentPerOrgLongTxn Limit exceeded.", Kind.TRANSIENT),
        ("CANNOT_EXECUTE_FLOW_TRIGGER", "the flow failed", Kind.ADMIN),
        ("CANNOT_EXECUTE_FLOW_TRIGGER", "unable to obtain exclusive access", Kind.TRANSIENT),
        ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "Too many batch retries", Kind.TRANSIENT),
        ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "Too many retries of batch save", Kind.TRANSIENT),
        ("INVALID_FIELD", "Foreign key external ID: 7 not found", Kind.DATA),
        ("INVALID_FIELD", "No such column", Kind.ADMIN),
        ("STRING_TOO_LONG", "unable to obtain exclusive access", Kind.DATA),
        ("invalid_grant", "user hasn't approved this consumer", Kind.STOP),
        ("SOMETHING_NEW", "", Kind.UNKNOWN),
        (None, "", Kind.UNKNOWN),
    ],
)
def test_the_message_may_decide_on_the_kind(code: str | None, message: str, kind: Kind) -> None:
    assert kind_of(code, message) is kind


def test_every_code_of_each_source_is_there() -> None:
    assert Counter(entry.source for entry in CATALOGUE.values()) == {
        Source.WSDL: 605,
        Source.SOAP_FAULT: 188,
        Source.REST: 10,
        Source.OAUTH: 29,
        Source.BULK: 22,
    }


@pytest.mark.parametrize(
    ("code", "source", "kind"),
    [
        ("ALERT_NOTIFICATION_LIMIT_EXCEEDED", Source.WSDL, Kind.ADMIN),
        ("CART_NOT_FOUND", Source.WSDL, Kind.UNKNOWN),
        ("DUPLICATE_MASTER_LABEL", Source.WSDL, Kind.DUPLICATE),
        ("MATCH_SERVICE_TIMED_OUT", Source.WSDL, Kind.TRANSIENT),
        ("XCLEAN_DJ_MATCH_NON_RETRIABLE_ERROR", Source.WSDL, Kind.UNKNOWN),
        ("XCLEAN_UNEXPECTED_ERROR", Source.WSDL, Kind.UNKNOWN),
        ("APEX_TRIGGER_COUPLING_LIMIT", Source.SOAP_FAULT, Kind.ADMIN),
        ("SERVER_UNAVAILABLE", Source.SOAP_FAULT, Kind.TRANSIENT),
        ("WEBSTORE_NOT_FOUND", Source.SOAP_FAULT, Kind.UNKNOWN),
        ("APEX_ERROR", Source.REST, Kind.ADMIN),
        ("InvalidSessionId", Source.BULK, Kind.STOP),
        ("TooManyLockFailure", Source.BULK, Kind.TRANSIENT),
        ("InvalidJob", Source.BULK, Kind.UNKNOWN),
        ("rate_limit_exceeded", Source.OAUTH, Kind.TRANSIENT),
        ("inactive_user", Source.OAUTH, Kind.STOP),
    ],
)
def test_a_code_has_its_source_and_kind(code: str, source: Source, kind: Kind) -> None:
    entry = CATALOGUE[code]
    assert (entry.code, entry.source, entry.kind) == (code, source, kind)


@pytest.mark.parametrize("code", EXPLAINED)
def test_a_text_is_whole_and_each_part_one_sentence(code: str) -> None:
    entry = CATALOGUE[code]
    for sentence in (entry.meaning, entry.usual_cause, entry.advice):
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert ". " not in sentence
        assert len(sentence) <= 120
    assert entry.kind is not Kind.UNKNOWN
    assert advise(code, entry.kind) == Advice(entry.advice, entry.who)


def test_the_file_has_no_code_twice_and_each_list_sorted() -> None:
    codes = [code for _, codes in listed() for code in codes]
    assert [code for code, count in Counter(codes).items() if count > 1] == []
    assert [name for name, codes in listed() if codes != sorted(codes)] == []
    assert list(CATALOGUE) == sorted(codes)
    assert len(CATALOGUE) == len(codes)


def test_what_only_bears_a_name_has_no_text() -> None:
    for code, entry in CATALOGUE.items():
        texts = (entry.meaning, entry.usual_cause, entry.advice)
        assert all(texts) if entry.explained else not any(texts), code


@pytest.mark.parametrize("code", ["", "SOMETHING_NEW", "CART_NOT_FOUND"])
def test_a_code_without_a_text_gives_advice_too(code: str | None) -> None:
    assert advise(code, Kind.UNKNOWN) == WITHOUT_TEXT


def test_the_special_codes_are_explained() -> None:
    assert set(EXPLAINED) >= WRAPPERS | NOT_ATTEMPTED


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API) Limit exceeded."),
        ("INVALID_FIELD", "Foreign key external ID: 7 not found for field A__c in entity B__c"),
        ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "x: unable to obtain exclusive access"),
        ("CANNOT_EXECUTE_FLOW_TRIGGER", "x: Too many batch retries"),
    ],
)
def test_where_the_message_decides_on_the_kind_the_advice_is_another_one(
    code: str, message: str
) -> None:
    advice = advise(code, kind_of(code, message))
    assert advice.sentence.endswith(".")
    assert advice.who is Who.OPERATOR
    assert advice != advise(code, kind_of(code, ""))


def test_what_stops_a_run_is_its_developers_where_a_trigger_met_it() -> None:
    assert advise("REQUEST_LIMIT_EXCEEDED", Kind.ADMIN).who is Who.DEVELOPER


def test_a_text_without_a_code_gives_advice_by_its_words() -> None:
    assert advise(None, Kind.TRANSIENT) == WITHOUT_CODE[Kind.TRANSIENT]
    assert "no status code" in advise(None, Kind.UNKNOWN).sentence
