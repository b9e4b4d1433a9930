"""The command `bridge` as real processes, forked from one that has loaded everything beforehand.

It is that parent when it is run as a module: a line of JSON on its input asks for a process or for
how one ended, a line of JSON on its output answers.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self


class Forks:
    """Starts processes; any thread may call any method."""

    def __enter__(self) -> Self:
        self._lock = threading.Lock()
        self._parent = subprocess.Popen(
            [sys.executable, "-m", "tests.exactly_once.forks"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        self._parent.stdin.close()
        self._parent.wait()
        self._parent.stdout.close()

    def start(self, arguments: list[str], environment: Mapping[str, str], said: str) -> int:
        """Start `bridge` with these arguments; give its process id.

        Args:
            arguments: behind the command's name.
            environment: beside the parent's.
            said: the file that takes what it prints.
        """
        return self._ask(start=arguments, environment=dict(environment), said=said)

    def end_of(self, pid: int) -> int:
        """Wait for a process; give its exit code, or the signal that ended it as a negative one."""
        return self._ask(wait=pid)

    def _ask(self, **what: object) -> int:
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        with self._lock:
            print(json.dumps(what), file=self._parent.stdin, flush=True)
            return int(self._parent.stdout.readline())


def _serve() -> None:
    from bridge.cli.main import main

    for line in sys.stdin:
        asked = json.loads(line)
        if "wait" in asked:
            _, status = os.waitpid(asked["wait"], 0)
            _answer(os.waitstatus_to_exitcode(status))
        elif pid := os.fork():
            _answer(pid)
        else:
            _become(asked)
            try:
                main()
            except SystemExit as end:
                sys.stdout.flush()
                os._exit(int(end.code or 0))
            finally:
                os._exit(1)


def _answer(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def _become(asked: dict[str, Any]) -> None:
    """Take the place of a process that a shell has started."""
    os.environ.update(asked["environment"])
    sys.argv = ["bridge", *asked["start"]]
    nothing = os.open(os.devnull, os.O_RDONLY)
    said = os.open(asked["said"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for descriptor, target in ((nothing, 0), (said, 1), (said, 2)):
        os.dup2(descriptor, target)


if __name__ == "__main__":
    _serve()
