from __future__ import annotations

import datetime as dt
import logging
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs

import httpx
import pytest
import structlog
import trustme
from pydantic import SecretStr

from bridge.errors import Exit, GoTalloError, SettingsError
from bridge.gotallo import GoTallo, Summary
from bridge.gotallo.retry import LONGEST_PAUSE
from bridge.model import FailedMessage, UnreadableMessage, Window
from tests.gotallo.samples import ERROR, key_of, page, salesforce_result, standard_result

BASE = "https://gotallo.example/api/v1"
TENANT = "5b1f0c7e-4a52-4d0e-9b7e-3d1f5a6c8e90"
TOKEN = "a-secret-token"
WINDOW = Window(
    dt.datetime(2026, 11, 21, 23, tzinfo=dt.UTC), dt.datetime(2026, 11, 22, 23, tzinfo=dt.UTC), "x"
)

Answer = httpx.Response | Exception
FAILED = salesforce_result(log_message=ERROR)


class Server:
    """Answers each request with the next of its answers, the last one for ever."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        # A response that was read once can't be handed out again.
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    @property
    def queries(self) -> list[dict[str, list[str]]]:
        return [parse_qs(request.url.query.decode()) for request in self.requests]


def ok(*results: object, next_url: str | None = None, count: int | None = None) -> httpx.Response:
    return httpx.Response(200, content=page(*results, next_url=next_url, count=count))


Sleep = Callable[[float], object]


def client(server: Callable[[httpx.Request], httpx.Response], sleep: Sleep) -> GoTallo:
    return GoTallo(
        BASE,
        TENANT,
        SecretStr(TOKEN),
        ca_bundle=None,
        proxy=None,
        transport=httpx.MockTransport(server),
        sleep=sleep,
    )


def fetch(
    server: Server, sleep: Sleep = lambda _: None
) -> tuple[list[FailedMessage | UnreadableMessage], Summary]:
    with client(server, sleep) as gotallo, gotallo.fetch(WINDOW) as stream:
        return list(stream), stream.summary


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    before = threading.active_count()
    yield
    assert threading.active_count() == before


def test_the_window_is_asked_for_in_utc_with_the_token() -> None:
    server = Server(ok(FAILED))
    fetch(server)
    (request,) = server.requests
    assert request.method == "GET"
    assert request.url.copy_with(query=None) == f"{BASE}/tenants/{TENANT}/messages/failed/"
    assert server.queries == [
        {
            "from_time": ["2026-11-21T23:00:00Z"],
            "till_time": ["2026-11-22T23:00:00Z"],
            "type": ["salesforce"],
        }
    ]
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"


def test_a_window_of_split_seconds_is_widened() -> None:
    server = Server(ok(FAILED))
    half = dt.timedelta(milliseconds=500)
    window = Window(WINDOW.from_time + half, WINDOW.till_time + half, "x")
    with client(server, lambda _: None) as gotallo, gotallo.fetch(window) as stream:
        list(stream)
    assert server.queries[0]["from_time"] == ["2026-11-21T23:00:00Z"]
    assert server.queries[0]["till_time"] == ["2026-11-22T23:00:01Z"]


def test_both_shapes_are_asked_for_where_the_first_has_no_error() -> None:
    server = Server(ok(salesforce_result()), ok(standard_result()))
    (message,), _ = fetch(server)
    assert isinstance(message, FailedMessage)
    assert message.error_text == ERROR
    assert [query["type"] for query in server.queries] == [["salesforce"], ["standard"]]


def test_pages_are_followed_and_summed_up() -> None:
    results = [salesforce_result(key_of(n), log_message=ERROR) for n in range(3)]
    server = Server(
        ok(results[0], next_url=f"{BASE}/x?page=2", count=4),
        ok(results[1], results[0], next_url=f"{BASE}/x?page=3", count=4),
        ok(results[2], count=4),
    )
    came, summary = fetch(server)
    assert [m.key for m in came if isinstance(m, FailedMessage)] == [key_of(n) for n in range(3)]
    assert summary == Summary(announced=4, messages=3, unreadable=0, repeated=1, pages=3, notes=())


@pytest.mark.parametrize("origin", ["http://gotallo.example", "https://inner:8080", "//inner"])
def test_of_next_only_the_query_is_used_and_another_origin_is_told(origin: str) -> None:
    second = salesforce_result(key_of(2), log_message=ERROR)
    server = Server(
        ok(FAILED, next_url=f"{origin}/other/path?page=2&q=a%26b", count=2), ok(second, count=2)
    )
    with structlog.testing.capture_logs() as logs:
        _, summary = fetch(server)
    url = server.requests[1].url
    assert url.copy_with(query=None) == f"{BASE}/tenants/{TENANT}/messages/failed/"
    assert url.query == b"page=2&q=a%26b"
    assert [log["event"] for log in logs].count("gotallo.next_origin_differs") == 1
    assert any("another address" in note for note in summary.notes)


@pytest.mark.parametrize("next_url", [f"{BASE}/tenants/x?page=2", "/relative?page=2", "?page=2"])
def test_a_next_at_our_own_origin_is_no_news(next_url: str) -> None:
    second = salesforce_result(key_of(2), log_message=ERROR)
    _, summary = fetch(Server(ok(FAILED, next_url=next_url, count=2), ok(second, count=2)))
    assert summary.notes == ()


def test_a_next_that_can_not_be_asked_for_is_an_error() -> None:
    with pytest.raises(GoTalloError, match="next page that can't be asked for"):
        fetch(Server(ok(FAILED, next_url="?page=" + "x" * 100_000)))


@pytest.mark.parametrize(
    "passing",
    [
        httpx.Response(429),
        httpx.Response(502),
        httpx.Response(503),
        httpx.Response(504),
        httpx.ConnectError("refused"),
        httpx.ReadTimeout(""),
        httpx.RemoteProtocolError("cut"),
    ],
    ids=repr,
)
def test_what_may_pass_is_asked_again(passing: Answer) -> None:
    pauses: list[float] = []
    server = Server(passing, passing, ok(FAILED))
    came, _ = fetch(server, pauses.append)
    assert len(came) == 1
    assert len({request.url for request in server.requests}) == 1
    assert len(pauses) == 2
    assert all(0 <= pause <= LONGEST_PAUSE for pause in pauses)


@pytest.mark.parametrize(
    ("header", "pause"),
    [
        ("7", 7.0),
        ("100000", LONGEST_PAUSE),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("Fri, 31 Dec 2999 23:59:59 GMT", LONGEST_PAUSE),
    ],
)
def test_retry_after_is_honoured_up_to_a_limit(header: str, pause: float) -> None:
    pauses: list[float] = []
    fetch(Server(httpx.Response(429, headers={"Retry-After": header}), ok(FAILED)), pauses.append)
    assert pauses == [pause]


def test_what_does_not_pass_is_an_error_after_some_attempts() -> None:
    server = Server(httpx.Response(503))
    with pytest.raises(GoTalloError, match=r"HTTP 503 .*attempts made: 5") as caught:
        fetch(server)
    assert len(server.requests) == 5
    assert caught.value.exit_code is Exit.REMOTE


def test_the_time_spent_on_attempts_is_bounded() -> None:
    server = Server(httpx.Response(503, headers={"Retry-After": "30"}))
    with (
        GoTallo(
            BASE,
            TENANT,
            SecretStr(TOKEN),
            ca_bundle=None,
            proxy=None,
            retry_seconds=20,
            transport=httpx.MockTransport(server),
            sleep=lambda _: None,
        ) as gotallo,
        gotallo.fetch(WINDOW) as stream,
        pytest.raises(GoTalloError, match="attempts made: 1"),
    ):
        list(stream)


@pytest.mark.parametrize(
    ("answer", "said", "setting"),
    [
        (httpx.Response(400, text='{"detail": "till_time"}'), "2026-11-21T23:00:00Z", "--tz"),
        (httpx.Response(400, text='{"detail": "till_time"}'), '{"detail": "till_time"}', "--from"),
        (httpx.Response(401, text=f"bad {TOKEN}"), "bad [token]", "GOTALLO_API_TOKEN"),
        (httpx.Response(403), "HTTP 403", "GOTALLO_API_TOKEN"),
        (httpx.Response(404), f"{BASE}/tenants/{TENANT}", "GOTALLO_TENANT_ID"),
        (httpx.Response(404), "HTTP 404", "GOTALLO_BASE_URL"),
        (httpx.Response(302, headers={"Location": "x"}), "HTTP 302", "GOTALLO_BASE_URL"),
        (httpx.Response(500, html="<b>Sender 12</b>"), "an HTML page", "GOTALLO_BASE_URL"),
        (httpx.Response(200, text="<b>Sender 12</b>"), "page 1 of the salesforce", "BASE_URL"),
    ],
)
def test_a_refusal_is_told_once_with_the_setting_to_look_at(
    answer: httpx.Response, said: str, setting: str
) -> None:
    server = Server(answer)
    with pytest.raises(GoTalloError) as caught:
        fetch(server)
    assert said in caught.value.message
    assert setting in caught.value.advice
    assert TOKEN not in repr(caught.value)
    assert "Sender 12" not in caught.value.message
    assert len(server.requests) == 1


def test_a_long_refusal_is_quoted_in_one_short_line() -> None:
    with pytest.raises(GoTalloError) as caught:
        fetch(Server(httpx.Response(400, text="a\n\x1b[31m" * 10_000)))
    assert len(caught.value.message) < 500
    assert caught.value.message.isprintable()


def test_a_later_page_that_can_not_be_read_is_named() -> None:
    server = Server(ok(FAILED, next_url="?page=2"), httpx.Response(200, content=b"{"))
    with pytest.raises(GoTalloError, match="page 2 of the salesforce shape"):
        fetch(server)


def test_leaving_early_ends_the_pause_of_the_background_and_asks_no_more() -> None:
    second_pages = 0
    asked_ahead = threading.Event()

    def server(request: httpx.Request) -> httpx.Response:
        nonlocal second_pages
        if b"page" not in request.url.query:
            return ok(FAILED, next_url="?page=2")
        second_pages += 1
        asked_ahead.set()
        return httpx.Response(503, headers={"Retry-After": "3"})

    with (
        GoTallo(
            BASE,
            TENANT,
            SecretStr(TOKEN),
            ca_bundle=None,
            proxy=None,
            transport=httpx.MockTransport(server),
        ) as gotallo,
        gotallo.fetch(WINDOW) as stream,
    ):
        next(iter(stream))
        assert asked_ahead.wait(10)
    assert second_pages == 1


def test_leaving_before_reading_asks_nothing() -> None:
    server = Server(ok(FAILED))
    with client(server, lambda _: None) as gotallo, gotallo.fetch(WINDOW):
        pass
    assert server.requests == []


def test_logs_hold_counts_and_neither_token_nor_text() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
    with structlog.testing.capture_logs() as logs:
        fetch(Server(httpx.Response(503), ok(FAILED, {"bad": 1})))
    assert [log["event"] for log in logs] == ["gotallo.retry", "gotallo.page", "gotallo.fetched"]
    assert {**logs[1], "seconds": 0} == {
        "event": "gotallo.page",
        "log_level": "info",
        "shape": "salesforce",
        "page": 1,
        "results": 2,
        "count": 2,
        "seconds": 0,
    }
    assert TOKEN not in str(logs)
    assert "Sender 12" not in str(logs)


@pytest.mark.parametrize(
    ("wrong", "setting"),
    [
        ({"base_url": "http://gotallo.example"}, "GOTALLO_BASE_URL"),
        ({"base_url": "gotallo.example/api"}, "GOTALLO_BASE_URL"),
        ({"base_url": "https://"}, "GOTALLO_BASE_URL"),
        ({"base_url": "https://a:b@gotallo.example"}, "GOTALLO_BASE_URL"),
        ({"base_url": "https://gotallo.example?x=1"}, "GOTALLO_BASE_URL"),
        ({"base_url": "https://gotallo.example:port"}, "GOTALLO_BASE_URL"),
        ({"tenant_id": ""}, "GOTALLO_TENANT_ID"),
        ({"token": ""}, "GOTALLO_API_TOKEN"),
        ({"token": "a-secret-token\nX: y"}, "GOTALLO_API_TOKEN"),
        ({"token": "a-secret-token é"}, "GOTALLO_API_TOKEN"),
        ({"proxy": "proxy.example"}, "BRIDGE_PROXY"),
        ({"proxy": "socks5://proxy.example"}, "BRIDGE_PROXY"),
        ({"ca_bundle": "no-such-file.pem"}, "BRIDGE_CA_BUNDLE"),
    ],
)
def test_what_can_not_be_used_is_refused_with_its_setting(
    wrong: dict[str, str], setting: str
) -> None:
    given = {"base_url": BASE, "tenant_id": TENANT, "token": TOKEN} | wrong
    bundle = given.get("ca_bundle")
    with pytest.raises(SettingsError) as caught:
        GoTallo(
            given["base_url"],
            given["tenant_id"],
            SecretStr(given["token"]),
            ca_bundle=Path(bundle) if bundle else None,
            proxy=given.get("proxy"),
        )
    assert setting in caught.value.advice
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize("proxy", ["http://proxy.example:3128", "https://u:p@proxy.example"])
def test_a_proxy_can_be_used(proxy: str) -> None:
    GoTallo(BASE, TENANT, SecretStr(f"{TOKEN}\n"), ca_bundle=None, proxy=proxy).close()


def test_a_certificate_that_is_not_trusted_names_the_ca_bundle() -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(tls)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)

        def serve() -> None:
            connection, _ = listener.accept()
            with connection, pytest.raises(ssl.SSLError):
                tls.wrap_socket(connection, server_side=True)

        thread = threading.Thread(target=serve)
        thread.start()
        base = f"https://127.0.0.1:{listener.getsockname()[1]}"
        with (
            GoTallo(base, TENANT, SecretStr(TOKEN), ca_bundle=None, proxy=None) as gotallo,
            gotallo.fetch(WINDOW) as stream,
            pytest.raises(GoTalloError, match="certificate is not trusted") as caught,
        ):
            list(stream)
        thread.join()
    assert "BRIDGE_CA_BUNDLE" in caught.value.advice
