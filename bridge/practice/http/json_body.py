"""Bodies that are no JSON object, refused in the platform's words.

Source: answers of real orgs in public threads and projects. What no such answer shows is listed in
docs/practice-org.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from bridge.practice.http.wire import Call
from bridge.practice.org.errors import RequestRefused
from bridge.practice.org.values import Json

_EXPECTED: Mapping[str, str] = {
    "Expecting property name": "was expecting double-quote to start field name",
    "Illegal trailing comma": "was expecting double-quote to start field name",
    "Expecting ':'": "was expecting a colon to separate field name and value",
    "Expecting ','": "was expecting comma to separate OBJECT entries",
}
"""How Python's reason starts → the platform's."""
_VALUE = "expected a valid value (number, String, array, object, 'true', 'false' or 'null')"


def json_object(call: Call) -> Mapping[str, Json]:
    """The body.

    Raises:
        RequestRefused: 400 JSON_PARSER_ERROR; it is no JSON object.
    """
    if not call.body.strip():
        raise unreadable("The HTTP entity body is required, but this request has no entity body.")
    try:
        body = json.loads(call.body, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise unreadable(_in_their_words(error)) from None
    except (ValueError, RecursionError) as error:
        raise unreadable(str(error)) from None
    if isinstance(body, Mapping):
        return body
    token = "START_ARRAY" if isinstance(body, list) else "VALUE"
    raise unreadable(f"Can not deserialize SObject out of {token} token at [line:1, column:1]")


def unreadable(what: str) -> RequestRefused:
    return RequestRefused(400, "JSON_PARSER_ERROR", what)


def _in_their_words(error: json.JSONDecodeError) -> str:
    place = f"at [line:{error.lineno}, column:{error.colno + 1}]"
    if error.pos >= len(error.doc):
        return f"Unexpected end-of-input {place}"
    found = error.doc[error.pos]
    expected = next(
        (theirs for ours, theirs in _EXPECTED.items() if error.msg.startswith(ours)), _VALUE
    )
    return f"Unexpected character ('{found}' (code {ord(found)})): {expected} {place}"


def _no_number(text: str) -> Json:
    raise ValueError(f"Non-standard token '{text}'")
