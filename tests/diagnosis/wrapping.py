"""Errors and what may stand round them, rendered as the platform and its clients render them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from xml.sax.saxutils import escape

from hypothesis import strategies as st

from bridge.diagnosis.catalogue import CATALOGUE, MAY_QUOTE, NOT_ATTEMPTED, Source
from bridge.model import Handler, HandlerType

IN_TRIGGERS = "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"
IN_FLOWS = "CANNOT_EXECUTE_FLOW_TRIGGER"


@dataclass(frozen=True)
class Error:
    """An error as the platform states it: of a record, or of what happened within one."""

    code: str
    message: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Nested:
    """An error within none or several handlers' errors, and what has to come back of it."""

    error: Error
    """The outermost."""
    root: Error
    handler: Handler | None

    @property
    def outer_code(self) -> str | None:
        return None if self.error is self.root else self.error.code


root_codes = st.sampled_from(
    [
        code
        for code, entry in CATALOGUE.items()
        if entry.source in (Source.WSDL, Source.SOAP_FAULT)
        and "_" in code
        and code not in MAY_QUOTE | NOT_ATTEMPTED
    ]
)
names = st.from_regex(r"(?a:[A-Z][A-Za-z]{1,12}(__c)?)", fullmatch=True)
fields = st.lists(names, max_size=3, unique=True).map(tuple)
PIECES = (
    "[", "]", ": [", "]: ", "{", "}", "(", ")", "'", '"', "\\", "\\n", "\n", "--", ":--", ": ",
    ":", ",", ", ", "=", "=>", ";", "<b>", "&quot;", "#N/A", "…", "“", "”", "é", "日本語", " ",
    "UNABLE_TO_LOCK_ROW: busy", "STRING_TOO_LONG, x", "REQUEST_LIMIT_EXCEEDED", "ERROR:", "hello",
    "first error: UNABLE_TO_LOCK_ROW, hi: [Name]", "My: execution of AfterInsert", "caused by: ",
    "(max length=5)", "data value too large: ", "errorCode", "null", "001000000000001AAA",
    "Class.A.b: line 1, column 1", ". You can look up ExceptionCode values",
)  # fmt: skip
awkward = (
    st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=8)
    .map("".join)
    .map(lambda text: text.replace("\x1b", "").strip("\ufeff ").strip())
)
"""What a chatter may have written, or an admin into a rule."""

errors = st.builds(Error, root_codes, awkward, fields)


def in_dml(error: Error) -> str:
    return (
        "Insert failed. First exception on row 0; first error: "
        f"{error.code}, {error.message}: [{', '.join(error.fields)}]"
    )


def in_trigger(nested: Nested, name: str, event: str, line: int) -> Nested:
    """What a trigger's uncaught DML exception makes of an error."""
    message = (
        f"{name}: execution of {event}\n\ncaused by: System.DmlException: {in_dml(nested.error)}"
        f"\n\nClass.Handler.run: line 41, column 1\nTrigger.{name}: line {line}, column 1"
    )
    handler = nested.handler or Handler(HandlerType.TRIGGER, name, event, line)
    return Nested(Error(IN_TRIGGERS, message), nested.root, handler)


def in_flow(nested: Nested, label: str) -> Nested:
    """What a flow makes of an error; it names no fields."""
    root = nested.root
    if nested.error is root:
        root = Error(root.code, root.message)
    message = (
        f"We can't save this record because the “{label}” process failed. Give your Salesforce "
        f"admin these details. This error occurred when the flow tried to create records: "
        f"{nested.error.code}: {nested.error.message}. You can look up ExceptionCode values in the "
        "SOAP API Developer Guide."
    )
    return Nested(
        Error(IN_FLOWS, message), root, nested.handler or Handler(HandlerType.FLOW, label)
    )


trigger_names = st.from_regex(
    r"(?a:(Social25\.)?[A-Z][A-Za-z_]{1,12}Trigger[0-9]?)", fullmatch=True
)
events = st.sampled_from(["BeforeInsert", "AfterInsert", "AfterUpdate"])
labels = st.from_regex(r"(?a:[A-Z][A-Za-z:|\- ]{0,20}[a-z])", fullmatch=True)


@st.composite
def nested(draw: st.DrawFn, error: st.SearchStrategy[Error] = errors) -> Nested:
    """An error in up to three handlers' errors."""
    root = draw(error)
    layered = Nested(root, root, None)
    used: set[str] = set()
    for _ in range(draw(st.integers(0, 3))):
        if draw(st.booleans()):
            name = draw(trigger_names.filter(lambda name: name not in used))
            used.add(name)
            line = draw(st.integers(1, 999))
            layered = in_trigger(layered, name, draw(events), line)
        else:
            layered = in_flow(layered, draw(labels))
    return layered


def parts(error: Error) -> dict[str, object]:
    return {"message": error.message, "errorCode": error.code, "fields": list(error.fields)}


def as_bulk(error: Error) -> str:
    slot = f"{' '.join(error.fields)} --" if error.fields else "--"
    return f"{error.code}:{error.message}:{slot}"


def as_rest(error: Error) -> str:
    return json.dumps([parts(error)])


def as_results(error: Error) -> str:
    state = {"statusCode": error.code, "message": error.message, "fields": list(error.fields)}
    passed_over = {"statusCode": "ALL_OR_NONE_OPERATION_ROLLED_BACK", "message": "", "fields": []}
    return json.dumps(
        [
            {"success": False, "errors": [passed_over]},
            {"success": True, "id": "001000000000001AAA", "errors": []},
            {"success": False, "errors": [state]},
        ],
        ensure_ascii=False,
    )


def as_python(error: Error) -> str:
    return (
        "simple_salesforce.exceptions.SalesforceMalformedRequest: Malformed request "
        f"https://example.my.salesforce.com/x. Response content: {[parts(error)]!r}"
    )


def as_javascript(error: Error) -> str:
    quoted = error.message.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
    listed = ", ".join(f"'{name}'" for name in error.fields)
    return (
        "{ id: undefined,\n  success: false,\n  errors:\n   [ { "
        f"statusCode: '{error.code}',\n       message: '{quoted}',\n       "
        f"fields: [{listed}] }} ] }}"
    )


def as_soap(error: Error) -> str:
    listed = "".join(f"<fields>{name}</fields>" for name in error.fields)
    return (
        f"<createResponse><result><errors>{listed}<message>{escape(error.message)}</message>"
        f"<statusCode>{error.code}</statusCode></errors><success>false</success></result>"
        "</createResponse>"
    )


def as_exception(error: Error) -> str:
    return f"System.DmlException: {in_dml(error)}\n\nAnonymousBlock: line 1, column 1"


ENVELOPES: tuple[Callable[[Error], str], ...] = (
    as_bulk, as_rest, as_results, as_python, as_javascript, as_soap, as_exception,
)  # fmt: skip
"""Forms from which every message comes back, whatever is in it."""
