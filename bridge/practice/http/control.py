"""A door of the practice org's own, for people and scripts that rehearse: `/practice/…`.

Neither remote has anything like it. It takes no token: the server is on loopback only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TypeAlias

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bridge.practice.fault_form import FaultForm
from bridge.practice.faults import Faults
from bridge.practice.gotallo import GoTallo
from bridge.practice.http.wire import RequestLog
from bridge.practice.org.org import Org
from bridge.practice.org.session import Allowance, Sessions
from bridge.practice.org.values import Json

_Answer: TypeAlias = Callable[[Request, bytes], Json]


class _RuleBody(BaseModel, extra="forbid"):
    active: bool


@dataclass(frozen=True, slots=True)
class Control:
    """What can be seen and changed while the practice org serves."""

    org: Org
    gotallo: GoTallo
    faults: Faults
    requests: RequestLog
    sessions: Sessions
    allowance: Allowance

    def routes(self) -> list[Route]:
        def route(method: str, path: str, answer: _Answer) -> Route:
            async def endpoint(request: Request) -> Response:
                try:
                    return JSONResponse(answer(request, await request.body()))
                except (KeyError, ValueError) as error:
                    what = (
                        error.errors(include_context=False)
                        if isinstance(error, ValidationError)
                        else str(error)
                    )
                    return JSONResponse({"error": what}, 400)

            return Route(f"/practice{path}", endpoint, methods=[method])

        return [
            route("GET", "/state", self._state),
            route("GET", "/keys", self._keys),
            route("GET", "/rules", self._rules),
            route("PUT", "/rules/{name}", self._switch_rule),
            route("GET", "/requests", self._requests),
            route("GET", "/faults", self._pending_faults),
            route("POST", "/faults", self._add_fault),
            route("DELETE", "/faults", self._clear_faults),
            route("POST", "/release", self._release),
            route("POST", "/expire-sessions", self._expire_sessions),
            route("POST", "/restore-allowance", self._restore_allowance),
        ]

    def _state(self, _request: Request, _body: bytes) -> Json:
        return {
            "rows": {o.name: len(self.org.rows(o.name)) for o in self.org.objects()},
            "failures": len(self.gotallo.failures()),
            "requests": len(self.requests.all()),
            "api_requests": {"used": self.allowance.used, "max": self.allowance.maximum},
        }

    def _keys(self, _request: Request, _body: bytes) -> Json:
        rows, firings = self.org.rows_per_key(), self.org.firings()
        return {
            key: {"rows": rows[key], "trigger_fired": firings[key]}
            for key in sorted(rows.keys() | firings.keys())
        }

    def _rules(self, _request: Request, _body: bytes) -> Json:
        return [
            {
                "name": rule.name,
                "active": rule.active,
                "message": rule.message,
                "last_modified": rule.last_modified.isoformat(),
            }
            for rule in self.org.rules()
        ]

    def _switch_rule(self, request: Request, body: bytes) -> Json:
        active = _RuleBody.model_validate_json(body).active
        self.org.set_rule_active(request.path_params["name"], active)
        return self._rules(request, body)

    def _requests(self, _request: Request, _body: bytes) -> Json:
        return [asdict(asked) for asked in self.requests.all()]

    def _pending_faults(self, _request: Request, _body: bytes) -> Json:
        return [
            asdict(f) | {"effect": type(f.effect).__name__, "options": asdict(f.effect)}
            for f in self.faults.pending()
        ]

    def _add_fault(self, request: Request, body: bytes) -> Json:
        self.faults.add(FaultForm.model_validate_json(body).fault())
        return self._pending_faults(request, body)

    def _clear_faults(self, request: Request, body: bytes) -> Json:
        self.faults.clear()
        return self._pending_faults(request, body)

    def _release(self, _request: Request, _body: bytes) -> Json:
        return {"released": self.faults.release()}

    def _expire_sessions(self, _request: Request, _body: bytes) -> Json:
        self.sessions.expire()
        return {}

    def _restore_allowance(self, _request: Request, _body: bytes) -> Json:
        self.allowance.restore()
        return {}
