"""Opening a ledger, its transactions, and the version of its schema."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Engine, inspect, select
from sqlalchemy.engine import URL
from sqlalchemy.schema import CreateColumn

from bridge.errors import LedgerError
from bridge.ledger import postgres, sqlite
from bridge.ledger.guards import create_guards
from bridge.ledger.location import POSTGRESQL, SQLITE, parse, shown
from bridge.ledger.refusals import translated
from bridge.ledger.tables import (
    amendments,
    approvals,
    care,
    describes,
    findings,
    items,
    meta,
    metadata,
    runs,
)

BUSY_SECONDS = max(sqlite.BUSY_SECONDS, postgres.BUSY_SECONDS)
"""How long a step may wait for the ledger, wherever it lies."""

_VERSION = "schema_version"
_WRITES = "bridge_writes"
"""The execution option of a connection whose transactions take the write lock."""


def _create(connection: Connection) -> None:
    metadata.create_all(connection)


def _add_what_is_known_of_causes(connection: Connection) -> None:
    metadata.create_all(connection, tables=[findings, care])


def _nothing(_: Connection) -> None:
    """A step that guards alone had: they are made last."""


def _add_what_people_do(connection: Connection) -> None:
    metadata.create_all(connection, tables=[approvals, amendments])
    _add_column(connection, runs.c.approve)
    _add_column(connection, items.c.hands)


def _add_column(connection: Connection, column: Column[Any]) -> None:
    """Add a column that has a default or may be null, unless the table was made with it."""
    table = column.table.name
    if column.name not in {known["name"] for known in inspect(connection).get_columns(table)}:
        words = CreateColumn(column).compile(dialect=connection.dialect)
        connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN {words}")


def _add_describes(connection: Connection) -> None:
    metadata.create_all(connection, tables=[describes])


MIGRATIONS: tuple[Callable[[Connection], None], ...] = (
    _create,
    _add_what_is_known_of_causes,
    _nothing,
    _add_what_people_do,
    create_guards,
    _add_describes,
)
"""The step at index n leads from version n to version n + 1. The guards are made once all is there
that they stand on: where they change, they are made again in a further step."""


def open_engine(location: str) -> Engine:
    """Open the ledger at a path or a database URL, and bring its schema up to date.

    A file is made with the mode 0600, in a folder made with 0700: it holds people's messages.

    Raises:
        LedgerError: it can't be opened or written, is no ledger, is newer than this program, or is
            on a server that would lose what it has committed.
    """
    url = parse(location)
    if url.get_backend_name() == SQLITE:
        sqlite.prepare(Path(url.database or ""))
    engine = _engine(url, sqlite.DURABLE)
    try:
        if _version_of(engine) < len(MIGRATIONS):
            with writing(engine) as connection:
                _migrate(connection)
    except LedgerError:
        engine.dispose()
        raise
    return engine


def open_for_reading(location: str) -> Engine:
    """Open a ledger that is there, and make nothing: no file, no table.

    Raises:
        LedgerError: there is none, it can't be read, or it is of an older program.
    """
    engine, version = _opened(location)
    if version < len(MIGRATIONS):
        engine.dispose()
        raise LedgerError(
            f"The ledger {shown(parse(location))} was written by an older version of this program "
            f"(schema {version}, this one has {len(MIGRATIONS)})",
            "bridge status brings it up to date; what is in it stays.",
        )
    return engine


@contextmanager
def looking(location: str) -> Iterator[tuple[Connection, int] | None]:
    """One consistent view of a ledger that may be there, and its version. Nothing is made.

    The version is 0 where there are no tables yet; where there is no file, there is None.

    Raises:
        LedgerError: it can't be read, is no ledger, or is newer than this program.
    """
    url = parse(location)
    if url.get_backend_name() == SQLITE and not Path(url.database or "").is_file():
        yield None
        return
    engine = _engine(url, sqlite.LOOKING)
    try:
        version = _version_of(engine)
        with reading(engine) as connection:
            yield connection, version
    finally:
        engine.dispose()


def refuse_missing(location: str) -> None:
    """Look whether there is a ledger, of this program or an older one.

    Raises:
        LedgerError: there is none, or it can't be read.
    """
    engine, _ = _opened(location)
    engine.dispose()


def _opened(location: str) -> tuple[Engine, int]:
    """A ledger that is there, and the version of its schema."""
    url = parse(location)
    if url.get_backend_name() == SQLITE and not Path(url.database or "").is_file():
        raise _no_ledger(url)
    engine = _engine(url, sqlite.LOOKING)
    try:
        version = _version_of(engine)
        if version == 0:
            raise _no_ledger(url)
    except LedgerError:
        engine.dispose()
        raise
    return engine, version


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that takes the write lock at its start and is durable at its end.

    Raises:
        LedgerError: the database refused, and nothing of the transaction is kept; or it was lost at
            the commit, and then all or nothing of it is kept.
    """
    with (
        translated(engine),
        engine.connect().execution_options(**{_WRITES: True}) as connection,
        connection.begin(),
    ):
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent view.

    Raises:
        LedgerError: the database refused.
    """
    with translated(engine), engine.connect() as connection, connection.begin():
        yield connection


def _engine(url: URL, pragmas: Sequence[str]) -> Engine:
    if url.get_backend_name() == POSTGRESQL:
        return postgres.open_database(url, _WRITES)
    return sqlite.open_file(url, _WRITES, pragmas)


def _version_of(engine: Engine) -> int:
    with reading(engine) as connection:
        if connection.dialect.name == POSTGRESQL:
            postgres.refuse_undurable(connection)
        return _version(connection)


def _version(connection: Connection) -> int:
    """The version of the schema, 0 where there is none yet.

    Raises:
        LedgerError: it is a database of something else, or of a newer program.
    """
    place = shown(connection.engine.url)
    tables = inspect(connection).get_table_names()
    if meta.name not in tables and tables:
        raise LedgerError(
            f"{place} is a database of something else",
            "Name another one with BRIDGE_LEDGER: a ledger needs a file, a database or a schema of "
            "its own.",
        )
    version = 0
    if meta.name in tables:
        found = connection.execute(select(meta.c.value).where(meta.c.name == _VERSION)).scalar()
        version = int(found or 0)
    if version > len(MIGRATIONS):
        raise LedgerError(
            f"The ledger {place} was written by a newer version of this program "
            f"(schema {version}, this one knows {len(MIGRATIONS)})",
            "Update gotallo-bridge, or name another ledger with BRIDGE_LEDGER.",
        )
    return version


def _migrate(connection: Connection) -> None:
    """Bring the schema up to date; another process may have done so since we looked."""
    for step in MIGRATIONS[_version(connection) :]:
        step(connection)
    connection.execute(meta.delete().where(meta.c.name == _VERSION))
    connection.execute(meta.insert().values(name=_VERSION, value=str(len(MIGRATIONS))))


def _no_ledger(url: URL) -> LedgerError:
    return LedgerError(
        f"There is no ledger at {shown(url)}",
        "Name yours with BRIDGE_LEDGER or --ledger; the first plan makes it.",
    )
