"""The REST API of the practice org: its paths, and what every call of it has in common.

Source of paths, status codes and bodies: REST API Developer Guide, and answers of real orgs that
third parties recorded. An unknown path answers as the platform does, and is logged as unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import TypeAlias

from starlette.routing import Route

from bridge.practice.faults import ExhaustQuota, ExpireSessions, Operation, Remote
from bridge.practice.http.collections import Collections
from bridge.practice.http.door import METHODS, Door, Handler
from bridge.practice.http.login import IDENTITY_PATH, Login
from bridge.practice.http.queries import Queries
from bridge.practice.http.records import Records
from bridge.practice.http.requests import allow, object_named
from bridge.practice.http.wire import Call, Reply
from bridge.practice.org.describe import describe_basic, describe_object
from bridge.practice.org.errors import RequestRefused
from bridge.practice.org.org import Org
from bridge.practice.org.schema import SObject
from bridge.practice.org.session import Allowance, Sessions, SigningKey
from bridge.practice.org.table import Table
from bridge.practice.org.values import Json

OLDEST_VERSION, NEWEST_VERSION = 50, 66

_MAX_URI_BYTES = 16_384
"""Source: REST API Developer Guide, "Status Codes and Error Responses", 414 and 431."""

_KILOBYTES_A_ROW = 2
"""Source: Salesforce help, "Data and File Storage Allocations": most records count 2 KB."""

_Resource: TypeAlias = Callable[[Call, str], Reply]
"""What answers a call under /services/data/vNN.0, given the `vNN.0`."""


class Tooling:
    """The org's metadata as tables: of the Tooling API's, the validation rules."""

    def __init__(self, org: Org) -> None:
        self._org = org
        self.now = org.now

    def sobject(self, name: str) -> SObject | None:
        table = self._org.rule_table()
        if name.lower() == table.sobject.name.lower() and self._org.scenario.view_setup:
            return table.sobject
        found = self._org.sobject(name)
        return found if found and found.name == "EntityDefinition" else None

    def table(self, sobject: SObject) -> Table:
        rules = self._org.rule_table()
        return rules if sobject is rules.sobject else self._org.table(sobject)

    def locked(self) -> AbstractContextManager[None]:
        return self._org.locked()


class SalesforceRemote:
    """An org's REST API over its state."""

    def __init__(
        self,
        org: Org,
        sessions: Sessions,
        allowance: Allowance,
        key: SigningKey,
        my_domain: Callable[[], str],
    ) -> None:
        self._org = org
        self._sessions = sessions
        self._allowance = allowance
        self._login = Login(sessions, key, my_domain)
        self._queries = Queries(org)
        self._tooling = Queries(Tooling(org), "/tooling")
        self._records = Records(org)
        self._collections = Collections(org)

    def routes(self, door: Door) -> list[Route]:
        def route(
            path: str, operation: Operation, handler: Handler, methods: Sequence[str] = METHODS
        ) -> Route:
            endpoint = door.endpoint(Remote.SALESFORCE, operation, _bounded(handler))
            return Route(path, endpoint, methods=methods)

        def data(path: str, operation: Operation, resource: _Resource, *methods: str) -> Route:
            handler = self._guarded(resource)
            return route(
                f"/services/data/{{version}}{path}", operation, handler, methods or METHODS
            )

        record = "/sobjects/{object}"
        collection = "/composite/sobjects"

        return [
            route("/services/oauth2/token", Operation.TOKEN, self._login.token),
            route("/services/oauth2/userinfo", Operation.IDENTITY, self._login.userinfo),
            route(IDENTITY_PATH, Operation.IDENTITY, self._login.identity),
            route("/services/data", Operation.DESCRIBE, _versions),
            data("", Operation.IDENTITY, self._resources),
            data("/limits", Operation.LIMITS, self._limits),
            data("/query", Operation.QUERY, self._queries.query),
            data("/query/{cursor}", Operation.QUERY, self._queries.next_page),
            data("/queryAll", Operation.QUERY, self._queries.query_all),
            data("/queryAll/{cursor}", Operation.QUERY, self._queries.next_page),
            data("/tooling/query", Operation.QUERY, self._tooling.query),
            data("/tooling/query/{cursor}", Operation.QUERY, self._tooling.next_page),
            data(collection, Operation.INSERT, self._collections.create, "POST"),
            data(collection, Operation.ROW, self._collections.rows),
            data(f"{collection}/{{object}}", Operation.ROW, self._collections.of_object),
            data(f"{collection}/{{object}}/{{field}}", Operation.ROW, self._collections.upsert),
            data("/sobjects", Operation.DESCRIBE, self._describe_global),
            data(record, Operation.ROW, self._records.create, "POST"),
            data(record, Operation.ROW, self._basic_describe),
            data(f"{record}/describe", Operation.DESCRIBE, self._describe),
            data(f"{record}/updated", Operation.UNKNOWN, _not_found),
            data(f"{record}/deleted", Operation.UNKNOWN, _not_found),
            data(f"{record}/{{id}}", Operation.ROW, self._records.row),
            data(f"{record}/{{field}}/{{value:path}}", Operation.ROW, self._records.by_external_id),
            data("/{rest:path}", Operation.UNKNOWN, _not_found),
            route("/{rest:path}", Operation.UNKNOWN, _not_found_anywhere),
        ]

    def _guarded(self, resource: _Resource) -> Handler:
        """Session, daily allowance and version first; a refusal becomes the platform's body."""

        def handler(call: Call) -> Reply:
            if isinstance(call.effect, ExpireSessions):
                self._sessions.expire()
            if isinstance(call.effect, ExhaustQuota):
                self._allowance.exhaust()
            if not self._sessions.valid(call.bearer()):
                return _error(401, "INVALID_SESSION_ID", "Session expired or invalid")
            if not self._allowance.take():
                return self._with_usage(
                    _error(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
                )
            try:
                return self._with_usage(resource(call, _version(call.route["version"])))
            except RequestRefused as refusal:
                return self._with_usage(_refused(refusal))

        return handler

    def _with_usage(self, reply: Reply) -> Reply:
        usage = f"api-usage={self._allowance.used}/{self._allowance.maximum}"
        headers = {**reply.headers, "Sforce-Limit-Info": usage}
        return Reply(reply.status, reply.body, headers, reply.text)

    def _resources(self, call: Call, version: str) -> Reply:
        allow(call, "GET", "HEAD")
        names = ("sobjects", "query", "queryAll", "limits", "composite", "tooling")
        resources = {name: f"/services/data/{version}/{name}" for name in names}
        return Reply(200, resources | {"identity": call.origin + IDENTITY_PATH})

    def _limits(self, call: Call, _version: str) -> Reply:
        allow(call, "GET", "HEAD")
        room, used = self._org.scenario.storage_rows, self._org.storage_used()
        return Reply(
            200,
            {
                "DailyApiRequests": {
                    "Max": self._allowance.maximum,
                    "Remaining": self._allowance.maximum - self._allowance.used,
                },
                "DataStorageMB": {
                    "Max": room * _KILOBYTES_A_ROW // 1024,
                    "Remaining": max(0, room - used) * _KILOBYTES_A_ROW // 1024,
                },
            },
        )

    def _describe_global(self, call: Call, version: str) -> Reply:
        allow(call, "GET", "HEAD")
        sobjects = [describe_basic(o, version) for o in self._org.objects()]
        return Reply(200, {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": sobjects})

    def _describe(self, call: Call, version: str) -> Reply:
        allow(call, "GET", "HEAD")
        sobject = object_named(self._org, call.route["object"])
        return Reply(200, describe_object(sobject, version))

    def _basic_describe(self, call: Call, version: str) -> Reply:
        allow(call, "GET", "HEAD", "POST")
        sobject = object_named(self._org, call.route["object"])
        return Reply(200, {"objectDescribe": describe_basic(sobject, version), "recentItems": []})


def _bounded(handler: Handler) -> Handler:
    """Refuse what is too long to be read, before anything else."""

    def bounded(call: Call) -> Reply:
        if call.target_bytes > _MAX_URI_BYTES:
            return Reply(414, text="URI Too Long")
        headers = sum(len(k) + len(v) for k, v in call.headers.items())
        if call.target_bytes + headers > _MAX_URI_BYTES:
            return Reply(431, text="Request Header Fields Too Large")
        return handler(call)

    return bounded


def _versions(_call: Call) -> Reply:
    return Reply(
        200,
        [
            {"label": f"API {n}.0", "url": f"/services/data/v{n}.0", "version": f"{n}.0"}
            for n in range(OLDEST_VERSION, NEWEST_VERSION + 1)
        ],
    )


def _version(text: str) -> str:
    match = re.fullmatch(r"v(\d\d)\.0", text, re.ASCII)
    if not match or not OLDEST_VERSION <= int(match[1]) <= NEWEST_VERSION:
        raise RequestRefused(404, "NOT_FOUND", "The requested resource does not exist")
    return text


def _not_found(_call: Call, _version: str) -> Reply:
    raise RequestRefused(404, "NOT_FOUND", "The requested resource does not exist")


def _not_found_anywhere(_call: Call) -> Reply:
    return _error(404, "NOT_FOUND", "The requested resource does not exist")


def _refused(refusal: RequestRefused) -> Reply:
    body: dict[str, Json] = {"message": refusal.message, "errorCode": refusal.code}
    named = {} if refusal.fields is None else {"fields": list(refusal.fields)}
    return Reply(refusal.status, [body | named])


def _error(status: int, code: str, message: str) -> Reply:
    return Reply(status, [{"message": message, "errorCode": code}])
