"""Asks the token endpoint of a login host for a token, whatever proves who asks.

Source: "OAuth 2.0 Client Credentials Flow for Server-to-Server Integration" and "OAuth 2.0 JWT
Bearer Flow for Server-to-Server Integration" in Salesforce Help: POST {host}/services/oauth2/token.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TypeAlias

import httpx
import stamina
from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from bridge.deadline import client_context, deadline
from bridge.errors import OrgError, OrgRefused, OrgUnreachable, SettingsError
from bridge.salesforce.addresses import check_proxy, https_host
from bridge.salesforce.errors import LONGEST_QUOTE, may_pass, reason_of
from bridge.salesforce.tokens import NO_SESSION, Token


@dataclass(frozen=True, slots=True)
class Reach:
    """How a login host is reached; each part has a default that fits most."""

    ca_bundle: Path | None = None
    """PEM of the authorities to trust; None for the usual ones."""
    proxy: str | None = None
    """URL of a proxy to go through."""
    connect_seconds: float = 10.0
    """How long opening a connection may take."""
    call_seconds: float = 60.0
    """How long a whole token request may take."""


class Fault(BaseModel):
    """What the endpoint answers when it grants nothing."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    error: str = ""
    error_description: str = ""

    @property
    def words(self) -> str:
        """Both, as far as a message quotes them."""
        return f"{self.error} {self.error_description}".strip()[:LONGEST_QUOTE]


Advise: TypeAlias = Callable[[Fault], str]
"""What to look at after a refusal."""


class TokenEndpoint:
    """The one of a login host."""

    def __init__(self, login_url: str, reach: Reach) -> None:
        """Prepare; nothing is asked yet.

        Args:
            login_url: of the host; its path does not count.
            reach: how it is reached.

        Raises:
            SettingsError: the login URL, the CA bundle or the proxy is not usable.
        """
        self.host = https_host(login_url, "SF_LOGIN_URL")
        check_proxy(reach.proxy)
        self._reach = reach
        self._context = client_context(reach.ca_bundle)

    def ask(self, form: Callable[[], Mapping[str, str]], advise: Advise) -> Token:
        """Ask for a token, a few times where the host is in trouble.

        Args:
            form: makes what is sent, anew for each attempt.
            advise: says what to look at when the host refuses.

        Raises:
            OrgRefused: it gives none.
            OrgUnreachable: it did not answer.
        """
        for attempt in stamina.retry_context(
            on=may_pass, attempts=3, timeout=self._reach.call_seconds, wait_initial=0.5
        ):
            with attempt:
                return self._ask(form(), advise)
        raise AssertionError("unreachable: the last attempt raises")

    def _ask(self, form: Mapping[str, str], advise: Advise) -> Token:
        reach = self._reach
        try:
            with (
                deadline(reach.call_seconds),
                httpx.Client(
                    verify=self._context,
                    proxy=reach.proxy,
                    timeout=httpx.Timeout(reach.call_seconds, connect=reach.connect_seconds),
                    trust_env=False,
                    follow_redirects=False,
                ) as client,
            ):
                response = client.post(f"https://{self.host}/services/oauth2/token", data=form)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as exc:
            raise OrgUnreachable(
                f"No token could be got from {self.host}: {reason_of(exc)}.",
                "Check SF_LOGIN_URL and the network; where a private authority signed the "
                "certificate, name its PEM file in BRIDGE_CA_BUNDLE.",
            ) from exc
        if response.status_code != HTTPStatus.OK:
            raise self._refusal(response, advise)
        return self._granted(response)

    def _refusal(self, response: httpx.Response, advise: Advise) -> OrgError:
        if response.is_server_error:
            return OrgUnreachable(
                f"No token could be got from {self.host}: HTTP {response.status_code}.",
                "See whether Salesforce has an incident (status.salesforce.com), then try again.",
            )
        try:
            fault = Fault.model_validate_json(response.content)
        except ValidationError:
            fault = Fault()
        return OrgRefused(
            f"{self.host} gave no token: HTTP {response.status_code} {fault.words}".rstrip() + ".",
            advise(fault),
            status=NO_SESSION,
            code=fault.error,
        )

    def _granted(self, response: httpx.Response) -> Token:
        try:
            grant = _Grant.model_validate_json(response.content)
            return Token(grant.access_token, grant.instance_url)
        except (ValidationError, SettingsError) as exc:
            raise OrgRefused(
                f"{self.host} answered a token request with something else.",
                "Check SF_LOGIN_URL: it must be the org's My Domain URL.",
                status=NO_SESSION,
            ) from exc


class _Grant(BaseModel):
    """What the token endpoint answers."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    access_token: SecretStr
    instance_url: str
