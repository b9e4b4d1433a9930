"""A line between a ledger and its PostgreSQL server that can be cut around a commit."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from enum import Enum, auto
from types import TracebackType
from typing import Self

_COMMIT = b"COMMIT\x00"
_TAKES_THE_LOCK = b"pg_advisory_xact_lock"


class Cut(Enum):
    """Where the line is cut, once: around a commit of a writing transaction."""

    BEFORE_THE_COMMIT = auto()
    """The server never hears of it, and rolls back."""
    BEFORE_ITS_ANSWER = auto()
    """The server has committed; the client never hears of it."""


class Line:
    """Passes bytes on between clients and a server on loopback."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._cut: Cut | None = None
        self._commits_before = 0
        self._lock = threading.Lock()
        self._connections: list[_Connection] = []
        self._acceptor = threading.Thread(target=self._accept)

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    def __enter__(self) -> Self:
        self._acceptor.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._acceptor.join()
        for connection in self._connections:
            connection.close()

    def cut(self, where: Cut, nth: int = 1) -> None:
        """Cut the line at the nth commit from here on, once."""
        with self._lock:
            self._cut = where
            self._commits_before = nth - 1

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._connections.append(_Connection(self, client, self._server_port))

    def take_cut(self) -> Cut | None:
        """The cut that is due at this commit."""
        with self._lock:
            if self._commits_before:
                self._commits_before -= 1
                return None
            due, self._cut = self._cut, None
            return due


class _Connection:
    """One client's way to the server and back."""

    def __init__(self, line: Line, client: socket.socket, server_port: int) -> None:
        self._line = line
        self._client = client
        self._server = socket.create_connection(("127.0.0.1", server_port))
        self._writes = False
        self._unanswered = threading.Event()
        self._pumps = [threading.Thread(target=pump) for pump in (self._there, self._back)]
        for pump in self._pumps:
            pump.start()

    def close(self) -> None:
        self._hang_up()
        for pump in self._pumps:
            pump.join()
        self._client.close()
        self._server.close()

    def _there(self) -> None:
        while data := _received(self._client):
            self._writes = self._writes or _TAKES_THE_LOCK in data
            if self._writes and _COMMIT in data:
                self._writes = False
                match self._line.take_cut():
                    case Cut.BEFORE_THE_COMMIT:
                        break
                    case Cut.BEFORE_ITS_ANSWER:
                        self._unanswered.set()
            _pass_on(data, self._server)
        self._hang_up()

    def _back(self) -> None:
        while (data := _received(self._server)) and not self._unanswered.is_set():
            _pass_on(data, self._client)
        self._hang_up()

    def _hang_up(self) -> None:
        for end in (self._client, self._server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


def _received(end: socket.socket) -> bytes:
    try:
        return end.recv(65_536)
    except OSError:
        return b""


def _pass_on(data: bytes, end: socket.socket) -> None:
    """Send; where the end is gone, its own pump notices."""
    with suppress(OSError):
        end.sendall(data)
