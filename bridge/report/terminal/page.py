"""A page on a console: lines that wrap under themselves, in letters that the console has.

Whatever is written is made visible first and never read as markup, so that no message can act on
the terminal; what the console's encoding lacks is written in ASCII.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeAlias

from rich.console import Console
from rich.text import Text

from bridge.report.text import visible

WIDEST: Final = 120
NARROWEST: Final = 40

Piece: TypeAlias = "str | tuple[str, str]"
"""A text, or a text and its style."""

_IN_ASCII = str.maketrans(
    {
        "▁": "_",
        "▂": ".",
        "▃": ":",
        "▄": "-",
        "▅": "=",
        "▆": "+",
        "▇": "*",
        "█": "#",
        "−": "-",
        "–": "-",
        "→": "->",
        "✓": "+",
        "✗": "X",
        "·": "|",
        "…": "...",
        "⏎": "\\n",
        "␣": "\\x20",
        "“": '"',
        "”": '"',
        "’": "'",
    }
)


class Page:
    """Writes to a console, one line of thought at a time."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self.width = max(NARROWEST, min(console.width, WIDEST))

    def line(self, *pieces: Piece, indent: int = 0, hang: int = 0) -> None:
        """Write a line; where it is too long it goes on below, `hang` further to the right."""
        for number, row in enumerate(self._rows(self._text(pieces), indent, hang)):
            margin = Text(" " * (indent + (hang if number else 0)))
            self._print(margin + row)

    def beside(self, label: Iterable[Piece], *pieces: Piece, indent: int = 0) -> None:
        """Write a label and, beside it, words that go on below themselves."""
        head = self._text(label)
        hang = indent + head.cell_len
        rows = self._text(pieces).wrap(self._console, max(NARROWEST // 2, self.width - hang))
        for number, row in enumerate(rows):
            self._print(Text(" " * hang) + row if number else Text(" " * indent) + head + row)

    def command(self, *pieces: Piece) -> None:
        """Write a line that is never broken, since it will be pasted."""
        self._print(self._text(pieces))

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
        for piece in pieces:
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
            plain = text.translate(_IN_ASCII)
            return plain.encode(encoding, "backslashreplace").decode(encoding)
        return text
