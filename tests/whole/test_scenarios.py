"""The bridge on the scenarios that ship with the practice org."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.delivery import EndingKind
from bridge.errors import Exit
from bridge.model import Outcome
from bridge.practice import CommitLate, Scenario, dump_scenario, load_scenario
from bridge.practice.scenario import MorningCause
from bridge.practice.scenario_file import parse_scenario
from bridge.report import report_document
from bridge.report.document import ItemPart
from tests.whole.conftest import OpenHouse
from tests.whole.house import HASTE, House


def released_by_hand(scenario: Scenario) -> Scenario:
    """The scenario with its late commits held until the test lets them go."""
    return replace(
        scenario,
        faults=tuple(
            replace(fault, effect=CommitLate()) if isinstance(fault.effect, CommitLate) else fault
            for fault in scenario.faults
        ),
    )


def test_a_quiet_morning_is_brought_in_whole(open_house: OpenHouse) -> None:
    scenario = load_scenario("quiet")
    house = open_house(scenario)
    result = house.resync()
    assert result.document.counts.synced == sum(scenario.counts.values())
    assert house.verify(result.run_id).proven


def test_where_everything_goes_wrong_each_message_is_there_once(open_house: OpenHouse) -> None:
    house = open_house(released_by_hand(load_scenario("everything-wrong")))
    result = house.resync()
    house.practice.faults.release()
    settled = replace(HASTE, settle_seconds=0.0)
    for _ in range(5):
        ending = house.apply(result.run_id, tempo=settled)
        if house.document(result.run_id).counts.in_doubt == 0:
            break
    assert ending.kind is EndingKind.FINISHED
    assert set(house.rows().values()) == {1}
    assert house.document(result.run_id).counts.synced > 0
    assert house.verify(result.run_id).proven
    left = [type(fault.effect).__name__ for fault in house.practice.faults.pending()]
    assert not left, "a fault that never strikes is no rehearsal"


DATA_CAUSES = tuple(
    cause
    for cause in MorningCause
    if cause
    not in {
        MorningCause.LINK_RULE,
        MorningCause.AGENT_RULE,
        MorningCause.IN_ORG_ALREADY,
        MorningCause.ROW_LOCK,
    }
)
TOLD_BY_A_DESCRIBE = {
    "INVALID_EMAIL_ADDRESS",
    "INVALID_FIELD",
    "INVALID_FIELD_FOR_INSERT_UPDATE",
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
    "INVALID_TYPE_ON_FIELD_IN_RECORD",
    "JSON_PARSER_ERROR",
    "MALFORMED_ID",
    "NUMBER_OUTSIDE_VALID_RANGE",
    "REQUIRED_FIELD_MISSING",
    "STRING_TOO_LONG",
}


def report(house: House, run_id: str) -> tuple[ItemPart, ...]:
    with house.ledger() as ledger:
        return report_document(ledger, ledger.run(run_id)).items


@pytest.mark.parametrize("cause", DATA_CAUSES)
def test_the_built_in_mapping_repairs_what_is_wrong_with_the_data_or_holds_it_with_an_advice(
    open_house: OpenHouse, cause: MorningCause
) -> None:
    house = open_house(Scenario(causes={cause: 6}))
    items = report(house, house.resync().run_id)
    assert len(items) == 6
    for item in items:
        if item.held is not None:
            assert item.held.code in TOLD_BY_A_DESCRIBE
            assert item.held.advice
        else:
            assert item.outcome is Outcome.SYNCED, item.rejection


def test_nothing_is_sent_and_refused_for_a_reason_that_a_describe_told(
    open_house: OpenHouse,
) -> None:
    house = open_house(replace(load_scenario("everything-wrong"), faults=()))
    items = report(house, house.resync().run_id)
    refused = {item.rejection.code for item in items if item.rejection is not None}
    assert not refused & TOLD_BY_A_DESCRIBE
    assert all(item.held.advice for item in items if item.held is not None)


@pytest.mark.parametrize("name", ["morning", "everything-wrong"])
def test_an_imported_org_has_the_setup_of_the_one_it_was_imported_from(
    open_house: OpenHouse, name: str
) -> None:
    original = replace(load_scenario(name), faults=(), view_all_rows=True)
    house = open_house(original)
    done = house.command("practice", "import-org")
    assert done.returncode == 0, done.stderr
    imported = parse_scenario(done.stdout, "imported")
    ours = house.practice.org
    theirs = open_house(replace(imported, size=0, causes=None)).practice.org
    for sobject in (ours.message_sobject(), ours.sobject("Lead"), ours.sobject("Contact")):
        assert sobject is not None
        twin = theirs.sobject(sobject.name)
        assert twin is not None
        assert {f.name: (f.type, f.length, f.required, f.unique, f.access, f.values)
                for f in sobject.fields} == {
            f.name: (f.type, f.length, f.required, f.unique, f.access, f.values)
            for f in twin.fields
        }  # fmt: skip
    assert {(r.name, r.message, r.field, r.active) for r in theirs.rules()} == {
        (r.name, r.message, r.field, r.active) for r in ours.rules()
    }
    asked = {call.method for call in house.practice.requests.all()}
    assert asked == {"GET"}
    assert "data" not in dump_scenario(imported)


def test_an_imported_field_is_as_the_org_has_it(open_house: OpenHouse) -> None:
    scenario = parse_scenario(
        """
        record_types: {Chat: {label: A Chat, default: true}, Vip: {label: Vip, available: false}}
        rules:
          - {name: Same, message: m, when: {any_of: []}}
          - {name: Same, sobject: Lead, message: n, when: {any_of: []}}
        fields:
          Heroku_Message__c:
            Brand__c: {type: picklist, values: [North, South], restricted: true, default: North}
            Wanted__c: {type: boolean, default: true}
            Conversation_Medium__c: {type: string, length: 20}
            Of__c: {type: reference, reference_to: [Lead]}
            Rank__c: {type: double, precision: 4, scale: 1}
        """,
        "file",
    )
    house = open_house(scenario)
    done = house.command("practice", "import-org")
    assert "RecordTypeId" not in done.stderr
    imported = parse_scenario(done.stdout, "imported")
    assert imported.record_types == scenario.record_types
    theirs = open_house(replace(imported, size=0, causes=None)).practice.org
    for ours in house.practice.org.message_sobject().fields:
        assert theirs.message_sobject().get(ours.name) == ours
    assert [(r.name, r.sobject) for r in theirs.rules()] == [
        ("Same", theirs.message_object),
        ("Same", "Lead"),
    ]


def test_another_object_than_that_of_messages_is_not_imported(open_house: OpenHouse) -> None:
    told = open_house(Scenario(size=0)).command("practice", "import-org", "--object", "Lead")
    assert told.returncode == Exit.USAGE
    assert "Lead is not where GoTallo puts messages: that is Heroku_Message__c" in told.stderr
    assert told.stdout == ""
