"""A file that a spreadsheet saved becomes rows, in whichever dialect it did. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bridge.errors import UsageError
from bridge.model import canonical_key
from bridge.sheet.cells import as_read
from bridge.sheet.writing import END, KEY

DELIMITERS: Final = (",", ";", "\t")
_DELIMITER_LINE = re.compile(r"sep=(.)\r?\n")
_LINE_BREAK = re.compile(r"[\r\n]")
_BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_SAVE = "Save it as CSV UTF-8 (or Unicode text), then try again."


@dataclass(frozen=True, slots=True)
class Table:
    """What a file holds."""

    header: Sequence[str]
    rows: Sequence[tuple[int, Sequence[str]]]
    """Each with its number as a spreadsheet counts, where the header is row 1; empty ones are left
    out."""


def keys_of(table: Table) -> frozenset[str]:
    """The messages that the rows of a file are of."""
    at = [name.casefold() for name in table.header].index(KEY)
    return frozenset(canonical_key(as_read(cell_at(cells, at))) for _, cells in table.rows)


def cell_at(cells: Sequence[str], at: int) -> str:
    """A cell of a row; a program may leave out the empty ones at its end."""
    return cells[at] if at < len(cells) else ""


def read_table(data: bytes) -> Table:
    """Read a file: UTF-8 or UTF-16, with commas, semicolons or tabs, however it is quoted.

    Raises:
        UsageError: it is no such table, or it ends in the midst of something.
    """
    text = _text(data)
    named = _DELIMITER_LINE.match(text)
    if named is not None:
        text = text[named.end() :]
    delimiter = named[1] if named else _delimiter(text)
    records = _records(text, delimiter)
    header = [name.strip() for name in records[0]] if records else []
    if {KEY, END} - {name.casefold() for name in header}:
        raise UsageError(
            f'The first row has no columns "{KEY}" and "{END}"',
            f"Take the file that bridge report RUN --csv FILE wrote, with its first row. {_SAVE}",
        )
    rows = [(number, cells) for number, cells in enumerate(records[1:], 2) if any(cells)]
    return Table(header, rows)


def _text(data: bytes) -> str:
    if data.startswith(b"PK"):
        raise UsageError("This is a spreadsheet's own file, and no CSV", _SAVE)
    encoding = next((name for bom, name in _BOMS.items() if data.startswith(bom)), "utf-8")
    if encoding == "utf-8" and b"\0" in data[:2]:
        encoding = "utf-16-be" if data.startswith(b"\0") else "utf-16-le"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as exc:
        raise UsageError(
            f"The file is no text in {encoding.upper().removesuffix('-SIG')}, or it is cut: "
            f"byte {exc.start + 1:,}",
            f"Another encoding loses characters. {_SAVE}",
        ) from exc


def _delimiter(text: str) -> str:
    first = _LINE_BREAK.split(text, maxsplit=1)[0]
    return max(DELIMITERS, key=first.count)


def _records(text: str, delimiter: str) -> list[list[str]]:
    def lines() -> Iterator[str]:
        yield from io.StringIO(text, newline="")

    records: list[list[str]] = []
    try:
        for record in csv.reader(lines(), delimiter=delimiter, strict=True):
            records.append(record)
    except csv.Error as exc:
        raise UsageError(
            f"The file can't be read behind row {len(records)}: {exc}",
            f"It is cut, or a quotation mark is lost. {_SAVE}",
        ) from exc
    return records
