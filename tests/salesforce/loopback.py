"""A TLS server on loopback that answers what a test tells it to, or breaks off as told.

It knows nothing of Salesforce: a test that wants an org's behaviour takes the practice org.
"""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TypeAlias
from urllib.parse import parse_qs, urlsplit

import trustme


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    target: str
    """Path and query as on the wire."""


@dataclass(frozen=True)
class Answer:
    """A whole answer."""

    body: object
    """JSON, or the bytes themselves."""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def payload(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass(frozen=True)
class Half:
    """An answer whose connection is closed in the middle of its body."""

    body: bytes


@dataclass(frozen=True)
class Cut:
    """No answer: the connection is closed after the request has arrived."""


@dataclass(frozen=True)
class Silence:
    """No answer and no end: the connection stays open until the client gives up."""


@dataclass(frozen=True)
class Trickle:
    """An answer whose body comes a byte at a time and never ends."""


Reply: TypeAlias = Answer | Half | Cut | Silence | Trickle
Responder: TypeAlias = Callable[[Asked], Reply]


def _unexpected(asked: Asked) -> Reply:
    return Answer([{"message": "nothing is here", "errorCode": "NOT_FOUND"}], 404)


class Loopback(ThreadingHTTPServer):
    """Answers by `respond`, and remembers what it was asked."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, certificate: trustme.LeafCert) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.respond: Responder = _unexpected
        self.asked: list[Asked] = []
        self.stopping = threading.Event()
        self._lock = threading.Lock()
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(self._tls)

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.server_address[1]}"

    def remember(self, asked: Asked) -> None:
        with self._lock:
            self.asked.append(asked)

    def get_request(self) -> tuple[socket.socket, object]:
        plain, address = super().get_request()
        # The handshake belongs into the thread of the request, so that a bad one stops no other.
        return self._tls.wrap_socket(
            plain, server_side=True, do_handshake_on_connect=False
        ), address

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that breaks off is part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = (
        -1
    )  # one packet an answer: headers and body apart would wait for each other's receipt
    server: Loopback

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = urlsplit(self.path)
        asked = Asked(
            method=self.command,
            path=parts.path,
            query={name: values[0] for name, values in parse_qs(parts.query).items()},
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
            target=self.path,
        )
        self.server.remember(asked)
        self._give(self.server.respond(asked))

    def _give(self, reply: Reply) -> None:
        match reply:
            case Answer():
                payload = reply.payload()
                self.send_response(reply.status)
                self.send_header("Content-Type", "application/json;charset=UTF-8")
                self.send_header("Content-Length", str(len(payload)))
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(payload)
            case Half(body):
                self.send_response(200)
                self.send_header("Content-Length", str(len(body) * 2))
                self.end_headers()
                self.wfile.write(body)
                self.close_connection = True
            case Cut():
                self.close_connection = True
            case Silence():
                self.server.stopping.wait()
                self.close_connection = True
            case Trickle():
                self.send_response(200)
                self.send_header("Content-Length", str(1 << 20))
                self.end_headers()
                while not self.server.stopping.wait(0.02):
                    self.wfile.write(b" ")
                    self.wfile.flush()

    do_GET = _serve  # noqa: N815 - the name that http.server looks for
    do_POST = _serve  # noqa: N815 - the same

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Keep stderr clean."""


@contextmanager
def serving(certificate: trustme.LeafCert) -> Iterator[Loopback]:
    """A server in a thread of its own."""
    server = Loopback(certificate)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        server.shutdown()
        thread.join()
        server.server_close()


def write_authority(folder: Path, authority: trustme.CA) -> Path:
    """The PEM file that makes a client trust the authority."""
    path = folder / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    return path
