"""The HTTPS calls to GoTallo's failed-syncs endpoint."""

from __future__ import annotations

import datetime as dt
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote, urlencode, urlsplit

import httpx
import structlog
import tenacity
from pydantic import SecretStr

from bridge.deadline import client_context, deadline
from bridge.errors import GoTalloError, SettingsError
from bridge.gotallo.pages import walk
from bridge.gotallo.refusals import Call, Passing, refusal, unreachable
from bridge.gotallo.retry import pause
from bridge.gotallo.stream import Stream
from bridge.gotallo.wire import Page, Shape, read_page
from bridge.http_date import http_date
from bridge.model import Window

_log = structlog.get_logger(__name__)


class GoTallo:
    """One tenant's failed syncs; a context manager."""

    def __init__(
        self,
        base_url: str,
        tenant_id: str,
        token: SecretStr,
        *,
        ca_bundle: Path | None,
        proxy: str | None,
        connect_seconds: float = 10.0,
        deadline_seconds: float = 60.0,
        attempts: int = 5,
        retry_seconds: float = 300.0,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], object] | None = None,
    ) -> None:
        """Prepare the calls; nothing is asked yet.

        A call ends within `deadline_seconds`. One that may succeed later is made up to `attempts`
        times, the last within `retry_seconds` of the first. `transport` stands in for the network,
        `sleep` for the wait between two attempts.

        Raises SettingsError if the URL, the tenant, the token, the proxy or the CA bundle can't be
        used.
        """
        self._url = _endpoint(base_url, tenant_id)
        self._deadline_seconds = deadline_seconds
        self._attempts = attempts
        self._retry_seconds = retry_seconds
        self._sleep = sleep
        context = client_context(ca_bundle)
        self._http = httpx.Client(
            headers={
                "Authorization": f"Bearer {_usable(token)}",
                "Accept": "application/json",
                "User-Agent": "gotallo-bridge",
            },
            verify=context,
            proxy=None if proxy is None else _proxy(proxy, context),
            timeout=httpx.Timeout(deadline_seconds, connect=connect_seconds),
            trust_env=False,
            follow_redirects=False,
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    @contextmanager
    def fetch(self, window: Window) -> Iterator[Stream]:
        """Read the failed messages of a window, the next page being fetched in the background.

        Leaving the block ends that, at the latest with the deadline of the call in the air. While
        it is read, the stream raises GoTalloError if GoTallo can't be reached, refuses us, or
        answers with what is no page.
        """
        closing = threading.Event()

        def listing(shape: Shape) -> Iterator[Page]:
            first = _first_call(window, shape)

            def read(query: str, number: int) -> Page:
                call = Call(shape, first.from_time, first.till_time, query, number)
                return self._read_page(call, closing)

            return self._noting_origin(walk(first.query, read, ahead), stream)

        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="gotallo") as ahead:
            stream = Stream(listing)
            try:
                yield stream
            finally:
                closing.set()
        summary = stream.summary
        _log.info(
            "gotallo.fetched",
            announced=summary.announced,
            messages=summary.messages,
            unreadable=summary.unreadable,
            repeated=summary.repeated,
            pages=summary.pages,
        )

    def told_time(self, window: Window) -> dt.datetime | None:
        """Ask for the first page of a window, once; give the time at which GoTallo answered.

        None where its answer tells no time.

        Raises:
            GoTalloError: GoTallo can't be reached, refuses us, or answers with what is no page.
        """
        call = _first_call(window, Shape.STANDARD)
        response = self._response(call)
        _page_in(response.content, call)
        return http_date(response.headers.get("Date"))

    def _noting_origin(self, pages: Iterable[Page], stream: Stream) -> Iterator[Page]:
        ours = urlsplit(self._url)
        noted = False
        for page in pages:
            theirs = urlsplit(page.next_url or "")
            if theirs.netloc and theirs[:2] != ours[:2] and not noted:
                noted = True
                _log.warning(
                    "gotallo.next_origin_differs", scheme=theirs.scheme, host=theirs.hostname
                )
                stream.note(
                    "GoTallo names its next pages under another address: only their query was "
                    "used, at GOTALLO_BASE_URL."
                )
            yield page

    def _read_page(self, call: Call, closing: threading.Event) -> Page:
        started = time.monotonic()
        body = self._get(call, closing)
        page = _page_in(body, call)
        _log.info(
            "gotallo.page",
            shape=call.shape.value,
            page=call.number,
            results=len(page.results),
            count=page.count,
            seconds=round(time.monotonic() - started, 3),
        )
        return page

    def _get(self, call: Call, closing: threading.Event) -> bytes:
        def sleep(seconds: float) -> None:
            (self._sleep or closing.wait)(seconds)
            if closing.is_set():
                raise GoTalloError("The fetch was ended before GoTallo answered.")

        attempts = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(Passing),
            wait=pause,
            stop=tenacity.stop_after_attempt(self._attempts)
            | tenacity.stop_before_delay(self._retry_seconds),
            sleep=sleep,
            before_sleep=lambda state: _log_retry(call, state),
            reraise=True,
        )
        try:
            return attempts(self._ask, call)
        except Passing as error:
            made = attempts.statistics["attempt_number"]
            raise GoTalloError(f"{error.message}; attempts made: {made}.", error.advice) from error

    def _ask(self, call: Call) -> bytes:
        return self._response(call).content

    def _response(self, call: Call) -> httpx.Response:
        try:
            with deadline(self._deadline_seconds):
                response = self._http.get(f"{self._url}?{call.query}")
        except httpx.InvalidURL as error:
            raise GoTalloError(
                f"GoTallo names a next page that can't be asked for ({call}).",
                "Try again; if it persists, ask GoTallo's support.",
            ) from error
        except httpx.RequestError as error:
            raise unreachable(call, error) from error
        if response.status_code != httpx.codes.OK:
            raise refusal(call, response)
        return response


def _page_in(body: bytes, call: Call) -> Page:
    try:
        return read_page(body)
    except ValueError as error:
        raise GoTalloError(
            f"GoTallo's answer can't be read ({call}): {error}.",
            "Check GOTALLO_BASE_URL, and whether a proxy answers in GoTallo's place.",
        ) from error


def _first_call(window: Window, shape: Shape) -> Call:
    """Widen the window to whole seconds: a message too many is known by its key."""
    till = window.till_time + dt.timedelta(microseconds=-window.till_time.microsecond % 1_000_000)
    times = f"{window.from_time:%Y-%m-%dT%H:%M:%SZ}", f"{till:%Y-%m-%dT%H:%M:%SZ}"
    query = urlencode({"from_time": times[0], "till_time": times[1], "type": shape.value})
    return Call(shape, *times, query, number=1)


def _log_retry(call: Call, state: tenacity.RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    _log.warning(
        "gotallo.retry",
        shape=call.shape.value,
        page=call.number,
        attempt=state.attempt_number,
        wait_seconds=round(state.upcoming_sleep, 3),
        reason=str(error),
    )


def _endpoint(base_url: str, tenant_id: str) -> str:
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme != "https" or not url.host or url.userinfo or url.query or url.fragment:
        raise SettingsError(
            "The address of GoTallo is no plain https URL, and a token travels with every call.",
            "Set GOTALLO_BASE_URL to an address such as https://api.gotallo.com/api/v1.",
        )
    if not tenant_id:
        raise SettingsError(
            "The GoTallo tenant is empty.",
            "Set GOTALLO_TENANT_ID to the tenant id of your GoTallo account.",
        )
    return f"{str(url).rstrip('/')}/tenants/{quote(tenant_id, safe='')}/messages/failed/"


def _usable(token: SecretStr) -> str:
    value = token.get_secret_value().strip()
    if not value or not value.isascii() or not value.isprintable():
        raise SettingsError(
            "The GoTallo token is empty, or holds characters that no token has.",
            "Set GOTALLO_API_TOKEN to the token as GoTallo shows it.",
        )
    return value


def _proxy(url: str, context: ssl.SSLContext) -> httpx.Proxy:
    try:
        scheme = httpx.URL(url).scheme
    except httpx.InvalidURL:
        scheme = ""
    if scheme not in {"http", "https"}:
        raise SettingsError(
            "The proxy is no http or https URL.",
            "Set BRIDGE_PROXY to an address such as http://proxy.example.com:3128.",
        )
    return httpx.Proxy(url, ssl_context=context if scheme == "https" else None)
