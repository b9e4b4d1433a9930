from __future__ import annotations

from dataclasses import replace

from bridge.ledger import Ledger
from bridge.model import Difference, Repeated, Verification
from bridge.report import run_document, show_verification
from tests.report.runs import TEXT, console, item, key, planned, written

PROVEN = Verification(
    run_id="7c2e1f",
    once=31,
    missing=(),
    deleted=(),
    repeated=(),
    differing=(),
    in_doubt=(),
    absent=3,
    there_unsent=(),
)


def page(ledger: Ledger, verification: Verification) -> str:
    to = console(100)
    book = planned(ledger, [item(1)])
    show_verification(verification, run_document(ledger, book.run), to)
    return written(to)


def test_a_proof_is_three_sentences(ledger: Ledger) -> None:
    assert page(ledger, PROVEN).splitlines()[1:] == [
        "Asked the org for 34 keys.",
        "31 should be there: 31 there exactly once, as sent.",
        "3 should not be: 3 not there.",
    ]


def test_each_finding_has_its_keys_and_the_proof_is_denied(ledger: Ledger) -> None:
    shown = page(
        ledger,
        replace(
            PROVEN,
            missing=(key(1),),
            deleted=(key(2),),
            repeated=(Repeated(key(3), ("a01", "a02"), ours=1),),
            differing=(Difference(key(4), "a03", TEXT, "Hello  there", "Hello there"),),
            there_unsent=(key(5),),
        ),
    )
    assert "Asked the org for 38 keys." in shown
    assert "34 should be there: 31 there exactly once, all but 1 as sent." in shown
    assert "1 message not there, though the ledger says so" in shown
    assert "1 message deleted since: in the recycle bin" in shown
    assert f"{key(3)}  2 times, 1 of them made by this user: a01, a02" in shown
    assert f"Text__c of {key(4)}  a03" in shown
    assert "Hello ␣there → Hello there" in shown
    assert "1 message there, though this run did not bring them" in shown
    assert all(key(n) in shown for n in range(1, 6))
    assert "Not proven." in shown


def test_long_lists_are_bounded_and_say_how_many_more_there_are(ledger: Ledger) -> None:
    shown = page(ledger, replace(PROVEN, missing=tuple(key(n) for n in range(1_210))))
    assert sum(key(n) in shown for n in range(1_210)) == 10
    assert "and 1,200 more" in shown


def test_what_is_in_doubt_is_no_proof(ledger: Ledger) -> None:
    shown = page(ledger, replace(PROVEN, in_doubt=(key(1),)))
    assert "1 message in doubt: a request gave no answer" in shown
    assert "bridge apply" in shown
    assert "Not proven" in shown


def test_a_message_that_only_its_witness_shows_is_told_and_proven(ledger: Ledger) -> None:
    shown = page(ledger, replace(PROVEN, once=30, witnessed=(key(7),)))
    assert "31 should be there: 30 there exactly once, as sent." in shown
    assert "1 message not there any more, but a witness shows that they were" in shown
    assert key(7) in shown
    assert "Not proven" not in shown
