"""Logs in with the secret of an app: the OAuth 2.0 client credentials flow."""

from __future__ import annotations

from typing import Final

from pydantic import SecretStr

from bridge.errors import SettingsError
from bridge.salesforce.token_endpoint import Fault, Reach, TokenEndpoint
from bridge.salesforce.tokens import KeptToken, Token

_SHARED_LOGIN_HOSTS: Final = frozenset({"login.salesforce.com", "test.salesforce.com"})
"""They do not serve this flow."""
_USUAL: Final = Reach()


class ClientCredentials(KeptToken):
    """Tokens for the user as whom an app runs."""

    def __init__(
        self,
        login_url: str,
        client_id: str,
        client_secret: SecretStr,
        first: Token | None = None,
        *,
        reach: Reach = _USUAL,
    ) -> None:
        """Prepare; nothing is asked before the first token is needed.

        Args:
            login_url: the org's My Domain URL.
            client_id: the consumer key of the connected or external client app.
            client_secret: its consumer secret.
            first: a token to use until the org refuses it.
            reach: how the login host is reached.

        Raises:
            SettingsError: the login URL, the CA bundle or the proxy is not usable.
        """
        self._endpoint = TokenEndpoint(login_url, reach)
        if self._endpoint.host in _SHARED_LOGIN_HOSTS:
            raise SettingsError(
                f"{login_url} does not serve the client credentials flow.",
                "Set SF_LOGIN_URL to the org's My Domain URL (https://NAME.my.salesforce.com).",
            )
        super().__init__(first)
        self._client_id = client_id
        self._client_secret = client_secret

    def _fetch(self) -> Token:
        return self._endpoint.ask(self._form, _advice)

    def _form(self) -> dict[str, str]:
        return {
            "grant_type": "client_credentials",
            "client_id": self._client_id,
            "client_secret": self._client_secret.get_secret_value(),
        }


def _advice(_: Fault) -> str:
    return (
        "Check SF_LOGIN_URL, SF_CLIENT_ID and SF_CLIENT_SECRET, and in Setup that the app "
        "has the client credentials flow enabled with a user to run as."
    )
