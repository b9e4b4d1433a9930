"""Safety limits: each stops cleanly, says what and why, and the run goes on."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import pytest

from bridge import use_cases
from bridge.delivery import Ending, EndingKind
from bridge.errors import Exit, SafetyStop
from bridge.ledger import Run, RunState
from bridge.ledger import tables as t
from bridge.ledger.engine import writing
from bridge.practice import CutBefore, Fault, MorningCause, Operation, Remote, Scenario
from bridge.practice.http.wire import Asked
from bridge.practice.org.rules import MORNING_RULES, Matches, RuleSetting
from tests.whole.conftest import OpenHouse
from tests.whole.house import HASTE, House, insert_by_hand, yesterday
from tests.whole.terminal import at_a_terminal

LINKS = {MorningCause.LINK_RULE: 450}
LOCKED = {MorningCause.ROW_LOCK: 450}
"""Sent without canaries: they had failed for a reason that passes."""
FIVE = {MorningCause.LONG_TEXT: 5}
NEW_RULE = RuleSetting(
    name="No_Parcels",
    when=Matches(field="Text__c", matches="*parcel*"),
    message="No parcels.",
    active=False,
)


def apply_at(house: House, run: Run, now: dt.datetime, *, settle_seconds: float = 900) -> Ending:
    settings = house.settings
    with house.ledger() as ledger, use_cases.open_org(settings) as org:
        return use_cases.apply(
            settings,
            run.id,
            use_cases.ApplyRequest(),
            ledger,
            org,
            tempo=replace(HASTE, settle_seconds=settle_seconds),
            clock=lambda: now,
        )


def made_hours_ago(house: House, run: Run, hours: int) -> None:
    with house.ledger() as ledger, writing(ledger._engine) as connection:
        connection.execute(
            t.runs.update()
            .where(t.runs.c.id == run.id)
            .values(created_at=run.created_at - dt.timedelta(hours=hours))
        )


def asked_of_the_org(house: House) -> list[Asked]:
    return [call for call in house.practice.requests.all() if call.remote is Remote.SALESFORCE]


def goes_on(house: House, run_id: str, *arguments: str) -> None:
    """A further apply brings the rest, each once."""
    done = house.command("apply", run_id, "--yes", *arguments)
    assert done.returncode == Exit.OK, done.stderr + done.stdout
    assert set(house.rows().values()) == {1}
    assert house.verify(run_id).proven
    assert house.document(run_id).state is RunState.FINISHED


def test_too_many_refused_stop_the_run_and_it_goes_on(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes=LINKS))
    run = house.plan()
    done = house.command("apply", run.id, "--yes", "--no-canary", "--lanes", "1", "--json")
    assert done.returncode == Exit.SAFETY, done.stderr
    document = json.loads(done.stdout)
    counts = document["counts"]
    assert counts["rejected"] == 200, "the call in the air is finished, none leaves after it"
    assert counts["not_sent_yet"] == 250
    assert "the run stops at 50 (10% of 450, but 50 at the least)" in document["stop_reason"]
    assert f"bridge apply {run.id}" in document["stop_reason"]
    assert house.document(run.id).state is RunState.STOPPED

    house.practice.org.set_rule_active("No_Links", False)
    after = house.command("apply", run.id, "--yes")
    assert after.returncode == Exit.LEFT_OVER, "what was refused is left for a resync"
    assert house.document(run.id).counts.synced == 250
    assert set(house.rows().values()) == {1}


def test_more_may_be_refused_where_a_flag_or_setting_says_so(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes=LINKS))
    run = house.plan()
    done = house.command(
        "apply", run.id, "--yes", "--no-canary", "--max-refused", "none", BRIDGE_MAX_REFUSED="1"
    )
    assert done.returncode == Exit.LEFT_OVER
    assert house.document(run.id).counts.rejected == 450


def test_a_new_cause_among_many_that_pass_stops_the_run_once(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes=LOCKED, rules=(*MORNING_RULES, NEW_RULE)))
    run = house.plan()
    house.practice.org.set_rule_active(NEW_RULE.name, True)
    done = house.command("apply", run.id, "--yes", "--lanes", "1", "--max-refused", "none")
    assert done.returncode == Exit.SAFETY, done.stderr + done.stdout
    counts = house.document(run.id).counts
    assert counts.rejected >= 25
    assert counts.synced > counts.rejected
    assert counts.synced + counts.rejected == 200
    assert "refused for a cause that the plan does not show" in " ".join(done.stdout.split())
    after = house.command("apply", run.id, "--yes", "--lanes", "1", "--max-refused", "none")
    assert after.returncode == Exit.LEFT_OVER, "who goes on has seen it"
    assert house.document(run.id).counts.not_sent_yet == 0


@pytest.mark.parametrize(("lanes", "most"), [(1, 18), (4, 18)])
def test_no_more_calls_are_made_than_allowed_and_it_goes_on(
    open_house: OpenHouse, lanes: int, most: int
) -> None:
    house = open_house(Scenario(causes=LOCKED))
    run = house.plan()
    before = len(asked_of_the_org(house))
    flags = ("--lanes", str(lanes), "--max-calls", str(most))
    done = house.command("apply", run.id, "--yes", *flags)
    assert done.returncode == Exit.SAFETY, done.stderr + done.stdout
    assert len(asked_of_the_org(house)) - before <= most
    counts = house.document(run.id).counts
    assert counts.not_sent_yet > 0
    assert counts.synced == 200 or lanes > 1
    assert counts.synced + counts.not_sent_yet == 450
    assert f"exceed the {most} that may be made" in house.document(run.id).stop_reason
    goes_on(house, run.id)


def test_the_reserve_of_the_allowance_is_not_touched(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes=LOCKED, daily_api_requests=1000))
    run = house.plan()
    allowance = house.practice.allowance
    allowance.used = 1000 - 100 - 14
    done = house.command("apply", run.id, "--yes")
    assert done.returncode == Exit.SAFETY, done.stderr + done.stdout
    assert allowance.used <= 900
    counts = house.document(run.id).counts
    assert counts.not_sent_yet > 0
    assert counts.synced + counts.not_sent_yet == 450
    assert "of the org's 1,000 calls a day are left, and 100" in (
        house.document(run.id).stop_reason
    )
    allowance.restore()
    goes_on(house, run.id)


def test_the_plan_tells_the_calls_that_it_takes_and_whether_the_allowance_lasts(
    open_house: OpenHouse,
) -> None:
    house = open_house(Scenario(causes={MorningCause.LONG_TEXT: 1500}, daily_api_requests=110))
    house.practice.allowance.used = 80
    date = house.practice.day.isoformat()
    plan = " ".join(house.command("plan", "--date", date, COLUMNS="200").stdout.split())
    (run,) = json.loads(house.command("status", "--json").stdout)
    forecast = run["forecast"]
    assert (forecast["left"], forecast["reserve"]) == (110 - 80 - 11, 11)
    assert f"Sending takes about {forecast['calls']} API calls; 19 are left today" in plan
    assert "11 of them in reserve" in plan
    assert "So it will stop before its end" in plan
    house.practice.allowance.restore()
    before = len(asked_of_the_org(house))
    house.apply(run["run_id"])
    took = len(asked_of_the_org(house)) - before
    assert took / 1.5 <= forecast["calls"] <= took * 1.5


def test_old_messages_are_not_sent_unasked(open_house: OpenHouse) -> None:
    day = yesterday() - dt.timedelta(days=30)
    house = open_house(Scenario(causes=FIVE, day=day))
    before = house.rows()
    done = house.command("resync", "--date", day.isoformat(), "--yes")
    assert done.returncode == Exit.SAFETY, done.stderr
    said = " ".join(done.stderr.split())
    assert "5 of the messages to send are older than 7 days, the oldest of " + f"{day}" in said
    (run,) = json.loads(house.command("status", "--json").stdout)
    assert f"bridge apply {run['run_id']} --max-age-days N" in said
    assert run["state"] == "planned"
    assert house.rows() == before
    assert house.command("apply", run["run_id"], "--yes").returncode == Exit.SAFETY
    goes_on(house, run["run_id"], "--max-age-days", "40")


def test_an_old_plan_is_made_again(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes=FIVE))
    run = house.plan()
    made_hours_ago(house, run, 25)
    before = house.rows()
    done = house.command("apply", run.id, "--yes")
    assert done.returncode == Exit.SAFETY
    assert "more than 24 hours ago" in " ".join(done.stderr.split())
    advised = f"bridge resync {run.plan.window_words}"
    assert advised in " ".join(done.stderr.split())
    assert house.rows() == before
    goes_on(house, run.id, "--max-plan-hours", "26")


def test_where_nothing_is_left_to_send_an_old_plan_is_no_matter(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes=FIVE))
    run = house.plan()
    assert house.apply(run.id).kind is EndingKind.FINISHED
    assert apply_at(house, run, run.created_at + dt.timedelta(days=9)).kind is EndingKind.FINISHED


def test_doubts_of_an_old_plan_are_settled_all_the_same(open_house: OpenHouse) -> None:
    """Begun, then too old: nothing more is sent, and nothing is left in doubt."""
    house = open_house(Scenario(causes={MorningCause.LONG_TEXT: 40}, key_unique=False))
    run = house.plan()
    house.practice.faults.add(Fault(Remote.SALESFORCE, CutBefore(), Operation.INSERT))
    assert house.apply(run.id, limit=30).kind is EndingKind.LIMITED
    doubtful = house.document(run.id).counts.in_doubt
    assert doubtful
    insert_by_hand(house, next(i.record for i in house.items(run.id) if i.outcome == "in_doubt"))
    rows = house.rows()

    late = apply_at(house, run, run.created_at + dt.timedelta(hours=30))
    assert late.kind is EndingKind.STOPPED
    assert late.reason is not None
    assert late.reason.exit_code is Exit.SAFETY
    document = house.document(run.id)
    assert document.counts.in_doubt == 0
    assert document.counts.present + document.counts.synced >= 1
    assert document.counts.not_sent_yet > 0
    assert "more than 24 hours ago" in document.stop_reason
    assert house.rows() == rows, "it was sent"

    again = house.resync()
    assert again.ending.kind is EndingKind.FINISHED
    assert set(house.rows().values()) == {1}
    assert house.verify(again.run_id).proven


def test_an_outdated_run_is_not_offered_to_go_on_with(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes={MorningCause.ROW_LOCK: 9}))
    run = house.plan()
    assert house.apply(run.id, limit=4).kind is EndingKind.LIMITED
    made_hours_ago(house, run, 25)
    told = at_a_terminal(house, ["resync", *run.plan.window_words.split()], "y\n")
    assert told.code == Exit.OK, told.said
    assert "is not finished" not in told.said
    assert set(house.rows().values()) == {1}
    again = house.command("status", "--json")
    assert json.loads(again.stdout)[0]["counts"]["present"] == 4


def test_a_plan_of_another_mapping_is_made_again(open_house: OpenHouse) -> None:
    mapping = """\
object: Heroku_Message__c
key: Identifier__c
conversation: Chat_Identifier__c
order: Timestamp__c
fixers: [nulls, types, {flatten: {User_Profile_Image_URL__c: url}}, {truncate: {Text__c: {}}}]
"""
    house = open_house(Scenario(causes=FIVE), mapping)
    assert house.mapping is not None
    run = house.plan()
    named = ("--mapping", str(house.mapping))
    house.mapping.write_text(mapping + "# another\n")
    before = house.rows()
    done = house.command("apply", run.id, "--yes", *named)
    assert done.returncode == Exit.SAFETY, done.stderr
    assert "the mapping is another now" in " ".join(done.stderr.split())
    assert house.rows() == before
    house.mapping.write_text(mapping)
    goes_on(house, run.id, *named)


def test_a_plan_is_sent_where_no_mapping_is_named(open_house: OpenHouse) -> None:
    text = "object: Heroku_Message__c\nkey: Identifier__c\nconversation: Chat_Identifier__c\n"
    text += "order: Timestamp__c\nfixers: [nulls, types, {flatten: {User_Profile_Image_URL__c: "
    text += "url}}, {truncate: {Text__c: {}}}]\n"
    house = open_house(Scenario(causes=FIVE), text)
    goes_on(house, house.plan().id)


def test_a_plan_for_another_schema_is_made_again(open_house: OpenHouse) -> None:
    before = open_house(Scenario(causes=FIVE))
    run = before.plan()
    after = open_house(Scenario(causes=FIVE, text_length=500))
    with pytest.raises(SafetyStop) as stop:
        after.apply(run.id)
    assert "Heroku_Message__c has changed since (Text__c: its length was 400, and is 500)" in (
        stop.value.message
    )
    assert run.plan.window_words in stop.value.advice
    assert not after.practice.requests.of(Operation.INSERT)
    assert after.document(run.id).state is RunState.PLANNED


@pytest.mark.parametrize(
    ("sandbox", "typed", "sends"),
    [
        (False, "Practice Org\n", True),
        (False, "  practice  ORG \n", True),
        (False, "y\n", False),
        (False, "yes\n", False),
        (False, "\n", False),
        (True, "y\n", True),
        (True, "n\n", False),
    ],
    ids=["name", "name as typed in haste", "y", "yes", "nothing", "sandbox y", "sandbox n"],
)
def test_for_a_production_org_its_name_has_to_be_typed(
    open_house: OpenHouse, sandbox: bool, typed: str, sends: bool
) -> None:
    house = open_house(Scenario(causes=FIVE, sandbox=sandbox))
    run = house.plan()
    told = at_a_terminal(house, ["apply", run.id], typed)
    assert told.code == (Exit.OK if sends else Exit.SAFETY), told.said
    assert ("PRODUCTION" in told.said) is not sandbox
    assert ("Type Practice Org to send" in told.said) is not sandbox
    assert bool(house.practice.requests.of(Operation.INSERT)) is sends
    if not sends:
        assert "Nothing was sent" in told.said
        assert "Error" not in told.said


def test_a_runbook_sends_to_production_with_yes(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes=FIVE, sandbox=False))
    goes_on(house, house.plan().id)


@pytest.mark.parametrize(("typed", "sends"), [("y\ny\n", True), ("n\ny\n", False)])
def test_on_a_terminal_old_messages_are_asked_about(
    open_house: OpenHouse, typed: str, sends: bool
) -> None:
    day = yesterday() - dt.timedelta(days=10)
    house = open_house(Scenario(causes=FIVE, day=day))
    run = house.plan()
    told = at_a_terminal(house, ["apply", run.id], typed)
    assert f"5 of the messages are older than 7 days, the oldest of {day}" in told.said
    assert told.code == (Exit.OK if sends else Exit.SAFETY), told.said
    assert bool(house.practice.requests.of(Operation.INSERT)) is sends
