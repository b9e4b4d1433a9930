"""GoTallo's endpoint of failed syncs.

Source: GoTallo's documentation, "Get Failed Syncs". It shows no body of an error, no page size
and no zone for a bare time; here an error is `{"detail": …}`, and a bare time is UTC.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode

from starlette.routing import Route

from bridge.practice.faults import ForeignNext, Operation, Remote, Shifted, WrongCount
from bridge.practice.gotallo import API_TOKEN, TENANT_ID, Failure, GoTallo
from bridge.practice.http.door import METHODS, Door
from bridge.practice.http.wire import Call, Reply
from bridge.practice.org.values import Json

BASE_PATH = "/api/v1"


class Shape(StrEnum):
    """The two forms in which the endpoint lists a message."""

    STANDARD = "standard"
    SALESFORCE = "salesforce"


@dataclass(frozen=True, slots=True)
class _Asked:
    from_time: dt.datetime
    till_time: dt.datetime
    shape: Shape
    page: int


class _BadRequestError(Exception):
    def __init__(self, parameter: str, what: str) -> None:
        super().__init__(what)
        self.parameter = parameter
        self.what = what


class GoTalloRemote:
    """The endpoint, over the failures of one tenant."""

    def __init__(self, gotallo: GoTallo, page_size: int) -> None:
        self._gotallo = gotallo
        self._page_size = page_size

    def routes(self, door: Door) -> list[Route]:
        endpoint = door.endpoint(Remote.GOTALLO, Operation.FAILURES, self.failures)
        unknown = door.endpoint(Remote.GOTALLO, Operation.UNKNOWN, _not_found)
        return [
            Route(f"{BASE_PATH}/tenants/{{tenant}}/messages/failed", endpoint, methods=METHODS),
            Route(f"{BASE_PATH}/{{rest:path}}", unknown, methods=METHODS),
        ]

    def failures(self, call: Call) -> Reply:
        """One page of the failures of a window."""
        if call.method not in {"GET", "HEAD"}:
            return Reply(405, {"detail": f"Method {call.method} not allowed."})
        if call.bearer() != API_TOKEN:
            return Reply(401, {"detail": "Invalid token."}, {"WWW-Authenticate": "Bearer"})
        if call.route["tenant"] != TENANT_ID:
            return Reply(404, {"detail": "Not found."})
        try:
            asked = _parse(call.query)
        except _BadRequestError as error:
            return Reply(400, {error.parameter: [error.what]})
        found = [
            result
            for failure in self._gotallo.failures()
            if asked.from_time <= failure.failed_at <= asked.till_time
            and (result := _in_shape(failure, asked.shape)) is not None
        ]
        start = (asked.page - 1) * self._page_size
        if start and start >= len(found):
            return Reply(404, {"detail": "Invalid page."})
        start = max(0, start - _shift(call))
        end = start + self._page_size
        return Reply(
            200,
            {
                "count": len(found) + _off_by(call),
                "next": _page_url(call, asked.page + 1) if end < len(found) else None,
                "previous": _page_url(call, asked.page - 1) if asked.page > 1 else None,
                "results": found[start:end],
            },
        )


def _not_found(_call: Call) -> Reply:
    return Reply(404, {"detail": "Not found."})


def _in_shape(failure: Failure, shape: Shape) -> Json:
    match shape:
        case Shape.SALESFORCE:
            return failure.salesforce
        case Shape.STANDARD:
            return failure.standard


def _parse(query: Mapping[str, str]) -> _Asked:
    try:
        shape = Shape(query.get("type", Shape.STANDARD))
    except ValueError:
        raise _BadRequestError("type", "Not a valid choice.") from None
    page = query.get("page", "1")
    if not page.isdecimal() or int(page) < 1:
        raise _BadRequestError("page", "A valid integer is required.")
    return _Asked(_time(query, "from_time"), _time(query, "till_time"), shape, int(page))


def _time(query: Mapping[str, str], parameter: str) -> dt.datetime:
    text = query.get(parameter)
    if not text:
        raise _BadRequestError(parameter, "This field is required.")
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise _BadRequestError(parameter, "Datetime has wrong format.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _page_url(call: Call, page: int) -> str:
    origin = call.effect.origin if isinstance(call.effect, ForeignNext) else call.origin
    return f"{origin}{call.path}/?{urlencode({**call.query, 'page': str(page)})}"


def _shift(call: Call) -> int:
    return call.effect.by if isinstance(call.effect, Shifted) else 0


def _off_by(call: Call) -> int:
    return call.effect.by if isinstance(call.effect, WrongCount) else 0
