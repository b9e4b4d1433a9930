"""A message that somebody changes at the source after it was planned or sent: held, and shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bridge import use_cases
from bridge.errors import Exit
from bridge.model import HeldReason
from bridge.practice import MorningCause, PracticeServer, Scenario
from tests.whole.house import House

SMALL = Scenario(causes={MorningCause.ROW_LOCK: 4}, extra_rows=0)
OTHER = "What I meant is something else."


def recheck(house: House, run_id: str) -> int:
    settings = house.settings
    with house.ledger() as ledger, use_cases.open_org(settings) as org:
        return use_cases.recheck(settings, run_id, ledger, org).held


def text_in_org(house: House, key: str) -> object:
    org = house.practice.org
    (row,) = [row for row in org.messages() if key in row.values()]
    return row["Social25__Text__c"]


def test_one_that_changed_since_its_plan_is_held_and_the_others_go(tmp_path: Path) -> None:
    with PracticeServer(SMALL) as practice:
        house = House(practice, tmp_path)
        run = house.plan()
        edited = house.items(run.id)[1].key or ""
        practice.gotallo.edit(edited, Text__c=OTHER)
        assert recheck(house, run.id) == 1
        assert recheck(house, run.id) == 0, "it is held already"
        house.apply(run.id)
        items = {item.key: item for item in house.items(run.id)}
        assert items[edited].held_reason is HeldReason.CHANGED
        assert "another Text__c" in items[edited].held_what
        assert house.document(run.id).counts.synced == 3
        assert set(house.rows()) == set(items) - {edited}


@pytest.mark.parametrize("field", ["User_Full_Name__c", "Conversation_State__c"])
def test_what_is_no_content_of_the_message_may_change(tmp_path: Path, field: str) -> None:
    with PracticeServer(SMALL) as practice:
        house = House(practice, tmp_path)
        first = house.resync()
        for item in house.items(first.run_id):
            practice.gotallo.edit(item.key or "", **{field: "Test Other"})
        assert house.resync().document.counts.present == 4


def test_apply_asks_gotallo_unless_told_not_to(tmp_path: Path) -> None:
    with PracticeServer(SMALL) as practice:
        house = House(practice, tmp_path)
        run = house.plan()
        practice.gotallo.edit(house.items(run.id)[0].key or "", Text__c=OTHER)
        nobody = {"GOTALLO_BASE_URL": "https://127.0.0.1:1/api/v1"}
        unreachable = house.command("apply", run.id, "--yes", **nobody)
        assert unreachable.returncode == Exit.REMOTE
        assert "--as-planned" in unreachable.stderr
        assert not house.rows()
        asked = house.command("apply", run.id, "--yes", "--json")
        assert asked.returncode == Exit.LEFT_OVER, asked.stderr
        counts = json.loads(asked.stdout)["counts"]
        assert (counts["synced"], counts["held"]) == (3, 1)
        other = house.plan()
        assert house.command("apply", other.id, "--yes", "--as-planned").returncode == Exit.OK
