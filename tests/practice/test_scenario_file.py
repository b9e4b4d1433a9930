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
    assert load_scenario("morning") == Scenario() == parse_scenario("{}", "file")


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
        pytest.param(
            "siz: 3",
            "1:1: siz: no key siz; did you mean size?",
            id="key",
        ),
        pytest.param(
            "- 3",
            "1:1: keys and values are expected",
            id="list",
        ),
        pytest.param(
            "# nothing\n",
            "1:1: it is empty",
            id="empty",
        ),
        pytest.param(
            "\nsize: many",
            "2:1: size: a whole number is expected, not many",
            id="value",
        ),
        pytest.param(
            "size: -1",
            "1:1: size: 0 or more is expected, not -1",
            id="negative",
        ),
        pytest.param(
            "daily_api_requests: -1",
            "1:1: daily_api_requests: 0 or more",
            id="allowance",
        ),
        pytest.param(
            "seed: 1\nseed: 2",
            "2:1: seed stands here a second time (first at line 1)",
            id="twice",
        ),
        pytest.param(
            "size: [",
            "1:8: no YAML: ",
            id="yaml",
        ),
        pytest.param(
            "size: 3\n\tseed: 2",
            "2:1: a tab, where YAML wants spaces",
            id="tab",
        ),
        pytest.param(
            "1: 2",
            "1:1: a key is text: put it in quotes",
            id="no-text-key",
        ),
        pytest.param(
            "day: 2026-13-40",
            "1:1: day: a date like 2026-11-22 is expected, not 2026-13-40",
            id="no-date",
        ),
        pytest.param(
            "causes: {long_texts: 3}",
            "1:10: causes.long_texts: no value long_texts; did you mean long_text?",
            id="cause",
        ),
        pytest.param(
            "fields: {Leads: {}}",
            "1:10: fields.Leads: no object Leads; did you mean Lead?",
            id="object",
        ),
        pytest.param(
            "fields: {Lead: {Rank__c: {length: 3}}}",
            "1:17: fields.Lead.Rank__c: the practice org has no such field: a new one needs a type",
            id="no-type",
        ),
        pytest.param(
            "fields: {Lead: {My Rank__c: {type: int}}}",
            "1:17: fields.Lead.My Rank__c: a field's name has letters, digits",
            id="field-name",
        ),
        pytest.param(
            "fields: {Lead: {LastName: {lenght: 3}}}",
            "1:28: fields.Lead.LastName.lenght: no key lenght; did you mean length?",
            id="setting",
        ),
        pytest.param(
            "record_types: {Chat: {avaliable: false}}",
            "1:23: record_types.Chat.avaliable: no key avaliable; did you mean available?",
            id="record-type",
        ),
        pytest.param(
            "record_types: {Chat: {active: false, default: true}}",
            "1:38: record_types.Chat.default: the default must be active and available",
            id="record-type-default",
        ),
        pytest.param(
            "fields: {Lead: {Of__c: {type: reference, reference_to: User}}}",
            "1:42: fields.Lead.Of__c.reference_to: a list is expected, such as [User]",
            id="reference-text",
        ),
        pytest.param(
            "fields: {Lead: {Of__c: {type: reference, reference_to: [Case]}}}",
            "1:42: fields.Lead.Of__c.reference_to: no object Case; there are",
            id="reference",
        ),
        pytest.param(
            "fields: {Lead: {A__c: {type: picklist, values: [North], default: West}}}",
            "1:57: fields.Lead.A__c.default: the field can't hold it",
            id="default",
        ),
        pytest.param(
            "fields: {Lead: {A__c: {type: boolean, default: 'yes'}}}",
            "1:39: fields.Lead.A__c.default: the field can't hold it",
            id="default-kind",
        ),
        pytest.param(
            "fields: {Lead: {A__c: {type: string, default: [a]}}}",
            "1:38: fields.Lead.A__c.default: a plain value is expected",
            id="default-list",
        ),
        pytest.param(
            "fields: {Lead: {A__c: {type: string, length: 500}}}",
            "1:38: fields.Lead.A__c.length: a string has 255 at most",
            id="long-string",
        ),
        pytest.param(
            "fields: {Lead: {A__c: {type: boolean, length: 5}}}",
            "1:39: fields.Lead.A__c.length: a field of the type boolean has none",
            id="length-of-checkbox",
        ),
        pytest.param(
            "rules:\n  - name: A\n    message: m\n    when: {field: Txt__c, empty: true}",
            "4:12: rules[0].when.field: no field of Heroku_Message__c Txt__c; did you",
            id="rule-field",
        ),
        pytest.param(
            "rules: [{name: A, message: m, when: {all_of: [{any_of: [{field: X, empty: no}]}]}}]",
            "1:58: rules[0].when.all_of[0].any_of[0].field: no field",
            id="rule-field-within",
        ),
        pytest.param(
            "rules: [{name: A, message: m, field: Txt__c, when: {any_of: []}}]",
            "1:31: rules[0].field: no field",
            id="shown-at",
        ),
        pytest.param(
            "rules: [{name: A, message: m, when: {field: Text__c, like: x}}]",
            "1:31: rules[0].when: a condition has one of the words matches, empty, longer_than",
            id="condition",
        ),
        pytest.param(
            "rules: [{name: A, message: m, when: {field: Text__c, matches: x, empty: true}}]",
            "1:31: rules[0].when: a condition has one of the words",
            id="two-conditions",
        ),
        pytest.param(
            "rules: [{name: A, message: m, when: {field: Outbound__c, one_of: true}}]",
            "1:58: rules[0].when.one_of: a list is expected, such as [true]",
            id="one-of",
        ),
        pytest.param(
            "rules: [{name: A, message: no, when: {any_of: []}}]",
            "1:19: rules[0].message: text is expected, and this is read as false: put it in quotes",
            id="message",
        ),
        pytest.param(
            "rules: [{name: A, when: {any_of: []}}]",
            "1:9: rules[0]: message is missing",
            id="no-message",
        ),
        pytest.param(
            "rules:\n"
            "  - {name: A, message: m, when: {any_of: []}}\n"
            "  - {name: A, message: n, when: {any_of: []}}",
            "3:6: rules[1].name: Heroku_Message__c has a rule A already",
            id="rule-twice",
        ),
        pytest.param(
            "rules: [{name: A, sobject: Cas, message: m, when: {any_of: []}}]",
            "1:19: rules[0].sobject: no object Cas; there are",
            id="rule-object",
        ),
        pytest.param(
            "trigger: {name: T, creates: {Case: {}}}",
            "1:30: trigger.creates.Case: no object Case; there are",
            id="trigger-object",
        ),
        pytest.param(
            "trigger: {name: T, creates: {Lead: {LstName: Text__c}}}",
            "1:37: trigger.creates.Lead.LstName: no field of Lead LstName; did you mean LastName?",
            id="trigger-field",
        ),
        pytest.param(
            "trigger: {name: T, creates: {Lead: {Company: {valu: x}}}}",
            "1:37: trigger.creates.Lead.Company: the name of the message's field is expected, or",
            id="source",
        ),
        pytest.param(
            "trigger: {name: T, creates: {Lead: {Company: {first_of: [Txt__c]}}}}",
            "1:58: trigger.creates.Lead.Company.first_of[0]: no field",
            id="source-field",
        ),
        pytest.param(
            "trigger: {name: T, creates: {Lead: {Company: Txt__c}}}",
            "1:37: trigger.creates.Lead.Company: no field",
            id="source-name",
        ),
        pytest.param(
            "before_trigger: {Nope: Text__c}",
            "1:18: before_trigger.Nope: no field",
            id="before-trigger",
        ),
        pytest.param(
            "duplicate_rules: [{sobject: Lead, fields: [Nope]}]",
            "1:35: duplicate_rules[0].fields: no field of Lead Nope",
            id="duplicate-field",
        ),
        pytest.param(
            "faults: [{remote: gotallo, effect: Rain}]",
            "1:28: faults[0].effect: no effect Rain; there are",
            id="effect",
        ),
        pytest.param(
            "faults: [{remote: gotallo, efect: Garbage}]",
            "1:28: faults[0].efect: no key efect; did you mean effect?",
            id="effect-key",
        ),
        pytest.param(
            "faults: [{remote: salesforce, effect: RowLocks, options: {every: 0}}]",
            "1:59: faults[0].options.every: 1 or more is expected, not 0",
            id="option",
        ),
        pytest.param(
            "faults: [{remote: salesforce, effect: LoseAnswer, options: {every: 1}}]",
            "1:61: faults[0].options.every: no option of LoseAnswer every",
            id="unknown-option",
        ),
    ],
)
def test_a_wrong_file_is_refused_with_its_place_in_words(text: str, problem: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(text, "ours.yaml")
    told = caught.value.problems
    assert any(each.startswith(f"ours.yaml:{problem}") for each in told), told


def test_all_mistakes_of_a_file_are_told_at_once() -> None:
    with pytest.raises(ScenarioError) as caught:
        parse_scenario("siz: 3\nseed: x\nrules: [{}]", "ours.yaml")
    assert [problem.split(":")[1] for problem in caught.value.problems] == ["1", "2", "3", "3", "3"]


def test_two_objects_may_have_a_rule_of_the_same_name() -> None:
    rule = "name: A, message: m, when: {any_of: []}"
    org = an_org(parse_scenario(f"rules: [{{{rule}}}, {{{rule}, sobject: Lead}}]", "file"))
    org.set_rule_active("Lead.A", False)
    assert [rule.active for rule in org.rules()] == [True, False]
    org.set_rule_active("A", False)
    assert [rule.active for rule in org.rules()] == [False, False]


def test_a_field_of_another_type_keeps_nothing_of_the_one_before() -> None:
    scenario = parse_scenario(
        "fields: {Heroku_Message__c: {Conversation_Medium__c: {type: string}}}", "file"
    )
    medium = an_org(scenario).message_sobject().get("Social25__Conversation_Medium__c")
    assert medium is not None
    assert (medium.type, medium.restricted, medium.values) == (FieldType.STRING, False, ())


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
