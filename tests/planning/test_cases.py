"""What follows from an error is kept for those that differ in nothing but what they quote."""

from __future__ import annotations

import pytest

from bridge.diagnosis import diagnose
from bridge.diagnosis.alike import apart
from bridge.model import Diagnosis, Handler, HandlerType, Kind, Record, Step, Wrapper
from bridge.planning.cases import Case, Cases
from bridge.planning.mapping import MessageMapping
from bridge.planning.mapping_file import parse_mapping
from tests.fixers.schema import MESSAGE, field
from tests.planning.test_downstream import FULL_NAME, LAST_NAME
from tests.planning.test_mapping import HEAD
from tests.planning.test_tightening import LEAD, lead

MAPPING = parse_mapping(
    f"""{HEAD}
downstream:
  Lead: {{LastName: User_Full_Name__c}}
  Contact: {{LastName: User_Last_Name__c}}
causes:
  - {{when: {{code: STRING_TOO_LONG}}, then: {{hold: by its code}}}}
  - {{when: {{outer_code: CANNOT_EXECUTE_FLOW_TRIGGER}}, then: {{hold: by what is round it}}}}
  - {{when: {{kind: duplicate}}, then: {{hold: by its kind}}}}
  - {{when: {{fields: [File_Type__c]}}, then: {{hold: by its field}}}}
  - {{when: {{object: Case}}, then: {{hold: by its object}}}}
  - {{when: {{handler: Mine}}, then: {{hold: by its trigger}}}}
  - {{when: {{rule: No links}}, then: {{hold: by its rule}}}}
  - {{when: {{message: "B"}}, then: {{hold: by its words}}}}
  - {{when: {{object: Heroku_Message__c}}, then: {{hold: by not being of a made record}}}}
""",
    "org.yaml",
)
MADE = {"Lead": LEAD, "Contact": lead(field("LastName", length=60))}
RECORD: Record = {FULL_NAME: "A", LAST_NAME: "B"}

OWN = Diagnosis("DUPLICATE_VALUE", Kind.DATA, "A", ("Text__c",), value="A")
IN_TRIGGER = (Step(Wrapper.DML, "first error: "),)
OF_MADE = OWN._replace(fields=("LastName",), limit=80, steps=IN_TRIGGER)
TELLING = {
    "code": (OWN, OWN._replace(code="STRING_TOO_LONG")),
    "outer code": (OWN, OWN._replace(outer_code="CANNOT_EXECUTE_FLOW_TRIGGER")),
    "kind": (OWN, OWN._replace(kind=Kind.DUPLICATE)),
    "fields": (OWN, OWN._replace(fields=("File_Type__c",))),
    "object": (OWN, OWN._replace(object="Case")),
    "handler": (OWN, OWN._replace(handler=Handler(HandlerType.TRIGGER, "Mine"))),
    "rule": (OWN, OWN._replace(rule="No links")),
    "message": (OWN, OWN._replace(message="B")),
    "wrappers": (OWN, OWN._replace(steps=IN_TRIGGER)),
    "limit": (OF_MADE, OF_MADE._replace(limit=40)),
    "the field that holds what it quotes": (OF_MADE, OF_MADE._replace(value="B")),
}


@pytest.mark.parametrize("pair", TELLING.values(), ids=TELLING)
def test_what_may_decide_tells_errors_apart(pair: tuple[Diagnosis, Diagnosis]) -> None:
    one, other = pair
    kept = Cases(MAPPING, MESSAGE, MADE)
    alone = [Cases(MAPPING, MESSAGE, MADE).of_refusal(each, RECORD) for each in pair]
    assert consequences(alone[0]) != consequences(alone[1])
    assert [kept.of_refusal(one, RECORD), kept.of_refusal(other, RECORD)] == alone


def test_an_error_keeps_what_it_quotes_itself() -> None:
    kept = Cases(parse_mapping(HEAD, "org.yaml"), MESSAGE, MADE)
    other = OWN._replace(message="B", value="B", ids=("a0B5g0001000001",))
    cases = [kept.of_refusal(each, RECORD) for each in (OWN, other)]
    assert [case.told for case in cases] == [OWN, other]
    assert consequences(cases[0]) == consequences(cases[1])


TOO_LONG = "STRING_TOO_LONG:Text: data value too large: {} (max length=5):Text__c --"
IN_LEAD = (
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY:My: execution of AfterInsert\n\ncaused by: first error: "
    "STRING_TOO_LONG, Last Name: data value too large: {} (max length=80): [LastName]\n:--"
)
BY_WORDS = """
causes:
  - {when: {message: "*too large: B *"}, then: {hold: by its words}}
"""


FILLED_BY_ONE_OF_TWO = """
downstream:
  Lead: {LastName: User_Full_Name__c}
  Contact: {LastName: User_Last_Name__c}
causes:
  - {when: {fields: [User_Full_Name__c]}, then: {hold: by its field}}
"""


@pytest.mark.parametrize("text", [TOO_LONG, IN_LEAD])
@pytest.mark.parametrize(
    "rules",
    [
        MAPPING,
        parse_mapping(f"{HEAD}{BY_WORDS}", "org.yaml"),
        parse_mapping(f"{HEAD}{FILLED_BY_ONE_OF_TWO}", "org.yaml"),
    ],
)
def test_a_text_has_the_case_of_what_it_says_whatever_it_quotes(
    text: str, rules: MessageMapping
) -> None:
    kept = Cases(rules, MESSAGE, MADE)
    for value in ("A", "B", "C ", "D: d", "A"):
        said = text.format(value)
        assert (apart(said) is None) == (value == "D: d")
        alone = Cases(rules, MESSAGE, MADE).of_refusal(diagnose(said), RECORD)
        assert alone.diagnosis is not None
        assert alone.diagnosis.value == value.strip()
        assert kept.of_text(said, RECORD) == alone


def consequences(case: Case) -> tuple[object, ...]:
    return case.policies, case.findings, case.bounds, case.tight
