"""Serving for people: prints the environment, then serves until it is told to stop."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from bridge.practice.env_file import EnvFile
from bridge.practice.environment import Login, as_exports
from bridge.practice.scenario import Scenario
from bridge.practice.server import PracticeServer


def serve(
    scenario: Scenario,
    host: str,
    port: int,
    env_file: Path | None,
    announce: Callable[[str], None],
    login: Login = Login.TOKEN,
) -> None:
    """Serve until SIGINT or SIGTERM. To be called from the main thread.

    Args:
        scenario: which org, which morning.
        host: a loopback address.
        port: 0 takes a free one.
        env_file: where the environment is written too, readable by its owner only; removed at
            the end, since what it names is gone by then.
        announce: is given the environment as `export NAME=value` lines, once the server accepts.
        login: what the environment gives to come into the org with.

    Raises:
        ValueError: the host is no loopback address.
        EnvFileError: the environment file can't be written, or is something else's.
        OSError: the port is taken.
    """
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    file = EnvFile(env_file) if env_file else None
    handlers = {s: signal.signal(s, on_signal) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        with PracticeServer(scenario, host=host, port=port) as practice:
            exports = as_exports(practice.environment_for(login))
            try:
                if file:
                    file.write(exports)
                announce(exports)
                stop.wait()
            finally:
                if file:
                    file.remove()
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
