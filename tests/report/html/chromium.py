"""A headless Chromium, led through its own protocol over a pair of pipes.

Source: Chrome DevTools Protocol, https://chromedevtools.github.io/devtools-protocol/. With
`--remote-debugging-pipe` it reads commands at descriptor 3 and answers at 4, each a JSON text with
a NUL behind it.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest

MADE = Path(__file__).parents[3] / ".venv-browser"
"""Where `scripts/test` puts what npm has."""
_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
_LEAST_DESCRIPTOR = 10
_PATIENCE = 30
"""Seconds for its end."""
_AT_THREE_AND_FOUR = (
    "import os, sys; os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4); "
    "os.execv(sys.argv[3], sys.argv[3:])"
)
_FLAGS = (
    "--headless",
    "--remote-debugging-pipe",
    "--no-sandbox",  # a container's root may not have one
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)

_MOST_FRAMES = 3_600
_KEYS = {"Enter": (13, "\r")}
"""Each with its number, and the text that it makes."""


def find() -> Path:
    """The browser; skip the test, visibly, where none starts."""
    programs = (MADE / "chromium", *map(shutil.which, _NAMES))
    for program in filter(None, map(_as_path, programs)):
        if _starts(program):
            return program
    pytest.skip("no Chromium starts: scripts/test installs one where npm is there")


def _as_path(found: Path | str | None) -> Path | None:
    return Path(found) if found and Path(found).is_file() else None


@cache
def _starts(program: Path) -> bool:
    told = subprocess.run(
        [program, "--version"], env=_environment(program), capture_output=True, check=False
    )
    return told.returncode == 0


def _environment(program: Path) -> dict[str, str]:
    """With the libraries that came with it, where they did."""
    libraries = program.parent / "al2023" / "lib"
    carried = {"LD_LIBRARY_PATH": str(libraries)} if libraries.is_dir() else {}
    return {"PATH": os.environ["PATH"], **carried}


def axe() -> str:
    """The source of axe-core; skip the test, visibly, where it is not there."""
    source = MADE / "node_modules" / "axe-core" / "axe.min.js"
    if not source.is_file():
        pytest.skip("axe-core is not installed: scripts/test installs it where npm is there")
    return source.read_text("utf-8")


class Tab:
    """One page, with whatever it complained about or asked for."""

    def __init__(self, browser: _Browser, session: str) -> None:
        self._browser = browser
        self._session = session

    def do(self, method: str, **params: object) -> Mapping[str, Any]:
        """One command of the protocol."""
        return self._browser.ask(method, params, self._session)

    def open(self, path: Path) -> None:
        """Open a file and wait until it is loaded."""
        before = len(self._browser.events("Page.loadEventFired"))
        self.do("Page.navigate", url=path.as_uri())
        self._browser.wait_for("Page.loadEventFired", before + 1)

    def js(self, expression: str) -> Any:
        """What an expression comes to; a promise is awaited."""
        answer = self.do(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def click(self, selector: str) -> None:
        """Click in the middle of an element, as a mouse does."""
        box = self.js(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)});"
            "e.scrollIntoView({block: 'center'}); const r = e.getBoundingClientRect();"
            "return [r.x + r.width / 2, r.y + r.height / 2]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.do(
                "Input.dispatchMouseEvent",
                type=kind,
                x=box[0],
                y=box[1],
                button="left",
                clickCount=1,
            )

    def press(self, key: str) -> None:
        """Press and release a key."""
        code, text = _KEYS[key]
        for kind in ("keyDown", "keyUp"):
            self.do(
                "Input.dispatchKeyEvent",
                type=kind,
                key=key,
                code=key,
                windowsVirtualKeyCode=code,
                **({"text": text} if text and kind == "keyDown" else {}),
            )

    def type(self, selector: str, text: str) -> None:
        self.click(selector)
        self.do("Input.insertText", text=text)

    def choose(self, selector: str, value: str) -> None:
        """Choose an option, as a person's choice tells the page."""
        self.js(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)});"
            f"e.value = {json.dumps(value)}; e.dispatchEvent(new Event('change')); }})()"
        )

    def until(self, expression: str) -> None:
        """Wait until an expression is true, looked at with each of a bounded number of frames."""
        self.js(
            "new Promise((done, fail) => { let left = "
            f"{_MOST_FRAMES}; const look = () => ({expression}) ? done(true) : left-- ? "
            "requestAnimationFrame(look) : fail(new Error('it did not come')); look(); })"
        )

    def requests(self) -> list[str]:
        """Addresses that the page asked for, its own among them."""
        return [one["request"]["url"] for one in self._browser.events("Network.requestWillBeSent")]

    def complaints(self) -> list[str]:
        """Errors and warnings of the console, exceptions, refusals of the policy."""
        self.js("new Promise((done) => setTimeout(done))")
        events = self._browser.events
        return [
            *(json.dumps(one["entry"]) for one in events("Log.entryAdded")),
            *(json.dumps(one["exceptionDetails"]) for one in events("Runtime.exceptionThrown")),
            *(json.dumps(one["args"]) for one in events("Runtime.consoleAPICalled")),
        ]

    def resize(self, width: int, height: int) -> None:
        """Give the window another size, in pixels."""
        self.do(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )


class _Browser:
    """Asks one thing after the other, and keeps the events that come in between."""

    def __init__(self, commands: int, answers: int) -> None:
        self._commands = commands
        self._answers = answers
        self._rest = b""
        self._number = 0
        self._events: list[Mapping[str, Any]] = []

    def ask(
        self, method: str, params: Mapping[str, object], session: str | None = None
    ) -> Mapping[str, Any]:
        self._number += 1
        asked = {"id": self._number, "method": method, "params": params}
        if session:
            asked["sessionId"] = session
        left = json.dumps(asked).encode() + b"\0"
        while left:
            left = left[os.write(self._commands, left) :]
        while True:
            told = self._next()
            if told.get("id") == self._number:
                assert "error" not in told, (method, told["error"])
                result: Mapping[str, Any] = told["result"]
                return result
            self._events.append(told)

    def close(self, process: subprocess.Popen[bytes]) -> None:
        """Let it end by itself, so that nothing writes to its folder any more."""
        try:
            self.ask("Browser.close", {})
            process.wait(_PATIENCE)
        except (OSError, AssertionError, subprocess.TimeoutExpired):
            process.kill()

    def wait_for(self, event: str, times: int) -> None:
        """Until it has come that often since the beginning."""
        while len(self.events(event)) < times:
            self._events.append(self._next())

    def events(self, method: str) -> list[Mapping[str, Any]]:
        return [one["params"] for one in self._events if one.get("method") == method]

    def _next(self) -> Mapping[str, Any]:
        while b"\0" not in self._rest:
            came = os.read(self._answers, 1 << 20)
            assert came, "the browser has ended"
            self._rest += came
        one, _, self._rest = self._rest.partition(b"\0")
        told: Mapping[str, Any] = json.loads(one)
        return told


@contextmanager
def open_tab(folder: Path) -> Iterator[Tab]:
    """An empty page in a browser of its own, whose profile lies in a folder."""
    program = find()
    theirs_in, ours_out = map(_high, os.pipe())
    ours_in, theirs_out = map(_high, os.pipe())
    with subprocess.Popen(
        [
            *(sys.executable, "-c", _AT_THREE_AND_FOUR, str(theirs_in), str(theirs_out)),
            *(str(program), *_FLAGS, f"--user-data-dir={folder}"),
        ],
        pass_fds=(theirs_in, theirs_out),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**_environment(program), "HOME": str(folder), "TMPDIR": str(folder)},
    ) as process:
        os.close(theirs_in)
        os.close(theirs_out)
        browser = _Browser(ours_out, ours_in)
        try:
            yield _new_tab(browser)
        finally:
            browser.close(process)
            os.close(ours_out)
            os.close(ours_in)


def _new_tab(browser: _Browser) -> Tab:
    target = browser.ask("Target.createTarget", {"url": "about:blank"})["targetId"]
    attached = browser.ask("Target.attachToTarget", {"targetId": target, "flatten": True})
    tab = Tab(browser, attached["sessionId"])
    for domain in ("Page", "Runtime", "Log", "Network"):
        tab.do(f"{domain}.enable")
    return tab


def _high(descriptor: int) -> int:
    """The same, out of the way of 3 and 4."""
    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _LEAST_DESCRIPTOR)
    os.close(descriptor)
    return moved
