"""The versions of the program, of Python, and of the libraries that talk to the remotes."""

from __future__ import annotations

import platform
import ssl
from collections.abc import Mapping
from importlib import metadata
from typing import Final

from bridge.doctor.verdict import Verdict, good
from bridge.version import __version__

_LIBRARIES: Final = (
    "httpx",
    "pydantic",
    "requests",
    "simple-salesforce",
    "SQLAlchemy",
    "structlog",
    "urllib3",
)


def ask() -> Mapping[str, str]:
    """Name → version."""
    libraries = {name: metadata.version(name) for name in _LIBRARIES}
    system = {
        "Python": platform.python_version(),
        "OpenSSL": ssl.OPENSSL_VERSION.removeprefix("OpenSSL "),
    }
    return {"gotallo-bridge": __version__, **system, **libraries}


def judge(versions: Mapping[str, str]) -> Verdict:
    return good(", ".join(f"{name} {version}" for name, version in versions.items()))
