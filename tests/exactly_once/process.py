"""Processes within one process: each can die at any moment, and does nothing from then on.

A life is what the threads of one such process share. Whatever is durable or leaves the process goes
through two doors: the ledger's transactions and the HTTP requests. Each passing of a door is a
moment. A life may end at a moment: from then on every door raises `Died`, so that no `finally` can
tidy up: no transaction is begun or committed, no request leaves, the lease stays.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
import requests.adapters
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.default import DefaultDialect

_WRITES = "writes"
"""In a connection's `info` while its transaction has written."""


class Died(BaseException):
    """The process has ended; nothing of it goes on."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Where a process stands: right before or right after something that outlasts it."""

    when: str
    what: str

    @property
    def lasting(self) -> bool:
        """Whether the thing changes the ledger or the org."""
        return not self.what.startswith("GET ")


Event = Callable[[Moment], None]
"""Happens to a process at a moment, in the thread that has come there."""


def nothing(_: Moment) -> None:
    return None


class Life:
    """One process. Its threads are those that are started within `living`."""

    def __init__(self, at: int | None = None, then: Event = nothing) -> None:
        """Begin.

        Args:
            at: the number of the moment at which something happens, from 0; None for never.
            then: what happens.
        """
        self.moments: list[Moment] = []
        self.dead = False
        self._at = at
        self._then = then
        self._lock = threading.Lock()

    def die(self, _: Moment | None = None) -> None:
        self.dead = True
        raise Died

    def reach(self, when: str, what: str) -> None:
        """Come to a moment.

        Raises:
            Died: the process is dead, or dies here.
        """
        with self._lock:
            self.check()
            moment = Moment(when, what)
            number = len(self.moments)
            self.moments.append(moment)
        if number == self._at:
            self._then(moment)
        self.check()

    def check(self) -> None:
        """Raise `Died` where the process is dead."""
        if self.dead:
            raise Died


_life: ContextVar[Life | None] = ContextVar("life", default=None)


@contextmanager
def living(life: Life) -> Iterator[Life]:
    """What this thread does, and the threads that it starts, belongs to this process."""
    token = _life.set(life)
    try:
        yield life
    finally:
        _life.reset(token)


def dying_at(number: int) -> Life:
    """A process that dies at its nth moment, from 0."""
    life = Life(number)
    life._then = life.die
    return life


@contextmanager
def doors_watched() -> Iterator[None]:
    """Processes come to moments, and dead ones do nothing, as long as this is open."""
    with _threads_inherit(), _requests_watched(), _transactions_watched():
        yield


@contextmanager
def _replaced(owner: type, name: str, made: Callable[[Any], Any]) -> Iterator[None]:
    original = getattr(owner, name)
    setattr(owner, name, made(original))
    try:
        yield
    finally:
        setattr(owner, name, original)


@contextmanager
def _threads_inherit() -> Iterator[None]:
    """A thread belongs to the process that started it."""

    def inheriting(start: Callable[[threading.Thread], None]) -> Callable[[threading.Thread], None]:
        def start_within(thread: threading.Thread) -> None:
            if _life.get() is not None:
                context, run = copy_context(), thread.run
                thread.run = lambda: context.run(run)  # type: ignore[method-assign]
            start(thread)

        return start_within

    with _replaced(threading.Thread, "start", inheriting):
        yield


@contextmanager
def _requests_watched() -> Iterator[None]:
    def watching(send: Callable[..., Any]) -> Callable[..., Any]:
        def sending(self: object, request: Any, *arguments: Any, **options: Any) -> Any:
            life = _life.get()
            if life is None:
                return send(self, request, *arguments, **options)
            what = f"{request.method} {urlsplit(str(request.url)).path}"
            life.reach("before", what)
            answer = send(self, request, *arguments, **options)
            try:
                life.reach("after", what)
            except Died:
                answer.close()
                raise
            return answer

        return sending

    with (
        _replaced(requests.adapters.HTTPAdapter, "send", watching),
        _replaced(httpx.HTTPTransport, "handle_request", watching),
    ):
        yield


@contextmanager
def _transactions_watched() -> Iterator[None]:
    committing = threading.local()

    def before_statement(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        life = _life.get()
        if life is not None:
            life.check()
        if not statement.lstrip().upper().startswith(("SELECT", "BEGIN", "PRAGMA")):
            connection.info[_WRITES] = statement.split(None, 3)[:3]

    def before_commit(connection: Connection) -> None:
        life = _life.get()
        written = connection.info.pop(_WRITES, None)
        committing.what = None
        if life is not None and written:
            committing.what = f"commit of {' '.join(written)}"
            life.reach("before", committing.what)

    def after_rollback(connection: Connection) -> None:
        connection.info.pop(_WRITES, None)

    def watching(commit: Callable[..., None]) -> Callable[..., None]:
        def committed(self: object, connection: Any) -> None:
            commit(self, connection)
            life = _life.get()
            if life is not None and getattr(committing, "what", None):
                life.reach("after", committing.what)

        return committed

    listeners = (
        ("before_cursor_execute", before_statement),
        ("commit", before_commit),
        ("rollback", after_rollback),
    )
    for name, listener in listeners:
        event.listen(Engine, name, listener)
    try:
        with _replaced(DefaultDialect, "do_commit", watching):
            yield
    finally:
        for name, listener in listeners:
            event.remove(Engine, name, listener)
