"""What a signal comes to within a command."""

from __future__ import annotations

import os
import signal

from bridge.cli.interrupts import interruptible


def told_to_stop() -> bool:
    """Whether a SIGTERM to this process is an interruption."""
    try:
        os.kill(os.getpid(), signal.SIGTERM)
    except KeyboardInterrupt:
        return True
    return False


def test_a_service_managers_signal_counts_once_for_each_command() -> None:
    """A script hands it on, and the service manager sends it to all: that is one stop."""
    before = signal.getsignal(signal.SIGTERM)
    for _ in range(2):
        with interruptible():
            assert [told_to_stop() for _ in range(3)] == [True, False, False]
        assert signal.getsignal(signal.SIGTERM) is before
