"""Which process holds a lease, and whether it has certainly ended.

A process id means something within one pid namespace, from one start of the machine to the next,
and only until it is given to another process. So an identity says all three: where its number is
valid, the number, and when the process started. Whatever can't be told leaves the question open,
and a process of whom nothing is certain counts as alive.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PROC = Path("/proc")
_BOOT_ID = "sys/kernel/random/boot_id"
_NAMESPACES = ("pid", "time")
"""In which a process id is valid, and in which a start time is counted."""
_START_TIME = 19
"""Position of `starttime` behind the name of the process. Source: proc_pid_stat(5), field 22."""
_MAC_BOOT = ("/usr/sbin/sysctl", "-n", "kern.bootsessionuuid")


@dataclass(frozen=True, slots=True)
class Process:
    """A process, as another one may judge it."""

    host: str
    """For people; two containers may have the same."""
    realm: str
    """Where its number is valid; empty where that can't be told."""
    pid: int
    started: str
    """When it started, as its realm counts; empty where that can't be told."""


def this_process() -> Process:
    """Who we are."""
    pid = os.getpid()
    return Process(socket.gethostname(), realm(), pid, start_of(pid))


def has_ended(process: Process) -> bool:
    """Whether the process has certainly ended."""
    here = realm()
    if not here or (process.realm, process.host) != (here, socket.gethostname()):
        return False
    if not _exists(process.pid):
        return True
    started = start_of(process.pid)
    return bool(started and process.started) and started != process.started


@cache
def realm() -> str:
    """Where our process ids are valid; empty where that can't be told."""
    return _realms.get(sys.platform, lambda: "")()


def linux_realm(proc: Path = PROC) -> str:
    """This start of the machine, and the namespaces that this process is in.

    A `/proc` that shows another pid namespace than ours tells nothing.
    """
    try:
        if (proc / "self").readlink().name != str(os.getpid()):
            return ""
        boot = (proc / _BOOT_ID).read_text(encoding="ascii").strip()
        spaces = [(proc / "self/ns" / name).readlink().name for name in _present(proc)]
    except (OSError, UnicodeDecodeError):
        return ""
    return " ".join([boot, *spaces]) if boot and spaces else ""


def start_of(pid: int, proc: Path = PROC) -> str:
    """When the process started, in ticks since the machine did; empty where that can't be told."""
    try:
        stat = (proc / str(pid) / "stat").read_bytes()
    except OSError:
        return ""
    # The name stands in parentheses and may hold any character, further parentheses too.
    fields = stat.rpartition(b")")[2].split()
    return fields[_START_TIME].decode("ascii") if len(fields) > _START_TIME else ""


def _present(proc: Path) -> list[str]:
    """The namespaces that this kernel has; the one of process ids is always among them."""
    return [name for name in _NAMESPACES if name == "pid" or (proc / "self/ns" / name).is_symlink()]


def _mac_realm() -> str:
    """This start of the machine; macOS has no namespaces of process ids, and no /proc."""
    try:
        told = subprocess.run(  # noqa: S603  a fixed command
            _MAC_BOOT, capture_output=True, text=True, timeout=5, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return told.stdout.strip()


_realms: dict[str, Callable[[], str]] = {"linux": linux_realm, "darwin": _mac_realm}


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
