"""A look at a ledger: whether a run could use it. Nothing is made, not even an empty one."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from bridge.ledger.engine import MIGRATIONS, looking
from bridge.ledger.location import SQLITE, parse, shown
from bridge.ledger.postgres import unwritable as unwritable_server
from bridge.ledger.tables import runs


@dataclass(frozen=True, slots=True)
class LedgerLook:
    """What a run would find."""

    place: str
    """Without a password."""
    version: int
    """Of its schema; 0 where the first run makes it."""
    newest: int
    """The version that this program writes."""
    unwritable: str | None
    """Why it can't be written; None where it can."""
    free_bytes: int | None
    """Of its disk; None where that is a server's."""


def look(location: str) -> LedgerLook:
    """Look at the ledger at a path or a database URL.

    Raises:
        LedgerError: it can't be read, is no ledger, or is newer than this program.
    """
    url = parse(location)
    on_disk = url.get_backend_name() == SQLITE
    unwritable: str | None = None
    version = 0
    with looking(location) as found:
        if found is not None:
            connection, version = found
            unwritable = None if on_disk else unwritable_server(connection, version)
    free: int | None = None
    if on_disk:
        path = Path(url.database or "").absolute()
        unwritable = _unwritable(path)
        free = shutil.disk_usage(_nearest(path)).free
    return LedgerLook(shown(url), version, len(MIGRATIONS), unwritable, free)


@dataclass(frozen=True, slots=True)
class RunLook:
    """What tells a run from another."""

    id: str
    state: str
    words: str
    """Its window, as flags."""


def newest_runs(location: str, most: int) -> tuple[RunLook, ...]:
    """The newest runs of a ledger, newest first; none where there is no ledger of this version.

    Raises:
        LedgerError: it can't be read, is no ledger, or is newer than this program.
    """
    c = runs.c
    query = select(c.id, c.state, c.window_words).order_by(c.created_at.desc()).limit(most)
    with looking(location) as found:
        if found is None or found[1] != len(MIGRATIONS):
            return ()
        return tuple(RunLook(*row) for row in found[0].execute(query))


def _unwritable(path: Path) -> str | None:
    if path.exists():
        if not path.is_file():
            return f"{path} is no file"
        if not os.access(path, os.R_OK | os.W_OK):
            return f"this user may not write {path}"
    folder = _nearest(path.parent)
    if not folder.is_dir():
        return f"{folder} is no folder"
    # SQLite keeps its log beside the file.
    if not os.access(folder, os.W_OK | os.X_OK):
        return f"this user may not write into {folder}"
    return None


def _nearest(path: Path) -> Path:
    """The path, or the nearest above it that is there."""
    return next(place for place in (path, *path.parents) if place.exists())
