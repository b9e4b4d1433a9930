r"""What client programs put behind an error: their stack, a copy of the answer, a table's columns.

CODE: message RESPONSE: [{…}]                     restforce
CODE: message\n    at Name (file.js:1:2)          JavaScript and Java
CODE: message (Field1,Field2)                     CumulusCI, behind "Error on record"
CODE: message [Field1]                            loaders that list fields in a bracket
CODE, Fields: F1, CRM Error Message: message      Marketo Measure, labels in the reader's language
STATUSCODE  MESSAGE  FIELDS                       the Salesforce CLI's table
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from bridge.diagnosis.codes import CODE, is_code
from bridge.diagnosis.layers import Found, api_names

_COPY = re.compile(r"\s{0,8}\bRESPONSE: ")
_STACK = re.compile(r"\n\s{0,40}at [\w.$<>@/-]{1,200}?(?: \[as |[ (:])")
_BRACKET = re.compile(r"(?<!:)\s\[([\w, ]{1,400})\]\Z", re.ASCII)
_PARENTHESES = re.compile(r"\s\(([\w,]{0,400})\)\Z", re.ASCII)
_OF_CUMULUSCI: Final = "Error on record"
_TABLE_HEAD = re.compile(r"STATUSCODE\s{1,400}MESSAGE\s{1,400}FIELDS")
_TABLE_ROW = re.compile(
    rf"^[ │|]{{0,4}}(?P<code>{CODE})[ │|]{{2,40}}(?P<message>[^\n]*)$", re.MULTILINE
)
_COLUMN = re.compile(r"\s{2,}")


_LABELLED = re.compile(
    r"[^\W\d][^:,\n]{0,40}:\s(?P<fields>[A-Za-z]\w*(?:, [A-Za-z]\w*){0,40}), "
    r"[^\W\d][^:,\n]{2,60}:\s"
)
_LONGEST_RECORD: Final = 70
_RECORD_BEHIND = re.compile(r", \w{0,20}Id\s?: \w{1,40}\Z")


@dataclass(frozen=True, slots=True)
class Cleared:
    """A message without a client's words."""

    message: str
    fields: tuple[str, ...] = ()


def without_clients_words(message: str, before: str) -> Cleared:
    """Take off what a client put behind a message; `before` are its words in front."""
    for pattern in (_COPY, _STACK):
        found = pattern.search(message)
        if found is not None:
            message = message[: found.start()]
    message = message.strip()
    fields = _BRACKET.search(message, max(0, message.rfind("[") - 2))
    if fields is None and _OF_CUMULUSCI in before:
        fields = _PARENTHESES.search(message, max(0, message.rfind("(") - 1))
    if fields is None:
        return Cleared(message)
    names = api_names(name.strip() for name in fields[1].split(","))
    if fields[1] and not (names and all(name[0].isupper() or "__" in name for name in names)):
        return Cleared(message)
    return Cleared(message[: fields.start()].strip(), names)


def labelled_parts(text: str) -> Cleared | None:
    """Read what stands behind a code and a comma where each part has a label."""
    head = _LABELLED.match(text)
    names = api_names(head["fields"].split(", ")) if head else ()
    if head is None or not names:
        return None
    behind = _RECORD_BEHIND.search(text, max(head.end(), len(text) - _LONGEST_RECORD))
    return Cleared(text[head.end() : behind.start() if behind else len(text)].strip(), names)


def errors_in_table(text: str) -> list[Found]:
    """The errors in a table of the Salesforce CLI, in order."""
    head = _TABLE_HEAD.search(text) if "STATUSCODE" in text else None
    if head is None:
        return []
    found = []
    for row in _TABLE_ROW.finditer(text, head.end()):
        if is_code(row["code"]):
            message, *rest = _COLUMN.split(row["message"].strip(" │|"), maxsplit=1)
            names = api_names(name.strip() for name in rest[0].split(",")) if rest else ()
            found.append(Found(row["code"], message.strip(), names))
    return found
