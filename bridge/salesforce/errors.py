"""What the libraries below us raise, told in the words of `bridge.errors`.

What matters of a call that failed is whether it may have taken effect. The class of an exception
does not say it (urllib3 calls a slow TLS handshake a read timeout), so `transport` watches whether
a request departed, and this map goes by that.

The text of a foreign exception holds the URL with its SOQL and the whole answer, which is personal
data: none of it goes into a message of ours but the platform's own sentence about the request.
"""

from __future__ import annotations

import http.client
import re
import socket
import ssl
from collections.abc import Iterator

import httpx
import requests
import urllib3
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from simple_salesforce.exceptions import SalesforceError

from bridge.errors import OrgError, OrgRefused, OrgUnanswered, OrgUnreachable

NETWORK = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    http.client.HTTPException,
    OSError,
)
"""What a call raises that could not be made, or whose answer did not arrive whole."""

UNREADABLE = (ValueError, TypeError, RecursionError)
"""What reading an answer raises that is no JSON, or is JSON of an unexpected form."""

LONGEST_QUOTE = 300
"""How many characters of the platform's own sentence a message repeats."""

_TOO_MUCH = frozenset({420, 429})
"""The statuses of a request that was turned away for now and not processed."""

_MAYBE_DONE = frozenset({408, 499})
"""4xx that a gateway gives for a request which it may have handed on."""

_RAN = frozenset({"REQUEST_RUNNING_TOO_LONG", "UNKNOWN_EXCEPTION"})
"""Codes of a call that had begun when the platform ended it, whatever the status: nothing says that
all of it was rolled back."""

_PASSING_CODES = frozenset(
    {
        "SERVER_UNAVAILABLE",
        "FUNCTIONALITY_TEMPORARILY_UNAVAILABLE",
        "QUERY_TIMEOUT",
        "REQUEST_RUNNING_TOO_LONG",
    }
)

_REASONS: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((ssl.SSLCertVerificationError,), "its TLS certificate was not accepted"),
    ((requests.exceptions.ProxyError, httpx.ProxyError), "the proxy opened no connection"),
    ((socket.gaierror,), "the name of the host is not known"),
    ((ConnectionRefusedError,), "the connection was refused"),
    (
        (TimeoutError, requests.exceptions.Timeout, httpx.TimeoutException),
        "the time allowed ran out",
    ),
    ((ssl.SSLError,), "the TLS handshake failed"),
)
"""The first that is among an exception's causes; none of a library's classes says it alone."""

_SESSION_ADVICE = (
    "Put a new token into SF_ACCESS_TOKEN, or give SF_LOGIN_URL, SF_CLIENT_ID and SF_CLIENT_SECRET "
    "so that it is renewed. SF_ORG_INSTANCE_URL must be the org's My Domain URL "
    "(https://NAME.my.salesforce.com)."
)
_ADVICE_BY_CODE = {
    "REQUEST_LIMIT_EXCEEDED": (
        "The org's API requests are used up, or too many long ones run at once: see Setup, "
        "Company Information, and go on later with the same run."
    ),
    "API_DISABLED_FOR_ORG": "Grant the integration user the permission API Enabled.",
    "API_CURRENTLY_DISABLED": "Grant the integration user the permission API Enabled.",
    "INVALID_FIELD": "Check the field in the mapping, and the integration user's access to it.",
    "INVALID_TYPE": "Check the object in the mapping, and the integration user's access to it.",
}
_ADVICE_BY_STATUS = {
    401: _SESSION_ADVICE,
    403: "Check the integration user's permissions in Setup.",
    404: "Check SF_ORG_INSTANCE_URL, and the integration user's access to the object.",
    420: "Go on later with the same run.",
    429: "Go on later with the same run.",
}
_REDIRECT_ADVICE = (
    "Set SF_ORG_INSTANCE_URL to the org's present My Domain URL; nothing is followed."
)
_WAIT_ADVICE = "See whether Salesforce has an incident (status.salesforce.com), then try again."


class _Fault(BaseModel):
    """One entry of the list with which the platform answers a request that it refuses."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    code: str = Field(alias="errorCode", default="")
    message: str = ""


_FAULTS = TypeAdapter(list[_Fault])


def told(exc: Exception, resource: str, *, departed: bool) -> OrgError:
    """The error of ours that says what a foreign exception means for the call.

    Args:
        exc: of `NETWORK`, `UNREADABLE` or simple-salesforce's own.
        resource: what was called, for people; without SOQL or values.
        departed: whether any of the request may have been sent.
    """
    if isinstance(exc, SalesforceError):
        return _of_answer(exc, resource)
    if not departed:
        return OrgUnreachable(
            f"Salesforce could not be reached for {resource}: {reason_of(exc)}.",
            _connection_advice(exc),
        )
    if isinstance(exc, NETWORK) and not isinstance(exc, ValueError):
        return OrgUnanswered(
            f"Salesforce gave no whole answer to {resource}: {reason_of(exc)}.", _WAIT_ADVICE
        )
    return unreadable(resource)


def unreadable(resource: str) -> OrgUnanswered:
    """The error for an answer that says neither yes nor no."""
    return OrgUnanswered(
        f"Salesforce's answer to {resource} is not what its REST API gives.",
        "See whether a proxy stands between, and whether SF_ORG_INSTANCE_URL is an org.",
    )


def reason_of(exc: BaseException) -> str:
    """Why a connection failed, in words; never the exception's own text, which holds the URL."""
    for kinds, words in _REASONS:
        if any(_caused_by(exc, kind) for kind in kinds):
            return words
    return "the connection failed or was cut"


def may_pass(error: Exception) -> bool:
    """Whether the same read may succeed when it is tried again in a moment."""
    if isinstance(error, OrgUnreachable):
        return not _caused_by(error, ssl.SSLCertVerificationError)
    if isinstance(error, OrgRefused):
        return (
            error.status in _TOO_MUCH
            or error.code in _PASSING_CODES
            or (error.code == "REQUEST_LIMIT_EXCEEDED" and "Concurrent" in error.message)
        )
    return isinstance(error, OrgUnanswered)


def _of_answer(exc: SalesforceError, resource: str) -> OrgError:
    fault = _first_fault(exc.content)
    said = " ".join(
        part for part in (f"HTTP {exc.status}", fault.code, _quoted(fault.message)) if part
    )
    if exc.status >= 500 or exc.status in _MAYBE_DONE or fault.code in _RAN:
        return OrgUnanswered(f"Salesforce failed at {resource}: {said}.", _WAIT_ADVICE)
    return OrgRefused(
        f"Salesforce refused {resource}: {said}.",
        _advice(exc.status, fault.code),
        status=exc.status,
        code=fault.code,
    )


def _first_fault(content: object) -> _Fault:
    try:
        faults = _FAULTS.validate_python(content)
    except ValidationError:
        return _Fault()
    return faults[0] if faults else _Fault()


def _quoted(message: str) -> str:
    # A query's error begins with an excerpt of the query, keys and all, up to its position.
    sentence = re.sub(r"(?s)^.*ERROR at Row:\d+:Column:\d+\s*", "", message)
    # The parser repeats the value that it stumbled over.
    sentence = re.sub(r"(?s)(?<=from VALUE_)([A-Z]+)\b.*", r"\1", sentence)
    sentence = " ".join(sentence.split()).rstrip(".")
    if len(sentence) > LONGEST_QUOTE:
        sentence = sentence[: LONGEST_QUOTE - 1] + "…"
    return f"“{sentence}”" if sentence else ""


def _advice(status: int, code: str) -> str:
    if 300 <= status < 400:
        return _REDIRECT_ADVICE
    return _ADVICE_BY_CODE.get(code) or _ADVICE_BY_STATUS.get(status, "")


def _connection_advice(exc: Exception) -> str:
    if _caused_by(exc, ssl.SSLError):
        return (
            "Check SF_ORG_INSTANCE_URL; where a private authority signed the certificate, name its "
            "PEM file in BRIDGE_CA_BUNDLE."
        )
    if isinstance(exc, requests.exceptions.ProxyError):
        return "Check the proxy that is set for the bridge."
    return "Check SF_ORG_INSTANCE_URL and the network, then try again."


def _caused_by(exc: BaseException, kind: type[BaseException]) -> bool:
    return any(isinstance(cause, kind) for cause in _causes(exc))


def _causes(exc: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = exc
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
