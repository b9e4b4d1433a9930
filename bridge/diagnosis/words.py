"""What a root's message says in words: the second source, after its code and its list of fields.

The phrases are the platform's own in English. In another language only what the code itself tells
is looked for: a text that is too long is quoted in front of its limit, whatever the words.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from bridge.diagnosis.layers import api_names

_LIMIT = re.compile(r"\(max length=(\d{1,9})\)")
_ANY_LIMIT = re.compile(r"\s\([^()=\n]{1,60}=\s?(\d{1,9})\)\s*\Z")
_NAME: Final = r"[A-Za-z][\w.]*"

_MISSING = re.compile(r"[Rr]equired fields? (?:are|is) missing: \[([^\[\]]*)\]")
_NO_ACCESS_ABROAD = re.compile(r"[:：]\s?([A-Za-z]\w*(?:, [A-Za-z]\w*)*+)[.。]", re.ASCII)
_LAST_BRACKET = re.compile(r"\[([^\[\]]*)\][\s.]*\Z")
_NO_COLUMN = re.compile(rf"No such column '?({_NAME})'? on (?:entity|sobject of type) '?({_NAME})")
_NO_ACCESS = re.compile(rf"Unable to create/update fields: ({_NAME}(?:, {_NAME})*+)")
_DUPLICATE = re.compile(rf"duplicate value found:\s({_NAME})\sduplicates")
_IN_ENTITY = re.compile(rf"for field ({_NAME}) in entity ({_NAME})")
_NOT_FOUND = re.compile(rf"Field name not found : ({_NAME})")
_NO_EXTERNAL_ID = re.compile(rf"does not exist or is not accessible: ({_NAME})")
_CUSTOM_FIELD = re.compile(r"(?<![\w.])[A-Za-z]\w*__p?c(?!\w)", re.ASCII)
_LISTING: Final = ("REQUIRED_FIELD_MISSING", "MALFORMED_QUERY")
"""Codes whose message ends with a list of fields, whatever its language."""
_FIELD_PATTERNS: Final = (
    ("equired field", _MISSING),
    ("No such column ", _NO_COLUMN),
    ("create/update fields: ", _NO_ACCESS),
    ("duplicate value found:", _DUPLICATE),
    ("for field ", _IN_ENTITY),
    ("Field name not found : ", _NOT_FOUND),
    ("external ID field does not exist", _NO_EXTERNAL_ID),
)

_OBJECT_PATTERNS: Final = (
    ("on entity '", re.compile(rf"on entity '({_NAME})'")),
    ("on sobject of type ", re.compile(rf"on sobject of type ({_NAME})")),
    ("in entity ", re.compile(rf"in entity ({_NAME})")),
    ("sObject type '", re.compile(rf"sObject type '({_NAME})'")),
    ("Access to entity '", re.compile(rf"Access to entity '({_NAME})'")),
    ("not allowed on ", re.compile(rf"not allowed on ({_NAME})")),
    ("on Sobject ", re.compile(rf"on Sobject ({_NAME})")),
    ("Entity '", re.compile(rf"Entity '({_NAME})' is not supported")),
    ("setup object", re.compile(rf"non-setup object[^:\n]{{0,80}}: ({_NAME})")),
)

LIMIT: Final = "(max length="
TOO_LARGE: Final = "data value too large: "
_VALUES_TO_THE_END: Final = (
    "bad value for restricted picklist field: ",
    "id value of incorrect type: ",
    "invalid email address: ",
    "outside of valid range on numeric field: ",
    "invalid number: ",
    "isn't valid for the user: ",
)
_VALUES: Final = (
    ("external ID: ", re.compile(r"external ID: (.{1,255}?) not found", re.DOTALL)),
    (
        "VALUE_STRING value ",
        re.compile(r"VALUE_STRING value \"?((?<=\")[^\"]{1,255}|[^\s\"]{1,255})"),
    ),
)
_QUOTING_ALONE: Final = ("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",)
"""Codes whose message is a phrase and the value, in any language, with a label or without."""
_QUOTING: Final = (
    *_QUOTING_ALONE, "INVALID_EMAIL_ADDRESS", "MALFORMED_ID", "NUMBER_OUTSIDE_VALID_RANGE",
)  # fmt: skip
"""These, and those whose message is a label, a phrase and the value."""
_IN_ANY_LANGUAGE: Final = re.compile(r"[^:：]{1,80}\s?[:：]\s?[^:：]{1,120}\s?[:：]\s?", re.DOTALL)

_ONE_COLON: Final = re.compile(r"(?:[^:：]{1,80}\s?[:：]\s?)?[^:：]{1,120}\s?[:：]\s?", re.DOTALL)
_QUOTED_ABROAD: Final = (_IN_ANY_LANGUAGE, _ONE_COLON)


class Said(NamedTuple):
    """What a message names."""

    fields: tuple[str, ...] = ()
    limit: int | None = None
    value: str | None = None
    object: str | None = None


class _Quoted(NamedTuple):
    """What a message quotes of the record."""

    start: int
    end: int
    value: str | None
    """None where it is empty, or cut before its end."""


def said_in(code: str | None, message: str) -> Said:
    """Read a root's message. What it quotes names nothing: a chatter may have written it."""
    limit, limit_at = _limit(code, message)
    quoted = _quoted(code, message, limit_at)
    value, words = None, message
    if quoted is not None:
        value, words = quoted.value, message[: quoted.start] + message[quoted.end :]
    return Said(_fields(code, words), limit, value, _object(words))


def _limit(code: str | None, message: str) -> tuple[int | None, int]:
    """The last limit named, since what stands before it may be the chatter's text; where it is."""
    at = message.rfind(LIMIT)
    found = _LIMIT.match(message, at) if at >= 0 else None
    if found is None and code == "STRING_TOO_LONG" and message.endswith(")"):
        found = _ANY_LIMIT.search(message, max(0, len(message) - 80))
    return (int(found[1]), found.start()) if found else (None, -1)


def _fields(code: str | None, message: str) -> tuple[str, ...]:
    for phrase, pattern in _FIELD_PATTERNS:
        if phrase in message:
            found = pattern.search(message)
            if found is not None:
                return api_names(name.strip() for name in found[1].split(","))
    if code == "INVALID_FIELD_FOR_INSERT_UPDATE":
        found = _NO_ACCESS_ABROAD.search(message)
        if found is not None:
            return api_names(name.strip() for name in found[1].split(","))
    if code == "DUPLICATE_VALUE":
        return _the_only(_CUSTOM_FIELD.findall(message))
    if code in _LISTING:
        found = _LAST_BRACKET.search(message, max(0, message.rfind("[")))
        if found is not None:
            return api_names(name.strip() for name in found[1].split(","))
    return ()


def _the_only(names: list[str]) -> tuple[str, ...]:
    return tuple(names[:1]) if len(set(names)) == 1 else ()


def _quoted(code: str | None, message: str, limit_at: int) -> _Quoted | None:
    """Where the message quotes a value; up to its limit where it names one."""
    at = message.find(TOO_LARGE)
    if at >= 0:
        start = at + len(TOO_LARGE)
        if limit_at <= at:
            return _Quoted(start, len(message), None)
        return _Quoted(start, limit_at, message[start:limit_at].strip())
    if code == "STRING_TOO_LONG":
        head = _IN_ANY_LANGUAGE.match(message) if limit_at >= 0 else None
        if head is None or head.end() > limit_at:
            return None
        return _Quoted(head.end(), limit_at, message[head.end() : limit_at].strip())
    for phrase in _VALUES_TO_THE_END:
        at = message.find(phrase)
        if at >= 0:
            return _to_the_end(message, at + len(phrase))
    if code in _QUOTING:
        abroad = _QUOTED_ABROAD[code in _QUOTING_ALONE].match(message)
        return _to_the_end(message, abroad.end()) if abroad else None
    for phrase, pattern in _VALUES:
        if phrase in message:
            found = pattern.search(message)
            if found is not None:
                return _Quoted(found.start(1), found.end(1), found[1].strip())
    return None


def _to_the_end(message: str, start: int) -> _Quoted:
    return _Quoted(start, len(message), message[start:].strip() or None)


def start_of_cut_value(code: str | None, message: str) -> int | None:
    """Where the value begins that a text quotes which is cut before the value's end."""
    if code != "STRING_TOO_LONG" or _limit(code, message)[0] is not None:
        return None
    at = message.find(TOO_LARGE)
    if at >= 0:
        return at + len(TOO_LARGE)
    head = _IN_ANY_LANGUAGE.match(message)
    return head.end() if head else None


def _object(message: str) -> str | None:
    for phrase, pattern in _OBJECT_PATTERNS:
        if phrase in message:
            found = pattern.search(message)
            if found is not None:
                return found[1]
    return None
