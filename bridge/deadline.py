"""An end to every HTTPS call, however slowly the other side answers.

The timeouts of httpx and requests count from one byte to the next: a server that sends a byte now
and then keeps a call alive for ever. Both libraries do their TLS through an `ssl.SSLContext` that
they are given, and a context may name the class of its sockets (`SSLContext.sslsocket_class`). Ours
shortens the timeout of every read, write and handshake to what is left of the caller's deadline:

    context = client_context(ca_bundle)
    with httpx.Client(verify=context) as client, deadline(30):
        client.get(url)

Name look-up, the TCP connection and the answer of a proxy to CONNECT come before TLS: they are
bounded by the library's own timeouts alone.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import certifi

from bridge.errors import SettingsError

_ends_at: ContextVar[float | None] = ContextVar("ends_at", default=None)
"""In seconds of `time.monotonic`; None where there is no deadline."""


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Let what this thread does within the block on sockets of `client_context` end in time.

    What is under way once `seconds` have passed ends with a `TimeoutError`, which httpx and
    requests turn into their own timeout errors. An inner deadline can't outlast an outer one.
    """
    outer = _ends_at.get()
    ends_at = time.monotonic() + seconds
    token = _ends_at.set(ends_at if outer is None else min(ends_at, outer))
    try:
        yield
    finally:
        _ends_at.reset(token)


def client_context(ca_bundle: Path | None) -> ssl.SSLContext:
    """Make the TLS context for both remotes; `ca_bundle` replaces the public authorities.

    Raises SettingsError if the file can't be read or holds no certificate.
    """
    try:
        context = ssl.create_default_context(cafile=ca_bundle or certifi.where())
    except ssl.SSLError as error:
        raise SettingsError(
            f"The CA bundle {ca_bundle} holds no certificate that can be read.",
            "Set BRIDGE_CA_BUNDLE to a file with certificates in PEM form.",
        ) from error
    except OSError as error:
        raise SettingsError(
            f"The CA bundle {ca_bundle} can't be read: {error.strerror or error}.",
            "Set BRIDGE_CA_BUNDLE to a PEM file that this user may read, or unset it.",
        ) from error
    context.sslsocket_class = _DeadlineSocket
    return context


class _DeadlineSocket(ssl.SSLSocket):
    """A TLS socket whose every operation ends by the deadline.

    These are the operations that all others of `ssl.SSLSocket` come down to. One such call is
    bounded as a whole by the socket's timeout, however many TCP packets it waits for.
    """

    def read(self, len: int = 1024, buffer: Any = None) -> Any:  # noqa: A002 the name it inherits
        with self._within_deadline():
            return super().read(len, buffer)

    def write(self, data: Any) -> int:
        with self._within_deadline():
            return super().write(data)

    def send(self, data: Any, flags: int = 0) -> int:
        with self._within_deadline():
            return super().send(data, flags)

    def do_handshake(self, block: bool = False) -> None:
        with self._within_deadline():
            super().do_handshake(block)

    def unwrap(self) -> Any:
        with self._within_deadline():
            return super().unwrap()

    @contextmanager
    def _within_deadline(self) -> Generator[None]:
        ends_at = _ends_at.get()
        if ends_at is None:
            yield
            return
        left = ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError("the deadline of this call has passed")
        timeout = self.gettimeout()
        self.settimeout(left if timeout is None else min(timeout, left))
        try:
            yield
        finally:
            with suppress(OSError):  # closed in the meantime: there is nothing left to restore
                self.settimeout(timeout)
