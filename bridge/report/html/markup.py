"""Elements of HTML, with every text and attribute escaped."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import Final

_EMPTY: Final = frozenset({"rect"})


class Markup(str):
    """Text that is HTML already; only this module makes it."""

    __slots__ = ()


Child = str | Markup | Iterable["Child"]


def tag(name: str, /, *children: Child, **attributes: str | int | float) -> Markup:
    """An element. `class_` is the attribute `class`, `aria_label` is `aria-label`."""
    opened = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(str(value))}"'
        for key, value in attributes.items()
    )
    if name in _EMPTY and not children:
        return Markup(f"<{name}{opened}/>")
    return Markup(f"<{name}{opened}>{joined(children)}</{name}>")


def joined(children: Child) -> Markup:
    """Children one after the other."""
    if isinstance(children, Markup):
        return children
    if isinstance(children, str):
        return Markup(html.escape(children))
    return Markup("".join(map(joined, children)))
