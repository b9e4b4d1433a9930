"""A ledger in a SQLite file: for the owner alone, and durable at each commit."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.pool import ConnectionPoolEntry
from tenacity import Retrying, retry_if_exception_message, stop_after_delay, wait_random

from bridge.errors import LedgerError

BUSY_SECONDS = 30
"""How long a writer waits for another process's write."""


DURABLE = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")
"""Pragmas of a connection that writes."""
LOOKING = ("query_only=ON",)
"""Pragmas of a connection that changes nothing, not even the file's journal mode."""


_patiently = Retrying(
    retry=retry_if_exception_message(match=".*locked"),
    wait=wait_random(0.001, 0.02),
    stop=stop_after_delay(BUSY_SECONDS),
    reraise=True,
)
"""Two that make one new file at once switch its journal mode at once: SQLite then turns one of them
away at once, without the patience that it has with a write."""


def open_file(url: URL, writes: str, pragmas: Sequence[str]) -> Engine:
    """An engine on a file; `writes` is the execution option of a connection that writes."""
    engine = create_engine(
        url,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        hide_parameters=True,
    )

    def set_up(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in pragmas:
            _patiently(cursor.execute, f"PRAGMA {pragma}")
        cursor.close()

    def begin(connection: Connection) -> None:
        """Begin by our own hand: the driver would begin too late, and never with a write lock."""
        for_writing = connection.get_execution_options().get(writes, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if for_writing else "BEGIN")

    event.listen(engine, "connect", set_up)
    event.listen(engine, "begin", begin)
    return engine


def prepare(path: Path) -> None:
    """Make the file where there is none; it is for its owner alone.

    Raises:
        LedgerError: it can't be written, or not be kept from others.
    """
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
