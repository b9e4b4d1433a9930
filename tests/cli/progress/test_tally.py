"""The figures of the progress never go backward, and they add up, whatever is told."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict

from hypothesis import given
from hypothesis import strategies as st

from bridge.cli.progress.tally import Figures, Phase, Tally
from bridge.events import (
    CallsMade,
    Event,
    Fetched,
    LookingForChanges,
    MessageOutcome,
    PlanCounts,
    Planned,
    PlanStarted,
    Repaired,
    SendingStarted,
    Verified,
    Waiting,
    WaitingFor,
)
from bridge.model import Decision, Outcome, Window

COUNTS = st.integers(0, 100_000)
KEYS = st.integers(0, 40).map(lambda n: f"{n:032x}")
WINDOW = Window(
    dt.datetime(2026, 11, 22, tzinfo=dt.UTC), dt.datetime(2026, 11, 23, tzinfo=dt.UTC), "UTC"
)

EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.just(PlanStarted(WINDOW)),
    st.builds(Fetched, COUNTS, st.none() | COUNTS),
    st.builds(Planned, st.just("r"), st.builds(PlanCounts, COUNTS, COUNTS, COUNTS, COUNTS)),
    st.builds(LookingForChanges, st.just("r"), COUNTS),
    st.builds(SendingStarted, st.just("r"), st.integers(0, 60)),
    st.builds(
        MessageOutcome,
        st.just("r"),
        KEYS,
        st.just("c"),
        st.sampled_from([*Outcome, *Decision]),
        code=st.sampled_from([None, "STRING_TOO_LONG", "UNABLE_TO_LOCK_ROW"]),
    ),
    st.builds(Repaired, st.just("r"), st.integers(0, 9)),
    st.builds(CallsMade, COUNTS, st.none() | COUNTS),
    st.builds(Waiting, st.sampled_from(WaitingFor), st.none(), st.just("Waiting.")),
    st.builds(Verified, COUNTS),
)

GAUGES = {"in_doubt", "calls_left", "announced"}
"""What the world has now, not what was done."""


def counters(figures: Figures) -> dict[str, int]:
    told = asdict(figures) | {"done": figures.done}
    return {n: v for n, v in told.items() if isinstance(v, int) and n not in GAUGES}


@given(st.lists(EVENTS, max_size=60))
def test_no_figure_goes_backward_while_the_same_is_done(events: list[Event]) -> None:
    tally = Tally()
    before = tally.figures
    for event in events:
        tally.take(event)
        now = tally.figures
        if now.phase is before.phase:
            behind = {n: v for n, v in counters(before).items() if counters(now)[n] < v}
            assert not behind, event
        before = now


@given(st.lists(EVENTS, max_size=60))
def test_what_is_done_and_what_is_left_are_all(events: list[Event]) -> None:
    tally = Tally()
    for event in events:
        tally.take(event)
        figures = tally.figures
        assert figures.sent + figures.there + figures.refused + figures.held == figures.done
        assert figures.done + figures.left == figures.to_send
        assert figures.left >= 0


def test_a_message_in_doubt_is_done_once_it_is_settled() -> None:
    tally = Tally()
    tally.take(SendingStarted("r", 2))
    tally.take(MessageOutcome("r", "k", "c", Outcome.IN_DOUBT))
    assert (tally.figures.in_doubt, tally.figures.done, tally.figures.left) == (1, 0, 2)
    tally.take(MessageOutcome("r", "k", "c", Outcome.SYNCED))
    assert (tally.figures.in_doubt, tally.figures.done, tally.figures.left) == (0, 1, 1)


def test_one_that_is_repaired_is_to_be_sent_once_more() -> None:
    tally = Tally()
    tally.take(SendingStarted("r", 1))
    tally.take(MessageOutcome("r", "k", "c", Outcome.REJECTED, code="STRING_TOO_LONG"))
    assert tally.figures.left == 0
    tally.take(Repaired("r", 1))
    assert tally.figures.left == 1
    tally.take(MessageOutcome("r", "k", "c", Outcome.SYNCED))
    figures = tally.figures
    assert (figures.sent, figures.refused, figures.to_send, figures.left) == (1, 1, 2, 0)
    assert figures.refused_for == (("STRING_TOO_LONG", 1),)


def test_it_keeps_figures_and_no_events() -> None:
    tally = Tally()
    tally.take(SendingStarted("r", 10_000))
    for n in range(10_000):
        code = f"CODE_{n}"
        tally.take(MessageOutcome("r", f"{n:032x}", "c", Outcome.REJECTED, code=code))
    assert tally.figures.refused == 10_000
    assert len(tally.codes) <= 50
    assert not tally.in_doubt
    assert tally.phase is Phase.SENDING
