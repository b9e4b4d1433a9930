r"""Errors as Java, Apex and PHP print them, with texts in no proper quotes.

[ApiFault  exceptionCode='CODE' exceptionMessage='message' … ]        Java
[Error  fields='{[1]LastName,}' message='message' statusCode='CODE' ]
Database.Error[getFields=(F1);getMessage=message;getStatusCode=CODE;]    Apex
[statusCode] => CODE \n [message] => message                          PHP
[{message:message, fields:[F1], code:CODE}]                           Kafka's connector
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from bridge.diagnosis.answers import without_own_code
from bridge.diagnosis.codes import is_code
from bridge.diagnosis.layers import Found, api_names

_JAVA = re.compile(
    r"\b(?P<key>exceptionCode|exceptionMessage|statusCode|errorCode|message|fields)='"
)
_JAVA_END = re.compile(r"'\s*+(?=\w+='|\]|\Z|>)")
_PHP = re.compile(
    r"\[(?P<key>exceptionCode|exceptionMessage|statusCode|errorCode|message|fields)\] => "
    r"(?P<text>[^\n]*+)"
)
_APEX = re.compile(
    r"Database\.Error\[getFields=\((?P<fields>[^()]*+)\);getMessage="
    r"(?P<message>.{0,4000}?);getStatusCode=(?P<code>\w+);\]",
    re.DOTALL,
)
_KAFKA = re.compile(
    r"\{message:(?P<message>[^{}]{0,4000}?), fields:\[(?P<fields>[\w, ]{0,2000})\]"
    r", code:(?P<code>\w+)\}",
    re.ASCII,
)
_CODES: Final = ("exceptionCode", "statusCode", "errorCode")
_LISTED = re.compile(r"\[\d{1,3}\]|,")


def errors_printed(text: str) -> list[Found]:
    """The errors in what a program printed, in order."""
    for mark, form in (("getStatusCode=", _APEX), ("{message:", _KAFKA)):
        if mark in text:
            return [
                Found(found["code"], found["message"], api_names(found["fields"].split(", ")))
                for found in form.finditer(text)
                if is_code(found["code"])
            ]
    if "='" in text:
        said = list(_java(text))
    elif "] => " in text:
        said = [(found["key"], found["text"].strip()) for found in _PHP.finditer(text)]
    else:
        return []
    return _errors(said)


def _java(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while (found := _JAVA.search(text, at)) is not None:
        end = _JAVA_END.search(text, found.end())
        at = end.end() if end else len(text)
        yield found["key"], text[found.end() : end.start() if end else len(text)].strip()


def _errors(said: list[tuple[str, str]]) -> list[Found]:
    """A code ends an error where its message came before it, and begins one where it did not."""
    errors: list[dict[str, str]] = [{}]
    for key, words in said:
        if key in errors[-1]:
            errors.append({})
        errors[-1][key] = words
    return [found for parts in errors if (found := _found(parts)) is not None]


def _found(parts: dict[str, str]) -> Found | None:
    code = next((parts[key] for key in _CODES if is_code(parts.get(key, ""))), None)
    if code is None:
        return None
    said = parts.get("exceptionMessage")
    message = parts.get("message", "") if said is None else without_own_code(code, said)
    names = parts.get("fields", "").strip("{}")
    fields = api_names(name.strip() for name in _LISTED.split(names))
    return Found(code, message, fields)
