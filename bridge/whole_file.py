"""Puts a file in its place whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def put_whole(path: Path, text: str, mode: int = 0o600) -> None:
    """Write a file in UTF-8, in the place of one that may be there.

    Raises:
        OSError: it can't be written; what was there is as it was.
    """
    # Made with the mode 0600; it takes the other's place when all of it is on the disk.
    descriptor, made = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            os.fchmod(descriptor, mode)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(made).replace(path)
    except BaseException:
        Path(made).unlink(missing_ok=True)
        raise


def can_be_put(path: Path) -> None:
    """Try whether a file could be put there; nothing stays behind.

    Raises:
        OSError: it could not.
    """
    if path.is_dir():
        raise IsADirectoryError(0, "it is a folder", str(path))
    if path.exists() and not path.is_file():
        # Such as /dev/stdout: whoever may replace it would take it from every other program.
        raise OSError(0, "it is no ordinary file", str(path))
    descriptor, made = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(descriptor)
    Path(made).unlink()
