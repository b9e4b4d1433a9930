"""The folder of a practice org that serves; those of killed ones are removed by the next."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PREFIX = "bridge-practice-"
_LOCK = "serving"
"""A file that stays locked while the practice org serves: the lock goes with its process."""


@contextmanager
def folder_while_serving() -> Iterator[Path]:
    """A new folder that is gone when the context ends."""
    _remove_dead(Path(tempfile.gettempdir()))
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    try:
        # Locked before it has its name, so that no other start takes this folder for a dead one's.
        with (folder / f"{_LOCK}.new").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            (folder / f"{_LOCK}.new").rename(folder / _LOCK)
            yield folder
    finally:
        shutil.rmtree(folder)


def _remove_dead(home: Path) -> None:
    for lock in home.glob(f"{_PREFIX}*/{_LOCK}"):
        with suppress(OSError):  # it serves, or is somebody else's, or went in the meantime
            if lock.stat(follow_symlinks=False).st_uid == os.getuid():
                _remove_unless_locked(lock)


def _remove_unless_locked(lock: Path) -> None:
    with lock.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(lock.parent)
