"""Programs that end with the test run that started them, be it killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).parents[1]

_WATCH = """
import os, signal, sys, threading

def watch():
    os.read(0, 1)  # nothing is ever written: it ends with whoever holds its other end
    os.kill(os.getpid(), signal.SIGTERM)

threading.Thread(target=watch, daemon=True).start()
"""

BRIDGE = """
from bridge.cli.main import main
sys.argv[0] = "bridge"
main()
"""
"""The command `bridge`, as a program for `started`."""


def started(program: str, *arguments: str) -> subprocess.Popen[str]:
    """Start a program in a Python of its own, which gets SIGTERM when this process is gone."""
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", _WATCH + program, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=_ROOT,
    )
