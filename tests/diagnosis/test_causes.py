from __future__ import annotations

import re
from random import Random

from hypothesis import given
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
    other = Diagnosis(diagnosis.code, diagnosis.kind, diagnosis.message, tuple(shuffled))
    assert cause_of(other) == cause_of(diagnosis)


@given(diagnoses)
def test_an_id_is_six_hex_digits(diagnosis: Diagnosis) -> None:
    assert re.fullmatch("[0-9a-f]{6}", cause_of(diagnosis).id)


@given(diagnoses, diagnoses)
def test_other_codes_or_fields_are_other_causes(one: Diagnosis, other: Diagnosis) -> None:
    if (one.code, set(one.fields)) != (other.code, set(other.fields)):
        assert cause_of(one).id != cause_of(other).id
