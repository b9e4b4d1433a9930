from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
import trustme
from requests.adapters import HTTPAdapter

from bridge.deadline import client_context, deadline
from bridge.errors import SettingsError

Answer = Callable[[ssl.SSLSocket, threading.Event], None]
Client = Callable[[str, bytes], int]

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
PACE = 0.02
ENOUGH = 250  # paces, then a server that should have been left by then closes the connection


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def context(authority: trustme.CA, tmp_path: Path) -> ssl.SSLContext:
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(bundle)
    return client_context(bundle)


@contextmanager
def listening(serve: Callable[[socket.socket, threading.Event], None]) -> Iterator[str]:
    """A server on loopback that gives each connection to `serve`, one after the other."""
    closing = threading.Event()

    def accept() -> None:
        while not closing.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            with connection:
                connection.settimeout(5)
                try:
                    serve(connection, closing)
                except OSError:
                    continue

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(PACE)
        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield f"https://127.0.0.1:{listener.getsockname()[1]}/"
        finally:
            closing.set()
            thread.join()


@contextmanager
def answering(authority: trustme.CA, answer: Answer) -> Iterator[str]:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)

    def serve(connection: socket.socket, closing: threading.Event) -> None:
        with tls.wrap_socket(connection, server_side=True) as stream:
            answer(stream, closing)

    with listening(serve) as url:
        yield url


def read_head(stream: ssl.SSLSocket, closing: threading.Event) -> bool:
    """Whether a request came before the client or the test was done."""
    stream.settimeout(PACE)
    head = b""
    while not (head.endswith(b"\r\n\r\n") or closing.is_set()):
        try:
            piece = stream.recv(1)
        except TimeoutError:
            continue
        if not piece:
            return False
        head += piece
    return not closing.is_set()


def trickle(stream: socket.socket, closing: threading.Event, piece: bytes = b"x") -> None:
    for _ in range(ENOUGH):
        if closing.wait(PACE):
            break
        stream.sendall(piece)


def answer_properly(stream: ssl.SSLSocket, closing: threading.Event) -> None:
    while read_head(stream, closing):
        stream.sendall(OK)


def trickle_the_headers(stream: ssl.SSLSocket, closing: threading.Event) -> None:
    read_head(stream, closing)
    stream.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    trickle(stream, closing)


def trickle_the_body(stream: ssl.SSLSocket, closing: threading.Event) -> None:
    read_head(stream, closing)
    stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    trickle(stream, closing)


def trickle_the_chunks(stream: ssl.SSLSocket, closing: threading.Event) -> None:
    read_head(stream, closing)
    stream.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    trickle(stream, closing, b"1\r\nx\r\n")


def read_nothing(stream: ssl.SSLSocket, closing: threading.Event) -> None:
    closing.wait(ENOUGH * PACE)


def trickle_the_handshake(connection: socket.socket, closing: threading.Event) -> None:
    connection.sendall(b"\x16\x03\x03\x40\x00")  # one TLS record of 16 KiB, which never ends
    trickle(connection, closing)


class OwnContext(HTTPAdapter):
    def __init__(self, context: ssl.SSLContext) -> None:
        self.context = context
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, ssl_context=self.context)


@pytest.fixture(params=["httpx", "requests"])
def client(request: pytest.FixtureRequest, context: ssl.SSLContext) -> Iterator[Client]:
    """Posts a body without any timeout of the library's own, and returns the status."""
    with ExitStack() as stack:
        if request.param == "httpx":
            by_httpx = stack.enter_context(
                httpx.Client(verify=context, timeout=None, trust_env=False)  # noqa: S113 wanted
            )
            yield lambda url, body: by_httpx.post(url, content=body).status_code
        else:
            by_requests = stack.enter_context(requests.Session())
            by_requests.trust_env = False
            by_requests.mount("https://", OwnContext(context))
            yield lambda url, body: by_requests.post(url, data=body).status_code


def raises_timeout() -> pytest.RaisesExc[Exception]:
    # requests has no timeout error of its own for a body that stops, and none for an upload.
    kinds = (httpx.TimeoutException, requests.Timeout, requests.ConnectionError)
    return pytest.raises(kinds, match=r"(?i)timed out|timeout|deadline")


@pytest.mark.parametrize(
    "answer", [trickle_the_headers, trickle_the_body, trickle_the_chunks], ids=lambda f: f.__name__
)
def test_a_trickling_answer_ends_in_a_timeout(
    client: Client, authority: trustme.CA, answer: Answer
) -> None:
    with answering(authority, answer) as url, deadline(0.2), raises_timeout():
        client(url, b"")


def test_a_server_that_reads_nothing_ends_in_a_timeout(
    client: Client, authority: trustme.CA
) -> None:
    with answering(authority, read_nothing) as url, deadline(0.2), raises_timeout():
        client(url, bytes(50_000_000))


def test_a_trickling_handshake_ends_in_a_timeout(client: Client) -> None:
    with listening(trickle_the_handshake) as url, deadline(0.2), raises_timeout():
        client(url, b"")


def test_an_answer_in_time_arrives(client: Client, authority: trustme.CA) -> None:
    with answering(authority, answer_properly) as url, deadline(30):
        assert client(url, b"") == 200


def test_a_socket_has_its_own_timeout_back(context: ssl.SSLContext, authority: trustme.CA) -> None:
    with answering(authority, answer_properly) as url:
        plain = socket.create_connection(("127.0.0.1", httpx.URL(url).port or 0), timeout=600)
        with deadline(30), context.wrap_socket(plain, server_hostname="127.0.0.1") as stream:
            stream.sendall(b"GET / HTTP/1.1\r\n\r\n")
            assert stream.recv(1000) == OK
            assert stream.gettimeout() == 600


def test_nothing_begins_once_the_deadline_has_passed(client: Client, authority: trustme.CA) -> None:
    with answering(authority, answer_properly) as url, deadline(0), raises_timeout():
        client(url, b"")


def test_an_inner_deadline_does_not_outlast_an_outer_one(
    client: Client, authority: trustme.CA
) -> None:
    with (
        answering(authority, trickle_the_body) as url,
        deadline(0.2),
        deadline(600),
        raises_timeout(),
    ):
        client(url, b"")


def test_a_timeout_shorter_than_the_deadline_counts(
    context: ssl.SSLContext, authority: trustme.CA
) -> None:
    with (
        answering(authority, read_nothing) as url,
        httpx.Client(verify=context, timeout=0.2, trust_env=False) as client,
        deadline(600),
        pytest.raises(httpx.ReadTimeout),
    ):
        client.get(url)


def test_a_server_of_another_authority_is_refused(authority: trustme.CA) -> None:
    with (
        answering(authority, answer_properly) as url,
        httpx.Client(verify=client_context(None), trust_env=False) as client,
        pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"),
    ):
        client.get(url)


def test_the_public_authorities_are_the_default() -> None:
    assert client_context(None).cert_store_stats()["x509_ca"] > 50


@pytest.mark.parametrize(
    "content", [None, b"", b"no certificate"], ids=["missing", "empty", "text"]
)
def test_a_ca_bundle_that_is_none_names_the_setting(tmp_path: Path, content: bytes | None) -> None:
    bundle = tmp_path / "ca.pem"
    if content is not None:
        bundle.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        client_context(bundle)
    assert str(bundle) in caught.value.message
    assert "BRIDGE_CA_BUNDLE" in caught.value.advice


def test_a_folder_is_no_ca_bundle(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="The CA bundle"):
        client_context(tmp_path)
