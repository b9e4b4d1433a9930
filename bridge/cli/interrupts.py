"""Ctrl-C, and what ends a process from outside: the same to us, but for how often it may come.

A second Ctrl-C is a person who does not want to wait. A second SIGTERM means nothing of the kind: a
manager that signals a whole process group reaches us once itself and once more through the script
that started us. Whoever manages processes has SIGKILL for what can't wait.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

from rich.text import Text

from bridge.cli import screen
from bridge.errors import Exit

IN_DOUBT = (
    "Interrupted. What was in the air is in doubt until bridge apply RUN --wait settles it; bridge "
    "status names the run."
)
"""Of a command that may have been sending."""

_ENDINGS: Final = (signal.SIGTERM, signal.SIGHUP)
"""By a manager of processes, and by a connection that breaks off with the terminal at its end."""


@contextmanager
def interruptible(says: str = IN_DOUBT) -> Iterator[None]:
    """End the process at once where an interrupted command did not end by itself.

    `says` is what a person is told where the command itself does not say more.

    A command that sends finishes the calls in the air and reports before it ends: what comes here
    is an interruption before or after that, or a second one. Lanes that are still sending end with
    the process; what they sent is in doubt until the next `apply`.
    """
    # One that is ignored stays so: nohup means it.
    heeded = [one for one in _ENDINGS if signal.getsignal(one) is not signal.SIG_IGN]
    before = {one: signal.signal(one, _interrupt) for one in heeded}
    try:
        yield
    except KeyboardInterrupt as interrupt:
        screen.stderr.print(Text(str(interrupt) or says))
        sys.stdout.flush()
        os._exit(Exit.INTERRUPTED)
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _interrupt(number: int, frame: FrameType | None) -> None:
    for one in _ENDINGS:
        if signal.getsignal(one) is _interrupt:
            signal.signal(one, _told_before)
    raise KeyboardInterrupt


def _told_before(number: int, frame: FrameType | None) -> None:
    """Go on finishing; ignored outright, it would stay so in the programs that are started."""
