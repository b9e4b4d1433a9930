"""aiosalesforce takes no base URL but Salesforce's own: its transport leads to the practice org."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import httpx
import pytest
from aiosalesforce import ClientCredentialsFlow, JwtBearerFlow, Salesforce
from aiosalesforce.auth import Auth
from aiosalesforce.exceptions import SalesforceError

from bridge.practice import Operation, PracticeServer
from tests.practice.conftest import a_message

MESSAGE = "Social25__Heroku_Message__c"
KEY = "Social25__Identifier__c"

T = TypeVar("T")
Flow = Callable[[Salesforce], Awaitable[T]]


class ToPracticeOrg(httpx.AsyncHTTPTransport):
    """Sends every request to the practice org, whatever its host."""

    def __init__(self, practice: PracticeServer) -> None:
        authority = practice.environment["BRIDGE_CA_BUNDLE"]
        super().__init__(verify=ssl.create_default_context(cafile=authority))
        self._origin = httpx.URL(practice.origin)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        origin = self._origin
        request.url = request.url.copy_with(host=origin.host, port=origin.port)
        return await super().handle_async_request(request)


def by_secret(practice: PracticeServer) -> Auth:
    environment = practice.environment
    return ClientCredentialsFlow(environment["SF_CLIENT_ID"], environment["SF_CLIENT_SECRET"])


def drive(practice: PracticeServer, auth: Auth, flow: Flow[T]) -> T:
    async def driven() -> T:
        async with httpx.AsyncClient(transport=ToPracticeOrg(practice)) as http:
            client = Salesforce(
                httpx_client=http,
                base_url="https://practice.my.salesforce.com",
                auth=auth,
                version="62.0",
            )
            return await flow(client)

    return asyncio.run(driven())


def test_a_row_is_created_read_changed_upserted_and_deleted(practice: PracticeServer) -> None:
    async def flow(client: Salesforce) -> None:
        row_id = await client.sobject.create("Lead", {"LastName": "Test Sender", "Company": "c"})
        await client.sobject.update("Lead", row_id, {"Company": "d"})
        lead = await client.sobject.get("Lead", row_id, fields=["Company", "LastName"])
        assert (lead["Company"], lead["LastName"]) == ("d", "Test Sender")
        assert "Phone" not in lead
        row = a_message(1)
        first = await client.sobject.upsert(MESSAGE, str(row[KEY]), KEY, row)
        again = await client.sobject.upsert(MESSAGE, str(row[KEY]), KEY, row)
        assert (first.created, again.created) == (True, False)
        assert first.id == again.id
        await client.sobject.delete(MESSAGE, str(row[KEY]), KEY)

    drive(practice, by_secret(practice), flow)
    assert practice.org.rows_per_key()[f"{1:032x}"] == 0
    assert not practice.requests.of(Operation.UNKNOWN)


def test_queries_and_limits_are_answered(practice: PracticeServer) -> None:
    async def flow(client: Salesforce) -> tuple[int, object]:
        rows = [row async for row in client.query(f"SELECT Id FROM {MESSAGE}")]  # noqa: S608
        limits = await client.get_limits()
        return len(rows), limits["DailyApiRequests"]["Max"]

    assert drive(practice, by_secret(practice), flow) == (len(practice.org.messages()), 100_000)


def test_a_login_by_signed_jwt_is_taken(practice: PracticeServer, tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    key.write_bytes(practice.signing_key.as_pem())
    auth = JwtBearerFlow(
        practice.environment["SF_CLIENT_ID"], "integration.user@practice.example", key
    )

    async def flow(client: Salesforce) -> object:
        return (await client.get_limits())["DailyApiRequests"]["Max"]

    assert drive(practice, auth, flow) == 100_000


def test_a_refused_row_is_an_error_of_the_clients_own(practice: PracticeServer) -> None:
    async def flow(client: Salesforce) -> None:
        await client.sobject.create("Lead", {"Company": "c"})

    with pytest.raises(SalesforceError, match="REQUIRED_FIELD_MISSING"):
        drive(practice, by_secret(practice), flow)


def test_a_lost_token_is_renewed(practice: PracticeServer) -> None:
    async def flow(client: Salesforce) -> object:
        await client.get_limits()
        practice.sessions.expire()
        return (await client.get_limits())["DailyApiRequests"]["Max"]

    assert drive(practice, by_secret(practice), flow) == 100_000
