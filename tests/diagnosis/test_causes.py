from __future__ import annotations

import re
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.diagnosis import cause_of, diagnose, diagnose_error
from bridge.model import Diagnosis, Kind

fields = st.lists(st.sampled_from(["Social25__Text__c", "LastName", "a"]), unique=True)
diagnoses = st.builds(
    Diagnosis,
    code=st.none() | st.sampled_from(["STRING_TOO_LONG", "FIELD_CUSTOM_VALIDATION_EXCEPTION"]),
    kind=st.sampled_from(Kind),
    message=st.text(st.characters()),
    fields=fields.map(tuple),
)


def test_gotallos_text_and_an_answer_of_our_own_are_one_cause() -> None:
    text = "STRING_TOO_LONG:Text: data value too large: ab (max length=80):Social25__Text__c --"
    answered = diagnose_error(
        "STRING_TOO_LONG",
        "Text: data value too large: another (max length=80)",
        ["Social25__Text__c"],
    )
    assert cause_of(diagnose(text)).id == cause_of(answered).id


def test_a_rule_is_one_cause_whichever_way_it_was_met() -> None:
    code, message = "FIELD_CUSTOM_VALIDATION_EXCEPTION", "Links are not allowed:\n ask compliance."
    met = [
        diagnose(f"{code}:{message}:--"),
        diagnose(f"{code}: {message}"),
        diagnose_error(code, "Links are not allowed: ask  compliance. ", []),
        diagnose(f"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY:T: first error: {code}, {message}: []:--"),
    ]
    assert len({cause_of(diagnosis).id for diagnosis in met}) == 1


def test_two_rules_are_two_causes() -> None:
    one = diagnose("FIELD_CUSTOM_VALIDATION_EXCEPTION: Links are not allowed.")
    other = diagnose("FIELD_CUSTOM_VALIDATION_EXCEPTION: Text is too long.")
    assert cause_of(one).id != cause_of(other).id


def test_no_text_and_unreadable_text_are_two_causes() -> None:
    assert cause_of(None).id != cause_of(diagnose("")).id
    assert cause_of(None).kind is Kind.UNKNOWN


def test_an_id_is_the_same_in_every_version() -> None:
    assert cause_of(diagnose("UNABLE_TO_LOCK_ROW: busy")).id == "7d1d7d"


@given(diagnoses, st.randoms())
def test_the_order_of_fields_makes_no_other_cause(diagnosis: Diagnosis, random: Random) -> None:
    shuffled = list(diagnosis.fields)
    random.shuffle(shuffled)
    other = diagnosis._replace(fields=tuple(shuffled))
    assert cause_of(other) == cause_of(diagnosis)


@given(diagnoses)
def test_an_id_is_six_hex_digits(diagnosis: Diagnosis) -> None:
    assert re.fullmatch("[0-9a-f]{6}", cause_of(diagnosis).id)


@given(diagnoses, diagnoses)
def test_other_codes_or_fields_are_other_causes(one: Diagnosis, other: Diagnosis) -> None:
    if (one.code, set(one.fields)) != (other.code, set(other.fields)):
        assert cause_of(one).id != cause_of(other).id


ids = st.from_regex(r"(?a:001[A-Za-z0-9]{2}0[A-Za-z0-9]{9})", fullmatch=True)
values = st.fixed_dictionaries(
    {
        "id": ids,
        "number": st.integers(0, 10**9),
        "date": st.dates().map(str),
        "time": st.datetimes().map(lambda time: f"{time:%Y-%m-%dT%H:%M:%SZ}"),
        "quoted": st.from_regex(r"(?a:[A-Za-z][A-Za-z ,.0-9]{0,29})", fullmatch=True),
        "name": st.from_regex(r"(?a:Test [A-Z][a-z]{1,8} \d{1,3}[ \n]?)", fullmatch=True),
        "hex": st.from_regex(r"(?a:[0-9][a-f][0-9a-f]{14})", fullmatch=True),
        "long": st.from_regex(r"(?a:[A-Za-z ,]{1,3})", fullmatch=True).map(
            lambda t: f"x{t}" * 2_000
        ),
        "day": st.dates().map(lambda day: f"{day:%a %b %d}"),
        "amount": st.integers(-(10**9), 10**9),
        "clock": st.times().map(lambda time: f"{time:%I:%M %p}"),
        "address": st.from_regex(r"(?a:[a-z]{1,8}@[a-z]{1,8}\.org)", fullmatch=True),
    }
)

IN_ONE = "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY:One: execution of AfterInsert caused by: "
IN_TWO = "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY:Two: execution of AfterInsert caused by: "
ROOTS = (
    "FIELD_CUSTOM_VALIDATION_EXCEPTION:Region is needed for '{quoted}', see {id}.:--",
    "FIELD_CUSTOM_VALIDATION_EXCEPTION:Region is needed for a lead of {date}.:--",
    "FIELD_CUSTOM_VALIDATION_EXCEPTION:At most {number} messages a day for “{quoted}”:--",
    "FIELD_CUSTOM_VALIDATION_EXCEPTION:Write to {address} first:--",
    "STRING_TOO_LONG:Text: data value too large: {quoted} (max length=80):Text__c --",
    "STRING_TOO_LONG:Name: data value too large: {name} (max length=80):Name --",
    "STRING_TOO_LONG:Name: data value too large: {name} (max length=80):--",
    "STRING_TOO_LONG:City: data value too large: {name} (max length=40):--",
    "MALFORMED_ID:Owner ID: id value of incorrect type: {id}:OwnerId --",
    "MALFORMED_ID:Account ID: id value of incorrect type: {quoted}:--",
    "INVALID_EMAIL_ADDRESS:Email: invalid email address: {address}:--",
    "UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record: {id}:--",
    "DUPLICATE_VALUE:duplicate value found: A__c duplicates value on record with id: {id}:--",
    "DUPLICATE_VALUE:duplicate value found: B__c duplicates value on record with id: {id}:--",
    "INVALID_FIELD: Foreign key external ID: {number} not found for field A__c in entity B__c",
    "INVALID_FIELD: No such column 'A__c' on entity 'B__c'.",
    IN_ONE
    + "System.NullPointerException: Attempt to de-reference: Class.One.run: line {number}:--",
    IN_TWO
    + "System.NullPointerException: Attempt to de-reference: Class.Two.run: line {number}:--",
    IN_ONE + "System.QueryException: {number} rows for '{quoted}':--",
    "CANNOT_EXECUTE_FLOW_TRIGGER:The flow with version ID {id} failed at {time}.:--",
    "CANNOT_EXECUTE_FLOW_TRIGGER:The record was not saved. Error ID: {number}-{number}:--",
    "STRING_TOO_LONG:Text: data value too large: {quoted}",
    "STRING_TOO_LONG:Texte : valeur trop grande : {quoted}",
    "STRING_TOO_LONG:Long: data value too large: {long} (max length=80):--",
    "INVALID_FIELD: No such column 'A__c' on entity 'C__c'.",
    "INVALID_TYPE: sObject type 'A__c' is not supported.",
    "INVALID_TYPE: sObject type 'B__c' is not supported.",
    "DUPLICATE_VALUE:doppelter Wert: C__c dupliziert Wert in Datensatz mit ID: {id}:--",
    "DUPLICATE_VALUE:doppelter Wert: D__c dupliziert Wert in Datensatz mit ID: {id}:--",
    "UNKNOWN_EXCEPTION: Please include this ErrorId: {number}-{number} ({amount})",
    "FIELD_CUSTOM_VALIDATION_EXCEPTION: None after {day} {time}, {clock}.",
    "FIELD_CUSTOM_VALIDATION_EXCEPTION: May be none on {day}, {number}.",
    "FIELD_CUSTOM_VALIDATION_EXCEPTION: A file of {number}MB is too large.",
    "The gateway said {hex} for <connection object at 0x{hex}>",
    "Read timed out after {number} seconds",
    "Connection reset by peer at {time}",
    "The gateway said {number}",
)
"""Each a cause of its own, whatever is put in."""


def cause_id(root: str, filled: dict[str, object]) -> str:
    return cause_of(diagnose(root.format(**filled))).id


PLAIN = {
    "id": "001xx0000000001",
    "number": 1,
    "date": "2026-11-22",
    "time": "2026-11-22T08:30:00Z",
    "quoted": "hi",
    "name": "Test Sender 1",
    "address": "a@b.org",
    "hex": "9f86d081884c7d65",
    "long": "ab" * 3_000,
    "day": "Tue Nov 24",
    "amount": -1,
    "clock": "08:30 AM",
}


def test_two_causes_never_merge() -> None:
    assert len({cause_id(root, PLAIN) for root in ROOTS}) == len(ROOTS)


@settings(max_examples=200)
@given(values)
def test_no_cause_is_split_by_its_values(filled: dict[str, object]) -> None:
    for root in ROOTS:
        assert cause_id(root, filled) == cause_id(root, PLAIN), root.format(**filled)


def test_what_code_and_fields_tell_keeps_its_id() -> None:
    known = {
        "STRING_TOO_LONG:Text: data value too large: x (max length=80):Text__c --": "d790c0",
        "FIELD_CUSTOM_VALIDATION_EXCEPTION: Message body exceeds maximum field length.": "09fcf7",
    }
    assert {text: cause_of(diagnose(text)).id for text in known} == known
