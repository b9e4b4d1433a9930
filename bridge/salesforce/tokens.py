"""Access tokens: where they come from, and how one is renewed when it has expired.

The bridge owns its token, and simple-salesforce is only lent it: its own renewal drops the headers
of the call that it repeats, and logs in once for every thread that meets the expiry.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol

import structlog
from pydantic import SecretStr

from bridge.errors import OrgRefused, SettingsError
from bridge.salesforce.addresses import https_host

_log = structlog.get_logger(__name__)

NO_SESSION = HTTPStatus.UNAUTHORIZED
"""The status of every refused token: a call has no session then, whatever the login answered. The
login's own 400 would make an insert look malformed."""

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
            "SF_CLIENT_SECRET (or SF_USERNAME and SF_JWT_KEY_FILE) so that it is renewed; "
            "SF_ORG_INSTANCE_URL must name the same org.",
            status=NO_SESSION,
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
