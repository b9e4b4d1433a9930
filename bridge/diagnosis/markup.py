"""Errors in XML (SOAP, the Bulk API) and the pages of gateways in HTML."""

from __future__ import annotations

import html
import re
from typing import Final

from bridge.diagnosis.answers import without_own_code
from bridge.diagnosis.codes import is_code, leading
from bridge.diagnosis.layers import Found, api_names

_ELEMENT = re.compile(
    r"<(?:\w{1,40}:)?(?P<tag>exceptionCode|exceptionMessage|statusCode|errorCode|message|fields"
    r"|faultcode|faultstring|errors|Fault|error)\b[^<>]{0,300}+>(?:\s*+<!\[CDATA\[(?P<data>.{0,4000}?)\]\]>|(?P<text>[^<]*+))",
    re.DOTALL,
)
_CODES: Final = ("exceptionCode", "statusCode", "errorCode")
_MESSAGES: Final = ("exceptionMessage", "message", "faultstring")
_STARTS: Final = ("errors", "Fault", "error")
_PAGE = re.compile(r"<(?:!doctype html|html|head|title|body|h1)\b", re.IGNORECASE)
_TITLE = re.compile(r"<(?:title|h1)[^<>]{0,200}+>([^<]*+)", re.IGNORECASE)


def first_element(text: str) -> int:
    """Where the first element of an error stands; the text's length where there is none."""
    found = _ELEMENT.search(text) if "<" in text else None
    return found.start() if found else len(text)


def errors_in_xml(text: str) -> list[Found]:
    """The errors in a text of XML, in order; of a fault and its detail the first."""
    found: list[Found] = []
    said: dict[str, list[str]] = {}
    for element in _ELEMENT.finditer(text):
        tag, data = element["tag"], element["data"]
        words = (html.unescape(element["text"]) if data is None else data).strip()
        starts = tag in _STARTS
        if starts or (tag in said and tag != "fields"):
            _add(found, said)
            said = {}
        if not starts:
            said.setdefault(tag, []).append(words)
    _add(found, said)
    return found


def _add(found: list[Found], said: dict[str, list[str]]) -> None:
    message = next((said[tag][0] for tag in _MESSAGES if tag in said), "")
    code = next((said[tag][0] for tag in _CODES if tag in said and is_code(said[tag][0])), None)
    if code is None:
        code = said.get("faultcode", [""])[0].rpartition(":")[2]
        if not is_code(code):
            head = leading(message)
            if head is None or not head.separated:
                return
            code = head.code
    if "message" not in said:
        message = without_own_code(code, message)
    found.append(Found(code, message, api_names(said.get("fields", ()))))


def is_page(text: str) -> bool:
    """Whether the text is, or holds, a page for people."""
    return _PAGE.search(text) is not None


def title_of(text: str) -> str:
    """What a page calls itself."""
    found = _TITLE.search(text)
    return html.unescape(found[1]).strip() if found else ""
