"""Opening a ledger: where it lies, who may read it, how durable it is, which version it has."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, inspect, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from bridge.errors import LedgerError
from bridge.ledger.guards import create_guards
from bridge.ledger.tables import meta, metadata

BUSY_SECONDS = 30
"""How long a writer waits for another process's write."""

_VERSION = "schema_version"


def _create(connection: Connection) -> None:
    metadata.create_all(connection)
    create_guards(connection)


MIGRATIONS: tuple[Callable[[Connection], None], ...] = (_create,)
"""The step at index n leads from version n to version n + 1."""


def open_engine(location: str) -> Engine:
    """Open the ledger at a path or a database URL, and bring its schema up to date.

    A file is made with the mode 0600, in a folder made with 0700: it holds people's messages.

    Raises:
        LedgerError: it can't be opened or written, is no ledger, or is newer than this program.
    """
    url = _url(location)
    if url.get_backend_name() == "sqlite":
        _prepare_file(Path(url.database or ""))
    engine = _engine(url)
    try:
        with reading(engine) as connection:
            version = _version(connection, location)
        if version < len(MIGRATIONS):
            with writing(engine) as connection:
                _migrate(connection, location)
    except LedgerError:
        engine.dispose()
        raise
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that takes the write lock at its start and is durable at its end.

    Raises:
        LedgerError: the database refused; nothing of the transaction is kept.
    """
    with (
        _translated(engine),
        engine.connect().execution_options(bridge_begin="BEGIN IMMEDIATE") as connection,
        connection.begin(),
    ):
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent view.

    Raises:
        LedgerError: the database refused.
    """
    with _translated(engine), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def _translated(engine: Engine) -> Iterator[None]:
    try:
        yield
    except DBAPIError as exc:
        raise _as_ledger_error(exc, _shown(engine.url)) from exc
    except SQLAlchemyError as exc:
        raise LedgerError(
            f"The ledger {_shown(engine.url)} can't be used: {type(exc).__name__}",
            "Look at BRIDGE_LEDGER.",
        ) from exc


def _as_ledger_error(exc: DBAPIError, shown: str) -> LedgerError:
    """Say what the database said, without the statement: its parameters are people's messages."""
    said = str(exc.orig)
    advice = "Look at BRIDGE_LEDGER, the folder's owner and mode, and the room on its disk."
    if "locked" in said:
        advice = "Another process is writing to it: wait for it to end, then run this again."
    elif "full" in said:
        advice = "Make room on its disk, then run this again: what is on record stays."
    return LedgerError(f"The ledger {shown} can't be used: {said}", advice)


def _url(location: str) -> URL:
    if "://" not in location:
        return URL.create("sqlite", database=str(Path(location).expanduser()))
    try:
        url = make_url(location)
        url.get_dialect()
    except (ArgumentError, NoSuchModuleError) as exc:
        raise LedgerError(
            "BRIDGE_LEDGER is neither a path nor a database URL that this program knows",
            "Give a path, such as ~/bridge/ledger.sqlite3.",
        ) from exc
    if url.get_backend_name() != "sqlite":
        raise LedgerError(
            f"A ledger on {url.get_backend_name()} is not supported by this version",
            "Give a path, such as ~/bridge/ledger.sqlite3.",
        )
    return url


def _prepare_file(path: Path) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as exc:
        raise LedgerError(
            f"The ledger {path} can't be written: {exc.strerror or exc}",
            "Name another place with BRIDGE_LEDGER or --ledger, or mend the folder's owner and "
            "mode.",
        ) from exc
    try:
        os.fchmod(descriptor, 0o600)
    except OSError as exc:
        raise LedgerError(
            f"The ledger {path} can't be kept from others: {exc.strerror or exc}",
            "It holds people's messages: it must belong to you. Mend its owner.",
        ) from exc
    finally:
        os.close(descriptor)


def _engine(url: URL) -> Engine:
    engine = create_engine(
        url,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        hide_parameters=True,
    )
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    """Begin by our own hand: the driver would begin too late, and never with a write lock."""
    connection.exec_driver_sql(connection.get_execution_options().get("bridge_begin", "BEGIN"))


def _version(connection: Connection, location: str) -> int:
    """The version of the schema, 0 for an empty file.

    Raises:
        LedgerError: it is a database of something else, or of a newer program.
    """
    tables = inspect(connection).get_table_names()
    if meta.name not in tables and tables:
        raise LedgerError(
            f"{location} is a database of something else", "Name another file with BRIDGE_LEDGER."
        )
    version = 0
    if meta.name in tables:
        found = connection.execute(select(meta.c.value).where(meta.c.name == _VERSION)).scalar()
        version = int(found or 0)
    if version > len(MIGRATIONS):
        raise LedgerError(
            f"The ledger {location} was written by a newer version of this program "
            f"(schema {version}, this one knows {len(MIGRATIONS)})",
            "Update gotallo-bridge, or name another ledger with BRIDGE_LEDGER.",
        )
    return version


def _migrate(connection: Connection, location: str) -> None:
    for step in MIGRATIONS[_version(connection, location) :]:
        step(connection)
    connection.execute(meta.delete().where(meta.c.name == _VERSION))
    connection.execute(meta.insert().values(name=_VERSION, value=str(len(MIGRATIONS))))


def _shown(url: URL) -> str:
    return url.database or "" if url.get_backend_name() == "sqlite" else url.render_as_string()
