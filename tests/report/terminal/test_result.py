from __future__ import annotations

import os
import re
from dataclasses import replace

from bridge.ledger import Ledger
from bridge.model import Decision, Finding, HeldReason, Outcome, Topic
from bridge.report import run_document
from bridge.report.terminal import show_result
from tests.report.runs import (
    NO_ACCESS,
    NOW,
    RULE,
    TOO_LONG,
    Book,
    console,
    item,
    plan,
    planned,
    written,
)

SETTLED = "a request gave no answer; the org was asked by key and has it"
DOUBTFUL = "a request gave no answer; it can be settled from 2026-11-23 08:51:12 UTC"


def page(book: Book, width: int = 80) -> str:
    to = console(width)
    show_result(run_document(book.ledger, book.run), to)
    return written(to)


def mixed(ledger: Ledger) -> Book:
    """A run in which everything happened."""
    book = planned(
        ledger,
        [
            *(item(n) for n in range(20)),
            item(20, TOO_LONG, held=NO_ACCESS),
            item(21, TOO_LONG, held=NO_ACCESS, decision=Decision.SKIPPED),
        ],
    )
    ledger.begin_sending(book.run_id)
    book.settle(range(5), Outcome.REJECTED, says=RULE)
    book.settle([5, 6, 7], Outcome.SYNCED)
    book.settle([8], Outcome.SYNCED, says=SETTLED)
    book.settle([9], Outcome.PRESENT)
    book.settle([10, 11], Outcome.IN_DOUBT, says=DOUBTFUL)
    ledger.hold(
        book.run_id,
        [12, 13, 14],
        HeldReason.CANARY,
        "the 5 sent ahead were all refused",
        "Repair the cause in Salesforce, then resync the window.",
    )
    return book


def test_the_sentence_comes_first_and_adds_up(ledger: Ledger) -> None:
    lines = page(mixed(ledger), 120).splitlines()
    assert lines[1] == "5 of 22 messages are in Salesforce: 4 inserted, 1 there already."
    assert lines[2] == "17 are not: 5 rejected, 2 in doubt, 5 not sent yet, 4 held, 1 skipped."


def test_the_column_of_figures_adds_up_to_what_was_fetched(ledger: Ledger) -> None:
    rows = re.findall(r"^ {2,5}(\d+)  (\w+)", page(mixed(ledger)), re.MULTILINE)
    *parts, (total, last) = rows
    assert last == "fetched"
    assert sum(int(count) for count, _ in parts) == int(total) == 22


def test_an_outcome_that_came_about_in_a_roundabout_way_says_how(ledger: Ledger) -> None:
    shown = page(mixed(ledger), 120)
    assert f"1: {SETTLED}" in shown
    assert f"2: {DOUBTFUL}" in shown


def test_each_cause_says_how_its_messages_stand(ledger: Ledger) -> None:
    lines = page(mixed(ledger), 120).splitlines()
    rule = next(n for n, line in enumerate(lines) if line.startswith("1  rule  20"))
    assert lines[rule + 1].strip() == (
        "4 inserted, 1 there already, 5 rejected, 2 in doubt, 5 not sent yet, 3 held"
    )


def test_what_is_left_to_do_is_grouped_with_an_advice(ledger: Ledger) -> None:
    left = page(mixed(ledger), 120).partition("Left to do")[2]
    assert f'5 rejected  "{RULE}"' in left
    assert "Have the validation rule changed" in left
    assert "3 held  the 5 sent ahead were all refused (cause 1)" in left
    assert "1 held  this user may not write User_Email__c (cause 2)" in left
    assert "skipped" not in left, "it is left out on purpose"


def test_what_was_refused_again_names_its_rule_and_where_it_is(ledger: Ledger) -> None:
    stands = Finding(
        Topic.STANDING_RULE, "it stands", "https://acme.example/rules", rule="No_Links"
    )
    book = planned(ledger, [item(1)._replace(findings=(stands,))])
    book.settle([1], Outcome.REJECTED, says=RULE)
    left = page(book, 120).partition("Left to do")[2]
    assert "The rule No_Links:\n    https://acme.example/rules\n" in left


def test_the_commands_that_go_on_are_whole_lines_to_paste(ledger: Ledger) -> None:
    book = mixed(ledger)
    lines = [line.removeprefix("next").strip() for line in page(book, 40).splitlines()]
    assert f"bridge apply {book.run_id} --wait" in lines
    assert "bridge resync --date 2026-11-22 --tz Europe/Amsterdam" in lines
    assert "once repaired: bring the 9" in lines


def test_a_run_that_stopped_says_why(ledger: Ledger) -> None:
    book = mixed(ledger)
    assert "The run was cut off while it was being sent" in page(book)
    ledger.stop(book.run_id, "the org's allowance is used up")
    assert "The run stopped before its end: the org's allowance is used up" in page(book)


def test_a_run_that_is_being_sent_is_told_from_one_whose_process_is_gone(ledger: Ledger) -> None:
    book = mixed(ledger)
    ledger.take_lease(book.run.plan.org_id, book.run_id, NOW)
    alive = ledger.writer_of(book.run_id, NOW)
    assert alive is not None
    for writer, said in (
        (alive, f"The run is being sent now: process {os.getpid()} on"),
        (replace(alive, alive=False), "The run was cut off while it was being sent: process"),
    ):
        to = console(200)
        show_result(run_document(ledger, book.run), to, writer)
        assert said in written(to)


def test_a_run_that_brought_everything_leaves_only_the_proof(ledger: Ledger) -> None:
    book = planned(ledger, [item(1)])
    book.settle([1], Outcome.SYNCED)
    ledger.finish(book.run_id)
    shown = page(book)
    assert "1 of 1 message is in Salesforce: 1 inserted." in shown
    assert "not:" not in shown
    assert "Left to do" not in shown
    assert shown.endswith(f"next   bridge verify {book.run_id}    ask the org for the 1\n")


def test_a_run_without_messages_and_a_plan_that_broke_off_are_told(ledger: Ledger) -> None:
    assert "No failed messages in this window." in page(planned(ledger, []))
    unfinished = Book(ledger, ledger.begin_run(plan(), NOW))
    shown = page(unfinished)
    assert "The plan was not finished: it can't be sent." in shown
    assert "No failed messages" not in shown, "nobody knows that"
    assert "Broken off before any message was on record" in shown
