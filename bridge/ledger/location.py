"""Where a ledger lies: a file, or a database on a PostgreSQL server; and how it is shown."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from bridge.errors import LedgerError

SQLITE = "sqlite"
POSTGRESQL = "postgresql"

_SCHEMES = {"postgres": POSTGRESQL, POSTGRESQL: POSTGRESQL, SQLITE: SQLITE}
_SECRETS = ("password", "passfile", "sslpassword")
"""Parameters of a PostgreSQL URL that are nobody's to read."""
_ADVICE = (
    "Give a path, such as ~/bridge/ledger.sqlite3, or a URL, such as "
    "postgresql://user@host/database. A character of a password that a URL can't hold is written "
    "as %40 (for @), %2F (for /), %3A (for :)."
)


def parse(location: str) -> URL:
    """What a path or a database URL leads to.

    Raises:
        LedgerError: it is neither; the message repeats nothing of it, since a password may be in
            it.
    """
    scheme, found, _ = location.partition("://")
    if not found:
        return URL.create(SQLITE, database=str(_at_home(location)))
    backend = _SCHEMES.get(scheme.partition("+")[0].lower())
    if backend is None:
        raise LedgerError(
            "The ledger's place is neither a path nor a database URL that this program knows",
            _ADVICE,
        )
    try:
        url = make_url(location)
    except (ArgumentError, ValueError) as exc:
        raise _unreadable() from exc
    if "@" in (url.host or ""):
        # A part of a password that was not written as a URL has it.
        raise _unreadable()
    return url.set(drivername=f"{POSTGRESQL}+psycopg" if backend == POSTGRESQL else SQLITE)


def _at_home(location: str) -> Path:
    try:
        return Path(location).expanduser()
    except RuntimeError as exc:
        # In a container, for a user that no list of users has.
        raise LedgerError(
            f"The ledger would be at {location}, and nothing says where the home of this user is",
            "Set BRIDGE_LEDGER to a whole path, or HOME.",
        ) from exc


def _unreadable() -> LedgerError:
    return LedgerError("The ledger's place is a URL that can't be read", _ADVICE)


def shown(url: URL) -> str:
    """The ledger's place as a person may see it: no password, no other secret."""
    if url.get_backend_name() == SQLITE:
        return url.database or ""
    plain = url.set(drivername=POSTGRESQL).difference_update_query(_SECRETS)
    return plain.render_as_string(hide_password=True)


def place_of(location: str) -> str:
    """The same of a path or a database URL.

    Raises:
        LedgerError: it is neither.
    """
    return shown(parse(location))
