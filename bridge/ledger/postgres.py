"""A ledger in a PostgreSQL database: one writer at a time, and durable at each commit.

A writing transaction takes one advisory lock first and keeps it to its end. So no two of them ever
overlap, as with SQLite's BEGIN IMMEDIATE, whichever rows they touch. Three things make that hold:

- It runs at READ COMMITTED, where each statement sees all that was committed when it began. The
  server gives the lock back only after the commit can be seen. So the first statement behind the
  lock sees everything that earlier writers did, and nothing changes under the later ones. At
  REPEATABLE READ or SERIALIZABLE the view would be as old as the wait for the lock.
- Every writer of this program comes through here; the lock is tied to no table, so it also guards
  the making of the tables.
- It belongs to the transaction: a process that dies, or a connection that is cut, gives it back.

The settings of a transaction are set within it, which also holds behind a connection pooler that
hands a session from one client to another.
"""

from __future__ import annotations

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL

from bridge.errors import LedgerError
from bridge.ledger.location import shown

WRITERS_LOCK = 4_735_202_611_220_830
"""The number of the advisory lock, in each database that holds a ledger."""

_CONNECT_SECONDS = 10
_UNHEARD_SECONDS = 15
"""How long the network may keep silent about what was sent."""
_LOCK_SECONDS = 15
_STATEMENT_SECONDS = 20

BUSY_SECONDS = _UNHEARD_SECONDS * 2 + _CONNECT_SECONDS + _LOCK_SECONDS + _STATEMENT_SECONDS
"""How long a step may wait at most: for a dead connection, a new one, the lock, what it writes, and
the answer to its commit."""

_WRITE = f"""\
SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE;
SET LOCAL lock_timeout TO '{_LOCK_SECONDS}s';
SET LOCAL statement_timeout TO '{_STATEMENT_SECONDS}s';
SET LOCAL idle_in_transaction_session_timeout TO '60s';
SELECT set_config('synchronous_commit', 'on', true)
    WHERE current_setting('synchronous_commit') <> 'remote_apply';
SELECT pg_advisory_xact_lock({WRITERS_LOCK});
"""
"""A writer that is suspended in the midst of a transaction keeps the others out for a minute, and
then has lost it. The one setting stronger than synchronous_commit=on is left as it is."""

_READ = """\
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;
SET LOCAL statement_timeout TO '10min';
"""

_CONNECT = {
    "connect_timeout": _CONNECT_SECONDS,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": _UNHEARD_SECONDS * 1000,
    "application_name": "gotallo-bridge",
}
"""libpq's, in seconds but for the one in milliseconds. They beat the URL's: others rest on them."""


def open_database(url: URL, writes: str) -> Engine:
    """An engine on a database; `writes` is the execution option of a connection that writes.

    A connection is tried before it is used again, so one that the server has closed is replaced.

    Raises:
        LedgerError: the driver is not installed.
    """
    try:
        engine = create_engine(
            url,
            # Prepared statements would not survive a pooler that hands sessions around.
            connect_args={**_CONNECT, "prepare_threshold": None},
            pool_size=4,
            max_overflow=16,
            pool_pre_ping=True,
            hide_parameters=True,
        )
    except ImportError as exc:
        raise LedgerError(
            f"A ledger on PostgreSQL ({shown(url)}) needs psycopg, not installed here",
            "Install the extra: pip install 'gotallo-bridge[postgres]'",
        ) from exc

    def begin(connection: Connection) -> None:
        for_writing = connection.get_execution_options().get(writes, False)
        connection.exec_driver_sql(_WRITE if for_writing else _READ)

    event.listen(engine, "begin", begin)
    return engine


def refuse_undurable(connection: Connection) -> None:
    """Refuse a server that answers before it has written.

    Raises:
        LedgerError: what it has said to be committed may be gone after a crash.
    """
    if connection.exec_driver_sql("SHOW fsync").scalar() != "on":
        raise LedgerError(
            f"The server of the ledger {shown(connection.engine.url)} has fsync off: what it calls "
            "committed may be lost in a crash, and a message be sent twice then",
            "Set fsync = on in its configuration, or name another server with BRIDGE_LEDGER.",
        )


def unwritable(connection: Connection, version: int) -> str | None:
    """Why this user could not write a ledger of this version there, 0 for a new one."""
    copy, may_create = connection.exec_driver_sql(
        "SELECT pg_is_in_recovery(),"
        " coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)"
    ).one()
    if copy:
        return "the server is a copy that only reads"
    if version == 0:
        return None if may_create else "this user may not make tables there (CREATE on the schema)"
    may_write = (
        "SELECT has_table_privilege('messages', 'INSERT')"
        " AND has_table_privilege('messages', 'UPDATE')"
    )
    if not connection.exec_driver_sql(may_write).scalar_one():
        return "this user may not write its tables (INSERT and UPDATE)"
    return None
