"""Defects that other tools for this job shipped, each as a test of this one.

The tools are named by kind: the scripts, loaders and connectors that people put between a chat
service and Salesforce.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import pytest

from bridge import use_cases
from bridge.delivery import EndingKind, Halt
from bridge.errors import Exit
from bridge.events import Event, MessageOutcome
from bridge.model import Decision, Outcome
from bridge.practice import CommitLate, Fault, LoseAnswer, MorningCause, Operation, Remote, Scenario
from bridge.report import report_document
from bridge.window import between
from tests.whole.conftest import OpenHouse
from tests.whole.house import HASTE, House

FOUR = Scenario(causes={MorningCause.ROW_LOCK: 4}, extra_rows=0)
MIXED = {MorningCause.LINK_RULE: 6, MorningCause.LONG_TEXT: 6}
RULE = "No_Links"
KEY, TEXT = "Social25__Identifier__c", "Social25__Text__c"
OTHER = "What I meant is something else."
SETTLED_AT_ONCE = replace(HASTE, settle_seconds=0.0)
MINIMAL = """\
object: Heroku_Message__c
key: Identifier__c
conversation: Chat_Identifier__c
order: Timestamp__c
fixers: [nulls, types, {flatten: {User_Profile_Image_URL__c: url}}, {truncate: {Text__c: {}}}]
"""


def text_in_org(house: House, key: str) -> object:
    (row,) = [row for row in house.practice.org.messages() if row[KEY] == key]
    return row[TEXT]


def test_the_edited_and_the_original_copy_are_never_both_sent(open_house: OpenHouse) -> None:
    """A queue with a copy of the record in each job: the job of the edited record ran beside the
    older one. Here an older plan has the original, a newer one the edited copy."""
    house = open_house(replace(FOUR, key_unique=False))
    older = house.plan()
    edited = house.items(older.id)[0].key or ""
    house.practice.gotallo.edit(edited, Text__c=OTHER)
    newer = house.resync()
    assert newer.document.counts.synced == 4
    house.apply(older.id)
    assert set(house.rows().values()) == {1}
    assert text_in_org(house, edited) == OTHER


def test_a_second_edit_is_never_taken_for_done(open_house: OpenHouse) -> None:
    """A form over failed records, which told every save as sent: the second one of a record was
    dropped, since its id was known. Here it was sent, and then changed: the next plan says so."""
    house = open_house(FOUR)
    first = house.resync()
    edited = house.items(first.run_id)[0].key or ""
    house.practice.gotallo.edit(edited, Text__c=OTHER)
    again = house.resync()
    counts = again.document.counts
    assert (counts.present, counts.held, counts.synced) == (3, 1, 0)
    items = {item.key: item for item in house.items(again.run_id)}
    assert (items[edited].decision, items[edited].outcome) == (Decision.HELD, Outcome.NOT_SENT)
    assert f"than run {first.run_id} sent" in items[edited].held_what
    assert set(house.rows().values()) == {1}
    assert house.command("resync", "--yesterday", "--yes").returncode == Exit.LEFT_OVER


def test_a_cancelled_resend_loses_no_message(open_house: OpenHouse) -> None:
    """A retry screen that took the records out of its list of failures before it sent them: whoever
    cancelled had neither. Here a person interrupts after the first call."""
    house = open_house(Scenario(causes={MorningCause.LONG_TEXT: 40}, extra_rows=0))
    run = house.plan()
    halt = Halt()

    def cancel(event: Event) -> None:
        if isinstance(event, MessageOutcome):
            halt.throw(None)

    with house.ledger() as ledger, use_cases.open_org(house.settings) as org:
        ending = use_cases.apply(
            house.settings,
            run.id,
            use_cases.ApplyRequest(),
            ledger,
            org,
            halt=halt,
            tempo=HASTE,
            observe=cancel,
        )
    assert ending.kind is EndingKind.INTERRUPTED
    counts = house.document(run.id).counts
    assert 0 < counts.synced == sum(house.rows().values()) < 40
    assert counts.synced + counts.not_sent_yet == 40, "the others are still to be sent"
    assert house.plan().fetched == 40, "and still listed for any later run"
    house.apply(run.id)
    assert house.document(run.id).counts.synced == 40
    assert set(house.rows().values()) == {1}


def test_a_declined_question_opens_nothing_and_loses_nothing(open_house: OpenHouse) -> None:
    """The same screen, left at its last question: what was to be sent again was gone."""
    house = open_house(FOUR)
    key = house.items(house.resync().run_id)[0].key or ""
    org = house.practice.org
    row = next(row for row in org.messages() if row[KEY] == key)
    org.delete(org.message_sobject(), str(row["Id"]))
    order = ["--key", key, "--even-if-deleted", "--why", "wanted after all"]
    asked = house.command("resync", "--yesterday", *order)
    assert asked.returncode == Exit.SAFETY
    looked = house.command("resync", "--yesterday", "--dry-run", *order)
    assert looked.returncode == Exit.OK, looked.stderr
    assert house.resync().document.counts.present == 4, (
        "an ordinary run still knows that it was there"
    )
    sent = house.command("resync", "--yesterday", "--yes", *order)
    assert sent.returncode == Exit.OK, sent.stderr
    assert set(house.rows().values()) == {1}


def test_each_outcome_belongs_to_its_own_message(open_house: OpenHouse) -> None:
    """A loader that wrote its success and its error file from the answers of a call in which some
    rows were refused: the two were swapped, or shifted by one."""
    house = open_house(Scenario(causes=MIXED, extra_rows=0))
    run = house.plan()
    house.apply(run.id, canary=(), lanes=1)
    assert len(house.practice.requests.of(Operation.INSERT)) == 1, "one call, of mixed results"
    ids = {row[KEY]: row["Id"] for row in house.practice.org.messages()}
    with house.ledger() as ledger:
        report = report_document(ledger, ledger.run(run.id))
    told = {item.key: item for item in report.items}
    assert {k: i.salesforce_id for k, i in told.items() if i.outcome is Outcome.SYNCED} == ids
    refused = [item for item in told.values() if item.outcome is Outcome.REJECTED]
    assert all(item.rejection and "Links are not" in item.rejection.text for item in refused)
    assert {item.key for item in refused} == set(told) - set(ids)
    texts = {item.key: item.record[TEXT] for item in house.items(run.id)}
    assert all("http" in str(texts[item.key]) for item in refused)
    assert (report.run.counts.synced, report.run.counts.rejected) == (6, 6)
    assert house.verify(run.id).proven


@pytest.mark.parametrize("unique", [True, False], ids=["key unique", "key not unique"])
@pytest.mark.parametrize("effect", [LoseAnswer(), CommitLate()], ids=repr)
def test_a_retry_after_a_timeout_makes_no_duplicate(
    open_house: OpenHouse, effect: LoseAnswer | CommitLate, unique: bool
) -> None:
    """A connector that took a timeout for a failure and posted the batch again."""
    house = open_house(replace(FOUR, key_unique=unique))
    house.practice.faults.add(Fault(Remote.SALESFORCE, effect, Operation.INSERT, 1, 3))
    run_id = house.resync().run_id
    for _ in range(2):
        house.apply(run_id)
    house.practice.faults.release()
    house.apply(run_id, tempo=SETTLED_AT_ONCE)
    house.resync(tempo=SETTLED_AT_ONCE)
    assert house.rows() == dict.fromkeys((i.key for i in house.items(run_id)), 1)
    assert set(house.practice.org.firings().values()) == {1}


def test_a_call_whose_every_record_was_refused_is_no_success(open_house: OpenHouse) -> None:
    """A bulk script that looked at the HTTP status alone: 200, and not one row was saved."""
    house = open_house(Scenario(causes={MorningCause.LINK_RULE: 8}, extra_rows=0))
    done = house.command("resync", "--yesterday", "--yes", "--no-canary", "--json")
    assert {asked.status for asked in house.practice.requests.of(Operation.INSERT)} == {200}
    assert done.returncode == Exit.LEFT_OVER, done.stderr
    told = json.loads(done.stdout)
    assert (told["counts"]["synced"], told["counts"]["rejected"]) == (0, 8)
    assert "Links are not allowed" in told["rejections"][0]["message"]
    assert not house.rows()


def test_one_bad_row_costs_no_other_its_place(open_house: OpenHouse) -> None:
    """A loader that sent its batches all or none: whatever stood beside the bad row stayed
    behind."""
    causes = {MorningCause.LONG_NAME: 1, MorningCause.LINK_RULE: 1, MorningCause.ROW_LOCK: 28}
    house = open_house(Scenario(causes=causes, extra_rows=0), MINIMAL)
    result = house.resync(canary=(), lanes=1)
    counts = result.document.counts
    assert (counts.synced, counts.rejected) == (28, 2)
    assert sum(house.rows().values()) == 28
    assert house.verify(result.run_id).proven


def test_what_failed_yesterday_is_not_hidden_by_what_came_since(open_house: OpenHouse) -> None:
    """A sync with a watermark: a later batch went through, the mark moved on, and the rows that had
    failed before it were never looked at again."""
    house = open_house(Scenario(causes=MIXED, extra_rows=0))
    assert house.resync(canary=()).document.counts.rejected == 6
    newest = house.practice.gotallo.failures()[-1]
    start = house.request.window.from_time
    later = start + dt.timedelta(hours=26)
    fresh = {**dict(newest.salesforce), KEY: f"{1:032x}", TEXT: "Hello"}  # type: ignore[arg-type]
    house.practice.gotallo.add_results(fresh, None, later)
    overlapping = between(start.isoformat(), (start + dt.timedelta(hours=30)).isoformat(), "UTC")
    run = house.plan(window=overlapping, window_words="--from A --till B")
    house.apply(run.id, canary=())
    counts = house.document(run.id).counts
    assert (counts.synced, counts.present, counts.rejected) == (1, 6, 6)

    house.practice.org.set_rule_active(RULE, False)
    again = house.resync()
    assert (again.document.counts.synced, again.document.counts.present) == (6, 6)
    assert set(house.rows().values()) == {1}
    assert sum(house.rows().values()) == 13
