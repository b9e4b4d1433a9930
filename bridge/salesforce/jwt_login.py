"""Logs in with a key whose certificate an app holds: the OAuth 2.0 JWT bearer flow.

Source: "OAuth 2.0 JWT Bearer Flow for Server-to-Server Integration" and "OAuth 2.0 Authorization
Errors" in Salesforce Help. The audience is the login host: the org's My Domain, which every kind of
app takes, or one of the shared hosts, which external client apps refuse.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from bridge.errors import SettingsError
from bridge.salesforce.token_endpoint import Fault, Reach, TokenEndpoint
from bridge.salesforce.tokens import KeptToken, Token

_GRANT_TYPE: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_VALID_SECONDS: Final = 180
"""As long as the platform allows between the signing and the answer."""
_SMALLEST_KEY: Final = 2048
"""Bits; RFC 7518, section 3.3."""
_USUAL: Final = Reach()

_OF_THE_USER: Final = (
    "In Setup, let the app's policies say that admin approved users are pre-authorized, and give "
    "the user a permission set or profile of the app; SF_USERNAME is the user name in this org (a "
    "sandbox puts its own name behind it)."
)
_ADVICE: Final[Mapping[str, str]] = {
    "invalid assertion": (
        "SF_JWT_KEY_FILE does not belong to the certificate that the app holds: in Setup, upload "
        "the certificate of this key under Use digital signatures, or name the key of that "
        "certificate."
    ),
    "audience is invalid": (
        "Set SF_LOGIN_URL to the org's My Domain URL (https://NAME.my.salesforce.com)."
    ),
    "expired authorization code": (
        "Set this machine's clock (timedatectl shows whether it is kept): what it signed is "
        "valid for three minutes."
    ),
    "user hasn't approved this consumer": _OF_THE_USER,
    "user is not admin approved to access this app": _OF_THE_USER,
    "client identifier invalid": (
        "Set SF_CLIENT_ID to the consumer key of the app, and SF_LOGIN_URL to the My Domain URL "
        "of the org that has it."
    ),
    "inactive user": "Activate the user that SF_USERNAME names, or name another one.",
}
"""By what the platform says, in small letters."""
_OTHERWISE: Final = (
    "Check SF_LOGIN_URL (the org's My Domain URL), SF_CLIENT_ID, SF_USERNAME and SF_JWT_KEY_FILE, "
    "and in Setup that the app uses digital signatures and has the JWT bearer flow enabled."
)


class JwtLogin(KeptToken):
    """Tokens for a user of the org, asked for with what a key signs; no secret is sent."""

    def __init__(
        self,
        login_url: str,
        client_id: str,
        username: str,
        key_file: Path,
        first: Token | None = None,
        *,
        reach: Reach = _USUAL,
    ) -> None:
        """Read the key; nothing is asked before the first token is needed.

        Args:
            login_url: the org's My Domain URL, or a shared login host.
            client_id: the consumer key of the connected or external client app.
            username: of the user whose token it is to be.
            key_file: PEM of the private key whose certificate the app holds.
            first: a token to use until the org refuses it.
            reach: how the login host is reached.

        Raises:
            SettingsError: the key, the login URL, the CA bundle or the proxy is not usable.
        """
        self._endpoint = TokenEndpoint(login_url, reach)
        self._key = signing_key(key_file)
        super().__init__(first)
        self._client_id = client_id
        self._username = username

    def _fetch(self) -> Token:
        return self._endpoint.ask(self._form, _advice)

    def _form(self) -> dict[str, str]:
        claims = {
            "iss": self._client_id,
            "sub": self._username,
            "aud": f"https://{self._endpoint.host}",
            "exp": int(time.time()) + _VALID_SECONDS,
        }
        signed = jwt.encode(claims, self._key, algorithm="RS256")
        return {"grant_type": _GRANT_TYPE, "assertion": signed}


def signing_key(path: Path) -> RSAPrivateKey:
    """Read a private key that can sign for the platform.

    Raises:
        SettingsError: there is none, or none that can.
    """
    try:
        found = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as exc:
        raise SettingsError(
            f"The key {path} can't be read: {exc.strerror or exc}.",
            "Set SF_JWT_KEY_FILE to the private key, a PEM file that the user of this process "
            "may read.",
        ) from exc
    except TypeError as exc:
        raise SettingsError(
            f"The key {path} is locked by a passphrase.",
            f"Unlock it into a file for you alone: umask 077; openssl rsa -in {path} -out KEY.pem; "
            "then set SF_JWT_KEY_FILE to that one.",
        ) from exc
    except (ValueError, UnsupportedAlgorithm) as exc:
        raise SettingsError(
            f"{path} holds no private key in PEM form.",
            "Set SF_JWT_KEY_FILE to the private key (-----BEGIN PRIVATE KEY-----), not to its "
            "certificate or public key.",
        ) from exc
    if not isinstance(found, RSAPrivateKey) or found.key_size < _SMALLEST_KEY:
        raise SettingsError(
            f"The key {path} is not an RSA key of {_SMALLEST_KEY} bits or more, and Salesforce "
            "takes no other.",
            "Make one with its certificate: openssl req -x509 -newkey rsa:2048 -nodes -days 730 "
            "-keyout KEY.pem -out CERTIFICATE.pem; upload the certificate to the app.",
        )
    return found


def _advice(fault: Fault) -> str:
    if fault.error == "app_not_found":
        return _ADVICE["client identifier invalid"]
    return _ADVICE.get(fault.error_description.strip().lower(), _OTHERWISE)
