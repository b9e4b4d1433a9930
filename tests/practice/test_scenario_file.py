from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from bridge.practice import (
    Fault,
    Invisible,
    Operation,
    PracticeServer,
    Remote,
    Scenario,
    ScenarioError,
    dump_scenario,
    load_scenario,
    scenario_file,
)
from bridge.practice.org.save import Saved
from bridge.practice.org.schema import FieldType
from bridge.practice.scenario_file import KEYS, parse_scenario, shipped_scenarios
from tests.practice.conftest import DAY, a_message, an_org

PAGE = Path(__file__).parents[2] / "docs" / "practice-scenarios.md"


def test_three_scenarios_ship() -> None:
    assert shipped_scenarios() == ("everything-wrong", "morning", "quiet")


def test_morning_says_what_is_so_when_nothing_is_said() -> None:
    assert load_scenario("morning") == Scenario() == parse_scenario("", "an empty file")


def test_morning_has_every_key_but_the_day_and_what_overrules_the_size() -> None:
    morning = Path(scenario_file.__file__).with_name("scenarios") / "morning.yaml"
    written = set(re.findall(r"^(\w+):", morning.read_text("utf-8"), re.MULTILINE))
    assert written == set(KEYS) - {"day", "causes"}


@pytest.mark.parametrize("name", shipped_scenarios())
def test_each_shipped_scenario_has_failures_that_its_org_gave(name: str) -> None:
    scenario = replace(load_scenario(name), day=DAY)
    practice = PracticeServer(scenario)
    assert len(practice.gotallo.failures()) >= sum(scenario.counts.values()) > 0


def test_on_a_quiet_morning_everything_can_be_sent_as_it_is() -> None:
    practice = PracticeServer(load_scenario("quiet"))
    texts = [str(f.standard) for f in practice.gotallo.failures()]
    assert all("UNABLE_TO_LOCK_ROW" in text for text in texts)


def test_a_file_describes_an_org(tmp_path: Path) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text(
        """
        namespace: ""
        fields:
          Heroku_Message__c:
            Text__c: {length: 20}
            Brand__c: {type: picklist, values: [North, South], restricted: true, required: true}
            Rank__c: {type: int, digits: 2, access: read}
          Lead: {LastName: {length: 10}}
        """,
        encoding="utf-8",
    )
    org = an_org(load_scenario(str(file)))
    message, lead = org.message_sobject(), org.sobject("Lead")
    assert lead is not None
    lengths = [f.length for f in (message.get("Text__c"), lead.get("LastName")) if f]
    assert lengths == [20, 10]
    brand, rank = message.get("Brand__c"), message.get("Rank__c")
    assert brand is not None
    assert rank is not None
    assert (brand.required, [v.value for v in brand.values]) == (True, ["North", "South"])
    assert (rank.type, rank.visible, rank.createable) == (FieldType.INT, True, False)


def test_switching_a_value_off_leaves_the_others_on() -> None:
    scenario = parse_scenario(
        "fields: {Heroku_Message__c: {Conversation_Medium__c: {inactive: [fb]}}}", "file"
    )
    medium = an_org(scenario).message_sobject().get("Social25__Conversation_Medium__c")
    assert medium is not None
    assert [v.value for v in medium.values if not v.active] == ["fb"]
    assert "whatsapp" in [v.value for v in medium.values if v.active]


def test_faults_of_a_file_strike_once_the_org_serves() -> None:
    scenario = parse_scenario(
        "{size: 0, faults: [{remote: salesforce, operation: query, effect: Invisible, nth: 2}]}",
        "file",
    )
    assert PracticeServer(scenario).faults.pending() == (
        Fault(Remote.SALESFORCE, Invisible(), Operation.QUERY, nth=2),
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("siz: 3", "siz: no such key", id="key"),
        pytest.param("- 3", "keys and values", id="list"),
        pytest.param("size: many", "size: ", id="value"),
        pytest.param("size: -1", "size: ", id="negative"),
        pytest.param("{seed: 1, seed: 2}", "seed is written twice", id="twice"),
        pytest.param("[", "no YAML", id="yaml"),
        pytest.param("causes: {boredom: 1}", "causes.boredom", id="cause"),
        pytest.param("fields: {Case: {}}", "no object Case", id="object"),
        pytest.param("fields: {Lead: {Rank__c: {length: 3}}}", "needs a type", id="no-type"),
        pytest.param(
            "fields: {Lead: {Of__c: {type: reference, reference_to: [Case]}}}",
            "no object Case",
            id="reference",
        ),
        pytest.param(
            "rules: [{name: A, message: m, when: {field: No__c, empty: true}}]",
            "no field No__c",
            id="rule-field",
        ),
        pytest.param(
            "rules: [{name: A, message: m, when: {field: Text__c, like: x}}]",
            "a condition has one of the words matches, empty, longer_than, one_of, all_of, any_of",
            id="condition",
        ),
        pytest.param(
            "rules: [{name: A, message: m, when: {any_of: []}},"
            " {name: A, message: n, when: {any_of: []}}]",
            "two have the same name",
            id="rule-twice",
        ),
        pytest.param(
            "trigger: {name: T, creates: {Case: {}}}", "no object Case", id="trigger-object"
        ),
        pytest.param(
            "trigger: {name: T, creates: {Lead: {Nope: Text__c}}}", "Nope", id="trigger-field"
        ),
        pytest.param("before_trigger: {Nope: Text__c}", "no field Nope", id="before-trigger"),
        pytest.param(
            "duplicate_rules: [{sobject: Lead, fields: [Nope]}]", "Nope", id="duplicate-field"
        ),
        pytest.param("faults: [{remote: gotallo, effect: Rain}]", "faults.0.effect", id="effect"),
        pytest.param(
            "faults: [{remote: salesforce, effect: RowLocks, options: {every: 0}}]",
            "every",
            id="option",
        ),
        pytest.param(
            "faults: [{remote: salesforce, effect: LoseAnswer, options: {every: 1}}]",
            "LoseAnswer has no option every",
            id="unknown-option",
        ),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(text: str, problem: str) -> None:
    with pytest.raises(ScenarioError, match=re.escape(problem)) as caught:
        parse_scenario(text, "ours.yaml")
    assert caught.value.path == "ours.yaml"


def test_a_scenario_that_is_not_there_is_refused_with_the_names_of_those_that_are() -> None:
    with pytest.raises(ScenarioError, match="everything-wrong, morning, quiet"):
        load_scenario("afternoon")


@pytest.mark.parametrize("name", shipped_scenarios())
def test_what_is_dumped_reads_as_the_same_but_for_the_faults(name: str) -> None:
    scenario = replace(load_scenario(name), faults=())
    assert parse_scenario(dump_scenario(scenario), "dumped") == scenario


def test_a_rule_without_a_condition_of_its_own_refuses_nothing() -> None:
    scenario = parse_scenario("rules: [{name: A, message: m, when: {any_of: []}}]", "file")
    org = an_org(scenario)
    (saved,) = org.insert(org.message_sobject(), [a_message(Text__c="http://x.example")])
    assert isinstance(saved, Saved)


def test_each_scenario_that_is_shown_is_valid() -> None:
    shown = re.findall(r"^```yaml scenario\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S)
    assert len(shown) > 1
    for text in shown:
        assert parse_scenario(text, PAGE.name) != Scenario()


def test_each_key_and_each_scenario_is_explained() -> None:
    explained = set(re.findall(r"^\| `([\w-]+)` \|", PAGE.read_text("utf-8"), re.MULTILINE))
    assert {*KEYS, *shipped_scenarios()} <= explained
