"""Absent or invisible: nothing is sent where a message that is there could look absent."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from bridge.delivery import EndingKind
from bridge.errors import Exit, OrgRefused
from bridge.ledger import Run
from bridge.model import Outcome, Visibility
from bridge.planning import built_in_mapping
from bridge.practice import (
    CommitLate,
    Fault,
    Invisible,
    MorningCause,
    Operation,
    Remote,
    Scenario,
    SharingModel,
)
from bridge.report import exit_of
from tests.whole.conftest import OpenHouse
from tests.whole.house import House, insert_by_hand

FIVE = {MorningCause.LONG_TEXT: 5}
WITNESS = "witness: {SocialPost: ExternalPostId}\n"
ASSUMED = {"BRIDGE_ASSUME_VISIBLE": "1"}


def built_in() -> str:
    return built_in_mapping().read_text(encoding="utf-8")


def unseen(house: House) -> None:
    """From now on no query sees a row of the message object, or of any other that clients fill."""
    everything = Invisible(every=1)
    house.practice.faults.add(
        Fault(Remote.SALESFORCE, everything, Operation.QUERY, times=1_000_000)
    )


def standing(house: House, run_id: str) -> Visibility | None:
    seen = house.document(run_id).visibility
    return seen.standing if seen else None


def somebody_else_inserts(house: House, run: Run) -> None:
    with house.ledger() as ledger:
        pending = ledger.pending(run.id)
        for record in ledger.records(run.id, [item.position for item in pending]).values():
            insert_by_hand(house, record)


def setup_questions(house: House) -> Iterator[str]:
    for asked in house.practice.requests.all():
        soql = asked.query.get("q", "")
        for name in ("EntityDefinition", "PermissionSetAssignment", "ObjectPermissions"):
            if f"FROM {name} " in soql:
                yield name


def test_what_could_look_absent_is_not_sent_without_a_unique_key(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes=FIVE, key_unique=False, view_all_rows=False))
    run = house.plan()
    somebody_else_inserts(house, run)
    unseen(house)
    assert standing(house, run.id) is Visibility.UNPROVEN
    with pytest.raises(OrgRefused) as refused:
        house.apply(run.id)
    assert refused.value.exit_code is Exit.REMOTE
    assert "View All on Social25__Heroku_Message__c" in refused.value.advice
    assert not house.practice.requests.of(Operation.INSERT)
    assert set(house.rows().values()) == {1}
    assert house.document(run.id).counts.not_sent_yet == 5


def test_a_person_who_plans_and_sends_is_told_which_grant_is_missing(
    open_house: OpenHouse,
) -> None:
    house = open_house(Scenario(causes=FIVE, key_unique=False, view_all_rows=False))
    window = house.request.window_words.split()
    done = house.command("resync", *window, "--yes")
    assert done.returncode == Exit.REMOTE
    assert "Can't be sent: a message that is there could look absent." in done.stdout
    assert "Grant View All on Heroku_Message__c" in " ".join(done.stdout.split())
    assert "BRIDGE_ASSUME_VISIBLE=1" in done.stderr
    assert not house.practice.requests.of(Operation.INSERT)


def test_what_an_operator_takes_on_is_on_record_and_shown(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes=FIVE, key_unique=False, view_all_rows=False))
    window = house.request.window_words.split()
    done = house.command("resync", *window, "--yes", **ASSUMED)
    assert done.returncode == Exit.OK, done.stderr
    assert done.stdout.count("Taken on by BRIDGE_ASSUME_VISIBLE") == 2, "in plan and result"
    assert set(house.rows().values()) == {1}
    with house.ledger() as ledger:
        (run,) = ledger.runs(2)
    report = house.command("report", run.id)
    assert "Taken on by BRIDGE_ASSUME_VISIBLE" in report.stdout
    told = json.loads(house.command("report", run.id, "--json").stdout)["run"]["visibility"]
    assert told["standing"] == "assumed"
    assert told["grant"].startswith("View All on Social25__Heroku_Message__c")
    house.apply(run.id, settings=house.assuming)
    with pytest.raises(OrgRefused):
        house.apply(run.id)
    assert standing(house, run.id) is Visibility.ASSUMED, "it was sent so"


def test_nothing_is_proven_by_a_user_that_may_not_see_every_row(open_house: OpenHouse) -> None:
    """A second row that it does not see would not be told."""
    house = open_house(Scenario(causes=FIVE, key_unique=False, view_all_rows=False))
    run = house.plan()
    house.apply(run.id, settings=house.assuming)
    asked = house.command("verify", run.id)
    assert asked.returncode == Exit.LEFT_OVER
    assert "5 there exactly once, as sent." in asked.stdout
    assert "Not proven: " in asked.stdout
    document = json.loads(house.command("verify", run.id, "--json").stdout)
    assert not document["proven"]
    assert "Social25__Heroku_Message__c" in document["unseen"]


def test_what_was_taken_on_for_a_plan_alone_does_not_stay(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes=FIVE, key_unique=False, view_all_rows=False))
    run = house.plan(house.assuming)
    assert standing(house, run.id) is Visibility.ASSUMED
    with pytest.raises(OrgRefused):
        house.apply(run.id)
    assert standing(house, run.id) is Visibility.UNPROVEN


def test_a_unique_key_guards_what_is_not_seen(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes=FIVE, view_all_rows=False))
    run = house.plan()
    somebody_else_inserts(house, run)
    unseen(house)
    assert standing(house, run.id) is Visibility.GUARDED
    assert house.apply(run.id).kind is EndingKind.FINISHED
    assert house.document(run.id).counts.present == 5
    assert set(house.rows().values()) == {1}
    shown = " ".join(house.command("report", run.id).stdout.split())
    assert "Not proven that every row is seen" in shown
    assert "grant View All on Heroku_Message__c" in shown


@pytest.mark.parametrize("sharing", [SharingModel.READ, SharingModel.READ_WRITE])
def test_public_sharing_is_proof_enough_for_a_user_who_sees_no_setup(
    open_house: OpenHouse, sharing: SharingModel
) -> None:
    house = open_house(
        Scenario(
            causes=FIVE,
            key_unique=False,
            view_all_rows=False,
            sharing_model=sharing,
            view_setup=False,
        )
    )
    result = house.resync()
    assert result.document.counts.synced == 5
    assert standing(house, result.run_id) is Visibility.PROVEN
    assert set(setup_questions(house)) == {"EntityDefinition"}


def test_a_user_who_may_not_see_its_own_permissions_has_proven_nothing(
    open_house: OpenHouse,
) -> None:
    house = open_house(Scenario(causes=FIVE, key_unique=False, view_setup=False))
    run = house.plan()
    with pytest.raises(OrgRefused, match="may not read its own permissions") as refused:
        house.apply(run.id)
    assert "View Setup and Configuration" in refused.value.advice


@pytest.mark.parametrize("granted", [True, False], ids=["granted", "withdrawn"])
def test_what_counts_is_what_the_user_sees_when_the_messages_are_sent(
    open_house: OpenHouse, granted: bool
) -> None:
    house = open_house(Scenario(causes=FIVE, key_unique=False, view_all_rows=not granted))
    run = house.plan()
    org = house.practice.org
    permissions = org.sobject("ObjectPermissions")
    assert permissions is not None
    for row in org.table(permissions).rows.values():
        row["PermissionsViewAllRecords"] = granted
    if granted:
        assert house.apply(run.id).kind is EndingKind.FINISHED
    else:
        with pytest.raises(OrgRefused):
            house.apply(run.id)
    expected = Visibility.PROVEN if granted else Visibility.UNPROVEN
    assert standing(house, run.id) is expected


def test_one_process_asks_for_its_permissions_once(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes=FIVE))
    done = house.command("resync", *house.request.window_words.split(), "--yes")
    assert done.returncode == Exit.OK, done.stderr
    assert sorted(setup_questions(house)) == [
        "EntityDefinition",
        "ObjectPermissions",
        "PermissionSetAssignment",
    ]


def purged(house: House) -> None:
    """The org deletes its message rows for good, and our ledger is lost."""
    org = house.practice.org
    org.purge(org.message_sobject())
    (house.folder / "ledger.sqlite3").unlink()


@pytest.mark.parametrize("unique", [True, False], ids=["key unique", "key not unique"])
def test_a_purged_message_is_there_by_its_witness(open_house: OpenHouse, unique: bool) -> None:
    house = open_house(Scenario(causes=FIVE, key_unique=unique), built_in() + WITNESS)
    house.resync()
    fired = house.practice.org.firings()
    purged(house)
    again = house.resync()
    assert again.document.counts.present == 5
    assert house.practice.org.firings() == fired
    assert not house.practice.org.messages()
    notes = {item.note for item in house.items(again.run_id)}
    assert notes == {"its row is gone; SocialPost shows that it was there"}
    assert again.document.witness is not None
    verification = house.verify(again.run_id)
    assert (len(verification.witnessed), verification.missing) == (5, ())
    assert verification.proven


def test_without_a_witness_a_purged_message_is_brought_again_by_a_new_ledger(
    open_house: OpenHouse,
) -> None:
    house = open_house(Scenario(causes=FIVE))
    house.resync()
    purged(house)
    again = house.resync()
    assert again.document.counts.synced == 5
    house.practice.org.purge(house.practice.org.message_sobject())
    assert len(house.verify(again.run_id).missing) == 5


def test_a_witness_in_the_recycle_bin_holds_its_message(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes=FIVE), built_in() + WITNESS)
    house.resync()
    org = house.practice.org
    posts = org.sobject("SocialPost")
    assert posts is not None
    for row in org.rows("SocialPost"):
        org.delete(posts, str(row["Id"]))
    purged(house)
    again = house.resync()
    assert again.document.counts.held == 5
    assert {item.held_reason for item in house.items(again.run_id)} == {"deleted"}
    assert not org.messages()
    assert exit_of(again.document) is Exit.LEFT_OVER


def test_a_witness_settles_a_message_in_doubt(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes=FIVE, key_unique=False), built_in() + WITNESS)
    house.practice.faults.add(Fault(Remote.SALESFORCE, CommitLate(), Operation.INSERT))
    result = house.resync()
    assert result.document.counts.in_doubt == 5
    house.practice.faults.release()
    org = house.practice.org
    org.purge(org.message_sobject())
    assert house.apply(result.run_id).kind is EndingKind.FINISHED
    assert {item.outcome for item in house.items(result.run_id)} == {Outcome.PRESENT}
    assert set(org.firings().values()) == {1}


def test_a_witness_is_asked_for_messages_without_a_row_alone(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes=FIVE), built_in() + WITNESS)
    run = house.plan()
    somebody_else_inserts(house, run)
    house.apply(run.id)
    house.verify(run.id)
    asked = [request.query.get("q", "") for request in house.practice.requests.all()]
    assert not [soql for soql in asked if " FROM SocialPost " in soql]


def test_a_witness_that_the_org_does_not_show_is_a_mistake_in_the_mapping(
    open_house: OpenHouse,
) -> None:
    mapping = built_in() + "witness: {SocialPots: ExternalPostId}\n"
    house = open_house(Scenario(causes=FIVE), mapping)
    assert house.mapping is not None
    window = house.request.window_words.split()
    done = house.command("plan", *window, "--mapping", str(house.mapping))
    assert done.returncode == Exit.USAGE
    line = mapping.count("\n")
    assert f"mapping.yaml:{line}:11: The org shows this user no object SocialPots" in done.stderr
    assert "Traceback" not in done.stderr
