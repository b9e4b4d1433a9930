"""What waits for approval: nothing of it leaves before, and who let it go is on record."""

from __future__ import annotations

import uuid
from itertools import pairwise
from pathlib import Path

import pytest

from bridge import use_cases
from bridge.delivery import EndingKind
from bridge.errors import UsageError
from bridge.ledger import Ledger
from bridge.model import Decision, HeldReason, Outcome
from bridge.practice import MorningCause, PracticeServer, Scenario
from bridge.report import report_document
from bridge.report.terminal import show_plan_alone, show_report, show_result
from tests.exactly_once.process import Died, doors_watched, dying_at, living
from tests.report.runs import console, written
from tests.whole.conftest import OpenHouse
from tests.whole.house import House
from tests.whole.test_healing import BASE, NAMED, nameless

MIXED = Scenario(causes={MorningCause.LONG_TEXT: 3, MorningCause.NO_NAME: 2}, extra_rows=0)


def careful(house: House, approve: str = "lossless") -> House:
    return House(house.practice, house.folder, house.mapping, more={"bridge_approve": approve})


def approve(house: House, run_id: str, *wanted: str) -> tuple[str, ...]:
    with house.ledger() as ledger, use_cases.open_org(house.settings) as org:
        return use_cases.approve(ledger.run(run_id), wanted, ledger, org)


def standing(house: House, run_id: str) -> list[tuple[Decision, HeldReason | None, Outcome]]:
    return [(item.decision, item.held_reason, item.outcome) for item in house.items(run_id)]


WAITS = (Decision.HELD, HeldReason.APPROVAL, Outcome.NOT_SENT)


def test_what_is_cut_or_invented_waits_and_the_page_says_what_and_how(
    open_house: OpenHouse,
) -> None:
    house = careful(open_house(MIXED))
    run = house.plan()
    assert set(standing(house, run.id)) == {WAITS}
    document = house.document(run.id)
    assert document.approve == ("lossless",)
    assert (document.counts.held, document.counts.ready) == (5, 0)
    assert document.next[0].command == f"bridge apply {run.id} --approve all"
    page = console(100)
    show_plan_alone(document, page)
    shown = written(page)
    assert "held 3  waits for approval:" in shown
    assert "characters cut in all" in shown
    assert "held 2  waits for approval:" in shown
    assert "0 ready, 5 held for approval" in shown
    assert "once approved: retry, the default" in shown
    assert "For approval: 0 changes lossless, " in shown
    assert "cut), 2 invented." in shown
    assert "invented 2  User_Full_Name__c by defaults" in shown
    for cause in document.causes:
        assert f"bridge apply {run.id} --approve {cause.id}" in " ".join(shown.split())
    assert house.apply(run.id).kind is EndingKind.FINISHED
    assert not house.rows()


def test_what_no_rule_names_goes_as_before(open_house: OpenHouse) -> None:
    house = open_house(MIXED)
    run = house.plan()
    assert {decision for decision, _, _ in standing(house, run.id)} == {Decision.READY}
    assert house.document(run.id).approve is None


@pytest.mark.parametrize(
    ("risks", "waiting"),
    [("lossless,lossy", 2), ("lossless,lossy,invented", 0), ("none", 5)],
)
def test_the_setting_says_which_risks_go(open_house: OpenHouse, risks: str, waiting: int) -> None:
    house = careful(open_house(MIXED), risks)
    run = house.plan()
    assert standing(house, run.id).count(WAITS) == waiting


def test_all_of_them_go_once_a_person_says_so(open_house: OpenHouse) -> None:
    house = careful(open_house(MIXED))
    run = house.plan()
    records = [item.record for item in house.items(run.id)]
    assert len(approve(house, run.id, "all")) == 5
    assert not house.rows(), "approving sends nothing"
    assert approve(house, run.id, "all") == (), "a second time approves nothing"
    house.apply(run.id)
    assert sorted(house.rows().values()) == [1] * 5
    assert [item.record for item in house.items(run.id)] == records, "as it was planned"
    with house.ledger() as ledger:
        told = ledger.approvals_of_run(run.id)
        report = report_document(ledger, ledger.run(run.id))
    assert {len(each) for each in told.values()} == {1}
    (one,) = told[0]
    assert one.who.endswith("as integration.user@practice.example")
    assert (one.asked, one.number) == ("all", 1)
    assert "loses" in one.what or "filled" in one.what
    assert [part.asked for item in report.items for part in item.approvals] == ["all"] * 5
    assert house.verify(run.id).proven


def test_one_cause_goes_by_how_its_id_starts_and_one_message_by_its_key(
    open_house: OpenHouse,
) -> None:
    house = careful(open_house(MIXED))
    run = house.plan()
    long_text = next(c for c in house.document(run.id).causes if c.code == "STRING_TOO_LONG")
    nameless_one = next(i.key for i in house.items(run.id) if i.cause_id != long_text.id)
    assert len(approve(house, run.id, long_text.id[:5])) == 3
    spelling = str(uuid.UUID(nameless_one)).upper()
    assert approve(house, run.id, spelling) == (nameless_one,)
    house.apply(run.id)
    document = house.document(run.id)
    assert (document.counts.synced, document.counts.held) == (4, 1)
    page = console(100)
    show_result(document, page)
    shown = " ".join(written(page).split())
    assert "1 held waits for approval: User_Full_Name__c is filled with" in shown
    assert 'User_Full_Name__c is filled with "' in shown
    with house.ledger() as ledger:
        page = console(100)
        show_report(report_document(ledger, ledger.run(run.id)), page)
    assert "1 message held: waits for approval" in written(page)


@pytest.mark.parametrize("wanted", ["nobody", "", "all-", str(uuid.UUID(int=7))])
def test_an_unknown_name_changes_nothing(open_house: OpenHouse, wanted: str) -> None:
    house = careful(open_house(MIXED))
    run = house.plan()
    before = house.items(run.id)
    with pytest.raises(UsageError, match="has no cause and no message"):
        approve(house, run.id, "all", wanted)
    assert house.items(run.id) == before


def test_a_name_that_means_several_changes_nothing(open_house: OpenHouse) -> None:
    house = careful(open_house(Scenario()))
    run = house.plan()
    ids = sorted(cause.id for cause in house.document(run.id).causes)
    start = next((a[0] for a, b in pairwise(ids) if a[0] == b[0]), None)
    if start is None:
        pytest.skip("no two causes of this morning begin alike")
    before = house.items(run.id)
    with pytest.raises(UsageError, match=f'"{start}" is [0-9]+ in run'):
        approve(house, run.id, start)
    assert house.items(run.id) == before


def test_what_does_not_wait_is_named_with_how_it_stands(open_house: OpenHouse) -> None:
    house = careful(open_house(MIXED), "lossless,lossy")
    run = house.plan()
    ready = next(i.key for i in house.items(run.id) if i.decision is Decision.READY)
    with pytest.raises(UsageError, match="waits for approval: ready"):
        approve(house, run.id, ready or "")


def test_a_repair_of_a_refusal_waits_and_goes_once_approved(tmp_path: Path) -> None:
    """The first repair is approved; what is done after the org refused it waits again."""
    with PracticeServer(nameless(3)) as practice:
        mapping = tmp_path / "own.yaml"
        mapping.write_text(BASE + NAMED)
        house = House(practice, tmp_path, mapping, more={"bridge_approve": "lossless,invented"})
        run = house.plan()
        assert len(approve(house, run.id, "all")) == 3, "a link is cut out of other data"
        house.apply(run.id)
        assert set(standing(house, run.id)) == {WAITS}
        items = house.items(run.id)
        attempts = [item.attempts for item in items]
        assert {item.held_what.partition(" loses")[0] for item in items} == {
            "Social25__User_Full_Name__c"
        }, "what was approved before does not wait again"
        with house.ledger() as ledger:
            heals = ledger.heals_of_run(run.id)
        assert {heal.refusal.code for told in heals.values() for heal in told} == {
            "STRING_TOO_LONG"
        }
        house.apply(run.id)
        assert [item.attempts for item in house.items(run.id)] == attempts, "nothing leaves before"
        assert len(approve(house, run.id, "all")) == 3
        with house.ledger() as ledger:
            told = ledger.approvals_of_run(run.id)
        assert {tuple(one.number for one in each) for each in told.values()} == {(1, 2)}
        house.apply(run.id)
        document = house.document(run.id)
        assert document.counts.synced == 3
        assert set(house.rows().values()) == {1}


def test_the_command_approves_and_sends(open_house: OpenHouse) -> None:
    house = open_house(MIXED)
    day = ["--date", house.practice.day.isoformat()]
    planned = house.command("plan", *day, BRIDGE_APPROVE="lossless")
    assert planned.returncode == 0, planned.stderr
    with house.ledger() as ledger:
        (run,) = ledger.runs(1)
    asked = house.command("apply", run.id, "--approve", "all")
    assert asked.returncode == 5
    said = " ".join(asked.stderr.split())
    assert "Add --yes to the same command" in said
    assert "apply" not in said, "a command without the approval would leave it out"
    refused = house.command("apply", run.id, "--yes", "--approve", "nobody")
    assert refused.returncode == 2
    assert "Nothing was changed" in refused.stderr
    sent = house.command("apply", run.id, "--yes", "--approve", "all")
    assert sent.returncode == 0, sent.stderr
    assert "5 approved, on record: ready to be sent." in sent.stderr
    (event,) = [line for line in sent.stderr.splitlines() if "run.approved" in line]
    assert "messages=5" in event
    assert not any(item.key in event for item in house.items(run.id) if item.key)
    assert sorted(house.rows().values()) == [1] * 5
    assert house.command("apply", run.id, "--yes", "--approve", "all").returncode == 0


def test_a_word_that_is_no_risk_is_refused(open_house: OpenHouse) -> None:
    house = open_house(MIXED)
    refused = house.command("plan", "--yesterday", BRIDGE_APPROVE="lossless,careless")
    assert refused.returncode == 2
    assert '"careless" is no risk: name some of lossless, lossy, invented' in " ".join(
        refused.stderr.split()
    )


def test_a_crash_at_any_write_leaves_it_waiting_or_ready_with_who_let_it_go(
    open_house: OpenHouse,
) -> None:
    house = careful(open_house(Scenario(causes={MorningCause.LONG_TEXT: 1}, extra_rows=0)))
    run = house.plan()
    for moment in range(50):
        with Ledger(house.location) as ledger:
            waits = ledger.waiting(run.id)[0].waits
            assert waits or len(ledger.approvals_of_run(run.id)[0]) == 1
        if not waits:
            break
        try:
            with doors_watched(), living(dying_at(moment)):
                approve(house, run.id, "all")
        except Died:
            continue
    else:
        pytest.fail("it was never approved")
    house.apply(run.id)
    assert sorted(house.rows().values()) == [1]
