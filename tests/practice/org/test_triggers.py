from __future__ import annotations

from bridge.practice.org.save import NotSaved, Saved
from bridge.practice.scenario_file import parse_scenario
from tests.practice.conftest import a_message, an_org

PEOPLE = """
trigger:
  name: MessageToPeople
  managed: false
  creates:
    Contact:
      FirstName: User_First_Name__c
      LastName: {first_of: [User_Last_Name__c, User_Full_Name__c]}
    SocialPost:
      Name: {message_with: User_Full_Name__c}
      Content: {value: fixed}
"""


def test_a_trigger_makes_what_its_scenario_says() -> None:
    org = an_org(parse_scenario(PEOPLE, "file"))
    org.insert(
        org.message_sobject(),
        [
            a_message(1, User_First_Name__c="Test", User_Last_Name__c="Last"),
            a_message(2, Outbound__c=True, Agent_Identifier__c="a"),
        ],
    )
    people = [(row.get("FirstName"), row["LastName"]) for row in org.rows("Contact")]
    assert people == [("Test", "Last"), (None, "Test Sender 2")]
    posts = [(row["Name"], row["Content"]) for row in org.rows("SocialPost")]
    assert posts == [("Message from Test Sender 1", "fixed"), ("Message to Test Sender 2", "fixed")]
    assert org.rows("Lead") == []


def test_an_error_of_the_orgs_own_trigger_names_no_namespace() -> None:
    org = an_org(parse_scenario(PEOPLE, "file"))
    (result,) = org.insert(org.message_sobject(), [a_message(User_Last_Name__c="x" * 81)])
    assert isinstance(result, NotSaved)
    (error,) = result.errors
    assert error.message.startswith("MessageToPeople: execution of AfterInsert\n\ncaused by: ")
    assert "STRING_TOO_LONG" in error.message
    assert "Social25" not in error.message
    assert org.rows("Contact") == org.messages() == []


def test_a_trigger_may_make_nothing() -> None:
    org = an_org(parse_scenario("trigger: {name: Idle, creates: {}}", "file"))
    (result,) = org.insert(org.message_sobject(), [a_message(1)])
    assert isinstance(result, Saved)
    assert sum(org.firings().values()) == 1
