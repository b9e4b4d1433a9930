from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import simple_salesforce.exceptions as theirs
import urllib3
from simple_salesforce.exceptions import SalesforceError

from bridge.errors import OrgError, OrgRefused, OrgUnanswered, OrgUnreachable
from bridge.salesforce.errors import NETWORK, UNREADABLE, may_pass, told

SECRET = "Sender 12 wrote this"
URL = f"https://127.0.0.1/services/data/v62.0/query?q={SECRET}"


def answered(status: int, content: object) -> SalesforceError:
    return SalesforceError(URL, status, "query", content)  # type: ignore[arg-type] # typed bytes, is JSON


def fault(code: str, message: str = "not possible") -> list[dict[str, Any]]:
    return [{"errorCode": code, "message": message, "fields": []}]


def family(root: type[Exception]) -> Iterator[type[Exception]]:
    yield root
    for child in root.__subclasses__():
        yield from family(child)


@pytest.mark.parametrize("departed", [True, False])
@pytest.mark.parametrize(
    "kind",
    sorted(
        {
            *family(requests.RequestException),
            *family(urllib3.exceptions.HTTPError),
            *family(http.client.HTTPException),
            *family(ssl.SSLError),
            socket.gaierror,
            TimeoutError,
            ConnectionResetError,
        },
        key=str,
    ),
    ids=str,
)
def test_a_failed_connection_is_told_by_whether_the_request_departed(
    kind: type[Exception], departed: bool
) -> None:
    assert issubclass(kind, NETWORK)

    error = told(kind.__new__(kind), "POST composite/sobjects", departed=departed)

    assert type(error) is (OrgUnanswered if departed else OrgUnreachable)
    assert "POST composite/sobjects" in error.message
    assert error.advice


@pytest.mark.parametrize("kind", sorted(family(SalesforceError), key=str))
def test_every_error_of_an_answer_is_told_by_its_status(kind: type[SalesforceError]) -> None:
    error = kind.__new__(kind)
    SalesforceError.__init__(error, URL, 403, "query", fault("INSUFFICIENT_ACCESS"))  # type: ignore[arg-type]

    said = told(error, "GET query", departed=True)

    assert isinstance(said, OrgRefused)
    assert (said.status, said.code) == (403, "INSUFFICIENT_ACCESS")


def test_the_only_other_errors_of_simple_salesforce_belong_to_bulk_and_login() -> None:
    others = {
        name
        for name, value in vars(theirs).items()
        if isinstance(value, type)
        and issubclass(value, Exception)
        and not issubclass(value, SalesforceError)
    }

    assert others == {
        "SalesforceBulkV2ExtractError",
        "SalesforceBulkV2LoadError",
        "SalesforceOperationError",
    }


@pytest.mark.parametrize("status", [300, 302, 304, 400, 401, 403, 404, 413, 414, 420, 429, 431])
@pytest.mark.parametrize("content", [fault("SOME_CODE"), "<html>", {"error": "x"}, [], None])
def test_an_answer_below_500_did_nothing(status: int, content: object) -> None:
    error = told(answered(status, content), "POST composite/sobjects", departed=True)

    assert isinstance(error, OrgRefused)
    assert error.status == status
    assert error.code == ("SOME_CODE" if content == fault("SOME_CODE") else "")
    assert str(status) in error.message


@pytest.mark.parametrize("status", [408, 499, 500, 502, 503, 504, 599])
@pytest.mark.parametrize("content", [fault("SERVER_UNAVAILABLE"), "<html>"])
def test_an_answer_that_a_gateway_may_give_for_the_org_leaves_doubt(
    status: int, content: object
) -> None:
    error = told(answered(status, content), "POST composite/sobjects", departed=True)

    assert isinstance(error, OrgUnanswered)


@pytest.mark.parametrize("code", ["REQUEST_RUNNING_TOO_LONG", "UNKNOWN_EXCEPTION"])
@pytest.mark.parametrize("status", [400, 403])
def test_a_call_that_the_platform_ended_while_it_ran_leaves_doubt(status: int, code: str) -> None:
    error = told(answered(status, fault(code)), "POST composite/sobjects", departed=True)

    assert isinstance(error, OrgUnanswered)


@pytest.mark.parametrize("kind", UNREADABLE)
def test_an_answer_that_can_not_be_read_leaves_doubt(kind: type[Exception]) -> None:
    assert isinstance(told(kind(), "POST composite/sobjects", departed=True), OrgUnanswered)


@pytest.mark.parametrize(
    ("content", "quoted"),
    [
        (
            fault(
                "MALFORMED_QUERY",
                f"\nSELECT Id FROM Lead WHERE Name IN ('{SECRET}')\n  ^\n"
                "ERROR at Row:1:Column:21\nunexpected token: 'WHERE'",
            ),
            "“unexpected token: 'WHERE'”",
        ),
        (
            fault(
                "JSON_PARSER_ERROR",
                f"Cannot deserialize instance of boolean from VALUE_STRING value {SECRET} "
                "or request may be missing a required field at [line:1, column:50]",
            ),
            "from VALUE_STRING”",
        ),
        (
            fault(
                "JSON_PARSER_ERROR",
                f"Cannot deserialize instance of double from VALUE_STRING value\n{SECRET}",
            ),
            "from VALUE_STRING”",
        ),
        (f"<html>{SECRET}</html>", "HTTP 400"),
        ({"unknown": SECRET}, "HTTP 400"),
    ],
    ids=["excerpt of a query", "value of a record", "value at the end", "HTML", "other JSON"],
)
def test_a_message_repeats_the_platforms_sentence_and_nothing_of_what_was_sent(
    content: object, quoted: str
) -> None:
    error = told(answered(400, content), "GET query", departed=True)

    assert quoted in error.message
    assert SECRET not in f"{error.message}{error.advice}{error!r}"


def test_a_long_sentence_of_the_platform_is_cut() -> None:
    error = told(answered(400, fault("X", "word " * 1000)), "GET query", departed=True)

    assert len(error.message) < 400


@pytest.mark.parametrize(
    ("error", "passing"),
    [
        (OrgUnreachable("x"), True),
        (OrgUnanswered("x"), True),
        (OrgRefused("x", status=429), True),
        (OrgRefused("x", status=420), True),
        (OrgRefused("x", status=400, code="QUERY_TIMEOUT"), True),
        (OrgRefused("ConcurrentRequests x", status=403, code="REQUEST_LIMIT_EXCEEDED"), True),
        (OrgRefused("TotalRequests x", status=403, code="REQUEST_LIMIT_EXCEEDED"), False),
        (OrgRefused("x", status=401, code="INVALID_SESSION_ID"), False),
        (OrgRefused("x", status=400, code="MALFORMED_QUERY"), False),
        (KeyError("x"), False),
    ],
)
def test_a_read_is_tried_again_only_for_what_may_pass(error: Exception, passing: bool) -> None:
    assert may_pass(error) is passing


def test_a_certificate_that_is_not_trusted_does_not_pass_by_itself() -> None:
    error: OrgError = OrgUnreachable("x")
    error.__cause__ = requests.exceptions.SSLError()
    error.__cause__.__context__ = ssl.SSLCertVerificationError()

    assert not may_pass(error)
