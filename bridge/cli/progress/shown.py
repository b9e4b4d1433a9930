"""Where and when progress is shown: on a terminal as a block that stays, elsewhere now and then.

Nothing is drawn for an event: the block is drawn four times a second whatever happens, and a line
is due after ten seconds, so a hundred thousand messages cost what their counting costs.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeAlias

import structlog
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from bridge.cli import screen
from bridge.cli.options import repeated_flags
from bridge.cli.plainness import is_plain
from bridge.cli.progress import words
from bridge.cli.progress.pace import Pace
from bridge.cli.progress.tally import Phase, Tally
from bridge.cli.progress.words import Standing
from bridge.events import (
    Event,
    Interrupted,
    Observer,
    PlanFinished,
    SendingFinished,
    SendingStarted,
    Waiting,
    WaitingFor,
)

EVERY: Final = 10.0
"""Seconds between two lines."""
_A_SECOND = 4
"""How often the block is drawn."""
_BAR = 24
"""Characters."""

Clock: TypeAlias = Callable[[], float]
"""Seconds of a clock that never goes back."""

log = structlog.get_logger("bridge.progress")


class Counted:
    """What the events come to, to be looked at from another thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tally = Tally()
        self._pace = Pace()
        self._phase = Phase.STARTING
        self._lock = threading.Lock()

    def take(self, event: Event) -> None:
        with self._lock:
            self._tally.take(event)

    def look(self) -> Standing:
        """How it stands now."""
        at = self._clock()
        with self._lock:
            figures = self._tally.figures
            if figures.phase is not self._phase:
                self._phase, self._pace = figures.phase, Pace()
            match figures.phase:
                case Phase.SENDING:
                    # What is held costs no request: it says nothing of how long the rest takes.
                    done, left = figures.done - figures.held, figures.left
                case Phase.VERIFYING:
                    done, left = figures.verified, 0
                case _:
                    done = figures.fetched
                    left = max(0, (figures.announced or 0) - done)
            self._pace.mark(at, done, left)
            return Standing(figures, self._pace.rate, self._pace.seconds_left(at) if left else None)


class Lines:
    """Says how it stands at each turn of the work, and every few seconds in between."""

    _TURNS = (PlanFinished, SendingStarted, SendingFinished)

    def __init__(self, counted: Counted, say: Callable[[Standing], None], clock: Clock) -> None:
        self._counted = counted
        self._say = say
        self._clock = clock
        self._due = clock() + EVERY

    def __call__(self, event: Event) -> None:
        if isinstance(event, self._TURNS) or self._clock() >= self._due:
            self._due = self._clock() + EVERY
            self._say(self._counted.look())


def block(standing: Standing, width: int) -> RenderableType:
    """A few lines that stay where they are while their numbers change."""
    figures = standing.figures
    first = Table.grid(padding=(0, 1))
    first.add_column(no_wrap=True)
    if figures.phase is Phase.SENDING and figures.to_send and width > 3 * _BAR:
        bar = ProgressBar(figures.to_send, figures.done, width=_BAR)
        first.add_row(_one_line(words.doing(figures)), bar, _joined(words.how_far(standing)))
    else:
        first.add_row(_one_line(words.doing(figures)), _joined(words.how_far(standing)))
    more = ", ".join(words.what_became(figures))
    rest = (more, words.by_cause(figures), figures.waiting)
    return Group(first, *(_one_line(f"  {part}") for part in rest if part))


def _joined(parts: tuple[str, ...]) -> Text:
    return _one_line(", ".join(parts))


def _one_line(text: str) -> Text:
    return Text(text, no_wrap=True, overflow="ellipsis")


@contextmanager
def shown(console: Console = screen.stderr, clock: Clock = time.monotonic) -> Iterator[Observer]:
    """Show on stderr what a command does, told by the events that the observer takes.

    Raises:
        KeyboardInterrupt: the command was interrupted; it says what that means.
    """
    counted = Counted(clock)

    def observe(event: Event) -> None:
        counted.take(event)
        match event:
            case Waiting() if event.reason is not WaitingFor.THE_ORG:
                console.print(Text(event.says))
            case Interrupted():
                says = words.finishing(event, counted.look().figures, repeated_flags())
                console.print(Text(says))
            case _:
                pass
        further(event)

    try:
        with _further(console, counted, clock) as further:
            yield observe
    except KeyboardInterrupt:
        says = words.cut_off(counted.look().figures, repeated_flags())
        raise KeyboardInterrupt(says) from None


@contextmanager
def _further(console: Console, counted: Counted, clock: Clock) -> Iterator[Observer]:
    """What else is done with an event, where it is shown so."""
    if not console.is_terminal:
        yield Lines(counted, _log, clock)
    elif console.is_dumb_terminal or is_plain():
        yield Lines(counted, lambda standing: console.print(Text(words.line(standing))), clock)
    else:
        with Live(
            console=console,
            get_renderable=lambda: block(counted.look(), console.width),
            refresh_per_second=_A_SECOND,
            transient=True,
            redirect_stdout=False,
        ):
            yield _nothing


def _log(standing: Standing) -> None:
    log.info("run.progress", **words.fields(standing))


def _nothing(_: Event) -> None:
    return None
