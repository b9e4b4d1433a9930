"""GoTallo's JSON, parsed once: a page, and the results on it in either shape.

Source: GoTallo's documentation, "Get Failed Syncs" and "GoTallo Heroku Message Data". Which shape a
result has is seen from the result itself. One that can't be read never loses its page.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from pydantic import BaseModel, ValidationError

from bridge.model import Record, UnreadableMessage, Value, canonical_key

PREFIX: Final = "Social25__"
"""The package's namespace before a field's name; the endpoint may send it or leave it out."""

NULL: Final = "#N/A"
"""The Bulk API's null, which stands in records of the salesforce shape."""

_LONGEST_NUMBER: Final = 4_000
"""Digits; Python reads no integer of more than 4,300 by default."""


_LONGEST_KEY: Final = 255
"""Characters that a text field which can be asked for by value has room for."""


class Shape(StrEnum):
    """What the endpoint is asked for, as its parameter `type`."""

    SALESFORCE = "salesforce"
    STANDARD = "standard"


@dataclass(frozen=True, slots=True)
class SalesforceResult:
    """A result in the shape of the Salesforce object."""

    key: str
    record: Record
    """Field names without the prefix; without `log_message`, which is no field of the object."""
    error_text: str | None
    raw: str


@dataclass(frozen=True, slots=True)
class StandardResult:
    """A result in GoTallo's own shape."""

    key: str
    message: Record
    error_text: str | None
    raw: str


Result: TypeAlias = SalesforceResult | StandardResult | UnreadableMessage


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a listing."""

    count: int | None
    """How many results GoTallo says the whole listing has."""
    next_url: str | None
    """As the server wrote it; None on the last page."""
    results: tuple[Result, ...]


class _Envelope(BaseModel):
    count: int | None = None
    next: str | None = None
    results: list[object]


def read_page(body: bytes) -> Page:
    """Parse a page.

    Raises ValueError, with a sentence that quotes nothing of the page, if it is none.
    """
    try:
        # Bytes that are no UTF-8 become lone surrogates, which make their result unreadable alone.
        parsed = json.loads(body.decode("utf-8-sig", "surrogateescape"), parse_int=_read_int)
        envelope = _Envelope.model_validate(parsed)
        results = tuple(read_result(result) for result in envelope.results)
    except json.JSONDecodeError as error:
        raise ValueError(f"it is no JSON from character {error.pos:,} on") from None
    except ValidationError:
        raise ValueError("it is JSON, but no page of results") from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return Page(envelope.count, envelope.next or None, results)


def read_result(result: object) -> Result:
    """Tell what a result is; one that is no failed message says what is wrong with it."""
    try:
        raw = json.dumps(result, ensure_ascii=False, allow_nan=False)
        raw.encode()
    except UnicodeEncodeError:
        return UnreadableMessage("its text holds half a character", json.dumps(result))
    except ValueError:
        return UnreadableMessage("a number in it has no value", json.dumps(result))
    if not isinstance(result, dict):
        return UnreadableMessage("it is no JSON object", raw)
    try:
        record = _without_prefix(result)
        if "Identifier__c" in record:
            key = _read_key(record, "Identifier__c")
            error_text = _read_error_text(record.pop("log_message", None))
            return SalesforceResult(key, record, error_text, raw)
        if "id" in result:
            key = _read_key(result, "id")
            return StandardResult(key, result, _read_error_text(result.get("log_message")), raw)
    except ValueError as error:
        return UnreadableMessage(str(error), raw)
    return UnreadableMessage("it has neither an Identifier__c nor an id", raw)


def _without_prefix(result: Mapping[str, Value]) -> dict[str, Value]:
    record: dict[str, Value] = {}
    for name, value in result.items():
        prefixed = name[: len(PREFIX)].casefold() == PREFIX.casefold()
        short = name[len(PREFIX) :] if prefixed else name
        if record.setdefault(short, value) != value:
            raise ValueError(f"it has two values for {short}")
    return record


def _read_key(result: Mapping[str, Value], field: str) -> str:
    identifier = result[field]
    if not isinstance(identifier, str) or identifier.strip() in {"", NULL}:
        raise ValueError(f"its {field} is no identifier")
    if len(identifier) > _LONGEST_KEY:
        raise ValueError(f"its {field} is longer than any identifier")
    key = canonical_key(identifier)
    if not key.isprintable():
        # Asked for a control character the org may refuse the whole query, for all its keys.
        raise ValueError(f"its {field} holds characters that no identifier has")
    return key


def _read_error_text(log_message: Value) -> str | None:
    """Read the error; one that came as JSON stays JSON, which the diagnosis reads too."""
    if log_message is None:
        return None
    if not isinstance(log_message, str):
        return json.dumps(log_message, ensure_ascii=False)
    return None if log_message.strip() in {"", NULL} else log_message


def _read_int(digits: str) -> int | float:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else float("inf")
