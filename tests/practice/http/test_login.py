"""The JWT bearer flow: who signs what for whom, and until when."""

from __future__ import annotations

import time
from typing import Any

import httpx
import jwt
import pytest

from bridge.practice import PracticeServer
from bridge.practice.org.session import SigningKey

USERNAME = "integration.user@practice.example"


def log_in(
    practice: PracticeServer, web: httpx.Client, key: SigningKey | None = None, **claims: object
) -> httpx.Response:
    stated: dict[str, Any] = {
        "iss": practice.environment["SF_CLIENT_ID"],
        "sub": USERNAME,
        "aud": practice.origin,
        "exp": str(int(time.time()) + 180),
        **claims,
    }
    stated = {name: value for name, value in stated.items() if value is not None}
    signed = jwt.encode(stated, (key or practice.signing_key).as_pem(), algorithm="RS256")
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": signed}
    return web.post("/services/oauth2/token", data=form)


@pytest.mark.parametrize(
    "audience", [None, "https://login.salesforce.com", "https://test.salesforce.com"]
)
def test_a_signed_assertion_gives_a_token_that_works(
    practice: PracticeServer, web: httpx.Client, audience: str | None
) -> None:
    answer = log_in(practice, web, aud=audience or practice.origin)
    assert answer.json().keys() == {"access_token", "scope", "instance_url", "id", "token_type"}
    token = answer.json()["access_token"]
    limits = web.get("/services/data/v62.0/limits", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, limits.status_code) == (200, 200)


@pytest.mark.parametrize(
    ("claims", "error", "description"),
    [
        ({"exp": 1}, "invalid_grant", "expired authorization code"),
        ({"exp": None}, "invalid_grant", "invalid assertion"),
        ({"aud": "https://elsewhere.example"}, "invalid_grant", "audience is invalid"),
        ({"iss": "other"}, "invalid_client_id", "client identifier invalid"),
        ({"sub": "other"}, "invalid_grant", "user hasn't approved this consumer"),
    ],
    ids=["expired", "endless", "audience", "client", "user"],
)
def test_an_assertion_that_states_something_else_is_refused(
    practice: PracticeServer,
    web: httpx.Client,
    claims: dict[str, object],
    error: str,
    description: str,
) -> None:
    answer = log_in(practice, web, None, **claims)
    assert answer.status_code == 400
    assert answer.json() == {"error": error, "error_description": description}


def test_an_assertion_signed_by_another_key_is_refused(
    practice: PracticeServer, web: httpx.Client
) -> None:
    answer = log_in(practice, web, key=SigningKey())
    assert answer.json()["error_description"] == "invalid assertion"
