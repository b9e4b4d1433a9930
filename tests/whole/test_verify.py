"""What the org answers about a run, a window and a whole ledger, and who made each row."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from bridge import use_cases
from bridge.errors import Exit, UsageError
from bridge.model import Outcome, Scope, Verification
from bridge.practice import MorningCause, Operation, Scenario
from bridge.window import between
from tests.whole.conftest import OpenHouse
from tests.whole.house import House, insert_by_hand

RULE = "No_Links"
KEY, TEXT = "Social25__Identifier__c", "Social25__Text__c"
MIXED = {MorningCause.LINK_RULE: 3, MorningCause.LONG_TEXT: 2}
SOMEBODY_ELSE = "0055g00000OTHERAAA"


def verify_window(house: House, hours: int = 0) -> Verification:
    """Of the practice org's day, so many hours later."""
    start = house.request.window.from_time + dt.timedelta(hours=hours)
    window = between(start.isoformat(), (start + dt.timedelta(days=1)).isoformat(), "UTC")
    tenant = house.settings.gotallo_tenant_id
    with house.ledger() as ledger, use_cases.open_org(house.settings) as org:
        return use_cases.verify_window(window, "--date D", tenant, ledger, org)


def verify_all(house: House) -> Verification:
    with house.ledger() as ledger, use_cases.open_org(house.settings) as org:
        return use_cases.verify_all(ledger, org)


def rows_of(house: House, key: str) -> list[dict[str, object]]:
    """The org's own rows of a message, to be changed behind everybody's back."""
    table = house.practice.org.table(house.practice.org.message_sobject())
    return [row for row in table.rows.values() if row[KEY] == key]  # type: ignore[misc]


def test_a_window_is_the_union_of_its_runs(open_house: OpenHouse) -> None:
    """Three of five were refused first; another run brought them."""
    house = open_house(Scenario(causes=MIXED))
    first = house.resync()
    assert first.document.counts.rejected == 3
    before = verify_window(house)
    assert (before.once, before.absent) == (2, 3)
    house.practice.org.set_rule_active(RULE, False)
    house.resync()
    found = verify_window(house)
    assert (found.once, found.absent, found.asked) == (5, 0, 5)
    assert (found.question.scope, found.question.runs) == (Scope.WINDOW, 2)
    assert found.proven
    assert len(house.verify(first.run_id).there_unsent) == 3, "that run did not bring them"
    assert verify_all(house).once == 5


def test_a_window_that_no_run_touches_is_no_proof(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes=MIXED))
    with pytest.raises(UsageError, match="no run of Practice Org"):
        verify_all(house)
    house.resync()
    assert verify_window(house, hours=23).once == 2
    with pytest.raises(UsageError, match="no run of this window"):
        verify_window(house, hours=24)


def test_the_run_that_delivered_a_message_decides_what_was_sent(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes={MorningCause.LINK_RULE: 2}))
    first = house.resync()
    edited, other = (item.key or "" for item in house.items(first.run_id))
    house.practice.gotallo.edit(edited, Text__c="see https://example.org instead")
    house.practice.org.set_rule_active(RULE, False)
    house.resync()
    third = house.resync()
    assert {item.outcome for item in house.items(third.run_id)} == {Outcome.PRESENT}
    for found in (house.verify(third.run_id), verify_window(house), verify_all(house)):
        assert found.once == 2
        assert found.proven, "the first run's record is not what was sent"
    rows_of(house, other)[0][TEXT] = "changed by hand"
    for found in (house.verify(third.run_id), verify_window(house), verify_all(house)):
        (difference,) = found.differing
        assert (difference.key, difference.field) == (other, TEXT)
        assert difference.found == "changed by hand"
        assert not found.proven


def test_each_row_of_a_repeated_message_is_told_with_who_made_it(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes=MIXED, key_unique=False))
    run_id = house.resync().run_id
    item = next(item for item in house.items(run_id) if item.outcome is Outcome.SYNCED)
    insert_by_hand(house, item.record)
    ours, theirs = rows_of(house, item.key or "")
    theirs["CreatedById"] = SOMEBODY_ELSE
    for found in (house.verify(run_id), verify_window(house), verify_all(house)):
        (message,) = found.repeated
        assert {row.id: (row.ours, row.created_by) for row in message.rows} == {
            ours["Id"]: (True, ours["CreatedById"]),
            theirs["Id"]: (False, SOMEBODY_ELSE),
        }
        assert message.rows[0].created_at.date() == dt.datetime.now(dt.UTC).date()
        assert message.ours == 1
        assert not found.proven


def test_a_message_found_twice_is_noted_with_who_made_each_row(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes={MorningCause.LONG_TEXT: 1}, key_unique=False))
    run = house.plan()
    (item,) = house.items(run.id)
    insert_by_hand(house, item.record)
    insert_by_hand(house, item.record)
    ours, theirs = rows_of(house, item.key or "")
    theirs["CreatedById"] = SOMEBODY_ELSE
    house.apply(run.id)
    (item,) = house.items(run.id)
    assert item.outcome is Outcome.PRESENT
    assert item.note.startswith("the org has it 2 times: ")
    assert f"{ours['Id']} by us on 20" in item.note
    assert f"{theirs['Id']} by another user ({SOMEBODY_ELSE}) on 20" in item.note


def test_asking_changes_nothing(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes=MIXED))
    run_id = house.resync().run_id
    house.practice.requests.clear()
    before = house.document(run_id)
    house.verify(run_id)
    verify_window(house)
    verify_all(house)
    assert {asked.method for asked in house.practice.requests.all()} <= {"GET", "HEAD"}
    assert house.document(run_id) == before


def test_the_exit_code_is_the_verdict(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes={MorningCause.LONG_TEXT: 2}))
    house.resync()
    done = house.command("verify", "--all", "--json")
    assert done.returncode == Exit.OK, done.stderr
    told = json.loads(done.stdout)
    assert (told["scope"], told["run_id"], told["asked"], told["once"]) == ("all", None, 2, 2)
    assert told["asked_as"] == "integration.user@practice.example"
    org = house.practice.org
    org.delete(org.message_sobject(), str(org.messages()[-1]["Id"]))
    done = house.command("verify", "--yesterday")
    assert done.returncode == Exit.LEFT_OVER, done.stderr
    assert "deleted since: in the recycle bin" in done.stdout
    assert "--key KEY --even-if-deleted" in done.stdout
    nobody = {"SF_ORG_INSTANCE_URL": "https://127.0.0.1:1", "SF_CLIENT_ID": ""}
    done = house.command("verify", "--all", **nobody, SF_CLIENT_SECRET="")
    assert done.returncode == Exit.REMOTE, done.stderr


@pytest.mark.parametrize("arguments", [[], ["7c2e1f", "--all"], ["--all", "--yesterday"]], ids=str)
def test_what_is_verified_is_named_once(open_house: OpenHouse, arguments: list[str]) -> None:
    house = open_house(Scenario(causes=MIXED))
    done = house.command("verify", *arguments)
    assert done.returncode == Exit.USAGE
    assert "Name one of a run, a window and --all" in done.stderr
    assert not house.practice.requests.of(Operation.QUERY)
