"""Where progress is shown, how often, and how it looks. No test waits: the clock is told."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest
import structlog
from rich.console import Console
from structlog.testing import capture_logs

from bridge.cli.progress.shown import EVERY, Counted, block, shown
from bridge.events import (
    CallsMade,
    Event,
    Fetched,
    Interrupted,
    MessageOutcome,
    PlanCounts,
    PlanFinished,
    PlanStarted,
    SendingFinished,
    SendingStarted,
    Waiting,
    WaitingFor,
)
from bridge.model import EndingKind, Outcome
from tests.cli.progress.test_tally import WINDOW

MANY = 100_000


class Clock:
    """Moves on at each look, by a little."""

    def __init__(self, step: float) -> None:
        self.at = 0.0
        self.step = step

    def __call__(self) -> float:
        self.at += self.step
        return self.at


def sending(many: int) -> Iterator[Event]:
    yield SendingStarted("7c2e1f", many)
    for n in range(many):
        refused = n % 50 == 0
        yield MessageOutcome(
            "7c2e1f",
            f"{n:032x}",
            "c",
            Outcome.REJECTED if refused else Outcome.SYNCED,
            code="STRING_TOO_LONG" if refused else None,
        )
    yield CallsMade(1_204, 98_120)
    yield SendingFinished("7c2e1f", EndingKind.FINISHED, None)


def console(*, terminal: bool, width: int = 100) -> Console:
    return Console(file=io.StringIO(), force_terminal=terminal, width=width, highlight=False)


def said(on: Console) -> str:
    assert isinstance(on.file, io.StringIO)
    return on.file.getvalue()


def test_without_a_terminal_it_is_a_log_line_now_and_then() -> None:
    clock = Clock(0.001)
    on = console(terminal=False)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
    with capture_logs() as logs, shown(on, clock) as observe:
        for event in sending(MANY):
            observe(event)
    lines = [line for line in logs if line["event"] == "run.progress"]
    assert 3 <= len(lines) <= clock.at / EVERY + 3
    assert lines[0]["done"] == 0
    assert {**lines[-1], "per_second": 0} == {
        "event": "run.progress",
        "log_level": "info",
        "phase": "sending",
        "run": "7c2e1f",
        "done": MANY,
        "to_send": MANY,
        "sent": MANY - 2_000,
        "refused": 2_000,
        "there": 0,
        "held": 0,
        "in_doubt": 0,
        "per_second": 0,
        "seconds_left": None,
        "calls": 1_204,
        "calls_left": 98_120,
    }
    assert lines[-1]["per_second"] == pytest.approx(1 / clock.step, rel=0.1)
    assert said(on) == ""


def test_plain_it_is_a_line_of_text_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRIDGE_PLAIN", "1")
    on = console(terminal=True, width=200)
    with shown(on, Clock(0.0)) as observe:
        for event in sending(200):
            observe(event)
    first, last = said(on).splitlines()
    assert first == "Sending: 0 of 200 done"
    assert last == (
        "Sending: 200 of 200 done, 196 sent, 4 refused, 1,204 API calls (98,120 left today)"
    )


def test_a_plan_is_told_of_what_was_fetched_and_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRIDGE_PLAIN", "1")
    on = console(terminal=True, width=200)
    with shown(on, Clock(0.0)) as observe:
        observe(PlanStarted(WINDOW))
        observe(Fetched(34, 40))
        observe(PlanFinished("7c2e1f", PlanCounts(ready=24, held=10, skipped=0, present=0)))
    assert said(on) == "Planning: 34 of 40 fetched, 34 planned, 10 held\n"


@pytest.mark.parametrize("width", [40, 80, 120])
def test_the_block_has_its_lines_whatever_the_width(width: int) -> None:
    counted = Counted(Clock(2.0))
    for event in sending(3_400):
        counted.take(event)
    counted.look()
    on = console(terminal=False, width=width)
    on.print(block(counted.look(), width))
    lines = said(on).splitlines()
    assert len(lines) == 3
    assert all(len(line) <= width for line in lines)
    assert lines[0].startswith("Sending")
    assert "refused for STRING_TOO_LONG 68" in lines[2]


def test_on_a_terminal_an_event_draws_nothing() -> None:
    on = console(terminal=True)
    with shown(on, Clock(0.0)) as observe:
        before = len(said(on))
        for event in sending(1_000):
            observe(event)
        drawn = said(on)[before:].count("Sending")
    assert drawn <= 3, "the block is drawn at its own pace"


def test_what_is_waited_for_is_said_at_once() -> None:
    on = console(terminal=False)
    with shown(on, Clock(0.0)) as observe:
        observe(Waiting(WaitingFor.ANOTHER_RUN, None, "Another run is writing. Waiting."))
        observe(Waiting(WaitingFor.THE_ORG, None, "That passes by itself."))
    assert said(on) == "Another run is writing. Waiting.\n"


def test_an_interrupt_says_what_is_finished_and_how_to_go_on() -> None:
    on = console(terminal=False, width=200)
    with shown(on, Clock(0.0)) as observe:
        for event in list(sending(800))[:201]:
            observe(event)
        observe(SendingStarted("7c2e1f", 1_400))
        observe(Interrupted("7c2e1f", 2, 200))
    assert said(on) == (
        "Interrupted: finishing the 2 requests under way (200 messages); 1,200 not sent. To go "
        "on: bridge apply 7c2e1f. A second interrupt does not wait.\n"
    )


@pytest.mark.parametrize(
    ("events", "says"),
    [
        ([PlanStarted(WINDOW)], "Nothing was sent, and a plan that is not whole never is"),
        ([SendingStarted("7c2e1f", 3)], "bridge apply 7c2e1f --wait"),
    ],
)
def test_a_command_that_is_cut_off_says_what_that_means(events: list[Event], says: str) -> None:
    def cut_off() -> None:
        with shown(console(terminal=False), Clock(0.0)) as observe:
            for event in events:
                observe(event)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match=says):
        cut_off()
