"""Login and identity: the token endpoint, the identity URL, userinfo.

Source: Salesforce help, "OAuth 2.0 Client Credentials Flow", "Identity URLs".
"""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Mapping
from urllib.parse import parse_qs

from bridge.practice.http.wire import Call, Reply
from bridge.practice.org.org import ORG_ID, USER_ID, USER_NAME, USERNAME
from bridge.practice.org.session import CLIENT_ID, CLIENT_SECRET, Sessions
from bridge.practice.org.values import Json

IDENTITY_PATH = f"/id/{ORG_ID}/{USER_ID}"


class Login:
    """The resources that are not under /services/data."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def token(self, call: Call) -> Reply:
        """Client credentials, in the Authorization header or in the form."""
        form = {k: v[0] for k, v in parse_qs(call.body.decode(errors="replace")).items()}
        if call.method != "POST" or form.get("grant_type") != "client_credentials":
            return _oauth_error("unsupported_grant_type", "grant type not supported")
        client_id, secret = _basic(call.headers) or (
            form.get("client_id", ""),
            form.get("client_secret", ""),
        )
        if client_id != CLIENT_ID:
            return _oauth_error("invalid_client_id", "client identifier invalid")
        if secret != CLIENT_SECRET:
            return _oauth_error("invalid_client", "invalid client credentials")
        return Reply(
            200,
            {
                "access_token": self._sessions.issue(),
                "signature": "practice",
                "scope": "api id",
                "instance_url": call.origin,
                "id": call.origin + IDENTITY_PATH,
                "token_type": "Bearer",
                "issued_at": str(int(time.time() * 1000)),
            },
        )

    def identity(self, call: Call) -> Reply:
        """Who the token belongs to."""
        if not self._sessions.valid(call.bearer()):
            return Reply(403, text="Bad_OAuth_Token")
        return Reply(200, _identity(call.origin) | {"id": call.origin + IDENTITY_PATH})

    def userinfo(self, call: Call) -> Reply:
        """The same in OpenID's words."""
        if not self._sessions.valid(call.bearer()):
            return Reply(403, text="Bad_OAuth_Token")
        identity = _identity(call.origin)
        return Reply(
            200,
            {
                "sub": call.origin + IDENTITY_PATH,
                "user_id": USER_ID,
                "organization_id": ORG_ID,
                "preferred_username": USERNAME,
                "nickname": identity["nick_name"],
                "name": USER_NAME,
                "email": USERNAME,
                "email_verified": True,
                "given_name": identity["first_name"],
                "family_name": identity["last_name"],
                "zoneinfo": "GMT",
                "urls": identity["urls"],
                "active": True,
                "user_type": "STANDARD",
                "language": "en_US",
                "locale": "en_US",
                "utcOffset": 0,
            },
        )


def _basic(headers: Mapping[str, str]) -> tuple[str, str] | None:
    scheme, _, encoded = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return client_id, secret


def _oauth_error(error: str, description: str) -> Reply:
    return Reply(400, {"error": error, "error_description": description})


def _identity(origin: str) -> dict[str, Json]:
    data = f"{origin}/services/data/v{{version}}/"
    return {
        "asserted_user": True,
        "user_id": USER_ID,
        "organization_id": ORG_ID,
        "username": USERNAME,
        "nick_name": "integration",
        "display_name": USER_NAME,
        "email": USERNAME,
        "email_verified": True,
        "first_name": "Integration",
        "last_name": "User",
        "timezone": "GMT",
        "urls": {
            "rest": data,
            "sobjects": f"{data}sobjects/",
            "query": f"{data}query/",
            "custom_domain": origin,
        },
        "active": True,
        "user_type": "STANDARD",
        "language": "en_US",
        "locale": "en_US",
        "utcOffset": 0,
        "is_app_installed": True,
    }
