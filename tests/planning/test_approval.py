from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.model import Change, Decision, HeldReason, Risk, Value
from bridge.planning import awaiting_approval, held_for_approval, unapproved
from bridge.planning.approval import in_words
from tests.ledger.making import HELD, item


def change(before: Value, after: Value, risk: Risk = Risk.LOSSY, lost: int = 0) -> Change:
    return Change("Text__c", before, after, "truncate", "why", risk, lost)


CHANGES = st.lists(st.builds(change, st.text(), st.text(), st.sampled_from(Risk)), max_size=4)


@given(CHANGES, st.none() | st.frozensets(st.sampled_from(Risk)))
def test_what_waits_is_what_has_a_risk_that_does_not_go_by_itself(
    changes: list[Change], approve: frozenset[Risk] | None
) -> None:
    waiting = unapproved(changes, approve)
    goes = set(Risk) if approve is None else approve
    assert [one for one in changes if one in waiting] == [c for c in changes if c.risk not in goes]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (change("Hello", "Hel", lost=2), "Text__c loses 2 characters by truncate"),
        (change("Hello", "Hell", lost=1), "Text__c loses 1 character by truncate"),
        (change("Hello", None), 'Text__c is dropped, it had "Hello" by truncate'),
        (change(None, "Hi", Risk.INVENTED), 'Text__c is filled with "Hi" by truncate'),
        (change("a", "b"), 'Text__c becomes "b", it had "a" by truncate'),
    ],
)
def test_what_waits_is_said_in_words(changed: Change, said: str) -> None:
    assert in_words(changed) == said


def test_a_long_value_is_shortened() -> None:
    assert len(in_words(change(None, "x" * 500, Risk.INVENTED))) < 120


def test_an_item_waits_with_the_command_that_lets_it_go() -> None:
    held = awaiting_approval(
        item("1"), frozenset({Risk.LOSSLESS}), "bridge apply 7c2e1f --approve x"
    )
    assert held.decision is Decision.HELD
    assert held.held is not None
    assert held.held.reason is HeldReason.APPROVAL
    assert held.held.what == "Text__c loses 3 characters by truncate"
    assert held.held.advice.endswith("bridge apply 7c2e1f --approve x")
    assert held.record == item("1").record


@pytest.mark.parametrize("approve", [None, frozenset(Risk), frozenset({Risk.LOSSY})])
def test_what_is_approved_by_its_risk_does_not_wait(approve: frozenset[Risk] | None) -> None:
    assert awaiting_approval(item("1"), approve, "x") == item("1")


def test_what_is_held_for_another_reason_stays_so() -> None:
    held = item("1", held=HELD)
    assert awaiting_approval(held, frozenset(), "x") == held


def test_what_is_done_about_the_failure_is_said_first_then_what_weighs_most() -> None:
    picture = Change("Picture__c", {"url": "x"}, "x", "flatten", "why", Risk.LOSSY)
    cut = Change("Summary__c", "Hello", "Hel", "truncate", "why", Risk.LOSSY, 2)
    made_up = Change("Name__c", None, "Test Sender 1", "defaults", "why", Risk.INVENTED)
    failed_for = Change("Region__c", "EMEA", None, "drop", "why", Risk.LOSSY)
    held = held_for_approval([picture, cut, made_up, failed_for], "x", ["region__c"])
    assert held.fields == ("Region__c", "Name__c", "Summary__c", "Picture__c")
    assert held.what.startswith("Region__c is dropped")
