"""Finds the errors in a value that an API answered or a program printed.

An object that has a code is an error, whatever its keys are called:

    errorCode, message, fields                                  REST
    statusCode, message, fields                                 Collections, SOAP
    exceptionCode, exceptionMessage                             Bulk API, Java's faults
    error, error_description                                    a login
    sf__Error, error                                            a row's error in the Bulk form

Errors stand in lists and objects of any depth: `errors`, `results`, `compositeResponse`, `body`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from bridge.diagnosis.bulk import split_field_slot
from bridge.diagnosis.codes import is_code, leading
from bridge.diagnosis.layers import Found, api_names
from bridge.diagnosis.literals import CutText, Literal

_CODE_KEYS: Final = ("errorCode", "statusCode", "exceptionCode", "status_code", "error_code",
                     "errorcode", "statuscode", "ErrorCode", "StatusCode", "error", "name",
                     "code")  # fmt: skip
_OF_RECORDS: Final = ("errorCode", "statusCode")
"""Keys of errors whose message is as it was: what repeats the code there is the message's own."""
_LOOSE_KEYS: Final = ("error", "name", "code")
"""Keys that hold other things too: there `Timeout` or `Unknown` is a word."""
_AS_A_CODE: Final = re.compile(r"_|[a-z][A-Z]")
_MESSAGE_KEYS: Final = ("message", "exceptionMessage", "error_description", "errorMessage",
                        "Message", "msg", "error_message", "detail")  # fmt: skip
_ROW_KEYS: Final = ("sf__Error", "error", "Error", "message", "errorMessage", "stateMessage")
_UNSHOWN: Final = ["Array"]
"""How Node.js prints a list that lies too deep."""
_DEEPEST: Final = 12
_MOST: Final = 400


def errors_in(value: Literal) -> list[Found]:
    """The errors in a value, in order."""
    found: list[Found] = []
    for error in _walk(value, 0):
        found.append(error)
        if len(found) == _MOST:
            break
    return found


def message_in(value: Literal) -> str:
    """The words of an answer that has no code of its own."""
    if isinstance(value, Mapping):
        for key in (*_ROW_KEYS, *_MESSAGE_KEYS):
            said = value.get(key)
            if isinstance(said, str) and said.strip():
                return said.strip()
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        return message_in(value[0])
    return ""


def _walk(value: Literal, depth: int) -> Iterator[Found]:
    if depth > _DEEPEST:
        return
    if isinstance(value, Mapping):
        error = _error(value)
        if error is not None:
            yield error
            return
        inside: Sequence[Literal] = list(value.values())
    elif isinstance(value, list):
        inside = value
    else:
        return
    for part in inside:
        if isinstance(part, Mapping | list):
            yield from _walk(part, depth + 1)


def _error(value: Mapping[str, Literal]) -> Found | None:
    for key in _CODE_KEYS:
        code = value.get(key)
        if not isinstance(code, str) or isinstance(code, CutText):
            continue
        if key in _LOOSE_KEYS and not _AS_A_CODE.search(code):
            continue
        if is_code(code.strip()):
            said = _message(value)
            message = said if key in _OF_RECORDS else without_own_code(code.strip(), said)
            return Found(code.strip(), message, _fields(value), _object(value))
    for key in _ROW_KEYS:
        row = value.get(key)
        if isinstance(row, str):
            head = leading(row)
            if head is not None:
                message, fields, _ = split_field_slot(row[head.end :])
                return Found(head.code, message.strip(), fields or _fields(value))
    return None


def _message(value: Mapping[str, Literal]) -> str:
    said = (value.get(key) for key in _MESSAGE_KEYS)
    return next((message.strip() for message in said if isinstance(message, str)), "")


def without_own_code(code: str, message: str) -> str:
    """The message of a client that repeats the code in front of it."""
    head = leading(message)
    if head is not None and head.code == code and message[head.end - 1] == ":":
        return message[head.end :].strip()
    return message


def _fields(value: Mapping[str, Literal]) -> tuple[str, ...]:
    named = value.get("fields")
    if isinstance(named, str):
        named = [named]
    if isinstance(named, list) and named != _UNSHOWN:
        whole = (name for name in named if isinstance(name, str) and not isinstance(name, CutText))
        return api_names(name.strip() for name in whole)
    return ()


def _object(value: Mapping[str, Literal]) -> str | None:
    """The object that a duplicate rule is for; REST itself misspells the key of the result."""
    for part in (value, value.get("duplicateResult"), value.get("duplicateResut")):
        if isinstance(part, Mapping):
            name = part.get("duplicateRuleEntityType")
            if isinstance(name, str):
                return next(iter(api_names([name])), None)
    return None
