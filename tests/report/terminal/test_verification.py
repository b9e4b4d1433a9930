from __future__ import annotations

from dataclasses import replace

from bridge.model import Difference, Scope, Verification
from bridge.report.terminal import show_verification
from bridge.report.verification import verification_document
from tests.report.runs import TEXT, console, key, question, twice, written

PROVEN = Verification(
    question=question(),
    once=31,
    missing=(),
    deleted=(),
    repeated=(),
    differing=(),
    in_doubt=(),
    absent=3,
    there_unsent=(),
)


def page(verification: Verification) -> str:
    to = console(100)
    show_verification(verification_document(verification), to)
    return written(to)


def test_a_proof_is_a_head_and_four_sentences() -> None:
    assert page(PROVEN).splitlines() == [
        "Run 7c2e1f of Sunday 22 November 2026 (Europe/Amsterdam)",
        "org Acme, sandbox · key Identifier__c, unique",
        "asked on 2026-11-23 07:30 UTC as integration.user@acme.example",
        "Asked the org for 34 keys.",
        "31 should be there: 31 there exactly once, as sent.",
        "3 should not be: 3 not there.",
        "",
        "Proven: what should be there is there once, as it was sent.",
    ]


def test_a_window_and_the_whole_ledger_say_how_many_runs_they_are_about() -> None:
    window = question(scope=Scope.WINDOW, run_id=None, runs=3)
    shown = page(replace(PROVEN, question=window, missing=(key(1),)))
    assert shown.startswith("Sunday 22 November 2026 (Europe/Amsterdam), 3 runs\n")
    assert "bridge verify --date 2026-11-22 --tz Europe/Amsterdam --json lists every key" in shown
    everything = question(scope=Scope.ALL, run_id=None, runs=1_234, window=None, window_words="")
    shown = page(replace(PROVEN, question=everything, missing=(key(1),)))
    assert shown.startswith("Every message of the ledger, 1,234 runs\n")
    assert "bridge verify --all --json lists every key" in shown


def test_what_could_not_be_asked_for_is_told() -> None:
    shown = page(replace(PROVEN, question=question(unreadable=2)))
    assert "2 messages could not be read and have no key to ask for." in shown


def test_each_finding_has_its_keys_and_the_proof_is_denied() -> None:
    shown = page(
        replace(
            PROVEN,
            missing=(key(1),),
            deleted=(key(2),),
            repeated=(twice(3),),
            differing=(Difference(key(4), "a03", TEXT, "Hello  there", "Hello there"),),
            there_unsent=(key(5),),
        ),
    )
    assert "Asked the org for 38 keys." in shown
    assert "34 should be there: 31 there exactly once, all but 1 as sent." in shown
    assert "1 message not there, though the ledger says so" in shown
    assert "1 message deleted since: in the recycle bin" in shown
    assert f"{key(3)}  2 times" in shown
    assert "a01 by us on 2026-11-23 07:30 UTC" in shown
    assert "a02 by another user (005them) on 2026-11-23 07:30 UTC" in shown
    assert "--key KEY --even-if-deleted --why REASON" in shown.replace("\n    ", " ")
    assert f"Text__c of {key(4)}  a03" in shown
    assert "Hello ␣there → Hello there" in shown
    assert "1 message there, not brought by the bridge" in shown
    assert all(key(n) in shown for n in range(1, 6))
    assert "Not proven: bridge verify 7c2e1f --json lists every key." in shown


def test_long_lists_are_bounded_and_say_how_many_more_there_are() -> None:
    shown = page(replace(PROVEN, missing=tuple(key(n) for n in range(1_210))))
    assert sum(key(n) in shown for n in range(1_210)) == 10
    assert "and 1,200 more" in shown


def test_what_is_in_doubt_is_no_proof() -> None:
    shown = page(replace(PROVEN, in_doubt=(key(1),)))
    assert "1 message in doubt: a request gave no answer" in shown
    assert "bridge apply" in shown
    assert "Not proven" in shown


def test_a_message_that_only_its_witness_shows_is_told_and_proven() -> None:
    shown = page(replace(PROVEN, once=30, witnessed=(key(7),)))
    assert "31 should be there: 30 there exactly once, as sent." in shown
    assert "1 message not there any more, but a witness shows that they were" in shown
    assert key(7) in shown
    assert "Not proven" not in shown
