"""A call and its reply, free of any web framework."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field

from bridge.practice.faults import Effect, Operation, Remote
from bridge.practice.org.values import Json

JSON_TYPE = "application/json;charset=UTF-8"
HTML_TYPE = "text/html;charset=UTF-8"

NOT_REAL = {"X-Practice-Org": "this is not Salesforce, and not GoTallo"}
"""A header of every answer."""

_KEPT_CALLS = 100_000


@dataclass(frozen=True, slots=True)
class Call:
    """One request, read to its end."""

    method: str
    path: str
    """Without a trailing slash."""
    route: Mapping[str, str]
    """The variable parts of the path."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    """Unpacked."""
    target_bytes: int
    """The length of path and query as they came."""
    origin: str
    """Of the server: `https://127.0.0.1:PORT`."""
    effect: Effect | None
    """What goes wrong with it."""
    until_answered: ExitStack = field(default_factory=ExitStack)
    """What is held until its answer has gone out."""

    def bearer(self) -> str:
        """The token of the Authorization header, empty if there is none."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() in {"bearer", "oauth"} else ""


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer; a body of None sends none."""

    status: int
    body: Json = None
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    """Sent as HTML where there is no JSON body."""

    def content(self) -> bytes:
        if self.body is None:
            return self.text.encode()
        # A lone surrogate has no UTF-8: it goes out as a question mark.
        return json.dumps(self.body, ensure_ascii=False).encode(errors="replace")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the log keeps of a call."""

    remote: Remote
    operation: Operation
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Without the token."""
    records: int
    """How many records an insert carried."""
    status: int | None
    """None where the connection was cut."""


class RequestLog:
    """The calls of both remotes, oldest first. May be used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: deque[Asked] = deque(maxlen=_KEPT_CALLS)

    def add(self, asked: Asked) -> None:
        with self._lock:
            self._calls.append(asked)

    def all(self) -> tuple[Asked, ...]:
        with self._lock:
            return tuple(self._calls)

    def of(self, operation: Operation) -> tuple[Asked, ...]:
        return tuple(asked for asked in self.all() if asked.operation is operation)

    def clear(self) -> None:
        with self._lock:
            self._calls.clear()
