"""A door of the practice org's own, for people and scripts that rehearse: `/practice/…`.

Neither remote has anything like it. It takes no token: the server is on loopback only.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias, TypeVar

from pydantic import BaseModel, StrictBool, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bridge.practice.fault_form import FaultForm
from bridge.practice.faults import Faults
from bridge.practice.gotallo import GoTallo
from bridge.practice.http.door import METHODS
from bridge.practice.http.wire import RequestLog
from bridge.practice.mistakes import Mistake, mistakes, no_such
from bridge.practice.org.org import Org
from bridge.practice.org.session import Allowance, Sessions
from bridge.practice.org.values import Json

_HOME = "/practice"

_Answer: TypeAlias = Callable[[Request, bytes], Json]
_Form = TypeVar("_Form", bound=BaseModel)


class _RuleBody(BaseModel, extra="forbid"):
    active: StrictBool


class _NoneOfThatNameError(Exception):
    """The path names something that is not there."""


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
        """Its paths, and whatever else stands under its home: no remote has anything there."""
        answers: list[tuple[str, str, _Answer]] = [
            ("GET", "/state", self._state),
            ("GET", "/keys", self._keys),
            ("GET", "/rules", self._rules),
            ("PUT", "/rules/{name}", self._switch_rule),
            ("GET", "/requests", self._requests),
            ("GET", "/faults", self._pending_faults),
            ("POST", "/faults", self._add_fault),
            ("DELETE", "/faults", self._clear_faults),
            ("POST", "/release", self._release),
            ("POST", "/expire-sessions", self._expire_sessions),
            ("POST", "/restore-allowance", self._restore_allowance),
        ]
        there_are = [f"{method} {_HOME}{path}" for method, path, _ in answers]

        async def unknown(request: Request) -> Response:
            what = f"no {request.method} {request.url.path} here"
            return JSONResponse({"error": what, "there_are": there_are}, 404)

        return [
            *(_route(method, path, answer) for method, path, answer in answers),
            *(
                Route(path, unknown, methods=METHODS)
                for path in (_HOME, f"{_HOME}/{{rest:path}}", "/favicon.ico")
            ),
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
                "object": rule.sobject,
                "active": rule.active,
                "message": rule.message,
                "last_modified": rule.last_modified.isoformat(),
            }
            for rule in self.org.rules()
        ]

    def _switch_rule(self, request: Request, body: bytes) -> Json:
        active, name = _read(_RuleBody, body).active, request.path_params["name"]
        try:
            self.org.set_rule_active(name, active)
        except KeyError:
            names = {rule.name for rule in self.org.rules()}
            raise _NoneOfThatNameError(no_such("rule", name, names)) from None
        return self._rules(request, body)

    def _requests(self, _request: Request, _body: bytes) -> Json:
        return [asdict(asked) for asked in self.requests.all()]

    def _pending_faults(self, _request: Request, _body: bytes) -> Json:
        return [
            asdict(f) | {"effect": type(f.effect).__name__, "options": asdict(f.effect)}
            for f in self.faults.pending()
        ]

    def _add_fault(self, request: Request, body: bytes) -> Json:
        self.faults.add(_read(FaultForm, body).fault())
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


def _route(method: str, path: str, answer: _Answer) -> Route:
    async def endpoint(request: Request) -> Response:
        try:
            return JSONResponse(answer(request, await request.body()))
        except Mistake as error:
            return JSONResponse({"error": str(error)}, 400)
        except _NoneOfThatNameError as error:
            return JSONResponse({"error": str(error)}, 404)

    return Route(f"{_HOME}{path}", endpoint, methods=[method])


def _read(form: type[_Form], body: bytes) -> _Form:
    """What a body says.

    Raises:
        Mistake: it is no JSON object, or not of that form.
    """
    try:
        written: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise Mistake((), "a JSON object is expected") from None
    try:
        return form.model_validate(written)
    except ValidationError as error:
        raise mistakes(error, written, lambda _path: form.model_fields)[0] from None
