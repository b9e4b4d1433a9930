"""Sections and tables, as the whole page has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bridge.report.html.markup import Child, Markup, tag

ROOM: Final = 160
"""Cells for what somebody said, in a table."""


def section(id_: str, heading: str, *children: Child) -> Markup:
    return tag("section", tag("h2", heading, id=id_), *children, aria_labelledby=id_)


def table(caption: str, names: Sequence[str], rows: Sequence[Markup]) -> Markup:
    """A table that can be scrolled with the keyboard where it is wider than the window."""
    head = tag("tr", [tag("th", name, scope="col") for name in names])
    return tag(
        "div",
        tag("table", tag("caption", caption), tag("thead", head), tag("tbody", rows)),
        class_="wide",
        role="region",
        aria_label=caption,
        tabindex=0,
    )
