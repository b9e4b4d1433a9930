"""Addresses that settings name: checked before a token goes to one of them."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from bridge.errors import SettingsError


def https_host(url: str, setting: str) -> str:
    """Give host and port of an https URL as URLs have them, the port only if it is not 443.

    Raises:
        SettingsError: it is no https URL, or carries a user name; `setting` is where it stands.
    """
    parts = _split(url)
    if parts is None or parts.scheme != "https" or "@" in parts.netloc:
        raise SettingsError(
            f"The URL in {setting} is not an https URL of a host.",
            f"Set {setting} to a URL such as https://NAME.my.salesforce.com.",
        )
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{host}" if parts.port in (None, 443) else f"{host}:{parts.port}"


def check_proxy(url: str | None) -> None:
    """Refuse a proxy that the libraries below would stumble over, each in its own way.

    Raises:
        SettingsError: it is no http or https URL; it may hold a password, so it is not shown.
    """
    if url is None:
        return
    parts = _split(url)
    if parts is None or parts.scheme not in {"http", "https"}:
        raise SettingsError(
            "The proxy for Salesforce is not an http or https URL of a host.",
            "Write it like http://proxy.example:3128.",
        )


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url.strip())
        readable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if readable else None
