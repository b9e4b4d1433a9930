"""Writes a file for its owner alone, whole or not at all."""

from __future__ import annotations

from pathlib import Path

from bridge.errors import SettingsError
from bridge.whole_file import put_whole


def write_privately(path: Path, text: str) -> None:
    """Write a file of mode 0600, in the place of one that may be there; a link stays a link.

    Raises:
        SettingsError: it can't be written; what was there is as it was.
    """
    try:
        file_itself = path.resolve()
        file_itself.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        put_whole(file_itself, text)
    except OSError as exc:
        raise SettingsError(
            f"{path} can't be written: {exc.strerror or exc}",
            "Name another place with --config or --mapping, or mend the folder's owner and mode.",
        ) from exc
