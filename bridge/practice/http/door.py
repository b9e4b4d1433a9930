"""The door of the server: reads a request, lets a fault strike, logs, and answers.

Everything behind it is a plain function from `Call` to `Reply`. The functions run on the server's
event loop, one at a time.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeAlias

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from bridge.practice.faults import (
    CommitLate,
    CutBefore,
    Effect,
    Faults,
    Garbage,
    GatewayGaveUp,
    HalfBody,
    HtmlPage,
    LoseAnswer,
    Operation,
    Remote,
    Status,
    Trickle,
)
from bridge.practice.http.wire import HTML_TYPE, JSON_TYPE, Asked, Call, Reply, RequestLog

Handler: TypeAlias = Callable[[Call], Reply]
Endpoint: TypeAlias = Callable[[Request], Awaitable[ASGIApp]]

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
"""All, so that what refuses one is the remote, and the log has it."""

_WORTH_PACKING = 500
"""Bytes; a shorter answer goes out as it is."""


@dataclass(frozen=True, slots=True)
class Door:
    """What every call of a remote passes."""

    faults: Faults
    log: RequestLog
    save_seconds: float = 0.0
    """How long an insert takes."""

    def endpoint(self, remote: Remote, operation: Operation, handler: Handler) -> Endpoint:
        """The handler as Starlette calls it."""

        async def endpoint(request: Request) -> ASGIApp:
            effect = self.faults.strike(remote, operation)
            try:
                call = await _read(request, effect)
            except ClientDisconnect:
                return _Cut()
            reply = self._reply(call, handler)
            self.log.add(_asked(call, remote, operation, reply))
            response = _response(reply, call)
            return _Held(response, call.until_answered, self._pause(operation))

        return endpoint

    def _pause(self, operation: Operation) -> float:
        return self.save_seconds if operation is Operation.INSERT else 0.0

    def _reply(self, call: Call, handler: Handler) -> Reply | None:
        """The answer, or None where the connection is to be cut without one."""
        match call.effect:
            case CutBefore():
                return None
            case CommitLate(after=None):
                self.faults.hold(lambda: _done_with(handler, call))
                return None
            case CommitLate(after=int() | float() as seconds):
                asyncio.get_running_loop().call_later(seconds, _done_with, handler, call)
                return None
            case LoseAnswer():
                handler(call)
                return None
            case Status(status, retry_after, code):
                headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
                if not code:
                    return Reply(status, text=_phrase(status), headers=headers)
                return Reply(status, [{"message": _phrase(status), "errorCode": code}], headers)
            case HtmlPage(status):
                return _error_page(status)
            case GatewayGaveUp(status):
                handler(call)
                return _error_page(status)
            case Garbage():
                handler(call)
                return Reply(200, text="<!doctype html><title>Please sign in</title>")
            case _:
                return handler(call)


def _done_with(handler: Handler, call: Call) -> None:
    with call.until_answered:
        handler(call)


def _asked(call: Call, remote: Remote, operation: Operation, reply: Reply | None) -> Asked:
    return Asked(
        remote=remote,
        operation=operation,
        method=call.method,
        path=call.path,
        query=call.query,
        headers={k: v for k, v in call.headers.items() if k != "authorization"},
        records=call.body.count(b'"attributes"') if operation is Operation.INSERT else 0,
        status=reply.status if reply else None,
    )


async def _read(request: Request, effect: Effect | None) -> Call:
    body = await request.body()
    if request.headers.get("content-encoding", "").lower() == "gzip":
        with contextlib.suppress(zlib.error):  # what can't be unpacked can't be parsed either
            body = zlib.decompress(body, wbits=31)
    return Call(
        method=request.method,
        path=request.url.path.rstrip("/"),
        route={k: str(v) for k, v in request.path_params.items()},
        query=dict(request.query_params),
        headers=dict(request.headers),
        body=body,
        target_bytes=len(request.scope["raw_path"]) + len(request.scope["query_string"]) + 1,
        origin=f"{request.url.scheme}://{request.url.netloc}",
        effect=effect,
    )


def _response(reply: Reply | None, call: Call) -> Response:
    if reply is None:
        return _Cut()
    content = reply.content()
    headers = dict(reply.headers)
    media_type = HTML_TYPE if reply.body is None and reply.text else JSON_TYPE
    if reply.status == HTTPStatus.NO_CONTENT:
        return Response(None, reply.status, headers)
    match call.effect:
        case HalfBody():
            return _HalfAnswer(content, reply.status, headers, media_type)
        case Trickle(pause):
            headers["Content-Length"] = str(len(content))
            return StreamingResponse(
                _byte_by_byte(content, pause), reply.status, headers, media_type
            )
        case _:
            if len(content) >= _WORTH_PACKING and "gzip" in call.headers.get("accept-encoding", ""):
                content = gzip.compress(content, compresslevel=1)
                headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
            return Response(content, reply.status, headers, media_type)


class _Held:
    """An answer, and what is held until it has gone out or can't."""

    def __init__(self, response: Response, held: ExitStack, pause: float) -> None:
        self._response = response
        self._held = held
        self._pause = pause

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._held:
            if self._pause:
                await asyncio.sleep(self._pause)
            await self._response(scope, receive, send)


class _Cut(Response):
    """No answer: the connection is cut."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"]["transport"].abort()
        while (await receive())["type"] != "http.disconnect":
            pass


class _HalfAnswer(Response):
    """The head of an answer and half of its body, then the connection is cut."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        head = {
            "type": "http.response.start",
            "status": self.status_code,
            "headers": self.raw_headers,
        }
        await send(head)
        half = bytes(self.body)[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        transport: asyncio.Transport = scope["state"]["transport"]
        transport.close()
        while (await receive())["type"] != "http.disconnect":
            pass


async def _byte_by_byte(content: bytes, pause: float) -> AsyncIterator[bytes]:
    for position in range(len(content)):
        yield content[position : position + 1]
        await asyncio.sleep(pause)


def _error_page(status: int) -> Reply:
    heading = f"{status} {_phrase(status)}"
    return Reply(status, text=f"<html><body><h1>{heading}</h1></body></html>")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Enhance Your Calm" if status == 420 else "Unknown"
