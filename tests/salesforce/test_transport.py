from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
import requests
import trustme
from pydantic import SecretStr

from bridge.errors import OrgRefused, OrgUnanswered, OrgUnreachable, SettingsError
from bridge.salesforce import ApiUsage, Org, StaticToken
from bridge.salesforce.transport import Traffic
from tests.salesforce.loopback import (
    Answer,
    Asked,
    Cut,
    Half,
    Loopback,
    Reply,
    Silence,
    Trickle,
    serving,
)

RECORD = {"Text__c": "Hi, how are you?"}
REFUSED = Answer([{"errorCode": "X", "message": "y"}], 400)


def insert(org: Org) -> None:
    org.insert("Heroku_Message__c", [RECORD])


def org_at(
    url: str, ca_bundle: Path | None, *, proxy: str | None = None, seconds: float = 5
) -> Org:
    return Org(
        StaticToken(SecretStr("token-1"), url),
        ca_bundle=ca_bundle,
        proxy=proxy,
        connect_seconds=seconds,
        call_seconds=seconds,
    )


@contextmanager
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def url_of(server: socket.socket) -> str:
    return f"https://127.0.0.1:{server.getsockname()[1]}"


TUNNEL = b"HTTP/1.1 200 OK\r\n\r\n"
NO_TUNNEL = b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"


@contextmanager
def tunnelling(answer_to_connect: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """A proxy for one connection: its URL, and the requests to it as they arrive."""
    seen: list[bytes] = []
    ends = ExitStack()

    def pump(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while chunk := source.recv(65536):
                sink.sendall(chunk)
            sink.shutdown(socket.SHUT_WR)

    def serve(server: socket.socket) -> None:
        client = ends.enter_context(server.accept()[0])
        request = client.recv(65536)
        seen.append(request)
        client.sendall(answer_to_connect)
        if b" 200 " not in answer_to_connect:
            client.close()
            return
        host, port = request.split()[1].decode().split(":")
        upstream = ends.enter_context(socket.create_connection((host, int(port))))
        back = threading.Thread(target=pump, args=(upstream, client))
        back.start()
        pump(client, upstream)
        back.join()

    with listening() as server, ends:
        thread = threading.Thread(target=serve, args=(server,))
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", seen
        thread.join()


@pytest.mark.parametrize(
    "reply",
    [Cut(), Half(b'[{"id": "a0B'), Silence(), Trickle()],
    ids=["cut", "half a body", "silence", "a trickle"],
)
def test_an_insert_without_a_whole_answer_is_in_doubt_and_not_sent_again(
    loopback: Loopback, ca_bundle: Path, reply: Reply
) -> None:
    loopback.respond = lambda asked: reply

    with org_at(loopback.url, ca_bundle, seconds=0.5) as org, pytest.raises(OrgUnanswered):
        insert(org)

    assert len(loopback.asked) == 1


def test_an_insert_on_a_kept_connection_that_is_cut_is_in_doubt_and_not_sent_again(
    loopback: Loopback, org: Org
) -> None:
    replies: Iterator[Reply] = iter([REFUSED, Cut()])
    loopback.respond = lambda asked: next(replies)

    with pytest.raises(OrgRefused):
        insert(org)
    with pytest.raises(OrgUnanswered):
        insert(org)

    assert len(loopback.asked) == 2


def test_a_closed_port_is_unreachable(ca_bundle: Path) -> None:
    with listening() as server:
        url = url_of(server)

    with org_at(url, ca_bundle) as org, pytest.raises(OrgUnreachable, match="refused"):
        insert(org)


def test_a_handshake_that_never_ends_is_unreachable(ca_bundle: Path) -> None:
    """The libraries call this a read timeout, as if the request had been sent."""
    with (
        listening() as server,
        org_at(url_of(server), ca_bundle, seconds=0.2) as org,
        pytest.raises(OrgUnreachable, match="time allowed"),
    ):
        insert(org)


def test_a_server_that_speaks_no_tls_is_unreachable(ca_bundle: Path) -> None:
    with listening() as server, org_at(url_of(server), ca_bundle) as org:

        def greet() -> None:
            client, _ = server.accept()
            with client:
                client.sendall(b"220 not what you think\r\n")
                client.recv(65536)

        thread = threading.Thread(target=greet)
        thread.start()
        with pytest.raises(OrgUnreachable, match="TLS"):
            insert(org)
        thread.join()


def test_a_certificate_of_an_unknown_authority_is_unreachable_and_read_but_once(
    loopback: Loopback, tmp_path: Path
) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))

    with org_at(loopback.url, other) as org:
        for ask in (lambda: insert(org), org.identity):
            with pytest.raises(OrgUnreachable, match="certificate") as caught:
                ask()
            assert "BRIDGE_CA_BUNDLE" in caught.value.advice
        assert org.calls == 2

    assert loopback.asked == []


def test_a_certificate_for_another_host_is_unreachable(
    authority: trustme.CA, ca_bundle: Path
) -> None:
    with serving(authority.issue_cert("elsewhere.example")) as server:
        with org_at(server.url, ca_bundle) as org, pytest.raises(OrgUnreachable):
            insert(org)
        assert server.asked == []


def test_a_ca_bundle_replaces_the_public_authorities(loopback: Loopback, org: Org) -> None:
    loopback.respond = lambda asked: REFUSED
    with pytest.raises(OrgRefused):
        insert(org)

    pools = org._clients[0]._session.get_adapter(loopback.url).poolmanager.pools  # type: ignore[attr-defined]

    assert [pools[key].ca_certs for key in pools.keys()] == [None]  # noqa: SIM118 - no mapping


def test_a_ca_bundle_that_is_missing_is_a_wrong_setting(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"missing\.pem"):
        org_at("https://127.0.0.1", tmp_path / "missing.pem")


def test_a_redirect_is_not_followed_and_takes_the_token_nowhere(
    loopback: Loopback, org: Org, authority: trustme.CA
) -> None:
    with serving(authority.issue_cert("127.0.0.1")) as elsewhere:
        loopback.respond = lambda asked: Answer(b"", 307, {"Location": f"{elsewhere.url}/x"})

        for ask in (lambda: insert(org), org.identity):
            with pytest.raises(OrgRefused, match="307") as caught:
                ask()
            assert "SF_ORG_INSTANCE_URL" in caught.value.advice

        assert elsewhere.asked == []
    assert len(loopback.asked) == 2


def test_a_url_away_from_the_org_is_never_asked_for(loopback: Loopback, org: Org) -> None:
    loopback.respond = lambda asked: REFUSED
    with pytest.raises(OrgRefused):
        insert(org)
    session = org._clients[0]._session

    for url in ("https://127.0.0.1:1/services/data/", loopback.url.replace("https", "http")):
        with pytest.raises(requests.exceptions.InvalidURL):
            session.get(url)

    assert len(loopback.asked) == 1


def test_the_environment_changes_neither_proxy_nor_authorities_nor_token(
    loopback: Loopback, ca_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login user password word\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "missing.pem"))
    loopback.respond = lambda asked: REFUSED

    with org_at(loopback.url, ca_bundle) as org, pytest.raises(OrgRefused):
        insert(org)

    assert loopback.asked[0].headers["authorization"] == "Bearer token-1"


def test_cookies_of_the_org_are_not_sent_back(loopback: Loopback, org: Org) -> None:
    loopback.respond = lambda asked: Answer(
        [{"errorCode": "X", "message": "y"}], 400, {"Set-Cookie": "BrowserId=1; Path=/"}
    )
    for _ in range(2):
        with pytest.raises(OrgRefused):
            insert(org)

    assert "cookie" not in loopback.asked[1].headers


def test_a_proxy_that_is_set_carries_the_call(loopback: Loopback, ca_bundle: Path) -> None:
    loopback.respond = lambda asked: REFUSED

    with (
        tunnelling(TUNNEL) as (proxy, seen),
        org_at(loopback.url, ca_bundle, proxy=proxy) as org,
        pytest.raises(OrgRefused),
    ):
        insert(org)

    assert seen[0].startswith(b"CONNECT 127.0.0.1:")
    assert b"token-1" not in seen[0]
    assert len(loopback.asked) == 1


def test_an_insert_that_is_cut_behind_a_proxy_is_in_doubt(
    loopback: Loopback, ca_bundle: Path
) -> None:
    loopback.respond = lambda asked: Cut()

    with (
        tunnelling(TUNNEL) as (proxy, _),
        org_at(loopback.url, ca_bundle, proxy=proxy) as org,
        pytest.raises(OrgUnanswered),
    ):
        insert(org)


def test_a_proxy_that_opens_no_tunnel_leaves_the_org_unreachable(
    loopback: Loopback, ca_bundle: Path
) -> None:
    with (
        tunnelling(NO_TUNNEL) as (proxy, _),
        org_at(loopback.url, ca_bundle, proxy=proxy) as org,
        pytest.raises(OrgUnreachable),
    ):
        insert(org)

    assert loopback.asked == []


@pytest.mark.parametrize(
    ("header", "usage"),
    [
        ("api-usage=18/5000", ApiUsage(18, 5000)),
        ("api-usage=10018/100000; api-bursts=1/750", ApiUsage(10018, 100000)),
        ("per-app-api-usage=17/250(appName=app); api-usage=25/5000", ApiUsage(25, 5000)),
        ("per-app-api-usage=17/250(appName=app)", None),
        ("nonsense", None),
    ],
)
def test_the_allowance_is_read_from_the_header(header: str, usage: ApiUsage | None) -> None:
    traffic = Traffic()
    answer = requests.Response()
    answer.headers["Sforce-Limit-Info"] = header

    traffic.note_answer(answer)

    assert traffic.usage == usage


def test_close_closes_the_connections_of_all_threads(loopback: Loopback, org: Org) -> None:
    loopback.respond = lambda asked: REFUSED

    def ask() -> None:
        with suppress(OrgRefused):
            insert(org)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    managers = [c._session.get_adapter(loopback.url).poolmanager for c in org._clients]  # type: ignore[attr-defined]
    assert [len(manager.pools) for manager in managers] == [1, 1, 1]

    org.close()

    assert [len(manager.pools) for manager in managers] == [0, 0, 0]


def test_calls_are_counted_over_all_threads(loopback: Loopback, org: Org) -> None:
    def respond(asked: Asked) -> Reply:
        return REFUSED

    loopback.respond = respond
    for _ in range(3):
        with pytest.raises(OrgRefused):
            insert(org)

    assert org.calls == 3
