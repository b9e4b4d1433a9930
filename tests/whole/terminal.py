"""A person at a terminal, for commands that ask."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from io import FileIO

from tests.whole.house import House, process_environment


@dataclass(frozen=True, slots=True)
class Conversation:
    """How a command ended, and what it said on the terminal."""

    code: int
    said: str
    """On one line."""


def at_a_terminal(house: House, arguments: Sequence[str], answers: str) -> Conversation:
    """Run a command whose input and messages are a terminal's."""
    person, terminal = pty.openpty()
    with closing(FileIO(person, "r+")) as screen:
        process = subprocess.Popen(
            [sys.executable, "-m", "bridge", *arguments],
            env=process_environment({**house.environment, "COLUMNS": "200"}),
            stdin=terminal,
            stdout=subprocess.DEVNULL,
            stderr=terminal,
        )
        os.close(terminal)
        screen.write(answers.encode())
        said = b""
        try:
            while part := screen.read(4096):
                said += part
        except OSError:
            pass  # the other end is closed: that is how a terminal ends on Linux
        return Conversation(process.wait(), " ".join(said.decode().split()))
