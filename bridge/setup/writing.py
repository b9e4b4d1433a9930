"""Writes a file for its owner alone, whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from bridge.errors import SettingsError


def write_privately(path: Path, text: str) -> None:
    """Write a file of mode 0600, in the place of one that may be there; a link stays a link.

    Raises:
        SettingsError: it can't be written; what was there is as it was.
    """
    try:
        file_itself = path.resolve()
        folder = file_itself.parent
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Made with the mode 0600; it takes the other's place when all of it is on the disk.
        descriptor, made = tempfile.mkstemp(dir=folder, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(made).replace(file_itself)
        except BaseException:
            Path(made).unlink(missing_ok=True)
            raise
    except OSError as exc:
        raise SettingsError(
            f"{path} can't be written: {exc.strerror or exc}",
            "Name another place with --config or --mapping, or mend the folder's owner and mode.",
        ) from exc
