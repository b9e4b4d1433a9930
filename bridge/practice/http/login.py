"""Login and identity: the token endpoint, the identity URL, userinfo.

Source: Salesforce help, "OAuth 2.0 Client Credentials Flow", "OAuth 2.0 JWT Bearer Flow for
Server-to-Server Integration", "Identity URLs".
"""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Callable, Mapping
from typing import TypeAlias
from urllib.parse import parse_qs

import jwt

from bridge.practice.http.wire import Call, Reply
from bridge.practice.org.org import ORG_ID, USER_ID, USER_NAME, USERNAME
from bridge.practice.org.session import CLIENT_ID, CLIENT_SECRET, Sessions, SigningKey
from bridge.practice.org.values import Json

IDENTITY_PATH = f"/id/{ORG_ID}/{USER_ID}"

_UNKNOWN_OF_THE_USER = (
    "addr_street",
    "addr_city",
    "addr_state",
    "addr_country",
    "addr_zip",
    "mobile_phone",
)
_SOAP_URLS = {"enterprise": "c", "metadata": "m", "partner": "u", "tooling_soap": "T"}
_DATA_URLS = {
    "sobjects": "sobjects/",
    "search": "search/",
    "query": "query/",
    "recent": "recent/",
    "tooling_rest": "tooling/",
    "feeds": "chatter/feeds",
    "groups": "chatter/groups",
    "users": "chatter/users",
    "feed_items": "chatter/feed-items",
    "feed_elements": "chatter/feed-elements",
}
_JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_AUDIENCES = ("https://login.salesforce.com", "https://test.salesforce.com")

_Grant: TypeAlias = Callable[[Call, Mapping[str, str]], Reply | None]
"""Whether a token is given: how it is refused, or None."""


class Login:
    """The resources that are not under /services/data."""

    def __init__(self, sessions: Sessions, key: SigningKey, my_domain: Callable[[], str]) -> None:
        self._sessions = sessions
        self._my_domain = my_domain
        self._key = key
        self._grants: Mapping[str, _Grant] = {
            "client_credentials": _client_credentials,
            _JWT_BEARER: self._jwt_bearer,
        }

    def token(self, call: Call) -> Reply:
        """Client credentials, in the Authorization header or in the form; or a signed JWT."""
        form = {k: v[0] for k, v in parse_qs(call.body.decode(errors="replace")).items()}
        grant = self._grants.get(form.get("grant_type", ""))
        if call.method != "POST" or grant is None:
            return _oauth_error("unsupported_grant_type", "grant type not supported")
        refusal = grant(call, form)
        if refusal:
            return refusal
        signed: dict[str, Json] = {
            "signature": "practice",
            "issued_at": str(int(time.time() * 1000)),
        }
        return self._new_token(call, {} if form["grant_type"] == _JWT_BEARER else signed)

    def _jwt_bearer(self, call: Call, form: Mapping[str, str]) -> Reply | None:
        try:
            claims = jwt.decode(
                form.get("assertion", ""),
                self._key.public,
                algorithms=["RS256"],
                audience=[*_AUDIENCES, self._my_domain()],
                options={"require": ["iss", "sub", "aud", "exp"]},
            )
        except jwt.ExpiredSignatureError:
            return _oauth_error("invalid_grant", "expired authorization code")
        except jwt.InvalidAudienceError:
            return _oauth_error("invalid_grant", "audience is invalid")
        except jwt.InvalidTokenError:
            return _oauth_error("invalid_grant", "invalid assertion")
        if claims["iss"] != CLIENT_ID:
            return _oauth_error("invalid_client_id", "client identifier invalid")
        if claims["sub"] != USERNAME:
            return _oauth_error("invalid_grant", "user hasn't approved this consumer")
        return None

    def _new_token(self, call: Call, more: Mapping[str, Json]) -> Reply:
        return Reply(
            200,
            {
                "access_token": self._sessions.issue(),
                "scope": "api id",
                "instance_url": call.origin,
                "id": call.origin + IDENTITY_PATH,
                "token_type": "Bearer",
                **more,
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


def _client_credentials(call: Call, form: Mapping[str, str]) -> Reply | None:
    client_id, secret = _basic(call.headers) or (
        form.get("client_id", ""),
        form.get("client_secret", ""),
    )
    if client_id != CLIENT_ID:
        return _oauth_error("invalid_client_id", "client identifier invalid")
    if secret != CLIENT_SECRET:
        return _oauth_error("invalid_client", "invalid client credentials")
    return None


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
    nothing_known: dict[str, Json] = dict.fromkeys(_UNKNOWN_OF_THE_USER)
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
        **nothing_known,
        "mobile_phone_verified": False,
        "is_lightning_login_user": False,
        "photos": {"picture": f"{origin}/profilephoto/F", "thumbnail": f"{origin}/profilephoto/T"},
        "status": {"created_date": None, "body": None},
        "urls": {
            "rest": data,
            "profile": f"{origin}/{USER_ID}",
            "custom_domain": origin,
            **{
                name: f"{origin}/services/Soap/{kind}/{{version}}/{ORG_ID[:15]}"
                for name, kind in _SOAP_URLS.items()
            },
            **{name: data + path for name, path in _DATA_URLS.items()},
        },
        "active": True,
        "user_type": "STANDARD",
        "language": "en_US",
        "locale": "en_US",
        "utcOffset": 0,
        "last_modified_date": "2026-01-01T00:00:00Z",
        "is_app_installed": True,
    }
