from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, Field

from bridge.fixers.by_field import ByField, per_schema
from bridge.fixers.characters import Cleaned, clean
from bridge.fixers.html_text import plain_text
from bridge.fixers.interface import Example, Fixer
from bridge.model import Change, Diagnosis, FieldSchema, ObjectSchema, Record, Risk

_FREE_TEXT = frozenset({"string", "textarea", "encryptedstring", "combobox"})
_IN_PLACE = bytes((*b"\t\n\r", *range(0x20, 0x7F)))
"""Of ASCII, with the tab and the two signs that lines end with."""
_AROUND_BREAK = re.compile(r"\s*\n\s*")


class Html(StrEnum):
    """What becomes of HTML in a field of plain text."""

    KEEP = "keep"
    """It stays as it is."""
    PLAIN = "plain"
    """Its text is kept, without the tags."""


class Hygiene(BaseModel, extra="forbid", frozen=True, strict=True):
    """What is done to one field."""

    html: Annotated[Html, Field(strict=False)] = Html.KEEP


class TextOptions(ByField[Hygiene], frozen=True):
    """Field → what is done to it; `*` stands for every other field of free text."""


@dataclass(frozen=True, slots=True)
class _Target:
    name: str
    """API name."""
    html: Html
    line_break: str


class Text(Fixer[TextOptions]):
    """Take out of a text what has no place in it.

    Problem: half of an emoji that somebody cut is no character, and Salesforce refuses the record
    for it (`TEXT_DATA_OUTSIDE_SUPPORTED_CHARSET`); a control character makes a row that clients of
    the SOAP and Bulk APIs can't read; and HTML in a field of plain text is shown with its tags.

    Repair: half of a character becomes U+FFFD, the mark of a character that is not known. NUL, the
    other control characters of ASCII, U+FFFE and U+FFFF are removed; tab, line feed and carriage
    return stay, a vertical tab and a form feed become a line break (a space where the field has one
    line). `{Field: {html: plain}}` makes plain text of HTML: blocks and `<br>` become line breaks,
    entities their characters, the address of a link stands behind its words, and tags, scripts,
    styles and comments are dropped. Only a text that has a tag of HTML with its end (or `<br>`,
    `<hr>`, `<img>`), or that begins as a page does, counts as HTML: `a < b & c` and
    `<name@mail.example>` stay as they are written, and so does what would read as HTML
    once more.

    Without options every field of free text is looked after; `"*"` stands for every other one. Rich
    text keeps its tags, and a field that identifies a record (external id, unique) all that it has.
    """

    name = "text"
    risk = Risk.LOSSY
    Options = TextOptions
    examples = (
        Example(
            says="Control characters are removed, line breaks and tabs stay.",
            options=None,
            before={"Text__c": "Gate\x00 7\x1b\n\tRow 12"},
            after={"Text__c": "Gate 7\n\tRow 12"},
        ),
        Example(
            says="HTML becomes plain text where the mapping says so.",
            options={"Text__c": {"html": "plain"}},
            before={"Text__c": "<p>Hello,</p><p>bring it &amp; go<br>to <b>gate 7</b></p>"},
            after={"Text__c": "Hello,\n\nbring it & go\nto gate 7"},
        ),
        Example(
            says="The address of a link is kept.",
            options={"Text__c": {"html": "plain"}},
            before={"Text__c": 'Your <a href="https://files.example/7">ticket</a>'},
            after={"Text__c": "Your ticket (https://files.example/7)"},
        ),
        Example(
            says="What merely looks a little like HTML is quoted as written.",
            options={"Text__c": {"html": "plain"}},
            before={"Text__c": "3 < 5 & 7 > 5, says <name@mail.example> <3"},
            after={"Text__c": "3 < 5 & 7 > 5, says <name@mail.example> <3"},
        ),
        Example(
            says="HTML stays where the mapping says nothing of it.",
            options=None,
            before={"Text__c": "<p>Hello</p>"},
            after={"Text__c": "<p>Hello</p>"},
        ),
    )

    def __init__(self, options: TextOptions) -> None:
        super().__init__(options)
        self._targets = per_schema(self._work_out_targets)
        self._reads_html = any(each.html is not Html.KEEP for each in options.root.values())

    def named_fields(self) -> Iterator[str]:
        return self.options.named_fields()

    def fix(
        self, record: Record, schema: ObjectSchema, diagnosis: Diagnosis | None
    ) -> Iterable[Change]:
        texts = _texts(record) if self._reads_html else _in_doubt(record)
        return self._tidied_among(texts, schema) if texts else ()

    def _tidied_among(
        self, texts: Sequence[tuple[str, str]], schema: ObjectSchema
    ) -> Iterator[Change]:
        targets = self._targets(schema)
        for name, text in texts:
            target = targets.get(name)
            change = None if target is None else self._tidied(text, target)
            if change is not None:
                yield change

    def _work_out_targets(self, schema: ObjectSchema) -> Mapping[str, _Target]:
        return {
            field.name: _target(field, hygiene)
            for field, hygiene in self.options.choices(schema, unsaid=Hygiene())
            if is_free_text(field)
        }

    def _tidied(self, value: str, target: _Target) -> Change | None:
        cleaned = clean(value, target.line_break)
        text = value if cleaned is None else cleaned.text
        plain = _plain(text, target) if target.html is Html.PLAIN else None
        if cleaned is None and plain is None:
            return None
        lossless = plain is None and cleaned and not cleaned.removed and not cleaned.halves
        return Change(
            field=target.name,
            before=value,
            after=(text if plain is None else plain) or None,
            fixer=self.name,
            why=", ".join(_what_is_done(cleaned, plain)),
            risk=Risk.LOSSLESS if lossless else Risk.LOSSY,
            lost=cleaned.removed if cleaned else 0,
        )


def _texts(record: Record) -> list[tuple[str, str]]:
    """The fields that hold text, with it."""
    return [(name, value) for name, value in record.items() if type(value) is str]


def _in_doubt(record: Record) -> Sequence[tuple[str, str]]:
    """Those whose text may have something to tidy: most have not, so first all are looked at."""
    if _is_in_place("".join([value for value in record.values() if type(value) is str])):
        return ()
    return [(name, text) for name, text in _texts(record) if not text.isprintable()]


def _is_in_place(text: str) -> bool:
    """True only where nothing in a text is to be tidied; where False, it has to be looked at."""
    if text.isascii():
        return not text.encode("ascii").translate(None, _IN_PLACE)
    return text.isprintable()


def is_free_text(field: FieldSchema) -> bool:
    """Whether the fixer looks after the field."""
    identifies = field.external_id or field.unique or field.id_lookup
    return field.type in _FREE_TEXT and not identifies


def _target(field: FieldSchema, hygiene: Hygiene) -> _Target:
    html = Html.KEEP if field.html_formatted else hygiene.html
    return _Target(field.name, html, "\n" if field.type == "textarea" else " ")


def _plain(text: str, target: _Target) -> str | None:
    plain = plain_text(text)
    if plain is None or target.line_break == "\n":
        return plain
    return _AROUND_BREAK.sub(target.line_break, plain)


def _what_is_done(cleaned: Cleaned | None, plain: str | None) -> Iterator[str]:
    if cleaned is not None:
        yield from _counted(cleaned.removed, "control character", "removed")
        yield from _counted(cleaned.halves, "half character", "marked as unknown")
        yield from _counted(cleaned.joined, "character", "put together of its halves")
        yield from _counted(cleaned.breaks, "vertical tab or form feed", "made a line break")
    if plain is not None:
        yield "the text of its HTML is kept without the tags"


def _counted(count: int, of: str, done: str) -> Iterator[str]:
    if count:
        yield f"{count:,} × {of} {done}"
