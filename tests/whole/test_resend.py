"""A few messages of a window, and those that a person sends again though somebody deleted them."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace

import pytest

from bridge import use_cases
from bridge.delivery import EndingKind
from bridge.errors import Exit, UsageError
from bridge.ledger import check
from bridge.model import Decision, HeldReason, Outcome
from bridge.planning import built_in_mapping
from bridge.practice import (
    CommitLate,
    CutBefore,
    Fault,
    LoseAnswer,
    MorningCause,
    Operation,
    Remote,
    Scenario,
    Status,
)
from bridge.practice.faults import Effect
from bridge.report import report_document
from bridge.report.terminal import show_plan, show_report, show_result
from tests.report.runs import console, written
from tests.whole.conftest import OpenHouse
from tests.whole.house import HASTE, House

THREE = Scenario(causes={MorningCause.LONG_TEXT: 3}, extra_rows=0)
WHY = "deleted by mistake on Monday"
SETTLED_AT_ONCE = replace(HASTE, settle_seconds=0.0)

both_keys = pytest.mark.parametrize("unique", [True, False], ids=["key unique", "key not unique"])


def key_of(house: House, run_id: str, number: int = 0) -> str:
    return house.items(run_id)[number].key or ""


def delete(house: House, key: str) -> str:
    """Somebody puts the message's row into the recycle bin."""
    org = house.practice.org
    (row,) = [row for row in org.messages() if key in row.values()]
    org.delete(org.message_sobject(), str(row["Id"]))
    return str(row["Id"])


def purge(house: House, row_id: str) -> None:
    """The recycle bin is emptied of it."""
    table = house.practice.org.table(house.practice.org.message_sobject())
    table.forget(table.rows[row_id])


def send_again(house: House, key: str) -> str:
    run = house.plan(keys=[key], even_if_deleted=WHY)
    house.apply(run.id)
    return run.id


def at_insert(effect: Effect) -> Fault:
    return Fault(Remote.SALESFORCE, effect, Operation.INSERT, 1, 1)


def test_a_plan_of_one_message_says_of_how_many_and_adds_up(open_house: OpenHouse) -> None:
    house = open_house(Scenario())
    key = key_of(house, house.plan().id, 7)
    run = house.plan(keys=[str(uuid.UUID(key)).upper()], expected=34)
    assert [item.key for item in house.items(run.id)] == [key]
    document = house.document(run.id)
    assert (document.counts.fetched, document.counts.listed) == (1, 34)
    page = console(100)
    show_plan(document, page)
    assert "1 failed message, 1 cause:" in written(page)
    assert "Narrowed to 1 of the window's 34 messages." in written(page)
    assert "e-mail" not in written(page)
    assert document.window.words.endswith(f" --key {key}")


def test_a_key_that_the_window_does_not_list_plans_nothing(open_house: OpenHouse) -> None:
    house = open_house(THREE)
    with pytest.raises(UsageError, match="lists 3 failed messages, and not nobody"):
        house.plan(keys=["nobody"])
    with house.ledger() as ledger:
        assert not ledger.runs(5)


def test_an_unfinished_run_of_one_message_is_not_offered_for_the_window(
    open_house: OpenHouse,
) -> None:
    house = open_house(THREE)
    one = house.plan(keys=[key_of(house, house.plan().id)])
    with house.ledger() as ledger, use_cases.open_org(house.settings) as org:
        ledger.begin_sending(one.id)
        assert use_cases.unfinished(house.settings, house.request.window, ledger, org) is None


@both_keys
@pytest.mark.parametrize("gone", ["in the recycle bin", "gone for good"])
def test_what_somebody_deleted_is_sent_again_when_a_person_orders_it(
    open_house: OpenHouse, gone: str, unique: bool
) -> None:
    house = open_house(replace(THREE, key_unique=unique))
    first = house.resync()
    key = key_of(house, first.run_id)
    old = delete(house, key)
    if gone == "gone for good":
        purge(house, old)
    house.resync()
    assert house.rows()[key] == 0, "an ordinary resync does not bring it back"

    run = house.plan(keys=[key], even_if_deleted=WHY)
    page = console(100)
    show_plan(house.document(run.id), page)
    assert f"1: run {first.run_id} inserted it as {old}; it is {gone}" in written(page)
    assert WHY in written(page)
    assert house.rows()[key] == 0, "a plan sends nothing"
    house.resync()
    assert house.rows()[key] == 0, "and opens nothing"

    assert house.apply(run.id).kind is EndingKind.FINISHED
    assert house.rows()[key] == 1
    document = house.document(run.id)
    assert document.counts.synced == 1
    assert document.resend is not None
    assert document.resend.why == WHY
    assert document.resend.who.endswith("as integration.user@practice.example")
    (told,) = document.resend.messages
    assert (told.key, told.was, told.salesforce_id) == (key, "delivered", old)
    for shown in (written_result(house, run.id), written_report(house, run.id)):
        assert WHY in shown
        assert f"{key}  we had inserted it as {old}" in shown

    house.apply(run.id)
    assert house.resync().document.counts.present == 3
    assert house.rows()[key] == 1
    assert house.verify(run.id).proven
    assert check(house.environment["BRIDGE_LEDGER"]).sound


def written_result(house: House, run_id: str) -> str:
    page = console(120)
    show_result(house.document(run_id), page)
    return written(page)


def written_report(house: House, run_id: str) -> str:
    page = console(120)
    with house.ledger() as ledger:
        show_report(report_document(ledger, ledger.run(run_id)), page)
    return written(page)


def test_a_live_row_is_never_doubled_whatever_was_ordered(open_house: OpenHouse) -> None:
    house = open_house(replace(THREE, key_unique=False))
    key = key_of(house, house.resync().run_id)
    there = send_again(house, key)
    assert house.document(there).counts.present == 1
    delete(house, key)
    run = house.plan(keys=[key], even_if_deleted=WHY)
    row = next(r for r in bin_rows(house) if key in r.values())
    row["IsDeleted"] = False
    house.apply(run.id)
    document = house.document(run.id)
    assert document.counts.present == 1, "it was restored since the plan"
    assert document.resend is not None
    assert document.resend.messages == (), "nothing was opened for it"
    assert set(house.rows().values()) == {1}


def bin_rows(house: House) -> list[dict[str, object]]:
    table = house.practice.org.table(house.practice.org.message_sobject())
    return [row for row in table.rows.values() if row["IsDeleted"]]  # type: ignore[misc]


def test_an_order_outlives_an_org_that_could_not_be_asked(open_house: OpenHouse) -> None:
    house = open_house(THREE)
    key = key_of(house, house.resync().run_id)
    delete(house, key)
    run = house.plan(keys=[key], even_if_deleted=WHY)
    nothing_to_send = house.plan()
    house.practice.requests.clear()
    house.apply(nothing_to_send.id)
    before = len(house.practice.requests.of(Operation.QUERY))
    down = Fault(Remote.SALESFORCE, Status(403), Operation.QUERY, before + 1, 100)
    house.practice.faults.add(down)
    assert house.apply(run.id).kind is EndingKind.STOPPED
    house.practice.faults.clear()
    assert house.document(run.id).counts.not_sent_yet == 1
    house.apply(run.id)
    assert house.rows()[key] == 1


def test_a_plan_that_may_not_be_sent_opens_nothing_and_keeps_its_order(
    open_house: OpenHouse,
) -> None:
    mapping = built_in_mapping().read_text("utf-8")
    house = open_house(THREE, mapping)
    key = key_of(house, house.resync().run_id)
    delete(house, key)
    run = house.plan(keys=[key], even_if_deleted=WHY)
    assert house.mapping is not None
    with house.ledger() as ledger:
        ledger.begin_sending(run.id)
    house.mapping.write_text(f"{mapping}# changed\n", encoding="utf-8")
    assert house.apply(run.id).kind is EndingKind.STOPPED
    document = house.document(run.id)
    assert document.counts.not_sent_yet == 1
    assert document.resend is not None
    assert document.resend.messages == ()
    house.mapping.write_text(mapping, encoding="utf-8")
    house.apply(run.id)
    assert house.rows()[key] == 1


def test_one_that_was_never_ours_is_sent_again_too(open_house: OpenHouse) -> None:
    house = open_house(THREE)
    first = house.resync()
    key = key_of(house, first.run_id)
    delete(house, key)
    (house.folder / "ledger.sqlite3").unlink()
    held = house.resync()
    (item,) = [i for i in house.items(held.run_id) if i.held_reason is HeldReason.DELETED]
    assert "--even-if-deleted" in item.held_advice
    run_id = send_again(house, key)
    assert house.document(run_id).counts.synced == 1
    assert house.rows()[key] == 1
    resend = house.document(run_id).resend
    assert resend is not None
    assert [one.was for one in resend.messages] == ["open"]


def test_what_is_deleted_again_after_that_is_held_again(open_house: OpenHouse) -> None:
    house = open_house(THREE)
    key = key_of(house, house.resync().run_id)
    delete(house, key)
    send_again(house, key)
    delete(house, key)
    assert house.resync().document.counts.present == 3
    (house.folder / "ledger.sqlite3").unlink()
    assert house.resync().document.counts.held == 1
    assert house.rows()[key] == 0


def test_an_order_is_spent_by_another_runs_resend(open_house: OpenHouse) -> None:
    """Two plans were made of one deletion; the row that the first brought is deleted as well."""
    house = open_house(THREE)
    key = key_of(house, house.resync().run_id)
    delete(house, key)
    older = house.plan(keys=[key], even_if_deleted=WHY)
    send_again(house, key)
    delete(house, key)
    house.apply(older.id)
    assert house.rows()[key] == 0
    assert house.document(older.id).counts.present == 1


@both_keys
@pytest.mark.parametrize("effect", [CutBefore(), LoseAnswer(), CommitLate()], ids=repr)
@pytest.mark.parametrize("settled_by", ["the same run", "another run"])
def test_the_row_in_the_bin_is_never_taken_for_the_new_one(
    open_house: OpenHouse, effect: Effect, settled_by: str, unique: bool
) -> None:
    """A re-send whose request gave no answer is settled by what came since."""
    house = open_house(replace(THREE, key_unique=unique))
    key = key_of(house, house.resync().run_id)
    delete(house, key)
    house.practice.faults.add(at_insert(effect))
    run_id = send_again(house, key)
    house.practice.faults.release()
    if settled_by == "another run":
        house.resync(tempo=SETTLED_AT_ONCE)
    house.apply(run_id, tempo=SETTLED_AT_ONCE)
    assert house.rows()[key] == 1


@pytest.mark.parametrize("effect", [None, CutBefore(), CommitLate()], ids=repr)
def test_a_witness_of_the_old_row_holds_nothing_back(
    open_house: OpenHouse, effect: Effect | None
) -> None:
    """The row is purged while its re-send is under way: what shows it is of the old row too."""
    mapping = built_in_mapping().read_text("utf-8") + "witness: {SocialPost: ExternalPostId}\n"
    house = open_house(replace(THREE, key_unique=False), mapping)
    key = key_of(house, house.resync().run_id)
    old = delete(house, key)
    if effect is None:
        purge(house, old)
        plan = house.plan(keys=[key], even_if_deleted=WHY)
        assert "gone for good, SocialPost shows it" in house.items(plan.id)[0].note
    else:
        house.practice.faults.add(at_insert(effect))
    run_id = send_again(house, key)
    if effect is not None:
        purge(house, old)
    house.practice.faults.release()
    house.apply(run_id, tempo=SETTLED_AT_ONCE)
    assert house.rows()[key] == 1


def test_a_message_in_doubt_is_never_sent_again(open_house: OpenHouse) -> None:
    house = open_house(replace(THREE, key_unique=False))
    house.practice.faults.add(at_insert(CommitLate()))
    first = house.resync()
    with pytest.raises(UsageError, match=f"in doubt: a request of run {first.run_id} gave no"):
        house.plan(keys=[key_of(house, first.run_id)], even_if_deleted=WHY)


def test_what_changed_at_the_source_is_sent_as_it_is_now(open_house: OpenHouse) -> None:
    house = open_house(THREE)
    key = key_of(house, house.resync().run_id)
    house.practice.gotallo.edit(key, Text__c="What I meant is something else.")
    live = house.plan(keys=[key], even_if_deleted=WHY)
    assert [item.held_reason for item in house.items(live.id)] == [HeldReason.CHANGED]
    delete(house, key)
    run_id = send_again(house, key)
    (item,) = house.items(run_id)
    assert (item.decision, item.outcome) == (Decision.READY, Outcome.SYNCED)
    (row,) = [row for row in house.practice.org.messages() if key in row.values()]
    assert row["Social25__Text__c"] == "What I meant is something else."


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(["--even-if-deleted", "--why", "x"], "needs --key", id="no key"),
        pytest.param(["--even-if-deleted", "--key", "k"], "and --why", id="no reason"),
        pytest.param(
            ["--even-if-deleted", "--key", "k", "--why", " "], "and --why", id="empty reason"
        ),
        pytest.param(["--key", "k", "--why", "x"], "goes with", id="reason alone"),
    ],
)
def test_half_an_order_is_refused_before_any_request(
    open_house: OpenHouse, arguments: list[str], says: str
) -> None:
    house = open_house(THREE)
    done = house.command("resync", "--yesterday", "--yes", *arguments)
    assert done.returncode == Exit.USAGE
    assert says in done.stderr
    assert house.practice.requests.all() == ()


def test_the_command_tells_who_and_why(open_house: OpenHouse) -> None:
    house = open_house(THREE)
    key = key_of(house, house.resync().run_id)
    old = delete(house, key)
    order = ("--key", key, "--even-if-deleted", "--why", WHY)
    done = house.command("resync", "--yesterday", "--yes", "--json", *order)
    assert done.returncode == Exit.OK, done.stderr
    told = json.loads(done.stdout)
    assert told["counts"]["synced"] == 1
    assert told["resend"]["why"] == WHY
    assert told["resend"]["messages"][0]["salesforce_id"] == old
    assert house.rows()[key] == 1
