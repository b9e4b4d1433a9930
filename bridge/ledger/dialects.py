"""The statements that SQLAlchemy has no common form for."""

from __future__ import annotations

from sqlalchemy import Connection, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite

from bridge.ledger.location import POSTGRESQL


def insert_new(connection: Connection, table: Table) -> Insert:
    """An insert that leaves rows as they are whose key is there already."""
    if connection.dialect.name == POSTGRESQL:
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()
