"""What a database refuses, as an error with an advice.

A driver's own words may hold the statement, its parameters or the row: people's messages. So only
the first line of what the database said is repeated.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

from bridge.errors import LedgerError
from bridge.ledger.location import shown

_BUSY = "Another process is writing to it: wait for it to end, then run this again."
_FULL = "Make room on its disk, then run this again: what is on record stays."
_GONE = (
    "Once it answers again, run this again, or go on with bridge apply RUN: what is on record "
    "stays, and what was in the air is settled first."
)
_FILE = "Look at BRIDGE_LEDGER, the folder's owner and mode, and the room on its disk."
_NOT_IN = (
    "Look at the host, port, user, password and database in BRIDGE_LEDGER, and whether the server "
    "runs. "
) + _GONE
_SERVER = "Look at BRIDGE_LEDGER and at the server's log."

_BY_SQLSTATE = {
    "08": _GONE,
    "25006": "It is a copy that only reads: name the server that writes.",
    "25P03": "This process was suspended while it wrote. " + _GONE,
    "3F000": "Create the schema that search_path names in BRIDGE_LEDGER, or leave it out.",
    "42501": "Grant the user what the message names; to make the tables it needs CREATE on the "
    "schema.",
    "53100": _FULL,
    "55P03": _BUSY,
    "57P": _GONE,
}
"""The advice for a SQLSTATE or for the class that it starts with. Source: PostgreSQL's
documentation, appendix "Error Codes"."""


@contextmanager
def translated(engine: Engine) -> Iterator[None]:
    """Turn what the database refuses into an error with an advice.

    Raises:
        LedgerError: the database refused.
    """
    try:
        yield
    except DBAPIError as exc:
        raise _as_ledger_error(exc, shown(engine.url)) from exc
    except NoFreeConnection as exc:
        raise LedgerError(f"The ledger {shown(engine.url)} did not answer in time", _GONE) from exc
    except SQLAlchemyError as exc:
        raise LedgerError(
            f"The ledger {shown(engine.url)} can't be used: {type(exc).__name__}",
            "Look at BRIDGE_LEDGER.",
        ) from exc


def _as_ledger_error(exc: DBAPIError, place: str) -> LedgerError:
    said, advice = _of_sqlite(exc) if _is_sqlite(exc) else _of_postgresql(exc)
    return LedgerError(f"The ledger {place} can't be used: {said}", advice)


def _is_sqlite(exc: DBAPIError) -> bool:
    return type(exc.orig).__module__ == "sqlite3"


def _of_sqlite(exc: DBAPIError) -> tuple[str, str]:
    said = str(exc.orig)
    if "locked" in said:
        return said, _BUSY
    return said, _FULL if "full" in said else _FILE


def _of_postgresql(exc: DBAPIError) -> tuple[str, str]:
    state: str = getattr(exc.orig, "sqlstate", None) or ""
    said: str | None = getattr(getattr(exc.orig, "diag", None), "message_primary", None)
    if not said:
        # There was no answer to a statement: this is of the connection, and holds no row.
        return " ".join(str(exc.orig).split()), _GONE if exc.connection_invalidated else _NOT_IN
    for length in (5, 3, 2):
        if state[:length] in _BY_SQLSTATE:
            return said, _BY_SQLSTATE[state[:length]]
    return said, _GONE if exc.connection_invalidated else _SERVER
