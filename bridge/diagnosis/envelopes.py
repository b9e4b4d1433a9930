"""The outermost layer: in which form a channel handed an error on, or several.

    CODE:message:Field1 Field2 --        the Bulk API
    CODE: message                        as GoTallo documents it; whatever follows is the message
    [{"errorCode": …}], {"errors": …}    REST; also within a client's words, printed, or cut
    <faultstring>…, [ApiFault …]         SOAP, and how Java and PHP print it
    … CODE: message …                    any words, with a code in them

A text that begins with a code is read from its ends. In every other the first form that gives an
error counts, and where none does the words themselves are the message.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from bridge.diagnosis import codes
from bridge.diagnosis.answers import errors_in, message_in
from bridge.diagnosis.apex import first_wrapper, peel_dml
from bridge.diagnosis.catalogue import MAY_QUOTE
from bridge.diagnosis.bulk import end_in_line, split_field_slot
from bridge.diagnosis.clients import errors_in_table, without_clients_words
from bridge.diagnosis.codes import Standing
from bridge.diagnosis.layers import Envelope, Found, step
from bridge.diagnosis.literals import Reader, read_json
from bridge.diagnosis.markup import errors_in_xml
from bridge.diagnosis.printed import errors_printed
from bridge.model import Wrapper

_KEYS: Final = (
    "errorCode", "statusCode", "exceptionCode", "error_description", "sf__Error", "error_code",
    "status_code",
)  # fmt: skip
_ANSWER_KEY = re.compile(
    r"errorCode|statusCode|exceptionCode|error_description|sf__Error|error_code|status_code|error='"
)
_OPENING = re.compile(r"[\[{(]")
_NEXT_EXCEPTION = re.compile(r"\n(?=[^\n]{0,400}First exception on row )")
_QUOTES: Final = ("'", '"', "`")
_MOST_TRIES: Final = 6


def open_envelope(text: str) -> Envelope:
    """Read the outermost layer of a text."""
    head = codes.leading(text)
    if head is not None:
        return _from_head(text, head)
    if text.startswith(("[", "{")):
        value, whole = read_json(text)
        errors = errors_in(value) if whole else []
        if errors:
            return Envelope(tuple(errors), (step(Wrapper.JSON, _kind_of_answer(text)),))
        said = message_in(value)
        if said:
            inside = open_envelope(said)
            return Envelope(inside.errors, (step(Wrapper.JSON, _kind_of_answer(text)), *inside.steps))
    for read in _READERS:
        envelope = read(text)
        if envelope is not None:
            return envelope
    return Envelope((Found(None, text, in_place=False),), ())


def _from_head(text: str, head: Standing) -> Envelope:
    message, fields, bulk = split_field_slot(text[head.end :])
    if bulk:
        took = f"{head.code}: … :{' '.join(fields)} --"
        inner = Found(head.code, message.strip(), fields)
        return Envelope((inner,), (step(Wrapper.BULK, took),))
    cleared = without_clients_words(message, "")
    inner = Found(head.code, cleared.message, cleared.fields)
    return Envelope((inner,), (step(Wrapper.PLAIN, f"{head.code}:"),))


def _kind_of_answer(text: str) -> str:
    return "a list of errors" if text.startswith("[") else "an answer"


def _answer_in_words(text: str) -> Envelope | None:
    if "&quot;" in text:
        text = html.unescape(text)
    if '\\"' in text and '"{' not in text:
        text = text.replace('\\"', '"')
    key = _ANSWER_KEY.search(text)
    if key is None:
        return None
    reader = Reader(text)
    at = 0
    for _ in range(_MOST_TRIES):
        opening = _OPENING.search(text, at)
        if opening is None or reader.spent:
            return None
        value, end = reader.read(opening.start())
        errors = errors_in(value)
        if errors:
            if not errors[0].message:
                errors[0] = _with_words(errors[0], text)
            return Envelope(tuple(errors), (step(Wrapper.LITERAL, f"{text[: opening.start()]}…"),))
        at = max(end, opening.end()) if end < key.start() else opening.end()
    return None


def _xml_in_words(text: str) -> Envelope | None:
    if "<" not in text and "&lt;" not in text:
        return None
    if "&lt;" in text and "<" not in text:
        text = html.unescape(text)
    errors = errors_in_xml(text)
    return Envelope(tuple(errors), (step(Wrapper.XML, text[:40]),)) if errors else None


def _printed_in_words(text: str) -> Envelope | None:
    errors = errors_printed(text)
    if not errors:
        return None
    return Envelope(tuple(errors), (step(Wrapper.LITERAL, text[: text.find("=")]),))


def _code_in_words(text: str) -> Envelope | None:
    standing = codes.standing(text) or codes.standing_oddly(text)
    if standing is None:
        return None
    wrapper = first_wrapper(text)
    if wrapper is not None and wrapper.start < standing.start:
        return None
    before = text[: standing.start]
    if before.endswith("(") and not standing.separated and text.startswith(")", standing.end):
        found = Found(standing.code, before[:-1].strip())
        return Envelope((found,), (step(Wrapper.PROSE, f"… {text[standing.start - 1 :]}"),))
    end = end_in_line(text, standing.end)
    rest = text[standing.end : end] if end >= 0 else text[standing.end :]
    message, fields, bulk = split_field_slot(_within_quotes(before, rest.strip()))
    if not bulk:
        cleared = without_clients_words(message, before)
        message, fields = cleared.message, cleared.fields
    steps = [] if not before else [step(Wrapper.PROSE, before)]
    steps.append(step(Wrapper.BULK if bulk else Wrapper.PLAIN, f"{standing.code}:"))
    found = Found(standing.code, message.strip(), fields, in_place=standing.separated)
    return Envelope((found, *_further(text[end:] if end >= 0 else "")), tuple(steps))


def _within_quotes(before: str, rest: str) -> str:
    """The text up to the quotation mark that was opened in front of its code."""
    if before.endswith(_QUOTES):
        end = rest.rfind(before[-1])
        if end >= 0 and not rest[end + 1 :].strip("'\")]}.,; \n"):
            return rest[:end]
    return rest


def _with_words(error: Found, text: str) -> Found:
    """An error of which a client printed the message in front of its parts."""
    standing = codes.standing(text)
    if standing is None or standing.code != error.code or not standing.separated:
        return error
    line = text[standing.end :].partition("\n")[0]
    return replace(error, message=without_clients_words(line, "").message)


def _table_in_words(text: str) -> Envelope | None:
    errors = errors_in_table(text)
    return Envelope(tuple(errors), (step(Wrapper.LITERAL, "a table"),)) if errors else None


def _rows_of_dml(text: str) -> Envelope | None:
    """Several DML exceptions below each other: a log's, a test run's."""
    first, *more = _NEXT_EXCEPTION.split(text)
    if not more:
        return None
    peeled = peel_dml(first)
    if peeled is None or peeled.inner is None or peeled.inner.code in MAY_QUOTE:
        return None
    return Envelope(tuple(Found(None, part) for part in (first, *more)), ())


def _further(text: str) -> Iterator[Found]:
    """The errors in what follows an error in the Bulk form: further rows."""
    while (standing := codes.standing(text)) is not None and standing.separated:
        end = end_in_line(text, standing.end)
        if end < 0:
            return
        message, fields, _ = split_field_slot(text[standing.end : end])
        yield Found(standing.code, message.strip(), fields)
        text = text[end:]


_READERS: Final[tuple[Callable[[str], Envelope | None], ...]] = (
    _answer_in_words,
    _xml_in_words,
    _printed_in_words,
    _table_in_words,
    _rows_of_dml,
    _code_in_words,
)
