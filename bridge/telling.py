"""How events reach an observer, and the log: a search for a key finds all that became of it."""

from __future__ import annotations

import threading
from contextlib import suppress

import structlog

from bridge.events import Event, MessageOutcome, Observer

_log = structlog.get_logger("bridge.item")


class Told:
    """An observer to whom events come one at a time, from whatever lane, after they are logged.

    One that fails is told nothing more: what it makes of an event must not keep a message from its
    outcome.
    """

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._lock = threading.Lock()
        self._fails = False

    def __call__(self, event: Event) -> None:
        if isinstance(event, MessageOutcome):
            with suppress(Exception):  # a log that a program set up may raise whatever it likes
                log_outcome(event)
        with self._lock:
            if self._fails:
                return
            try:
                self._observer(event)
            except Exception as exc:
                self._fails = True
                with suppress(Exception):
                    _log.warning("observer.failed", error=type(exc).__name__)


def told(observer: Observer) -> Told:
    """The observer so protected; one that is so already stays itself, with what it knows."""
    return observer if isinstance(observer, Told) else Told(observer)


def log_outcome(event: MessageOutcome) -> None:
    """Log what became of one message: the same name and keys wherever it happens."""
    _log.info(
        "item.outcome",
        run=event.run_id,
        key=event.key,
        state=event.state.value,
        reason=event.reason.value if event.reason else None,
        code=event.code,
        salesforce_id=event.salesforce_id,
        attempt=event.attempt,
        fixers=list(event.fixers),
        risk=event.risk.value,
    )
