"""A page on a console: lines that wrap under themselves, in letters that the console has.

Whatever is written is made visible first and never read as markup, so that no message can act on
the terminal; what the console's encoding lacks is written in ASCII. On a plain console, for a
screen reader or a log, what stands beside each other elsewhere is a label and what it says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

from rich.console import Console
from rich.text import Text

from bridge.report.terminal.letters import IN_ASCII
from bridge.report.text import shortened, visible

WIDEST: Final = 120
_GAP: Final = "  "
"""Between columns."""
_PLAIN_ROOM: Final = 400
"""Cells for a text that elsewhere is cut to a column."""
NARROWEST: Final = 40

Piece: TypeAlias = "str | tuple[str, str]"
"""A text, or a text and its style."""


class PlainConsole(Console):
    """One whose reader hears the lines or searches them: no column, sign or style says a thing."""

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, highlight=False, color_system=None)


class Page:
    """Writes to a console, one line of thought at a time."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self.width = max(NARROWEST, min(console.width, WIDEST))
        self.plain = isinstance(console, PlainConsole)
        self.separator = ", " if self.plain else " · "
        """Between things that are said of the same."""

    def line(self, *pieces: Piece, indent: int = 0, hang: int = 0) -> None:
        """Write a line; where it is too long it goes on below, `hang` further to the right."""
        for number, row in enumerate(self._rows(self._text(pieces), indent, hang)):
            margin = Text(" " * (indent + (hang if number else 0)))
            self._print(margin + row)

    def beside(self, label: Sequence[Piece], *pieces: Piece, indent: int = 0) -> None:
        """Write a label and, beside it, words that go on below themselves."""
        if self.plain:
            self.line(*label, *pieces, indent=indent, hang=2)
            return
        head = self._text(label)
        hang = indent + head.cell_len
        if self.width - hang < NARROWEST // 2:
            self.line(*label, indent=indent)
            self.line(*pieces, indent=indent + 2, hang=2)
            return
        rows = self._text(pieces).wrap(self._console, self.width - hang)
        for number, row in enumerate(rows):
            self._print(Text(" " * hang) + row if number else Text(" " * indent) + head + row)

    def command(self, *pieces: Piece) -> None:
        """Write a line that is never broken, since it will be pasted."""
        self._print(self._text(pieces))

    def figure(self, count: int, words: str, style: str = "", *, width: int) -> None:
        """Write a line of a column of figures, `width` cells wide."""
        if self.plain:
            self.line(f"{words}: {count:,}", hang=2)
        else:
            self.line((f"{count:>{width},}  {words}", style), hang=width + 2)

    def in_column(self, text: str, room: int) -> str:
        """A text as a column of so many cells shows it."""
        return shortened(text, _PLAIN_ROOM if self.plain else room)

    def blank(self) -> None:
        self._console.print()

    def holds(self, *pieces: Piece) -> bool:
        """Whether these make a line that need not be broken."""
        return self._text(pieces).cell_len <= self.width

    def _print(self, text: Text) -> None:
        text.rstrip()
        self._console.print(text, soft_wrap=True, highlight=False)

    def _text(self, pieces: Iterable[Piece]) -> Text:
        text = Text()
        for piece in _labelled(pieces) if self.plain else pieces:
            words, style = (piece, "") if isinstance(piece, str) else piece
            text.append(self._spelt(visible(words)), style)
        return text

    def _rows(self, text: Text, indent: int, hang: int) -> Iterable[Text]:
        room = self.width - indent
        if text.cell_len <= room:
            return [text]
        return text.wrap(self._console, room - hang)

    def _spelt(self, text: str) -> str:
        encoding = self._console.encoding
        try:
            text.encode(encoding)
        except UnicodeEncodeError:
            plain = text.translate(IN_ASCII)
            return plain.encode(encoding, "backslashreplace").decode(encoding)
        return text


def _labelled(pieces: Iterable[Piece]) -> Iterable[str]:
    """What stands in columns as a label and what it says."""
    line = ""
    for piece in pieces:
        words = piece if isinstance(piece, str) else piece[0]
        if line.strip() and words and (line.endswith(_GAP) or words.startswith(_GAP)):
            line = f"{line.rstrip().removesuffix(':')}: {words.lstrip()}"
        else:
            line += words
    return [line]
