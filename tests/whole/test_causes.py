"""What is found out about causes, over a practice org: where they come from, what the org says."""

from __future__ import annotations

import json

from bridge.errors import Exit
from bridge.model import Topic
from bridge.practice import MorningCause, Scenario
from bridge.practice.org.customizing import FieldSetting
from bridge.report.document import CausePart
from tests.whole.conftest import OpenHouse
from tests.whole.house import House

FULL_NAME = "Social25__User_Full_Name__c"


def causes(house: House, run_id: str) -> dict[str | None, CausePart]:
    return {cause.code: cause for cause in house.document(run_id).causes}


def test_a_name_that_is_too_long_for_a_lead_is_traced_to_the_messages_field(
    open_house: OpenHouse,
) -> None:
    house = open_house(Scenario(causes={MorningCause.LONG_NAME: 3}))
    run = house.plan()
    (finding,) = causes(house, run.id)["STRING_TOO_LONG"].findings
    assert finding.topic is Topic.DOWNSTREAM
    assert finding.sources == (FULL_NAME,)
    assert finding.says == "Lead.LastName holds 80 characters; it comes from User_Full_Name__c"
    printed = house.command("status", run.id)
    assert printed.returncode == 0, printed.stderr


def test_a_mapping_need_not_know_the_limit_of_the_made_record(open_house: OpenHouse) -> None:
    mapping = """
object: Heroku_Message__c
key: Identifier__c
conversation: Chat_Identifier__c
order: Timestamp__c
fixers: [nulls, types, {flatten: {User_Profile_Image_URL__c: url}}]
causes:
  - when: {code: STRING_TOO_LONG, fields: [User_Full_Name__c]}
    then: truncate
downstream: {Lead: {LastName: User_Full_Name__c}}
"""
    house = open_house(Scenario(causes={MorningCause.LONG_NAME: 3}), mapping)
    result = house.resync()
    assert result.document.counts.synced == 3
    assert all(len(str(item.record[FULL_NAME])) <= 80 for item in house.items(result.run_id))


BY_DESCRIBE = """
object: Heroku_Message__c
key: Identifier__c
conversation: Chat_Identifier__c
order: Timestamp__c
fixers:
  - nulls
  - types
  - flatten: {User_Profile_Image_URL__c: url}
  - truncate: {User_Full_Name__c: {}}
  - defaults: {User_Full_Name__c: {value: Unknown sender, when: required}}
  - picklist: {Conversation_Medium__c: {web: sms, facebook: sms, whatsapp: sms, "*": sms}}
downstream:
  Lead: {LastName: User_Full_Name__c, LeadSource: Conversation_Medium__c}
"""


def test_what_a_made_record_can_not_hold_is_repaired_by_the_orgs_describe(
    open_house: OpenHouse,
) -> None:
    """The mapping names no limit, no cause and no made record's rule."""
    scenario = Scenario(
        causes={MorningCause.LONG_NAME: 3, MorningCause.NO_NAME: 3, MorningCause.UNKNOWN_MEDIUM: 1},
        fields={"Lead": {"LastName": FieldSetting(length=30)}},
    )
    house = open_house(scenario, BY_DESCRIBE)
    result = house.resync()
    assert result.document.counts.synced == 7
    names = [str(item.record[FULL_NAME]) for item in house.items(result.run_id)]
    assert max(map(len, names)) == 30
    assert names.count("Unknown sender") == 3


def test_what_a_made_record_can_not_hold_and_nothing_repairs_is_held_and_not_sent(
    open_house: OpenHouse,
) -> None:
    mapping = BY_DESCRIBE.replace("  - truncate: {User_Full_Name__c: {}}\n", "")
    house = open_house(Scenario(causes={MorningCause.LONG_NAME: 3}), mapping)
    result = house.resync()
    assert result.document.counts.held == 3
    (held,) = result.document.causes[0].held
    assert held.what.startswith(f"Lead.LastName (from {FULL_NAME}) holds 80 characters")
    assert {item.attempts for item in house.items(result.run_id)} == {0}
    shown = house.command("status", result.run_id).stdout
    assert "Lead.LastName (from User_Full_Name__c) holds 80" in " ".join(shown.split())


def test_an_object_that_the_org_does_not_show_leaves_the_limit_of_the_error(
    open_house: OpenHouse,
) -> None:
    mapping = BY_DESCRIBE.replace("  Lead: {", "  No_Such_Object__c: {")
    house = open_house(Scenario(causes={MorningCause.LONG_NAME: 3}), mapping)
    result = house.resync()
    assert result.document.counts.synced == 3
    assert all(len(str(item.record[FULL_NAME])) == 80 for item in house.items(result.run_id))


def test_causes_are_listed_across_runs_with_who_looks_after_them(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes={MorningCause.LINK_RULE: 3, MorningCause.LONG_TEXT: 2}))
    assert house.command("causes").returncode == Exit.USAGE, "there is no ledger yet"
    house.plan()
    listed = json.loads(house.command("causes", "--json").stdout)
    by_kind = {one["kind"]: one for one in listed["causes"]}
    assert by_kind["rule"]["messages"]["open"] == 3
    assert sum(day["failures"] for day in by_kind["rule"]["days"]) == 3
    rule = by_kind["rule"]["id"]

    said = house.command("causes", rule[:4], "--owner", "Test Owner", "--note", "asked the admin")
    assert said.returncode == Exit.OK, said.stderr
    assert 'Test Owner looks after it: "asked the admin"' in said.stdout
    page = house.command("causes").stdout
    assert "2 open causes, 5 messages open" in page
    assert "Test Owner looks after it" in page
    assert "█" in page
    refused = house.command("causes", "--owner", "Test Owner")
    assert refused.returncode == Exit.USAGE
    assert house.command("causes", "zzz").returncode == Exit.USAGE
    acting = "\u202e\x9b31m"
    shown = house.command("causes", rule, "--note", acting, "--json").stdout
    assert json.loads(shown)["cause"]["care"]["note"] == acting
    assert not set(acting[:2]) & set(shown)


def test_a_cause_is_sent_alone(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes={MorningCause.LINK_RULE: 3, MorningCause.LONG_TEXT: 2}))
    first = house.plan()
    house.practice.org.set_rule_active("No_Links", False)
    rule = next(one.id for one in house.document(first.id).causes if one.kind == "rule")
    window = house.request.window_words.split()
    done = house.command("resync", *window, "--cause", rule[:5], "--yes", "--json")
    assert done.returncode == Exit.OK, done.stderr
    document = json.loads(done.stdout)
    assert document["counts"]["synced"] == 3
    assert document["counts"]["listed"] == 5
    assert document["window"]["words"] == f"{house.request.window_words} --cause {rule}"
    assert len(json.loads(house.command("causes", "--json").stdout)["causes"]) == 1
    again = house.command("resync", *window, "--cause", "zzz", "--yes")
    assert again.returncode == Exit.USAGE


def test_all_that_is_open_is_sent_again_and_nothing_else(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes={MorningCause.LINK_RULE: 8, MorningCause.LONG_TEXT: 2}))
    first = house.resync()
    assert first.document.counts.synced == 2
    house.practice.org.set_rule_active("No_Links", False)
    done = house.command("resync", "--open", "--yes", "--json")
    assert done.returncode == Exit.OK, done.stderr
    document = json.loads(done.stdout)
    assert document["counts"]["fetched"] == 8
    assert document["counts"]["synced"] == 8
    assert set(house.rows().values()) == {1}
    nothing = house.command("resync", "--open", "--yes", "--json")
    assert (nothing.returncode, nothing.stdout) == (Exit.OK, "null\n")
    both = house.command("plan", "--open", "--yesterday")
    assert both.returncode == Exit.USAGE
    expected = house.command("plan", "--open", "--expect", "5")
    assert expected.returncode == Exit.USAGE
    assert "--expect goes with a window, not with --open" in expected.stderr


def test_a_cause_that_is_settled_is_nothing_to_send_and_no_failure(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes={MorningCause.LINK_RULE: 3, MorningCause.LONG_TEXT: 2}))
    house.resync(before_sending=lambda: house.practice.org.set_rule_active("No_Links", False))
    rule = next(
        one["id"]
        for one in json.loads(house.command("causes", "--all", "--json").stdout)["causes"]
        if one["kind"] == "rule"
    )
    house.practice.requests.clear()
    nothing = house.command(
        "resync", "--open", "--cause", rule, "--dry-run", "--log-level", "error"
    )
    assert nothing.returncode == Exit.OK, nothing.stderr
    assert nothing.stderr == f"Nothing of {rule} is open: 3 are in Salesforce already.\n"


def test_several_causes_are_sent_and_the_others_are_not(open_house: OpenHouse) -> None:
    house = open_house(
        Scenario(
            causes={
                MorningCause.LINK_RULE: 3,
                MorningCause.LONG_TEXT: 2,
                MorningCause.LONG_NAME: 1,
            }
        )
    )
    house.plan()
    ids = {
        one["code"]: (one["id"], one["fields"])
        for one in json.loads(house.command("causes", "--json").stdout)["causes"]
        if one["fields"] != ["LastName"]
    }
    narrowed = [word for one, _ in ids.values() for word in ("--cause", one)]
    done = house.command("plan", "--open", *narrowed, "--json")
    assert done.returncode == Exit.OK, done.stderr
    document = json.loads(done.stdout)
    assert document["counts"]["fetched"] == 5
    assert document["window"]["words"].endswith(" ".join(narrowed))


def test_what_is_open_is_asked_of_a_ledger_that_is_there(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes={MorningCause.LINK_RULE: 1}))
    assert house.command("resync", "--open", "--dry-run").returncode == Exit.USAGE
    assert house.command("causes").returncode == Exit.USAGE, "no ledger was made"


def test_a_forgotten_window_or_cause_is_said(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes={MorningCause.LINK_RULE: 1}))
    no_window = house.command("resync", "--cause", "59488f", "--dry-run")
    assert no_window.returncode == Exit.USAGE
    assert "or --open" in no_window.stderr
    no_id = house.command("resync", "--cause", "--dry-run")
    assert no_id.returncode == Exit.USAGE
    assert "--cause needs the id of a cause" in no_id.stderr


def rule_finding(house: House, run_id: str) -> str:
    (finding,) = causes(house, run_id)["FIELD_CUSTOM_VALIDATION_EXCEPTION"].findings
    assert finding.topic in {Topic.RULE, Topic.STANDING_RULE}
    assert finding.link == (
        f"{house.practice.environment['SF_ORG_INSTANCE_URL']}/lightning/setup/ObjectManager/"
        "Social25__Heroku_Message__c/ValidationRules/view"
    )
    return finding.says


def test_the_rule_behind_a_message_is_named_with_what_became_of_it(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes={MorningCause.LINK_RULE: 3}))
    unchanged = rule_finding(house, house.plan().id)
    assert unchanged.startswith("The rule No_Links is active and has not changed since ")
    house.practice.org.set_rule_active("No_Links", False)
    run = house.plan()
    assert rule_finding(house, run.id).startswith("The rule No_Links is not active now, it changed")
    house.practice.org.set_rule_active("No_Links", True)
    again = rule_finding(house, house.plan().id)
    assert again.endswith("after the last failure: worth a resync")
    shown = house.command("plan", *house.request.window_words.split())
    assert "The rule No_Links changed" in " ".join(shown.stdout.split())
    cause = causes(house, run.id)["FIELD_CUSTOM_VALIDATION_EXCEPTION"].id
    assert "The rule No_Links changed" in " ".join(house.command("causes", cause).stdout.split())


def test_a_rule_that_refused_again_after_its_change_is_no_reason_for_a_resync(
    open_house: OpenHouse,
) -> None:
    house = open_house(Scenario(causes={MorningCause.LINK_RULE: 2}))
    house.practice.org.set_rule_active("No_Links", False)
    house.practice.org.set_rule_active("No_Links", True)
    run = house.plan()
    assert rule_finding(house, run.id).endswith("worth a resync")
    cause = causes(house, run.id)["FIELD_CUSTOM_VALIDATION_EXCEPTION"].id
    house.apply(run.id)
    page = " ".join(house.command("causes", cause).stdout.split())
    assert f", run {run.id}): " in page
    assert "2 were refused again since" in page
    said = rule_finding(house, house.plan().id)
    assert said.endswith(
        "and 2 messages were refused again after that: it refuses the same record again"
    )


def test_a_field_that_the_user_does_not_see_is_said_with_its_page(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes={MorningCause.NO_EMAIL_ACCESS: 2}))
    (finding,) = causes(house, house.plan().id)["INVALID_FIELD_FOR_INSERT_UPDATE"].findings
    assert finding.topic is Topic.FIELD
    assert finding.field == "Social25__User_Email__c"
    assert finding.says.startswith("This user does not see Social25__User_Email__c of ")
    assert (finding.link or "").endswith("/FieldsAndRelationships/view")


def test_what_this_user_may_not_see_in_setup_is_a_sentence_and_no_error(
    open_house: OpenHouse,
) -> None:
    house = open_house(Scenario(causes={MorningCause.LINK_RULE: 2}, view_setup=False))
    assert rule_finding(house, house.plan().id) == (
        "This user is not permitted to see the validation rules of Social25__Heroku_Message__c: "
        "ask an admin whether the one with this message has changed"
    )
