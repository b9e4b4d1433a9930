"""The one switch that ends a run before its last item."""

from __future__ import annotations

import threading

from bridge.errors import BridgeError


class Halt:
    """Thrown once, by any lane or by the person at the keyboard; each lane looks before it sends.

    What is in the air then is finished and put on record. The handler of a signal may throw it too,
    though it stops the very thread that is at it.
    """

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.RLock()
        self._thrown = False
        self._reason: BridgeError | None = None
        self._part: Halt | None = None

    def part(self) -> Halt:
        """A switch for the next part of the work: it ends that alone, this one ends both."""
        part = Halt()
        with self._lock:
            self._part = part
            if self._thrown:
                part.throw(self._reason)
        return part

    def throw(self, reason: BridgeError | None) -> None:
        """End the run; the first reason stays. None: a person interrupted it."""
        with self._lock:
            if not self._thrown:
                self._thrown = True
                self._reason = reason
                self._event.set()
                if self._part is not None:
                    self._part.throw(reason)

    @property
    def thrown(self) -> bool:
        return self._thrown

    @property
    def reason(self) -> BridgeError | None:
        return self._reason

    def pause(self, seconds: float) -> None:
        """Wait, but no longer than until the run is ended."""
        self._event.wait(seconds)
