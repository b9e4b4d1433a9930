"""Reads a small text file, and nothing that is none."""

from __future__ import annotations

from pathlib import Path

from bridge.errors import MappingError


def read_text(path: Path, most: int, what: str, advice: str) -> str:
    """Read a file of UTF-8 text; a larger one is refused before it is read.

    Args:
        path: of the file.
        most: bytes.
        what: the file is, such as `mapping`.
        advice: for a file that can't be opened.

    Raises:
        MappingError: it can't be read, is too large, or is no UTF-8 text.
    """
    try:
        with path.open("rb") as file:
            start = file.read(most + 1)
    except OSError as exc:
        raise MappingError(
            f"The {what} {path} can't be read: {exc.strerror or exc}", advice
        ) from exc
    if len(start) > most:
        raise MappingError(
            f"The {what} {path} is larger than {most:,} bytes, the most that a {what} may have",
            "Is this the right file?",
        )
    try:
        return start.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise MappingError(
            f"{path.name}:{_place(start, exc.start)}: the {what} is not UTF-8 text from here on",
            "Save it as UTF-8.",
        ) from exc


def _place(content: bytes, at: int) -> str:
    """Line and column of a byte, counted from 1."""
    before = content[:at]
    line = before.count(b"\n") + 1
    column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
    return f"{line}:{column}"
