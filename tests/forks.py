"""The command `bridge` as real processes, forked from one that has loaded the libraries beforehand.

What a process costs is mostly their loading. Some tests start one the slow way, as a shell does, so
that what is left out here is tested too: the interpreter's start.

It is that parent when it is run as a module: a line of JSON on its input asks for a process or for
how one ended, a line of JSON on its output answers.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import pkgutil
import runpy
import select
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[1]


class Process:
    """A process that was started; any thread may call any method."""

    def __init__(self, parent: Parent, pid: int) -> None:
        self.pid = pid
        self._parent = parent
        self._lock = threading.Lock()

    def wait(self) -> int:
        """Wait for its end; give its exit code, or the signal that ended it as a negative one."""
        with self._lock:
            return self._ended

    def kill(self) -> None:
        """End it as the kernel does, and wait until it is gone."""
        os.kill(self.pid, signal.SIGKILL)
        self.wait()

    @cached_property
    def _ended(self) -> int:
        if hasattr(os, "pidfd_open"):  # else no other can be started while one is waited for
            end = os.pidfd_open(self.pid)
            select.select([end], [], [])
            os.close(end)
        return self._parent.ask(wait=self.pid)


class Parent:
    """Starts processes; any thread may call any method."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.forks"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=_ROOT,
        )

    def close(self) -> None:
        self._process.communicate()

    def start(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        *,
        prints: str = os.devnull,
        complains: str = os.devnull,
    ) -> Process:
        """Start `bridge` in the present folder, with no terminal.

        Args:
            arguments: behind the command's name.
            environment: the whole of it.
            prints: the file at whose end its output goes.
            complains: that of what it says on stderr.
        """
        pid = self.ask(
            arguments=arguments,
            environment=dict(environment),
            folder=str(Path.cwd()),
            prints=prints,
            complains=complains,
        )
        return Process(self, pid)

    def ask(self, **what: object) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._lock:
            print(json.dumps(what), file=self._process.stdin, flush=True)
            return int(self._process.stdout.readline())


@cache
def parent() -> Parent:
    """The one of this test process, which ends with it."""
    started = Parent()
    atexit.register(started.close)
    return started


def run(
    arguments: Sequence[str], environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run `bridge` to its end, with no terminal."""
    with tempfile.TemporaryDirectory(prefix="bridge-said-") as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        process = parent().start(arguments, environment, prints=str(out), complains=str(err))
        code = process.wait()
        return subprocess.CompletedProcess(
            arguments, code, out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8")
        )


def _serve() -> None:
    _load_the_libraries()
    for line in sys.stdin:
        asked = json.loads(line)
        if "wait" in asked:
            _, status = os.waitpid(asked["wait"], 0)
            _answer(os.waitstatus_to_exitcode(status))
        elif pid := os.fork():
            _answer(pid)
        else:
            _become(**asked)
            runpy.run_module("bridge", run_name="__main__", alter_sys=True)
            return


def _load_the_libraries() -> None:
    """Each process loads the commands itself: their consoles look at its terminal then."""
    import bridge.cli

    for module in pkgutil.iter_modules(bridge.cli.__path__):
        import_module(f"bridge.cli.{module.name}")
    for name in [name for name in sys.modules if name.startswith("bridge.cli")]:
        del sys.modules[name]
    gc.collect()
    gc.freeze()


def _answer(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def _become(
    arguments: list[str], environment: dict[str, str], folder: str, prints: str, complains: str
) -> None:
    """Take the place of a process that a shell has started."""
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = ["bridge", *arguments]
    to_append = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    ways = ((os.devnull, os.O_RDONLY), (prints, to_append), (complains, to_append))
    for target, (path, way) in enumerate(ways):
        opened = os.open(path, way, 0o600)
        os.dup2(opened, target)
        os.close(opened)
    encoding = environment.get("PYTHONIOENCODING", "utf-8")
    files: dict[str, Any] = {"encoding": encoding, "closefd": False}
    sys.stdin = open(0, **files)  # noqa: SIM115  as long as the process lives
    sys.stdout = open(1, "w", **files)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, errors="backslashreplace", **files)  # noqa: SIM115


if __name__ == "__main__":
    _serve()
