"""Whether a process has ended is concluded only where its number means the same here."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bridge.ledger import processes
from bridge.ledger.processes import Process, has_ended, linux_realm, realm, start_of, this_process

NO_PID = 2**22 + 1
"""Greater than any process id that Linux gives."""

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc here")


@pytest.fixture
def gone() -> Process:
    """A process of this machine that has ended and was waited for."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        process = replace(this_process(), pid=child.pid, started=start_of(child.pid))
        assert not has_ended(process), "while it runs"
    return process


def test_a_process_that_is_gone_has_ended(gone: Process) -> None:
    assert has_ended(gone)


def test_we_have_not_ended() -> None:
    assert not has_ended(this_process())


@on_linux
def test_a_number_that_was_given_to_another_process_is_not_the_one_that_had_it() -> None:
    assert has_ended(replace(this_process(), started="1"))


@pytest.mark.parametrize(
    "elsewhere",
    [{"realm": "another"}, {"realm": ""}, {"host": "elsewhere.example"}],
    ids=["another realm", "no known realm", "another host"],
)
def test_nothing_is_concluded_of_a_number_that_is_valid_elsewhere(
    gone: Process, elsewhere: dict[str, str]
) -> None:
    host, their_realm = elsewhere.get("host", gone.host), elsewhere.get("realm", gone.realm)
    assert not has_ended(replace(gone, host=host, realm=their_realm))


def test_where_we_are_not_told_where_we_are_nothing_is_concluded(
    gone: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "realm", lambda: "")
    assert not has_ended(replace(gone, realm=""))


def test_a_start_that_is_not_known_ends_nobody() -> None:
    assert not has_ended(replace(this_process(), started=""))


def a_proc(folder: Path, *, boot: str = "b00t", pid_space: str = "pid:[1]", time: str = "") -> Path:
    """A /proc as Linux has it, as far as it is looked at."""
    (folder / "sys/kernel/random").mkdir(parents=True)
    (folder / "sys/kernel/random/boot_id").write_text(f"{boot}\n")
    own = folder / str(os.getpid())
    (own / "ns").mkdir(parents=True)
    (folder / "self").symlink_to(str(os.getpid()))
    (own / "ns/pid").symlink_to(pid_space)
    if time:
        (own / "ns/time").symlink_to(time)
    return folder


@pytest.mark.parametrize(
    "other",
    [{"boot": "later"}, {"pid_space": "pid:[2]"}, {"time": "time:[2]"}],
    ids=["started anew", "another container", "another count of time"],
)
def test_a_realm_is_one_start_of_one_machine_in_one_container(
    tmp_path: Path, other: dict[str, str]
) -> None:
    here = linux_realm(a_proc(tmp_path / "here"))
    assert here == linux_realm(a_proc(tmp_path / "same"))
    there = linux_realm(a_proc(tmp_path / "there", **other))
    assert there
    assert there != here


def test_a_proc_of_another_container_tells_nothing(tmp_path: Path) -> None:
    proc = a_proc(tmp_path / "proc")
    (proc / "self").unlink()
    (proc / "self").symlink_to(str(os.getpid() + 1))
    (proc / str(os.getpid())).rename(proc / str(os.getpid() + 1))
    assert linux_realm(proc) == ""


def test_no_proc_tells_nothing(tmp_path: Path) -> None:
    assert linux_realm(tmp_path) == ""
    assert start_of(os.getpid(), tmp_path) == ""


def test_a_start_time_is_read_whatever_the_process_is_called(tmp_path: Path) -> None:
    behind = " ".join(["S", *(str(n) for n in range(4, 22)), "4711", *map(str, range(23, 53))])
    (tmp_path / "7").mkdir()
    (tmp_path / "7/stat").write_text(f"7 (a ) S 1 (b)) {behind}\n")
    assert start_of(7, tmp_path) == "4711"


@on_linux
def test_a_process_of_a_real_container_with_our_host_name_is_not_taken_for_gone() -> None:
    inside = (
        "from bridge.ledger.processes import this_process as t; p = t();"
        "print(p.host, p.pid, p.realm or '?', sep='\\n')"
    )
    enter = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc"]
    try:
        told = subprocess.run(
            [*enter, sys.executable, "-c", inside],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
    except (OSError, subprocess.CalledProcessError) as refused:
        pytest.skip(f"this machine makes no process namespaces for us: {refused}")
    host, _, their_realm = told.stdout.strip().split("\n")
    assert host == socket.gethostname()
    assert their_realm != realm()
    assert not has_ended(Process(host, their_realm, NO_PID, "1"))
