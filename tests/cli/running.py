"""Runs a command in this process, as a shell would see it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from bridge.cli import screen
from bridge.cli.main import main


@dataclass(frozen=True, slots=True)
class Done:
    code: int
    out: str
    err: str


Bridge = Callable[..., Done]


@pytest.fixture
def bridge(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Bridge:
    """Run `bridge` with these arguments on a wide console."""
    for console in (screen.stdout, screen.stderr):
        monkeypatch.setattr(console, "_width", 1000)

    def run(*arguments: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["bridge", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Done(int(ended.value.code or 0), said.out, said.err)

    return run
