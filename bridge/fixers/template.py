"""A text with gaps, `{name}`, that values are put into. There is nothing more to it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

_PIECE = re.compile(r"(?P<text>(?:[^{}]|\{\{|\}\})+)|\{(?P<gap>[^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Template:
    """Texts and gaps in turn: before each gap stands its text, behind the last one the tail."""

    pieces: tuple[tuple[str, str], ...]
    """A text, and the name in the gap behind it."""
    tail: str

    @classmethod
    def parse(cls, written: str) -> Self:
        """Read a template; two braces stand for one that is no gap.

        Raises:
            ValueError: a brace stands alone, a gap has no name, or there is no gap at all.
        """
        pieces: list[tuple[str, str]] = []
        before, at = "", 0
        while at < len(written):
            piece = _PIECE.match(written, at)
            if piece is None:
                raise ValueError(
                    f'"{written}" has a brace that belongs to no {{gap}}: write it twice'
                )
            if piece["text"] is not None:
                before = piece["text"].replace("{{", "{").replace("}}", "}")
            elif not piece["gap"].strip():
                raise ValueError(f'"{written}" has a gap without a name')
            else:
                pieces.append((before, piece["gap"].strip()))
                before = ""
            at = piece.end()
        if not pieces:
            raise ValueError(f'"{written}" has no gap such as {{name}}: it would be a constant')
        return cls(tuple(pieces), before)

    @property
    def names(self) -> tuple[str, ...]:
        """What stands in the gaps, each once."""
        return tuple(dict.fromkeys(name for _, name in self.pieces))

    def filled(self, values: Mapping[str, str]) -> str:
        """The text with a value in each gap."""
        return "".join(f"{text}{values[name]}" for text, name in self.pieces) + self.tail
