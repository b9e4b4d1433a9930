"""The HTTPS session that simple-salesforce is given.

Left to themselves requests and simple-salesforce have no timeout, follow redirects, read proxies,
CA bundles and passwords from the environment, and can't say whether a failed request was sent.
"""

from __future__ import annotations

import datetime as dt
import re
import ssl
import threading
import time
from contextvars import ContextVar
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
import structlog
from requests.adapters import HTTPAdapter
from urllib3 import HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPSConnection

from bridge.deadline import deadline
from bridge.http_date import http_date

_log = structlog.get_logger(__name__)

_USAGE = re.compile(r"(?<![\w-])api-usage=(\d+)/(\d+)")
"""Not `per-app-api-usage`, which tells the allowance of the connected app alone."""


@dataclass(frozen=True, slots=True)
class ApiUsage:
    """How much of the org's daily allowance of API requests is used up, by whomever.

    Source: the header `Sforce-Limit-Info` of the REST API, and its resource `limits`.
    """

    used: int
    limit: int

    @property
    def left(self) -> int:
        return max(self.limit - self.used, 0)


class Traffic:
    """What all lanes together have asked of the org; safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls = 0
        self._usage: ApiUsage | None = None
        self._told_time: dt.datetime | None = None

    @property
    def calls(self) -> int:
        with self._lock:
            return self._calls

    @property
    def usage(self) -> ApiUsage | None:
        """As the last answer that told it had it."""
        with self._lock:
            return self._usage

    @property
    def told_time(self) -> dt.datetime | None:
        """What time it was to the org at its last answer, to the second."""
        with self._lock:
            return self._told_time

    def note_call(self) -> None:
        with self._lock:
            self._calls += 1

    def note_answer(self, response: requests.Response) -> None:
        told_time = http_date(response.headers.get("Date"))
        if told_time is not None:
            with self._lock:
                self._told_time = told_time
        told = _USAGE.search(response.headers.get("Sforce-Limit-Info", ""))
        if told is not None:
            with self._lock:
                self._usage = ApiUsage(int(told[1]), int(told[2]))


_departed: ContextVar[bool] = ContextVar("departed", default=False)


def request_departed() -> bool:
    """Whether any of this thread's last request may have been sent."""
    return _departed.get()


class _WatchedConnection(HTTPSConnection):
    """Connecting, the proxy's tunnel and the TLS handshake are over when `request` is called."""

    def request(self, *args: Any, **kwargs: Any) -> None:
        _departed.set(True)
        super().request(*args, **kwargs)


class _WatchedPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedConnection


class _Adapter(HTTPAdapter):
    """HTTPS by our own TLS context; nothing is ever sent twice."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, ssl_context=self._context)
        _watch(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> PoolManager:
        manager: PoolManager = super().proxy_manager_for(
            proxy, **kwargs, ssl_context=self._context, proxy_ssl_context=self._context
        )
        _watch(manager)
        return manager

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        # The inherited method would add certifi's authorities to those of the context.
        conn.cert_reqs = "CERT_REQUIRED"


def _watch(manager: PoolManager) -> None:
    manager.pool_classes_by_scheme = {"https": _WatchedPool}


class OrgSession(requests.Session):
    """One thread's connection to one org.

    Every request is https to the org's own host, ends within the deadline, is sent once at most,
    and follows no redirect: the token goes nowhere else.
    """

    def __init__(
        self,
        host: str,
        traffic: Traffic,
        context: ssl.SSLContext,
        *,
        proxy: str | None,
        connect_seconds: float,
        call_seconds: float,
    ) -> None:
        super().__init__()
        self._origin = ("https", host)
        self._traffic = traffic
        self._timeout = (connect_seconds, call_seconds)
        self._call_seconds = call_seconds
        self.trust_env = False
        self.proxies = {"https": proxy} if proxy else {}
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.headers["User-Agent"] = "gotallo-bridge"
        self.adapters.clear()
        self.mount("https://", _Adapter(context))

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        _departed.set(False)
        return super().request(*args, **kwargs)

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        parts = urlsplit(request.url or "")
        if (parts.scheme, parts.netloc) != self._origin:
            raise requests.exceptions.InvalidURL("the URL leads away from the org")
        kwargs |= {"timeout": self._timeout, "allow_redirects": False}
        self._traffic.note_call()
        started = time.monotonic()
        status: int | None = None
        try:
            with deadline(self._call_seconds):
                response = super().send(request, **kwargs)
            status = response.status_code
        finally:
            _log.debug(
                "org.call",
                method=request.method,
                resource=parts.path,
                status=status,
                seconds=round(time.monotonic() - started, 3),
            )
        self._traffic.note_answer(response)
        return response
