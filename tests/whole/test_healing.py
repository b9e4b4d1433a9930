"""What Salesforce refuses for another reason is repaired as the mapping says, and only so."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.model import Outcome
from bridge.practice import MorningCause, PracticeServer, Scenario, TriggerFailure
from bridge.practice.org.customizing import FieldSetting
from tests.whole.house import House

BASE = """
object: Heroku_Message__c
key: Identifier__c
conversation: Chat_Identifier__c
order: Timestamp__c
fixers: [nulls, types, {flatten: {User_Profile_Image_URL__c: url}}]
"""
NAMED = """
causes:
  - when: {code: REQUIRED_FIELD_MISSING, fields: [LastName]}
    then: {defaults: {User_Full_Name__c: "Unknown sender, whose name nobody ever told us"}}
  - when: {code: STRING_TOO_LONG, fields: [LastName]}
    then: {truncate: {User_Full_Name__c: {length: 10, marker: "…"}}}
"""
"""The first repair of a nameless one is too long for this org, and the second one cuts it."""


def house_with(tmp_path: Path, practice: PracticeServer, mapping: str) -> House:
    path = tmp_path / "own.yaml"
    path.write_text(mapping)
    return House(practice, tmp_path, path)


def nameless(count: int, last_name: int = 20) -> Scenario:
    return Scenario(
        causes={MorningCause.NO_NAME: count},
        extra_rows=0,
        trigger_failure=TriggerFailure.ROW,
        fields={"Lead": {"LastName": FieldSetting(length=last_name)}},
    )


@pytest.mark.parametrize("count", [3, 60])
def test_what_is_refused_for_another_reason_is_repaired_and_sent_again(
    tmp_path: Path, count: int
) -> None:
    """Also those that were held since the ones ahead of them were refused."""
    with PracticeServer(nameless(count)) as practice:
        house = house_with(tmp_path, practice, BASE + NAMED)
        result = house.resync()
        assert result.document.counts.synced == count
        assert set(house.rows().values()) == {1}
        items = house.items(result.run_id)
        assert {i.record["Social25__User_Full_Name__c"] for i in items} == {"Unknown s…"}
        fixers = [c.fixer for c in items[0].changes if c.field.endswith("User_Full_Name__c")][-2:]
        assert fixers == ["defaults", "truncate"]
        (told,) = result.document.heals
        assert (told.round, told.code, told.count) == (1, "STRING_TOO_LONG", count)
        assert told.fixers == ("truncate",)


def test_no_rounds_means_exactly_what_was_shown(tmp_path: Path) -> None:
    with PracticeServer(nameless(3)) as practice:
        house = house_with(tmp_path, practice, BASE + NAMED)
        run = house.plan()
        house.apply(run.id, rounds=0)
        document = house.document(run.id)
        assert (document.counts.synced, document.counts.rejected) == (0, 3)
        assert document.heals == ()
        house.apply(run.id)
        assert house.document(run.id).counts.rejected == 0, "a later apply may repair them"


def test_a_refusal_that_no_rule_repairs_stays_refused_and_is_sent_once(tmp_path: Path) -> None:
    with PracticeServer(nameless(1)) as practice:
        house = house_with(tmp_path, practice, BASE + NAMED.split("  - when: {code: STRING")[0])
        result = house.resync()
        assert result.document.counts.rejected == 1
        items = house.items(result.run_id)
        assert [item.attempts for item in items] == [1], "the same record is not sent again"
        assert {item.outcome for item in items} == {Outcome.REJECTED}


def test_a_rule_that_holds_such_a_refusal_keeps_it(tmp_path: Path) -> None:
    holding = NAMED.split("    then: {truncate")[0] + "    then: hold\n"
    with PracticeServer(nameless(1)) as practice:
        house = house_with(tmp_path, practice, BASE + holding)
        assert house.resync().document.counts.rejected == 1


def test_a_repair_that_is_refused_again_ends_by_itself(tmp_path: Path) -> None:
    """Each round makes another record, or none: it can't go on for ever."""
    with PracticeServer(nameless(1, last_name=5)) as practice:
        house = house_with(tmp_path, practice, BASE + NAMED)
        result = house.resync()
        assert result.document.counts.rejected == 1
        assert {item.attempts for item in house.items(result.run_id)} == {2}
