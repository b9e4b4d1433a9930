"""Access tokens: where they come from, and how one is renewed when it has expired.

The bridge owns its token, and simple-salesforce is only lent it: its own renewal drops the headers
of the call that it repeats, and logs in once for every thread that meets the expiry.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Protocol

import httpx
import stamina
import structlog
from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from bridge.deadline import client_context, deadline
from bridge.errors import OrgError, OrgRefused, OrgUnreachable, SettingsError
from bridge.salesforce.addresses import check_proxy, https_host
from bridge.salesforce.errors import LONGEST_QUOTE, may_pass, reason_of

_log = structlog.get_logger(__name__)

_NO_SESSION = HTTPStatus.UNAUTHORIZED
"""The status of every refused token: a call has no session then, whatever the login answered. The
login's own 400 would make an insert look malformed."""

_SHARED_LOGIN_HOSTS = frozenset({"login.salesforce.com", "test.salesforce.com"})
_REDACTED = "[REDACTED]"
"""What the Salesforce CLI prints in a token's place since its version 2.136.8."""


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token and the org that it is for.

    Raises:
        SettingsError: it can't be a token, or the URL can't be an org's REST API.
    """

    value: SecretStr
    instance_url: str
    """`https://NAME.my.salesforce.com`: only its host and port count."""

    def __post_init__(self) -> None:
        secret = self.value.get_secret_value()
        if not secret or secret.startswith(_REDACTED):
            raise SettingsError(
                "The Salesforce access token is empty or hidden by the Salesforce CLI.",
                "Put the output of `sf org auth show-access-token` into SF_ACCESS_TOKEN.",
            )
        if not (secret.isascii() and secret.isprintable()) or " " in secret:
            raise SettingsError(
                "The Salesforce access token holds characters that no token has.",
                "Look at SF_ACCESS_TOKEN: a line break or a quotation mark may have slipped in.",
            )
        if https_host(self.instance_url, "SF_ORG_INSTANCE_URL").endswith(".lightning.force.com"):
            raise SettingsError(
                f"{self.instance_url} is the address of the pages, not of the org's REST API.",
                "Set SF_ORG_INSTANCE_URL to the org's My Domain URL "
                "(https://NAME.my.salesforce.com).",
            )

    @property
    def host(self) -> str:
        """Host and port, as a URL has them; the port is left out where it is 443."""
        return https_host(self.instance_url, "SF_ORG_INSTANCE_URL")


class TokenSource(Protocol):
    """Where the lanes get their token."""

    def current(self) -> Token:
        """The token to use now.

        Raises:
            OrgRefused: there is none to be had.
            OrgUnreachable: the login did not answer.
        """

    def renew(self, spent: Token) -> Token:
        """A token that is not `spent`, which the org has just refused.

        However many threads bring the same spent token, it is renewed once. Never raises
        `OrgUnanswered`: nothing was done for the call that the org refused.

        Raises:
            OrgRefused: there is none to be had.
            OrgUnreachable: the login did not answer.
        """


class StaticToken:
    """A token that somebody gave us and nobody renews."""

    def __init__(self, token: SecretStr, instance_url: str) -> None:
        self._token = Token(token, instance_url)

    def current(self) -> Token:
        return self._token

    def renew(self, spent: Token) -> Token:
        raise OrgRefused(
            f"{spent.host} says that the access token has expired or is not valid there.",
            "Put a new one into SF_ACCESS_TOKEN, or give SF_LOGIN_URL, SF_CLIENT_ID and "
            "SF_CLIENT_SECRET so that it is renewed; SF_ORG_INSTANCE_URL must name the same org.",
            status=_NO_SESSION,
            code="INVALID_SESSION_ID",
        )


class KeptToken(ABC):
    """A token that is fetched when it is first needed, and anew once the org refuses it."""

    def __init__(self, first: Token | None = None) -> None:
        """Prepare; nothing is asked yet.

        Args:
            first: a token to use until the org refuses it.
        """
        self._token = first
        self._lock = threading.Lock()

    def current(self) -> Token:
        with self._lock:
            if self._token is None:
                self._token = self._fetch()
            return self._token

    def renew(self, spent: Token) -> Token:
        with self._lock:
            if self._token is None or self._token == spent:
                self._token = self._fetch_after(spent)
                _log.info("org.token_renewed", host=self._token.host)
            return self._token

    @abstractmethod
    def _fetch(self) -> Token:
        """A token of whoever gives them out."""

    def _fetch_after(self, spent: Token) -> Token:
        """A token in place of one that the org refused."""
        return self._fetch()


class ClientCredentials(KeptToken):
    """Tokens of the OAuth 2.0 client credentials flow.

    Source: "OAuth 2.0 Client Credentials Flow for Server-to-Server Integration" in Salesforce Help:
    POST {My Domain}/services/oauth2/token; the shared login hosts do not serve this flow.
    """

    def __init__(
        self,
        login_url: str,
        client_id: str,
        client_secret: SecretStr,
        first: Token | None = None,
        *,
        ca_bundle: Path | None = None,
        proxy: str | None = None,
        connect_seconds: float = 10.0,
        call_seconds: float = 60.0,
    ) -> None:
        """Prepare; nothing is asked before the first token is needed.

        Args:
            login_url: the org's My Domain URL.
            client_id: the consumer key of the connected or external client app.
            client_secret: its consumer secret.
            first: a token to use until the org refuses it.
            ca_bundle: PEM of the authorities to trust; None for the usual ones.
            proxy: URL of a proxy to go through.
            connect_seconds: how long opening a connection may take.
            call_seconds: how long a whole token request may take.

        Raises:
            SettingsError: the login URL, the CA bundle or the proxy is not usable.
        """
        self._host = https_host(login_url, "SF_LOGIN_URL")
        if self._host in _SHARED_LOGIN_HOSTS:
            raise SettingsError(
                f"{login_url} does not serve the client credentials flow.",
                "Set SF_LOGIN_URL to the org's My Domain URL (https://NAME.my.salesforce.com).",
            )
        check_proxy(proxy)
        super().__init__(first)
        self._client_id = client_id
        self._client_secret = client_secret
        self._context = client_context(ca_bundle)
        self._proxy = proxy
        self._timeout = httpx.Timeout(call_seconds, connect=connect_seconds)
        self._call_seconds = call_seconds

    def _fetch(self) -> Token:
        for attempt in stamina.retry_context(
            on=may_pass, attempts=3, timeout=self._call_seconds, wait_initial=0.5
        ):
            with attempt:
                return self._ask()
        raise AssertionError("unreachable: the last attempt raises")

    def _ask(self) -> Token:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._client_id,
            "client_secret": self._client_secret.get_secret_value(),
        }
        try:
            with (
                deadline(self._call_seconds),
                httpx.Client(
                    verify=self._context,
                    proxy=self._proxy,
                    timeout=self._timeout,
                    trust_env=False,
                    follow_redirects=False,
                ) as client,
            ):
                response = client.post(f"https://{self._host}/services/oauth2/token", data=form)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as exc:
            raise OrgUnreachable(
                f"No token could be got from {self._host}: {reason_of(exc)}.",
                "Check SF_LOGIN_URL and the network; where a private authority signed the "
                "certificate, name its PEM file in BRIDGE_CA_BUNDLE.",
            ) from exc
        if response.status_code != HTTPStatus.OK:
            raise self._refusal(response)
        return self._granted(response)

    def _refusal(self, response: httpx.Response) -> OrgError:
        if response.is_server_error:
            return OrgUnreachable(
                f"No token could be got from {self._host}: HTTP {response.status_code}.",
                "See whether Salesforce has an incident (status.salesforce.com), then try again.",
            )
        try:
            fault = _OAuthFault.model_validate_json(response.content)
        except ValidationError:
            fault = _OAuthFault()
        said = f"{fault.error} {fault.error_description}".strip()[:LONGEST_QUOTE]
        return OrgRefused(
            f"{self._host} gave no token: HTTP {response.status_code} {said}".rstrip() + ".",
            "Check SF_LOGIN_URL, SF_CLIENT_ID and SF_CLIENT_SECRET, and in Setup that the app "
            "has the client credentials flow enabled with a user to run as.",
            status=_NO_SESSION,
            code=fault.error,
        )

    def _granted(self, response: httpx.Response) -> Token:
        try:
            grant = _Grant.model_validate_json(response.content)
            return Token(grant.access_token, grant.instance_url)
        except (ValidationError, SettingsError) as exc:
            raise OrgRefused(
                f"{self._host} answered a token request with something else.",
                "Check SF_LOGIN_URL: it must be the org's My Domain URL.",
                status=_NO_SESSION,
            ) from exc


class _Grant(BaseModel):
    """What the token endpoint answers."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    access_token: SecretStr
    instance_url: str


class _OAuthFault(BaseModel):
    """What it answers when it grants nothing."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    error: str = ""
    error_description: str = ""
