"""Ctrl-C, and SIGTERM, which a service manager sends: the same to us."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from rich.text import Text

from bridge.cli import screen
from bridge.errors import Exit

IN_DOUBT = (
    "Interrupted. What was in the air is in doubt until bridge apply RUN --wait settles it; bridge "
    "status names the run."
)
"""Of a command that may have been sending."""


@contextmanager
def interruptible(says: str = IN_DOUBT) -> Iterator[None]:
    """End the process at once where an interrupted command did not end by itself.

    `says` is what a person is told where the command itself does not say more.

    A command that sends finishes the calls in the air and reports before it ends: what comes here
    is an interruption before or after that, or a second one. Lanes that are still sending end with
    the process; what they sent is in doubt until the next `apply`.
    """
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    except KeyboardInterrupt as interrupt:
        screen.stderr.print(Text(str(interrupt) or says))
        sys.stdout.flush()
        os._exit(Exit.INTERRUPTED)
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(number: int, frame: FrameType | None) -> None:
    # Once: whoever stops a script and all below it sends one, and the script hands on another. Only
    # a person is impatient, with Ctrl-C; a service manager that is sends SIGKILL.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt
