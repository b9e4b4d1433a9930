"""The org, as the rest of the house sees it: typed questions, typed answers, errors of ours."""

from __future__ import annotations

import datetime as dt
import re
import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from bridge.bounds import CALL_SECONDS, CONNECT_SECONDS, WRITE_SECONDS
from bridge.deadline import client_context, deadline
from bridge.errors import OrgRefused, SettingsError, UsageError
from bridge.model import FieldSchema, ObjectSchema, Record, Sight
from bridge.salesforce.addresses import check_proxy
from bridge.salesforce.client import Client, refuse_another_host
from bridge.salesforce.describe import find_object, parse_names, parse_object
from bridge.salesforce.errors import unreadable
from bridge.salesforce.inserts import MOST_RECORDS, InsertResult, body_of, results_of
from bridge.salesforce.rows import SYSTEM_FIELDS, FoundRow, Page, by_key, gather
from bridge.salesforce.rules import ValidationRule, parse_rule, rules_query
from bridge.salesforce.sight import sight
from bridge.salesforce.soql import queries_by_key
from bridge.salesforce.tokens import TokenSource
from bridge.salesforce.transport import ApiUsage, OrgSession, Traffic

_NOT_SHOWN = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND})
"""How an org answers a query of an object or a field that it does not show to this user."""


_NOT_PERMITTED = _NOT_SHOWN | {HTTPStatus.FORBIDDEN}


@dataclass(frozen=True, slots=True)
class OrgIdentity:
    """Which org answers, and as whom."""

    org_id: str
    """18 characters."""
    name: str
    sandbox: bool
    user_id: str
    """18 characters."""
    username: str
    instance_url: str


class Org:
    """One Salesforce org; safe to use from any thread.

    Each thread gets its own connection and its own simple-salesforce client, all of which `close`
    closes. Reads are tried again for a while when the org or the network fails for a moment; a
    write never is.

    Every method that asks the org raises:
        OrgUnreachable: the request was certainly not sent.
        OrgRefused: the org answered, and did nothing; `status` 401 where there is no valid token.
        OrgUnanswered: the request may have arrived, and gave no readable answer. After a write its
            outcome is in doubt: the platform lets a call run for ten minutes.
    """

    def __init__(
        self,
        tokens: TokenSource,
        *,
        ca_bundle: Path | None = None,
        proxy: str | None = None,
        api_version: str = "62.0",
        connect_seconds: float = CONNECT_SECONDS,
        call_seconds: float = CALL_SECONDS,
        write_seconds: float = WRITE_SECONDS,
    ) -> None:
        """Prepare; nothing is asked yet.

        Args:
            tokens: where the access token and the org's URL come from.
            ca_bundle: PEM of the authorities to trust; None for the usual ones.
            proxy: URL of a proxy to go through; the environment's are not used.
            api_version: of the REST API.
            connect_seconds: how long opening a connection may take.
            call_seconds: how long a whole call may take, however slowly its answer trickles, and
                for how long a read is tried again.
            write_seconds: how long an insert may take as a whole, with the renewal of the token and
                the repetition that follows it; nothing of it leaves after that.

        Raises:
            SettingsError: the API version, the CA bundle or the proxy is not usable.
        """
        if not re.fullmatch(r"\d{2,3}\.0", api_version):
            raise SettingsError(
                f"{api_version} is no version of the Salesforce REST API.",
                "Write it like 62.0.",
            )
        check_proxy(proxy)
        self._tokens = tokens
        self._context = client_context(ca_bundle)
        self._proxy = proxy
        self._api_version = api_version
        self._connect_seconds = connect_seconds
        self._call_seconds = call_seconds
        self._write_seconds = write_seconds
        self._traffic = Traffic()
        self._mine = _ClientOfThread()
        self._clients: list[Client] = []
        self._host: str | None = None
        """Where the first lane talked to; a later one goes nowhere else."""
        self._listed: tuple[str, ...] = ()
        self._sights: dict[tuple[str, ...], Mapping[str, Sight]] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections of all threads; no call may be under way."""
        with self._lock:
            clients, self._clients = self._clients, []
        self._mine = _ClientOfThread()
        for client in clients:
            client.close()

    @property
    def calls(self) -> int:
        """How many HTTP requests were made so far, those of other threads and repetitions too."""
        return self._traffic.calls

    @property
    def usage(self) -> ApiUsage | None:
        """The org's daily allowance as its last answer told it; nothing is asked for it."""
        return self._traffic.usage

    @property
    def told_time(self) -> dt.datetime | None:
        """What time it was to the org at its last answer, to the second."""
        return self._traffic.told_time

    def identity(self) -> OrgIdentity:
        """Which org this is and who we are there, in three calls that need no scope but `api`."""
        try:
            start = _Resources.model_validate(self._client().read(""))
        except ValidationError as exc:
            raise unreadable("GET the resources") from exc
        user_id = start.identity.rsplit("/", 1)[-1]
        organization = self._organization()
        user_path = f"sobjects/User/{user_id}"
        try:
            user = _User.model_validate(self._client().read(user_path, {"fields": "Username"}))
        except ValidationError as exc:
            raise unreadable(f"GET {user_path}") from exc
        return OrgIdentity(
            org_id=organization.id,
            name=organization.name,
            sandbox=organization.sandbox,
            user_id=user_id,
            username=user.username,
            instance_url=f"https://{self._tokens.current().host}",
        )

    def schema(self, object_name: str) -> ObjectSchema:
        """The object as this user sees it, in two calls.

        Args:
            object_name: with the package's namespace or without; as the mapping writes it.

        Raises:
            SettingsError: the org shows this user no such object, or several behind namespaces.
        """
        client = self._client()
        self._listed = parse_names(client.read("sobjects"), "GET sobjects")
        name = find_object(object_name, self._listed)
        path = f"sobjects/{name}/describe"
        return parse_object(client.read(path), f"GET {path}")

    def schemas_seen(self, object_names: Collection[str]) -> Mapping[str, ObjectSchema]:
        """Those of these objects that the org describes to this user, in one call each.

        Which objects there are is known from `schema`, which is asked first.

        Args:
            object_names: with the package's namespace or without; the answer has the same names.
        """
        found = {name: self._described(name) for name in object_names}
        return {name: schema for name, schema in found.items() if schema is not None}

    def _described(self, object_name: str) -> ObjectSchema | None:
        """The object, None where the org shows this user none of that name."""
        try:
            path = f"sobjects/{find_object(object_name, self._listed)}/describe"
            return parse_object(self._client().read(path), f"GET {path}")
        except SettingsError:
            return None
        except OrgRefused as refused:
            if refused.status not in _NOT_PERMITTED:
                raise
            return None

    def validation_rules(self, object_name: str) -> tuple[ValidationRule, ...]:
        """The object's rules, active or not, by name; takes the permission View Setup.

        Args:
            object_name: the org's API name.
        """
        resource = f"a query of the validation rules of {object_name}"
        client = self._client()
        records = gather(
            client.read("tooling/query", {"q": rules_query(object_name)}),
            lambda path: client.next_page(path, resource),
            resource,
        )
        return tuple(parse_rule(record, resource) for record in records)

    def sight(self, objects: Sequence[str], user_id: str) -> Mapping[str, Sight]:
        """Whether this user sees every row of each object, in up to three calls; asked once.

        Args:
            objects: API names of the org; the user may read them.
            user_id: of the user who asks, from `identity`.
        """
        asked = (user_id, *objects)
        if asked not in self._sights:
            self._sights[asked] = sight(self._setup, objects, user_id, dt.datetime.now(dt.UTC))
        return self._sights[asked]

    def find(
        self,
        schema: ObjectSchema,
        key_field: FieldSchema,
        keys: Sequence[str],
        fields: Sequence[str] = (),
    ) -> Mapping[str, tuple[FoundRow, ...]]:
        """The rows that carry one of the keys, the recycle bin's among them.

        Args:
            schema: of the object.
            key_field: of the object; its values are compared as the platform compares them.
            keys: asked for in the very spelling given, so a uuid that the org may hold with dashes
                is asked for in both spellings.
            fields: further fields of the rows to bring, with the namespace or without.

        Returns:
            The rows, oldest first, under `canonical_key` of what the key field holds. Every asked
            key is there in its canonical form; an empty tuple says that this user sees no row.

        Raises:
            UsageError: a key is empty or can't be written in a query, or the object has no such
                field.
        """
        names = [key_field.name, *(_known(schema, name).name for name in fields)]
        selected = dict.fromkeys([*SYSTEM_FIELDS, *names])
        resource = f"a query of {schema.name} by key"
        client = self._client()
        records = [
            record
            for soql in queries_by_key(schema.name, key_field.name, keys, tuple(selected))
            for record in gather(
                client.query_all_rows(soql, resource),
                lambda path: client.next_page(path, resource),
                resource,
            )
        ]
        return by_key(records, key_field.name, keys, resource)

    def insert(self, object_name: str, records: Sequence[Record]) -> tuple[InsertResult, ...]:
        """Insert up to 200 records in one call, each on its own, assignment rules off.

        Args:
            object_name: the org's API name.
            records: without `attributes`.

        Returns:
            One result a record, in their order.

        Raises:
            OrgRefused: nothing of the call was done; `status` 400 where one record spoils it.
            UsageError: a record can't be written as JSON; nothing was sent.
            ValueError: there are more than 200.
        """
        if len(records) > MOST_RECORDS:
            raise ValueError(f"{len(records)} records in one call, of {MOST_RECORDS} at most")
        if not records:
            return ()
        path = "composite/sobjects"
        body = body_of(object_name, records)
        # Assignment rules are on by default in REST and would give the rows to other owners.
        with deadline(self._write_seconds):
            answer = self._client().write(path, body, {"Sforce-Auto-Assign": "FALSE"})
        return results_of(answer, len(records), f"POST {path}")

    def daily_api(self) -> ApiUsage | None:
        """The org's daily allowance as its last answer told it, else as the resource `limits` does.

        None where neither tells: `limits` takes a permission that an integration user may lack.
        """
        if self._traffic.usage is not None:
            return self._traffic.usage
        try:
            limits = _Limits.model_validate(self._client().read("limits"))
        except OrgRefused as refused:
            if refused.status == HTTPStatus.UNAUTHORIZED:
                raise
            return None
        except ValidationError as exc:
            raise unreadable("GET limits") from exc
        daily = limits.daily
        return ApiUsage(used=daily.most - daily.remaining, limit=daily.most)

    def _setup(self, soql: str, resource: str) -> Sequence[Mapping[str, JsonValue]] | None:
        """The rows of a query of the org's setup; None where this user may not ask."""
        client = self._client()
        try:
            first = client.query(soql, resource)
        except OrgRefused as refused:
            if refused.status in _NOT_SHOWN or refused.code.startswith("INSUFFICIENT_ACCESS"):
                return None
            raise
        return gather(first, lambda path: client.next_page(path, resource), resource)

    def _organization(self) -> _Organization:
        resource = "a query of Organization"
        answer = self._client().query(
            "SELECT Id, Name, IsSandbox FROM Organization LIMIT 1", resource
        )
        try:
            page = Page.model_validate(answer)
            return _Organization.model_validate(page.records[0] if page.records else None)
        except ValidationError as exc:
            raise unreadable(resource) from exc

    def _client(self) -> Client:
        """This thread's client, made when it first asks."""
        if self._mine.client is None:
            self._mine.client = self._new_client()
        return self._mine.client

    def _new_client(self) -> Client:
        token = self._tokens.current()
        with self._lock:
            self._host = self._host or token.host
            refuse_another_host(token, self._host)
        session = OrgSession(
            token.host,
            self._traffic,
            self._context,
            proxy=self._proxy,
            connect_seconds=self._connect_seconds,
            call_seconds=self._call_seconds,
        )
        client = Client(
            session,
            self._tokens,
            token,
            api_version=self._api_version,
            patience_seconds=self._call_seconds,
        )
        with self._lock:
            self._clients.append(client)
        return client


class _ClientOfThread(threading.local):
    client: Client | None = None


def _known(schema: ObjectSchema, name: str) -> FieldSchema:
    field = schema.get(name)
    if field is None:
        raise UsageError(
            f"{schema.name} has no field {name} that this user can see.",
            "Check the field in the mapping, and the integration user's access to it.",
        )
    return field


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


class _Resources(_Answer):
    identity: str = Field(pattern=r"/id/[0-9A-Za-z]{18}/[0-9A-Za-z]{18}$")


class _Organization(_Answer):
    id: str = Field(alias="Id", pattern=r"^[0-9A-Za-z]{18}$")
    name: str = Field(alias="Name")
    sandbox: bool = Field(alias="IsSandbox")


class _User(_Answer):
    username: str = Field(alias="Username")


class _Daily(_Answer):
    most: int = Field(alias="Max")
    remaining: int = Field(alias="Remaining")


class _Limits(_Answer):
    daily: _Daily = Field(alias="DailyApiRequests")
