"""A practice org per test, and clients that we did not write."""

from __future__ import annotations

import datetime as dt
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest
import requests
from simple_salesforce.api import Salesforce, SFType
from simple_salesforce.exceptions import SalesforceError

from bridge.practice import PracticeServer, Scenario
from bridge.practice.org.org import Org
from bridge.practice.org.schema import Row

DAY = dt.date(2026, 11, 22)

Start = Callable[[Scenario], PracticeServer]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a practice org that stops with the test."""
    with ExitStack() as stack:
        yield lambda scenario: stack.enter_context(PracticeServer(scenario))


@pytest.fixture
def practice(start: Start) -> PracticeServer:
    """The default morning of a fixed day."""
    return start(Scenario(day=DAY))


@pytest.fixture
def connect() -> Iterator[Callable[[PracticeServer], Salesforce]]:
    """Makes simple-salesforce clients in direct mode."""
    with ExitStack() as stack:

        def client(practice: PracticeServer) -> Salesforce:
            session = stack.enter_context(requests.Session())
            session.verify = practice.environment["BRIDGE_CA_BUNDLE"]
            session.trust_env = False
            return Salesforce(
                session_id=practice.environment["SF_ACCESS_TOKEN"],
                instance_url=practice.environment["SF_ORG_INSTANCE_URL"],
                session=session,
                version="62.0",
            )

        yield client


@pytest.fixture
def salesforce(
    practice: PracticeServer, connect: Callable[[PracticeServer], Salesforce]
) -> Salesforce:
    return connect(practice)


@pytest.fixture
def browse() -> Iterator[Callable[[PracticeServer], httpx.Client]]:
    """Makes httpx clients at a practice org's origin, without any token."""
    with ExitStack() as stack:

        def client(practice: PracticeServer) -> httpx.Client:
            context = ssl.create_default_context(cafile=practice.environment["BRIDGE_CA_BUNDLE"])
            return stack.enter_context(
                httpx.Client(base_url=practice.origin, verify=context, trust_env=False)
            )

        yield client


@pytest.fixture
def web(practice: PracticeServer, browse: Callable[[PracticeServer], httpx.Client]) -> httpx.Client:
    return browse(practice)


def rows_of(salesforce: Salesforce, sobject: str) -> SFType:
    """The client's own calls for one object."""
    calls = getattr(salesforce, sobject)
    assert isinstance(calls, SFType)
    return calls


def errors_of(raised: SalesforceError) -> list[dict[str, object]]:
    """The errors of an answer; simple-salesforce parses them and calls them bytes."""
    content: object = raised.content
    assert isinstance(content, list)
    return [dict(error) for error in content]


def an_org(scenario: Scenario | None = None) -> Org:
    """An org without a server and without a morning."""
    return Org(scenario or Scenario(), dt.datetime.combine(DAY, dt.time(), dt.UTC))


def a_message(number: int = 1, **fields: str | bool | float) -> Row:
    """A message row that a default org takes; fields by their names without the prefix."""
    short: Row = {
        "Identifier__c": f"{number:032x}",
        "Text__c": "Hello",
        "Chat_Identifier__c": "c" * 32,
        "User_Full_Name__c": f"Test Sender {number}",
        **fields,
    }
    own = short.pop("Region__c", "EMEA")
    return {f"Social25__{name}": value for name, value in short.items()} | {"Region__c": own}
