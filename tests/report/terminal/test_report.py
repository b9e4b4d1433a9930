from __future__ import annotations

import pytest

from bridge.ledger import Ledger
from bridge.model import Decision, Outcome
from bridge.report import report_document
from bridge.report.terminal import show_report
from tests.report.runs import (
    NO_ACCESS,
    RULE,
    Book,
    as_null,
    console,
    cut,
    item,
    key,
    planned,
    written,
)


def page(book: Book, width: int = 120) -> str:
    to = console(width)
    show_report(report_document(book.ledger, book.run), to)
    return written(to)


def test_messages_that_need_a_person_are_listed_by_what_they_need(ledger: Ledger) -> None:
    book = planned(ledger, [item(1), item(2), item(3), item(4, held=NO_ACCESS)])
    book.settle([1], Outcome.SYNCED)
    book.settle([2], Outcome.REJECTED, says=RULE)
    book.settle([3], Outcome.IN_DOUBT, says="it can be settled from 08:51:12 UTC")
    shown = page(book)
    rejected, in_doubt, held = (
        shown.index(words)
        for words in (
            f"1 message rejected by Salesforce: {RULE}",
            "1 message in doubt: it can be settled from 08:51:12 UTC",
            "1 message held: this user may not write User_Email__c",
        )
    )
    assert rejected < shown.index(key(2)) < in_doubt < shown.index(key(3)) < held
    assert held < shown.index(key(4))
    assert key(1) not in shown


def test_a_long_list_is_bounded_and_says_where_the_rest_is(ledger: Ledger) -> None:
    book = planned(ledger, [item(n, held=NO_ACCESS) for n in range(50)])
    shown = page(book)
    assert "50 messages held" in shown
    assert sum(key(n) in shown for n in range(50)) == 20
    assert f"and 30 more: bridge report {book.run_id} --json" in shown


def test_a_message_that_could_not_be_read_is_named_by_its_place(ledger: Ledger) -> None:
    unreadable = item(2, None, held=NO_ACCESS)._replace(key=None, decision=Decision.HELD)
    assert "number 2 of those fetched" in page(planned(ledger, [item(1), unreadable]))


@pytest.mark.parametrize("flags", ["", " --profile sandbox"])
def test_the_report_does_not_lead_to_itself(ledger: Ledger, flags: str) -> None:
    book = planned(ledger, [item(1), item(2, held=NO_ACCESS)], flags=flags)
    lines = page(book).splitlines()
    assert lines[-1] == f"next   bridge apply {book.run_id}{flags}    send the 1"


def test_a_held_message_that_is_in_the_org_already_needs_nobody(ledger: Ledger) -> None:
    planned(ledger, [item(1)]).settle([1], Outcome.SYNCED)
    assert "message held" not in page(planned(ledger, [item(1, held=NO_ACCESS)]))


def test_what_a_cut_lost_is_told_with_where_the_whole_text_is(ledger: Ledger) -> None:
    whole = "Dear team, " * 400
    lost = item(1, changes=[cut(whole, whole[:4000], 400)])._replace(
        original={"Social25__Text__c": whole}
    )
    book = planned(ledger, [lost, item(2), item(3, changes=[as_null()])])
    shown = page(book)
    assert "1 text cut, 400 characters in all" in shown
    assert f"The ledger keeps the whole of each: bridge report {book.run_id} --json" in shown
    assert f"{key(1)}  Text__c by truncate: 400 characters cut of 4,400" in shown
    document = report_document(book.ledger, book.run)
    assert [change.before for change in document.items[0].changes] == [whole]


def test_where_nothing_was_cut_nothing_is_said_of_it(ledger: Ledger) -> None:
    assert "cut" not in page(planned(ledger, [item(1, changes=[as_null()])]))
