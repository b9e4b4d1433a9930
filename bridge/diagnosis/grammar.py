"""From an error text to its root: the wrappers peel off one by one until nothing is nested.

First the envelope, the form in which a channel hands an error on:

    JSON        [{"errorCode": "CODE", "message": "…", "fields": ["F"]}], an object of the same with
                `statusCode`, or an object with `errors`       (REST API, Collections)
    Bulk        CODE:message:F1 F2 --       CODE:message:--    (Bulk API, `sf__Error`)
    plain       CODE: message                                  (as GoTallo documents it)

then, as long as the message holds another error, what the platform wraps round it:

    Apex        … first error: CODE, message: [F1, F2] stack   (a trigger's DmlException)
    flow        … CODE: message. You can look up ExceptionCode values in …

A message quotes what a chatter wrote, so only a code that may wrap is looked into, and what stands
behind a message is read from the right. The text is untrusted: any length, time linear in it, and
what can't be read is a diagnosis without a code, never an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import AliasChoices, BaseModel, Field, TypeAdapter, ValidationError

from bridge.diagnosis.catalogue import CATALOGUE, NOT_ATTEMPTED, WRAPPERS, kind_of
from bridge.model import Diagnosis

MESSAGE_LENGTH: Final = 4_000
"""How many characters of a message a diagnosis keeps; a longer one ends in an ellipsis."""

_DEEPEST: Final = 8
"""How many nested errors are peeled: keeps the time linear whatever the text."""

_MAY_QUOTE_APEX: Final = WRAPPERS | {
    "APEX_ERROR",
    "CUSTOM_APEX_ERROR",
    "FIELD_CUSTOM_VALIDATION_EXCEPTION",
    "UNKNOWN_EXCEPTION",
}
"""Codes under which a trigger may have passed on another error's text (`addError(e)`)."""

_CODE = r"[A-Z][A-Z0-9]*+(?:_[A-Z0-9]++)*+"
_LEADING_CODE = re.compile(rf"({_CODE})\s*(?::|\Z)")
_APEX = re.compile(rf"first error: (?P<code>{_CODE})(?P<comma>,) ")
_NESTED = re.compile(rf"(?P<apex>first error: )?\b(?P<code>{_CODE})(?:(?P<comma>,)|:)")
_FLOW_ADVICE = ". You can look up ExceptionCode"
_API_NAME = re.compile(r"[A-Za-z]\w*", re.ASCII)
_STACK_START = re.compile(r"\s*\Z|\s*\n|\s+(?:\(|Class\.|Trigger\.|AnonymousBlock|External )")
_LIMIT = re.compile(r"\(max length=(\d{1,9})\)")


@dataclass(frozen=True, slots=True)
class _Error:
    """What one layer of the text says."""

    code: str | None
    message: str
    fields: tuple[str, ...] = ()


def diagnose(text: str) -> Diagnosis:
    """Read an error text, in whatever form a channel handed it on."""
    stripped = text.strip()
    return _diagnosis(_read_json(stripped) or _read_bulk(stripped) or _Error(None, stripped))


def diagnose_error(code: str, message: str, fields: Sequence[str]) -> Diagnosis:
    """Read an error that came in parts: `statusCode` or `errorCode`, `message`, `fields`."""
    return _diagnosis(_Error(code.strip() or None, message.strip(), _api_names(fields)))


def _diagnosis(outermost: _Error) -> Diagnosis:
    root = outermost
    for _ in range(_DEEPEST):
        inner = _peel(root)
        if inner is None:
            break
        root = inner
    return Diagnosis(
        code=root.code,
        kind=kind_of(root.code, root.message),
        message=_bounded(root.message),
        fields=root.fields or _fields_in_message(root),
        outer_code=None if root is outermost else outermost.code,
        limit=_limit(root.message),
    )


class _JsonError(BaseModel):
    code: str = Field(validation_alias=AliasChoices("errorCode", "statusCode"))
    message: str | None = None
    fields: tuple[str, ...] | None = None


class _JsonAnswer(BaseModel):
    errors: tuple[_JsonError, ...] = Field(min_length=1)


_JSON = TypeAdapter[tuple[_JsonError, ...] | _JsonAnswer | _JsonError](
    tuple[_JsonError, ...] | _JsonAnswer | _JsonError
)


def _read_json(text: str) -> _Error | None:
    if not text.startswith(("[", "{")):
        return None
    try:
        parsed = _JSON.validate_json(text.encode("utf-8", "replace"))
    except ValidationError:
        return None
    match parsed:
        case _JsonError():
            errors: tuple[_JsonError, ...] = (parsed,)
        case _JsonAnswer():
            errors = parsed.errors
        case _:
            errors = parsed
    attempted = [error for error in errors if error.code not in NOT_ATTEMPTED]
    for error in attempted or errors:
        return _Error(error.code, (error.message or "").strip(), _api_names(error.fields or ()))
    return None


def _read_bulk(text: str) -> _Error | None:
    """Read the Bulk form, and with its last part absent the plain one."""
    leading = _LEADING_CODE.match(text)
    if leading is None or not _is_code(leading[1]):
        return None
    message, fields = _split_field_slot(text[leading.end() :])
    return _Error(leading[1], message.strip(), fields)


def _split_field_slot(text: str) -> tuple[str, tuple[str, ...]]:
    """Split `message:F1 F2 --`; a text with no such end is all message."""
    if not text.endswith("--"):
        return text, ()
    body = text[:-2]
    message, colon, slot = body.rpartition(":")
    names = slot.split()
    if colon and not names:
        return message, ()
    if colon and slot[-1].isspace() and all(map(_API_NAME.fullmatch, names)):
        return message, _api_names(names)
    return body, ()


def _peel(error: _Error) -> _Error | None:
    if error.code is None or error.code in WRAPPERS:
        nested = _find_nested(error.message)
    elif error.code in _MAY_QUOTE_APEX:
        nested = _APEX.search(error.message)
    else:
        nested = None
    if nested is None:
        return None
    rest = error.message[nested.end() :]
    split = _split_field_bracket if nested["comma"] else _split_flow_advice
    message, fields = split(rest)
    return _Error(nested["code"], message.strip(), fields)


def _find_nested(message: str) -> re.Match[str] | None:
    """Find the first code in it: any behind `first error:`, else one that the catalogue knows."""
    for found in _NESTED.finditer(message):
        if found["apex"] or found["code"] in CATALOGUE:
            return found
    return None


def _split_field_bracket(text: str) -> tuple[str, tuple[str, ...]]:
    """Split `message: [F1, F2] stack`; the stack is dropped."""
    close = text.rfind("]")
    opening = text.rfind(": [", 0, close) if close >= 0 else -1
    if opening < 0 or not _STACK_START.match(text, close + 1):
        return text.strip(), ()
    names = text[opening + 3 : close].split(",")
    return text[:opening].strip(), _api_names(name.strip() for name in names)


def _split_flow_advice(text: str) -> tuple[str, tuple[str, ...]]:
    message, advice, _ = text.rpartition(_FLOW_ADVICE)
    return _split_field_slot(message if advice else text)


def _fields_in_message(root: _Error) -> tuple[str, ...]:
    """Read `Required fields are missing: [A, B]`, which a flow passes on without other fields."""
    if root.code != "REQUIRED_FIELD_MISSING":
        return ()
    return _split_field_bracket(root.message)[1]


def _is_code(word: str) -> bool:
    return "_" in word or word in CATALOGUE


def _api_names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if _API_NAME.fullmatch(name)))


def _limit(message: str) -> int | None:
    """Read the last one named: what stands before it may be the chatter's text."""
    found = _LIMIT.match(message, max(message.rfind("(max length="), 0))
    return int(found[1]) if found else None


def _bounded(message: str) -> str:
    if len(message) <= MESSAGE_LENGTH:
        return message
    return message[: MESSAGE_LENGTH - 1] + "…"
