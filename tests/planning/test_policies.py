"""Which policy decides about a failure, and that the plan names its line."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.model import (
    Decision,
    Diagnosis,
    Kind,
    Record,
    UnreadableMessage,
    Value,
)
from bridge.planning import MessageMapping, Planner
from bridge.planning.mapping_file import parse_mapping
from bridge.planning.policies import Failure, When, decided, that_may_decide
from tests.fixers.schema import MESSAGE, org_record
from tests.planning.test_mapping import HEAD
from tests.planning.test_planner import message, planner

RULE = "FIELD_CUSTOM_VALIDATION_EXCEPTION"
LEAD = (
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY:Social25.MessageTrigger: execution of AfterInsert caused "
    "by: System.DmlException: Insert failed. First exception on row 0; first error: "
    "STRING_TOO_LONG, Last Name: data value too large: x (max length=80): [LastName]:--"
)
FLOW = (
    "CANNOT_EXECUTE_FLOW_TRIGGER:We can't save this record because the “New lead” process failed. "
    "This error occurred when the flow tried to create records: REQUIRED_FIELD_MISSING: Required "
    "fields are missing: [LastName]. You can look up ExceptionCode values in the SOAP API "
    "Developer Guide.:--"
)


def mapping(*causes: Mapping[str, object], then: object = "skip", more: str = "") -> MessageMapping:
    """A policy for each `when`."""
    policies = json.dumps([{"when": when, "then": then} for when in causes])
    return parse_mapping(f"{HEAD}{more}platform: Conversation_Medium__c\ncauses: {policies}\n", "o")


def matches(when: Mapping[str, object], error_text: str | None, **record: Value) -> bool:
    table = "downstream: {Lead: {LastName: User_Full_Name__c}}\n"
    item = Planner(mapping(when, more=table), MESSAGE).plan(message(error_text, **record))
    return item.decision is Decision.SKIPPED


@pytest.mark.parametrize(
    ("when", "error_text"),
    [
        ({"code": "field_*"}, f"{RULE}:No links.:--"),
        ({"code": "STRING_TOO_LONG"}, LEAD),
        ({"outer_code": "CANNOT_INSERT_*"}, LEAD),
        ({"kind": "rule"}, f"{RULE}:No links.:--"),
        ({"rule": "no LINKS?"}, f"{RULE}:No links.:--"),
        ({"object": "Lead"}, LEAD),
        ({"object": "heroku_message__c"}, f"{RULE}:No links.:--"),
        ({"object": "Social25__Heroku_Message__c"}, f"{RULE}:No links.:--"),
        ({"handler": "Social25.MessageTrigger"}, LEAD),
        ({"handler": "message*"}, LEAD),
        ({"handler": "New lead"}, FLOW),
        ({"fields": ["lastname"]}, LEAD),
        ({"fields": ["User_Full_Name__c", "LastName"]}, LEAD),
        ({"message": "*too large*"}, LEAD),
        ({"rule": "[no] links."}, f"{RULE}:[No] links.:--"),
        ({"fields": ["social25__text__c"]}, "STRING_TOO_LONG:too large:Text__c --"),
        ({"fields": ["Text__c"]}, "STRING_TOO_LONG:too large:Social25__Text__c --"),
        ({}, None),
        ({}, LEAD),
    ],
)
def test_each_part_of_an_error_can_be_matched(when: dict[str, object], error_text: str) -> None:
    assert matches(when, error_text)


@pytest.mark.parametrize(
    ("when", "error_text"),
    [
        ({"rule": "*"}, LEAD),
        ({"handler": "*"}, f"{RULE}:No links.:--"),
        ({"object": "Heroku_Message__c"}, LEAD),
        ({"object": "Contact"}, LEAD),
        ({"outer_code": "*"}, f"{RULE}:No links.:--"),
        ({"code": "*"}, None),
        ({"message": "*"}, None),
        ({"message": "*[Phone]*"}, LEAD),
        ({"rule": "No link[s]."}, f"{RULE}:No links.:--"),
        ({"fields": ["LastName", "Phone"]}, LEAD),
        ({"fields": ["other__Text__c"]}, "STRING_TOO_LONG:too large:Social25__Text__c --"),
    ],
)
def test_what_the_error_does_not_have_is_no_match(
    when: dict[str, object], error_text: str | None
) -> None:
    assert not matches(when, error_text)


@pytest.mark.parametrize(
    ("record", "wanted", "held"),
    [
        ({"Conversation_Medium__c": "WhatsApp"}, {"Conversation_Medium__c": "whats*"}, True),
        ({"Conversation_Medium__c": "sms"}, {"Conversation_Medium__c": "whats*"}, False),
        ({"Outbound__c": False}, {"Outbound__c": False}, True),
        ({"Outbound__c": 0}, {"Outbound__c": False}, True),
        ({"Outbound__c": True}, {"outbound__C": False}, False),
        ({"User_Locale_GMT_Offset__c": "2"}, {"User_Locale_GMT_Offset__c": 2.0}, True),
        ({"User_Locale_GMT_Offset__c": True}, {"User_Locale_GMT_Offset__c": 1}, False),
        ({}, {"Media_Title__c": None}, True),
        ({"Media_Title__c": "#N/A"}, {"Media_Title__c": None}, True),
        ({"Media_Title__c": " "}, {"Social25__Media_Title__c": None}, True),
        ({"Media_Title__c": "x"}, {"Media_Title__c": None}, False),
        ({"Media_Title__c": "x"}, {"Media_Title__c": "x", "Text__c": "Bye"}, False),
    ],
)
def test_the_message_itself_can_be_matched_as_the_fixers_of_every_record_left_it(
    record: Record, wanted: Record, held: bool
) -> None:
    found = mapping({"record": wanted}, more="fixers: [nulls, types]\n")
    item = Planner(found, MESSAGE).plan(message(None, **record))
    assert (item.decision is Decision.SKIPPED) is held


def test_the_platform_is_what_its_field_holds() -> None:
    assert matches({"platform": "whats*"}, LEAD, Conversation_Medium__c="whatsapp")
    assert not matches({"platform": "sms"}, LEAD, Conversation_Medium__c="whatsapp")
    assert not matches({"platform": "*"}, LEAD)


def test_the_first_that_matches_decides_and_the_plan_names_its_line() -> None:
    plans = planner(
        """\
causes:
  - when: {code: APEX_*, record: {Conversation_Medium__c: sms}}
    then: {hold: Ask first.}
  - when: {code: APEX_*, record: {Conversation_Medium__c: web}}
    then:
      - truncate: {Text__c: {length: 10}}
      - defaults: {User_Full_Name__c: Unknown sender}
  - when: {code: APEX_ERROR}
    then: retry
  - when: {code: APEX_*}
    then: skip
"""
    )
    words = {
        medium: plans.plan(message("APEX_ERROR:x:--", Conversation_Medium__c=medium)).treatment
        for medium in ("sms", "web", "whatsapp")
    }
    assert words == {
        "sms": "hold (org.yaml:6)",
        "web": "truncate, defaults, then retry (org.yaml:8)",
        "whatsapp": "retry (org.yaml:12)",
    }
    assert plans.plan(message("OTHER:x:--")).treatment == "retry, the default"
    assert plans.plan(UnreadableMessage("no identifier", "{}")).treatment == "hold"


def test_what_a_refusal_may_be_repaired_with_does_not_wait_for_a_record() -> None:
    found = mapping({"platform": "sms"}, then={"truncate": {"Text__c": {}}})
    assert Planner(found, MESSAGE).may_repair(Diagnosis("X", Kind.DATA, ""))
    found = mapping({"code": "X"}, then="retry")
    assert not Planner(found, MESSAGE).may_repair(Diagnosis("X", Kind.DATA, ""))


WORDS = ("STRING_TOO_LONG", "APEX_ERROR", "Lead", "Contact", "New lead", "Message one", "")
PATTERNS = (*WORDS[:-1], "*", "*_ERROR", "?ead", "new*", "message ???", "x")
words = st.sampled_from(WORDS)
patterns = st.sampled_from(PATTERNS)
MEDIUM, OUTBOUND = "Conversation_Medium__c", "Outbound__c"

maybe = words.map(lambda word: word or None)
several = st.lists(st.sampled_from(WORDS[:-1]), max_size=2).map(tuple)
failures = st.none() | st.builds(
    Failure,
    code=maybe,
    outer_code=maybe,
    kind=st.sampled_from(Kind),
    fields=st.lists(st.sampled_from(["LastName", "Social25__Text__c"]), unique=True).map(tuple),
    objects=several,
    rule=maybe,
    handlers=several,
    message=maybe,
)
records = st.fixed_dictionaries(
    {},
    optional={MEDIUM: words, OUTBOUND: st.booleans(), "Media_Title__c": st.none() | words},
)
whens = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("code", "outer_code", "object", "rule", "handler", "message"), patterns),
        "kind": st.sampled_from([kind.value for kind in Kind]),
        "fields": st.lists(st.sampled_from(["lastname", "text__c"]), max_size=2),
        "platform": patterns,
        "record": st.fixed_dictionaries(
            {}, optional={OUTBOUND: st.booleans(), "Media_Title__c": st.none() | patterns}
        ),
    },
)


def applies(when: When, failure: Failure | None, record: Record) -> bool:
    return when.error.matches(failure) and when.fits(record, MESSAGE)


def parts(when: Mapping[str, object]) -> list[dict[str, object]]:
    record = when.get("record", {})
    assert isinstance(record, dict)
    alone: list[dict[str, object]] = [{name: of} for name, of in when.items() if name != "record"]
    alone += ({"record": {name: value}} for name, value in record.items())
    return alone


@given(whens, failures, records)
def test_a_policy_matches_exactly_where_each_of_its_parts_does(
    when: dict[str, object], failure: Failure | None, record: Record
) -> None:
    whole, *alone = (policy.when for policy in mapping(when, *parts(when)).policies)
    held = org_record(record)
    assert applies(whole, failure, held) is all(applies(part, failure, held) for part in alone)


@given(st.lists(whens, max_size=5), failures, records)
def test_the_first_of_those_that_match_decides(
    given: list[dict[str, object]], failure: Failure | None, record: Record
) -> None:
    policies = mapping(*given).policies
    held = org_record(record)
    expected = next((p for p in policies if applies(p.when, failure, held)), None)
    assert decided(that_may_decide(policies, failure), held, MESSAGE) is expected
