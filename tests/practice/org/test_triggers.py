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


FILLING = """
before_trigger:
  Region__c: {value: EMEA}
  User_Full_Name__c: {first_of: [User_Last_Name__c, User_First_Name__c]}
fields: {Heroku_Message__c: {User_Gender__c: {access: read}}}
"""


def test_a_before_trigger_fills_what_is_empty_and_leaves_the_rest() -> None:
    org = an_org(parse_scenario(FILLING, "file"))
    given = a_message(1, Region__c="APAC"), a_message(2, User_Last_Name__c="Last")
    del given[1]["Region__c"], given[1]["Social25__User_Full_Name__c"]
    org.insert(org.message_sobject(), given)
    first, second = org.messages()
    assert (first["Region__c"], first["Social25__User_Full_Name__c"]) == ("APAC", "Test Sender 1")
    assert (second["Region__c"], second["Social25__User_Full_Name__c"]) == ("EMEA", "Last")
    assert [lead["LastName"] for lead in org.rows("Lead")] == ["Test Sender 1", "Last"]


def test_a_before_trigger_writes_what_the_user_may_not_and_a_change_leaves_it() -> None:
    text = FILLING.replace("Region__c: {value: EMEA}", "User_Gender__c: {value: female}")
    org = an_org(parse_scenario(text, "file"))
    (saved,) = org.insert(org.message_sobject(), [a_message(1)])
    assert isinstance(saved, Saved)
    change = org.update(org.message_sobject(), saved.id, {"Social25__Outbound__c": False})
    assert isinstance(change, Saved)
    assert org.messages()[0]["Social25__User_Gender__c"] == "female"


def test_what_no_trigger_can_mend_is_refused_before_it_runs() -> None:
    org = an_org(parse_scenario(FILLING, "file"))
    given = a_message(1, Text__c="x" * 401)
    del given["Region__c"]
    (result,) = org.insert(org.message_sobject(), [given])
    assert isinstance(result, NotSaved)
    assert result.errors[0].code == "STRING_TOO_LONG"


def test_what_a_trigger_makes_is_held_to_the_rules_of_its_object() -> None:
    text = """
    rules:
      - name: No_Bots
        sobject: Lead
        message: A bot.
        when: {field: LastName, matches: "*bot"}
    """
    org = an_org(parse_scenario(text, "file"))
    (result,) = org.insert(org.message_sobject(), [a_message(1, User_Full_Name__c="A bot")])
    assert isinstance(result, NotSaved)
    assert "first error: FIELD_CUSTOM_VALIDATION_EXCEPTION, A bot.: []" in result.errors[0].message
