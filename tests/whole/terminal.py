"""A person at a terminal, for commands that ask."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Mapping, Sequence
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
    """Run a command whose input and messages are a terminal's; all answers are typed ahead."""
    return answering(house, arguments, [("", answers)])


def answering(
    house: House, arguments: Sequence[str], answers: Sequence[tuple[str, str]]
) -> Conversation:
    """The same with a person who answers when asked: a hidden prompt forgets what was typed ahead.

    Args:
        house: in which the command is run.
        arguments: of the command.
        answers: with what each question ends, and the line that is typed then.
    """
    code, said = _talked(house, arguments, answers, subprocess.DEVNULL, {"COLUMNS": "200"})
    return Conversation(code, " ".join(said.split()))


def seen_at_a_terminal(house: House, arguments: Sequence[str], **environment: str) -> str:
    """Run a command whose output is a terminal's too; give all that was written on it."""
    return _talked(house, arguments, (), None, environment)[1]


def _talked(
    house: House,
    arguments: Sequence[str],
    answers: Sequence[tuple[str, str]],
    output: int | None,
    environment: Mapping[str, str],
) -> tuple[int, str]:
    """Give the exit code and what was written; the output is the terminal's where it is None."""
    person, terminal = pty.openpty()
    with closing(FileIO(person, "r+")) as screen:
        process = subprocess.Popen(
            [sys.executable, "-m", "bridge", *arguments],
            env=process_environment({**house.environment, **environment}),
            stdin=terminal,
            stdout=terminal if output is None else output,
            stderr=terminal,
            start_new_session=True,
        )
        os.close(terminal)
        said = b""
        seen = 0
        left = list(answers)
        try:
            while True:
                while left and (at := said.find(left[0][0].encode(), seen)) >= 0:
                    question, answer = left.pop(0)
                    seen = at + len(question)
                    screen.write(answer.encode())
                if not (part := screen.read(4096)):
                    break
                said += part
        except OSError:
            pass  # the other end is closed: that is how a terminal ends on Linux
        return process.wait(), said.decode()
