"""The server: both remotes on one loopback port over TLS, in a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import ipaddress
import socket
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Self

import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from bridge.practice import certificate, morning
from bridge.practice.environment import Login, by_jwt, environment
from bridge.practice.faults import Faults
from bridge.practice.folder import folder_while_serving
from bridge.practice.gotallo import GoTallo
from bridge.practice.http.control import Control
from bridge.practice.http.door import Door
from bridge.practice.http.gotallo import GoTalloRemote
from bridge.practice.http.page import Page
from bridge.practice.http.salesforce import SalesforceRemote
from bridge.practice.http.wire import NOT_REAL, RequestLog
from bridge.practice.org.org import Clock, Org
from bridge.practice.org.session import Allowance, Sessions, SigningKey
from bridge.practice.scenario import Scenario

_MAX_HEAD_BYTES = 1_000_000
"""Far above the platform's bound, so that a too long URL gets the platform's answer."""


class PracticeServer:
    """A practice org that serves as long as the context is open.

    Its state may be read and changed from any thread while it serves.
    """

    def __init__(
        self,
        scenario: Scenario | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Clock | None = None,
    ) -> None:
        """Prepare the org and its morning.

        Args:
            scenario: which org, which morning; the default one if not given.
            host: a loopback address.
            port: 0 takes a free one.
            clock: what time it is in the org; the machine's, if not given.

        Raises:
            ValueError: the host is no loopback address.
        """
        _check_loopback(host)
        self.signing_key = SigningKey()
        self._clock = clock
        self._address = (host, port)
        self._prepare(scenario or Scenario(), Faults())

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(folder_while_serving())
            self._certificate = certificate.issue(folder)
            self._start()
            stack.callback(self._stop)
            self._until_left = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._until_left.close()

    def begin_anew(self, scenario: Scenario | None = None, *, faults: Faults | None = None) -> None:
        """Serve another org and its morning from now on, at the same address.

        Args:
            scenario: which org, which morning; the default one if not given.
            faults: where what goes wrong comes from; none but the scenario's if not given.
        """
        self._prepare(scenario or Scenario(), faults or Faults())
        self._entrance.application = self._application()

    @property
    def environment(self) -> Mapping[str, str]:
        """What a client needs, under the names of the environment variables."""
        authority, faults = self._certificate.authority, self.scenario.faults
        return environment(self.origin, self.sessions.first, authority, faults)

    def environment_for(self, login: Login) -> Mapping[str, str]:
        """The same for a client that comes in so."""
        if login is Login.TOKEN:
            return self.environment
        key_file = self._certificate.authority.with_name("signing.pem")
        if not key_file.exists():
            key_file.touch(mode=0o600)
            key_file.write_bytes(self.signing_key.as_pem())
        return by_jwt(self.environment, key_file)

    def _prepare(self, scenario: Scenario, faults: Faults) -> None:
        self.scenario = scenario
        self.day = scenario.day or _yesterday()
        """The failures' date, UTC."""
        self.org = Org(scenario, _midnight(self.day), self._clock)
        self.gotallo = GoTallo(scenario, self.day)
        self.sessions = Sessions()
        self.allowance = Allowance(scenario.daily_api_requests)
        self.faults = faults
        self.requests = RequestLog()
        morning.play(scenario, self.day, self.org, self.gotallo)
        self.faults.add(*scenario.faults)

    def _start(self) -> None:
        self._entrance = _WithoutSpareSlashes(self._application())
        self._server = _Server(
            uvicorn.Config(
                self._entrance,
                http=_Connection,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                headers=list(NOT_REAL.items()),
                h11_max_incomplete_event_size=_MAX_HEAD_BYTES,
                ssl_certfile=self._certificate.chain,
                ssl_keyfile=str(self._certificate.key),
                timeout_graceful_shutdown=1,
            )
        )
        listening = _listen(self._address)
        host, port = listening.getsockname()[:2]
        self.origin = f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}"
        self._thread = threading.Thread(
            target=self._server.run_until_stopped, args=(listening,), name="practice", daemon=True
        )
        self._thread.start()
        self._server.ready.wait()
        if self._server.failure:
            raise self._server.failure

    def _stop(self) -> None:
        self._server.stop()
        self._thread.join()

    def _application(self) -> Starlette:
        door = Door(self.faults, self.requests, self.scenario.save_seconds)
        salesforce = SalesforceRemote(
            self.org, self.sessions, self.allowance, self.signing_key, lambda: self.origin
        )
        gotallo = GoTalloRemote(self.gotallo, self.scenario.page_size)
        control = Control(
            self.org, self.gotallo, self.faults, self.requests, self.sessions, self.allowance
        )
        page = Page(self.org, self.gotallo, self.faults, self.requests, self.allowance)
        return Starlette(
            routes=[
                page.route(),
                *control.routes(),
                *gotallo.routes(door),
                *salesforce.routes(door),
            ]
        )


class _Server(uvicorn.Server):
    """Tells when it accepts, and stops as soon as it is told to."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self.failure: BaseException | None = None

    def run_until_stopped(self, listening: socket.socket) -> None:
        try:
            asyncio.run(self.serve(sockets=[listening]))
        except BaseException as failure:
            self.failure = failure
        finally:
            self.ready.set()

    async def main_loop(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopped = asyncio.Event()
        await self.on_tick(0)
        self.ready.set()
        while not self._stopped.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), timeout=1)
            await self.on_tick(0)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)


class _Connection(H11Protocol):
    """A connection that an endpoint can cut, and that does not outlive the server."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.app_state = {**self.app_state, "transport": transport}
        super().connection_made(transport)

    def shutdown(self) -> None:
        self.transport.abort()


class _WithoutSpareSlashes:
    """Both remotes answer a path alike whether a slash is doubled at its start or put at its end.

    The Salesforce CLI asks for `//services/data` after a login by access token.
    """

    def __init__(self, application: ASGIApp) -> None:
        self.application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and len(scope["path"]) > 1:
            scope = {**scope, "path": "/" + scope["path"].strip("/")}
        await self.application(scope, receive, send)


def _check_loopback(host: str) -> None:
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = host == "localhost"
    if not loopback:
        raise ValueError(
            f"The practice org serves on loopback only, not on {host!r}: use 127.0.0.1."
        )


def _listen(address: tuple[str, int]) -> socket.socket:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    # NOTE: asyncio turns off Nagle's delay only where the protocol is named.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
    except BaseException:
        listening.close()
        raise
    return listening


def _yesterday() -> dt.date:
    return dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)
