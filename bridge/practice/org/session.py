"""Who may call the org, and how often: sessions and the daily API allowance."""

from __future__ import annotations

import threading
from functools import cached_property
from itertools import count

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bridge.practice.org.org import ORG_ID

CLIENT_ID = "3MVG9practiceBridgeConnectedApp"
CLIENT_SECRET = "practice-client-secret"  # noqa: S105 - opens nothing but the practice org


class Sessions:
    """The access tokens that the org takes. Any thread may call any method."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = count(1)
        self._valid: set[str] = set()
        self.issued = 0
        """How many tokens the token endpoint gave out."""
        self.first = self._new()

    def issue(self) -> str:
        with self._lock:
            self.issued += 1
            return self._new()

    def valid(self, token: str) -> bool:
        with self._lock:
            return token in self._valid

    def expire(self) -> None:
        """Every token given out so far is refused from now on."""
        with self._lock:
            self._valid.clear()

    def _new(self) -> str:
        token = f"{ORG_ID}!AQ.practice.session.{next(self._numbers)}"
        self._valid.add(token)
        return token


class SigningKey:
    """The key whose certificate the org's connected app holds; made when it is first asked for."""

    @cached_property
    def _key(self) -> rsa.RSAPrivateKey:
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @property
    def public(self) -> rsa.RSAPublicKey:
        return self._key.public_key()

    def as_pem(self) -> bytes:
        """The private key, for a client that logs in by JWT."""
        return self._key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )


class Allowance:
    """The API requests of a day. Any thread may call any method."""

    def __init__(self, maximum: int) -> None:
        self._lock = threading.Lock()
        self.maximum = maximum
        self.used = 0

    def take(self) -> bool:
        """Use one request, if there is one left."""
        with self._lock:
            if self.used >= self.maximum:
                return False
            self.used += 1
            return True

    def exhaust(self) -> None:
        with self._lock:
            self.used = self.maximum

    def restore(self) -> None:
        with self._lock:
            self.used = 0
