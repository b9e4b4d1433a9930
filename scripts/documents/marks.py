"""A part of a page that is made, between two marks, and words for its tables."""

from __future__ import annotations

from collections.abc import Iterable

BEGIN, END = "<!-- Made by scripts/docs. -->\n", "<!-- Up to here. -->\n"


def renewed(page: str, block: str) -> str:
    """The page with this between its two marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{block}\n{END}{after}"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table of Markdown, with a line's end behind it."""
    names = tuple(head)
    lines = (names, ("---",) * len(names), *rows)
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def cell(text: str) -> str:
    """The text on one line of a table."""
    return " ".join(text.split()).replace("|", "\\|")
