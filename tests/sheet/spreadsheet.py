"""What spreadsheets do to a CSV file that is opened and saved again, as far as it matters here.

Written from what the programs do, and not from how the bridge guards against it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

_NUMBER = re.compile(r"[$€£]? ?\(?[+-]?[\d.,]*\d[\d.,]*([eE][+-]?\d+)?\)? ?[%€$£]?")
_DATE = re.compile(
    r"\d{1,4}[-/. ]\w{1,9}([-/. ,]+\d{1,4})?|\w{3,9}[- ]\d{1,4}(, ?\d{2,4})?"
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?"
)
_TIME = re.compile(r"\d{1,4}:\d{1,2}(:\d{1,2}([.,]\d+)?)?( ?[apAP][mM]?)?|\d{1,2} ?[apAP][mM]?")
_TRUTH = {"true", "false", "wahr", "falsch", "waar", "onwaar", "vrai", "faux"}


def opened(cell: str) -> str:
    """What a cell shows once the program has made of it what it takes it for."""
    text = cell.strip()
    if text[:1] in set("=+-@\uff1d\uff0b\uff0d\uff20") and len(text) > 1:
        return "#NAME?"
    if text.lower() in _TRUTH:
        return text.upper()
    if _DATE.fullmatch(text) or _TIME.fullmatch(text):
        return "46348.35"
    if _NUMBER.fullmatch(text):
        digits = re.sub(r"[^\d]", "", text).lstrip("0")
        return f"{float(digits or 0):.15g}"
    return cell


@dataclass(frozen=True, slots=True)
class Program:
    """How a program saves."""

    delimiter: str = ","
    encoding: str = "utf-8-sig"
    line_end: str = "\r\n"
    quotes_all: bool = False
    names_delimiter: bool = False
    extra_columns: int = 0
    drops_empty_ends: bool = False
    takes_apostrophes: bool = False
    """Whether it takes one in front for its own mark, as a web spreadsheet does."""

    def round_trip(self, data: bytes) -> bytes:
        """Open a file and save it again."""
        text = data.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline="")))
        return self.save([[self._shown(cell) for cell in row] for row in rows])

    def save(self, rows: Sequence[Sequence[str]]) -> bytes:
        file = io.StringIO(newline="")
        writer = csv.writer(
            file,
            delimiter=self.delimiter,
            lineterminator=self.line_end,
            quoting=csv.QUOTE_ALL if self.quotes_all else csv.QUOTE_MINIMAL,
        )
        writer.writerows(self._ended(row) for row in rows)
        first = f"sep={self.delimiter}{self.line_end}" if self.names_delimiter else ""
        return (first + file.getvalue()).encode(self.encoding)

    def _shown(self, cell: str) -> str:
        if self.takes_apostrophes and cell.startswith("'"):
            return cell[1:].replace("\r\n", "\n")
        return opened(cell).replace("\r\n", "\n")

    def _ended(self, row: Sequence[str]) -> list[str]:
        cells = [*row, *[""] * self.extra_columns]
        while self.drops_empty_ends and cells and not cells[-1]:
            cells.pop()
        return cells


PROGRAMS = {
    "Excel, CSV UTF-8": Program(),
    "Excel, CSV UTF-8 in Europe": Program(delimiter=";"),
    "Excel, Unicode text": Program(delimiter="\t", encoding="utf-16"),
    "LibreOffice": Program(encoding="utf-8", line_end="\n"),
    "LibreOffice, all text cells quoted": Program(encoding="utf-8", quotes_all=True),
    "a file with its delimiter named": Program(
        delimiter=";", names_delimiter=True, encoding="utf-8"
    ),
    "columns too many": Program(extra_columns=3),
    "empty ends dropped": Program(extra_columns=2, drops_empty_ends=True),
    "a web spreadsheet": Program(encoding="utf-8", takes_apostrophes=True),
    "UTF-16, big end first": Program(delimiter=";", encoding="utf-16-be"),
}
