"""The file with a practice org's environment: made, and removed, without harm to any other file."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

_FIRST_LINE = (
    "# The environment of a practice org (gotallo-bridge). It is removed when that ends.\n"
)


class EnvFileError(OSError):
    """The file can't be written, or holds something else."""


class EnvFile:
    """One such file, readable by its owner only."""

    def __init__(self, path: Path) -> None:
        """Look at what is there.

        Raises:
            EnvFileError: a file is there that no practice org wrote.
        """
        self._path = path
        self._written = ""
        try:
            start = self._start()
        except FileNotFoundError:
            return
        except (OSError, UnicodeDecodeError) as error:
            raise EnvFileError(f"{path} can't be read: {_why(error)}") from error
        if start not in {"", _FIRST_LINE}:
            raise EnvFileError(
                f"{path} is there already, and is no practice org's: it stays as it is"
            )

    def write(self, exports: str) -> None:
        """Put the lines there at once, in place of what another practice org wrote.

        Raises:
            EnvFileError: that is not possible.
        """
        self._written = _FIRST_LINE + exports
        try:
            descriptor, name = tempfile.mkstemp(dir=self._path.parent, prefix=".practice-env-")
        except OSError as error:
            raise EnvFileError(f"{self._path} can't be written: {_why(error)}") from error
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(self._written)
            Path(name).replace(self._path)
        except OSError as error:
            Path(name).unlink()
            raise EnvFileError(f"{self._path} can't be written: {_why(error)}") from error

    def remove(self) -> None:
        """Take it away, unless somebody else has written it since."""
        with suppress(OSError, UnicodeDecodeError):
            if self._path.read_text(encoding="utf-8") == self._written:
                self._path.unlink()

    def _start(self) -> str:
        if not self._path.is_file():
            self._path.stat()
            raise EnvFileError("it is no file")
        with self._path.open(encoding="utf-8") as file:
            return file.readline(len(_FIRST_LINE))


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
