"""The one switch that ends a run before its last item."""

from __future__ import annotations

import threading

from bridge.errors import BridgeError


class Halt:
    """Thrown once, by any lane or by the person at the keyboard; each lane looks before it sends.

    What is in the air then is finished and put on record.
    """

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._reason: BridgeError | None = None

    def throw(self, reason: BridgeError | None) -> None:
        """End the run; the first reason stays. None: a person interrupted it."""
        with self._lock:
            if not self._event.is_set():
                self._reason = reason
                self._event.set()

    @property
    def thrown(self) -> bool:
        return self._event.is_set()

    @property
    def reason(self) -> BridgeError | None:
        return self._reason

    def pause(self, seconds: float) -> None:
        """Wait, but no longer than until the run is ended."""
        self._event.wait(seconds)
