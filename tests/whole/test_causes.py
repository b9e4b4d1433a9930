"""What is found out about causes, over a practice org: where they come from, what the org says."""

from __future__ import annotations

from bridge.model import Topic
from bridge.practice import MorningCause, Scenario
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
