from __future__ import annotations

import ast
import datetime as dt
import re
import signal
import socket
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

import bridge.practice
from bridge.practice import PracticeServer, Scenario
from bridge.practice.environment import as_exports
from tests.watched import started

SMALL = Scenario(size=3, extra_rows=0)
NAMES = {
    "GOTALLO_BASE_URL",
    "GOTALLO_TENANT_ID",
    "GOTALLO_API_TOKEN",
    "SF_ACCESS_TOKEN",
    "SF_ORG_INSTANCE_URL",
    "SF_LOGIN_URL",
    "SF_CLIENT_ID",
    "SF_CLIENT_SECRET",
    "BRIDGE_CA_BUNDLE",
    "BRIDGE_LEDGER",
}


def test_the_environment_names_all_that_a_client_needs() -> None:
    with PracticeServer(SMALL) as practice:
        assert practice.environment.keys() == NAMES
        token = practice.environment["SF_ACCESS_TOKEN"]
        # What the Salesforce CLI takes for a token.
        assert re.fullmatch(r"(00D\w{12,15})![.\w]*", token)


def test_nothing_is_left_when_the_server_stops() -> None:
    with PracticeServer(SMALL) as practice:
        bundle = Path(practice.environment["BRIDGE_CA_BUNDLE"])
        assert bundle.exists()
        port = int(practice.origin.rpartition(":")[2])
    assert not bundle.parent.exists()
    assert not any(thread.name == "practice" for thread in threading.enumerate())
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port)).close()


def test_another_org_is_served_at_the_same_address(
    browse: Callable[[PracticeServer], httpx.Client],
) -> None:
    with PracticeServer(SMALL) as practice:
        origin = practice.origin
        old_token = practice.environment["SF_ACCESS_TOKEN"]
        practice.sessions.expire()
        practice.begin_anew(Scenario(size=5, extra_rows=0))
        assert practice.origin == origin
        assert len(practice.gotallo.failures()) == 5
        assert practice.sessions.valid(old_token), "sessions are numbered anew"
        assert browse(practice).get("/services/data").status_code == 200
        assert len(practice.requests.all()) == 1


def test_what_time_it_is_in_the_org_is_for_the_clock_to_say() -> None:
    now = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
    practice = PracticeServer(SMALL, clock=lambda: now)
    practice.org.set_rule_active("No_Links", False)
    assert practice.org.rules()[0].last_modified == now


def test_the_server_stops_though_a_client_keeps_its_connection(
    browse: Callable[[PracticeServer], httpx.Client],
) -> None:
    with PracticeServer(SMALL) as practice:
        browse(practice).get("/services/data")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "practice.example"])  # noqa: S104 - refused
def test_an_address_that_is_not_loopback_is_refused(host: str) -> None:
    with pytest.raises(ValueError, match="loopback only"):
        PracticeServer(SMALL, host=host)


def test_a_taken_port_is_an_error_of_the_operating_systems() -> None:
    with PracticeServer(SMALL) as practice:
        port = int(practice.origin.rpartition(":")[2])
        with pytest.raises(OSError, match="in use"), PracticeServer(SMALL, port=port):
            pass


def test_exports_are_read_by_a_shell_as_they_are() -> None:
    exports = as_exports({"A": "it's $HOME", "B": "plain"})
    script = f'{exports}printf \'%s|%s\' "$A" "$B"'
    read = subprocess.run(["/bin/sh", "-c", script], capture_output=True, check=True, text=True)
    assert read.stdout == "it's $HOME|plain"


SERVE = """
from pathlib import Path
from bridge.practice import Scenario, serve

def announce(text):
    print(text, end="", flush=True)

serve(Scenario(size=3), "127.0.0.1", 0, Path(sys.argv[1]), announce)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["int", "term"])
def test_serving_announces_itself_and_ends_cleanly_on_a_signal(
    number: signal.Signals, tmp_path: Path
) -> None:
    env_file = tmp_path / "practice.env"
    with started(SERVE, str(env_file)) as process:
        lines = announced(process)
        written, mode = env_file.read_text(), env_file.stat().st_mode & 0o777
        process.send_signal(number)
        assert process.stderr is not None
        complaints = process.stderr.read()
        assert (process.wait(), complaints) == (0, "")
    assert written.splitlines(keepends=True)[1:] == lines
    assert mode == 0o600
    values = dict(line.removeprefix("export ").rstrip().split("=", 1) for line in lines)
    assert values.keys() == NAMES
    assert not Path(values["BRIDGE_CA_BUNDLE"]).parent.exists()
    assert list(tmp_path.iterdir()) == []


def test_a_program_of_a_test_ends_with_the_test(tmp_path: Path) -> None:
    with started(SERVE, str(tmp_path / "practice.env")) as process:
        announced(process)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait() == 0


def test_the_next_start_removes_what_a_killed_one_left(tmp_path: Path) -> None:
    with started(SERVE, str(tmp_path / "practice.env")) as process:
        lines = announced(process)
        bundle = next(line for line in lines if "BRIDGE_CA_BUNDLE" in line)
        left = Path(bundle.rstrip().partition("=")[2]).parent
        with PracticeServer(SMALL):
            assert left.exists()
        process.kill()
        process.wait()
        assert left.exists()
        with PracticeServer(SMALL) as practice:
            assert not left.exists()
            assert Path(practice.environment["BRIDGE_CA_BUNDLE"]).exists()


def announced(process: subprocess.Popen[str]) -> list[str]:
    """The export lines, once it serves."""
    assert process.stdout is not None
    return [process.stdout.readline() for _ in NAMES]


def test_the_practice_org_imports_nothing_else_of_the_bridge() -> None:
    folder = Path(bridge.practice.__file__).parent
    imported = {
        node.module or ""
        for file in folder.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom)
    }
    assert all(m.startswith("bridge.practice") for m in imported if m.startswith("bridge"))
