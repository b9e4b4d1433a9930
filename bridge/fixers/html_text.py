"""The text that a piece of HTML shows, as plain text.

It is read by rules of our own, so that a text takes time in proportion to its length and comes out
the same on each version of Python. The standard library's parser does not: its rules change with
patch releases, and older ones go over the whole text again for each tag that is not closed.
Anything that is no tag of HTML is text here.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bridge.fixers.text import WHITE_SPACE

_MOST: Final = 1_000_000
"""Characters; a longer text is not looked into."""

_PARAGRAPHS: Final = frozenset(
    ("blockquote", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "ol", "p", "pre", "table", "ul")
)
"""They stand apart by an empty line."""
_BLOCKS: Final = _PARAGRAPHS | frozenset(
    {
        *("address", "article", "aside", "body", "caption", "center", "dd", "details"),
        *("dialog", "div", "dt", "fieldset", "figcaption", "figure", "footer", "form"),
        *("header", "html", "legend", "li", "main", "nav", "option", "section", "summary"),
        *("tbody", "tfoot", "thead", "tr"),
    }
)
"""They stand on lines of their own."""
_CELLS: Final = frozenset({"td", "th"})
_UNSHOWN: Final = frozenset({"script", "style", "title"})
"""What stands in them is no text of the page."""
_INLINE: Final = frozenset(
    {
        *("a", "abbr", "acronym", "audio", "b", "base", "bdi", "bdo", "big", "br", "button"),
        *("canvas", "cite", "code", "col", "colgroup", "data", "del", "dfn", "em", "font"),
        *("head", "i", "iframe", "img", "input", "ins", "kbd", "label", "link", "map", "mark"),
        *("meta", "noscript", "object", "picture", "q", "s", "samp", "select", "small"),
        *("source", "span", "strike", "strong", "sub", "sup", "svg", "template", "textarea"),
        *("time", "tt", "u", "var", "video", "wbr"),
    }
)
_KNOWN: Final = _BLOCKS | _CELLS | _UNSHOWN | _INLINE
_OFFICE: Final = ("o:", "v:", "w:", "m:", "st1:")
"""Tags that Outlook and Word write into HTML."""
_WITHOUT_END: Final = frozenset({"br", "hr", "img"})
_OPENING: Final = frozenset({"body", "div", "html", "p", "table"})
"""What begins with one of these is HTML, closed or not."""

_TAG: Final = (
    r"<(?P<end>/?)(?P<name>[A-Za-z][A-Za-z0-9]*+(?::[A-Za-z][A-Za-z0-9]*+)?)"
    r"(?P<attributes>(?:[\s/](?:[^<>\"']|\"[^\"]*+\"|'[^']*+')*+)?+)>"
)
_TOKEN = re.compile(
    rf"<!--.*?(?:-->|\Z)|<![A-Za-z\[][^<>]*+>|<\?(?:xml|php)\b[^<>]*+>|{_TAG}",
    re.DOTALL | re.IGNORECASE,
)
_DOCTYPE = re.compile(r"\s*+<!doctype\s++html\b", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"(?P<name>[^\s\"'=<>/]++)(?:\s*+=\s*+(?:\"(?P<double>[^\"]*+)\"|'(?P<single>[^']*+)'"
    r"|(?P<bare>[^\s\"'<>]++)))?+"
)
_SPACES = re.compile(r"[ \t\n\r\f]+")
_SPACES_OF_HTML: Final = str.maketrans({"\u00a0": " ", "\f": " "})
"""No-break spaces, with which pages are laid out, and what no plain text has."""
_ADDRESSES: Final = ("http://", "https://", "mailto:", "tel:")
_MOST_BREAKS: Final = 2


def plain_text(text: str) -> str | None:
    """What the text shows, if it is HTML; None where it is plain text already.

    Block elements and `<br>` become line breaks; entities become their characters; the address of a
    link stands behind its words, the alternative text of an image in its place. Scripts, styles
    and comments are gone. Where only letters are marked (`<b>`, `<a>`), line breaks stay as they
    are.

    A text whose plain text would again read as HTML is left alone.
    """
    if len(text) > _MOST or not _is_html(text):
        return None
    shown = _shown(text)
    return None if _is_html(shown) else shown


@dataclass(frozen=True, slots=True)
class _Tag:
    name: str
    ends: bool
    attributes: str
    written: str

    @property
    def known(self) -> bool:
        return self.name in _KNOWN or self.name.startswith(_OFFICE)


def _is_html(text: str) -> bool:
    """Whether it has a tag with its end, one that needs none, or begins as a page does."""
    if "<" not in text or ">" not in text:
        return False
    if _DOCTYPE.match(text):
        return True
    begun: set[str] = set()
    for at, tag in _tags(text):
        if tag.ends:
            if tag.name in begun:
                return True
        elif tag.name in _WITHOUT_END or (tag.name in _OPENING and not text[:at].strip()):
            return True
        begun.add(tag.name)
    return False


def _tags(text: str) -> Iterator[tuple[int, _Tag]]:
    for token in _TOKEN.finditer(text):
        tag = _as_tag(token)
        if tag is not None and tag.known:
            yield token.start(), tag


def _as_tag(token: re.Match[str]) -> _Tag | None:
    """The tag; None for a comment or a declaration."""
    if token["name"] is None:
        return None
    return _Tag(token["name"].lower(), bool(token["end"]), token["attributes"], token.group())


def _shown(text: str) -> str:
    parts_lines = any(tag.name in _BLOCKS or tag.name == "br" for _, tag in _tags(text))
    page = _Page(preformatted=0 if parts_lines else 1)
    at = 0
    while (token := _TOKEN.search(text, at)) is not None:
        page.text(text[at : token.start()])
        at = token.end()
        tag = _as_tag(token)
        if tag is None:
            continue
        if not tag.known:
            page.text(tag.written)
        elif tag.name in _UNSHOWN and not tag.ends:
            at = _behind(tag.name, text, at)
        else:
            page.tag(tag)
    page.text(text[at:])
    return page.shown()


def _behind(name: str, text: str, at: int) -> int:
    """Where the element ends; a script that never ends goes to the end of the text."""
    end = re.compile(rf"</{name}(?=[\s/>])[^<>]*+>?+", re.IGNORECASE).search(text, at)
    return len(text) if end is None else end.end()


class _Page:
    """What is shown so far."""

    def __init__(self, preformatted: int) -> None:
        """Begin an empty page.

        Args:
            preformatted: within how many elements it stands that keep spaces and line breaks.
        """
        self._preformatted = preformatted
        self._written: list[str] = []
        self._breaks = 0
        """As many as there were `<br>` since the last text."""
        self._block_breaks = 0
        """As many as the blocks want that ended or began since."""
        self._between = ""
        self._link: tuple[str, int] | None = None
        """Where the open link leads, and where its words begin."""

    def shown(self) -> str:
        self._end_link()
        return "".join(self._written).strip(WHITE_SPACE)

    def text(self, text: str) -> None:
        words = html.unescape(text).translate(_SPACES_OF_HTML)
        if self._preformatted:
            self._write(words)
            return
        words = _SPACES.sub(" ", words)
        if words.startswith(" "):
            self._between = self._between or " "
        inner = words.strip(" ")
        if inner:
            self._write(inner)
            self._between = " " if words.endswith(" ") else ""

    def tag(self, tag: _Tag) -> None:
        if tag.name == "br":
            self._breaks += 1
        elif tag.name in _BLOCKS:
            self._block_breaks = max(self._block_breaks, 2 if tag.name in _PARAGRAPHS else 1)
            if tag.name == "pre":
                self._preformatted = max(0, self._preformatted + (-1 if tag.ends else 1))
        elif tag.name in _CELLS:
            self._between = "\t"
        elif tag.name == "img":
            self.text(_attribute(tag, "alt"))
        elif tag.name == "a":
            self._end_link()
            if not tag.ends:
                self._link = (_address(tag), len(self._written))

    def _write(self, text: str) -> None:
        if not text:
            return
        breaks = min(max(self._breaks, self._block_breaks), _MOST_BREAKS)
        if self._written:
            self._written.append("\n" * breaks or self._between)
        self._written.append(text)
        self._breaks = self._block_breaks = 0
        self._between = ""

    def _end_link(self) -> None:
        if self._link is None:
            return
        address, begun = self._link
        self._link = None
        words = "".join(self._written[begun:])
        bare = address.removeprefix("mailto:").removeprefix("tel:").rstrip("/")
        if not words.strip():
            self._write(bare)
        elif bare.casefold() not in words.casefold():
            self._written.append(f" ({bare})")


def _address(tag: _Tag) -> str:
    """Where a link leads; empty where that is no address for people."""
    address = "".join(html.unescape(_attribute(tag, "href")).split())
    return address if address.casefold().startswith(_ADDRESSES) else ""


def _attribute(tag: _Tag, name: str) -> str:
    for attribute in _ATTRIBUTE.finditer(tag.attributes):
        if attribute["name"].lower() == name:
            return attribute["double"] or attribute["single"] or attribute["bare"] or ""
    return ""
