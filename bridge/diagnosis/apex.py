"""What Apex puts round an error: a DML exception, a trigger's header, the frames of its stack.

Name: execution of AfterInsert caused by: System.DmlException: Insert failed. First exception on
row 0; first error: CODE, message: [Field1, Field2]

Class.Name.method: line 41, column 1
Trigger.Name: line 7, column 1
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import islice
from typing import Final, NamedTuple

from bridge.diagnosis.codes import CODE, is_code
from bridge.diagnosis.layers import Found, Peeled, api_names, step
from bridge.model import Handler, HandlerType, Wrapper

_FIRST_ERROR: Final = "first error: "
_EXECUTION: Final = re.compile(r":\s{1,8}execution of\s{1,8}")

_CODE_AND_COMMA = re.compile(rf"({CODE}),\s?")
_NAME_BEFORE = re.compile(r"[A-Za-z][\w.]*\Z", re.ASCII)
_LONGEST_NAME: Final = 120
_EVENT = re.compile(r"[A-Za-z]+", re.ASCII)
_EVENTS: Final = frozenset(
    f"{when}{what}" for when in ("Before", "After") for what in ("Insert", "Update", "Delete")
) | {"AfterUndelete"}
_CAUSED_BY = re.compile(r"[\s.:]*+(?:caused by|Caused by): ?+")
_FAILING_TRIGGER = re.compile(
    r"(?:\A|[:;,(\n]\s?|[\"'>])([A-Za-z][\w.]{0,119}):\s{1,8}"
    r"(?:data changed by trigger|System\.LimitException: )",
    re.ASCII,
)
_FAILING: Final = ("data changed by trigger", "System.LimitException")
_NO_TRIGGERS: Final = frozenset({"Error", "Exception", "Message", "Result", "error", "message"})
_FRAMES = re.compile(
    r"(?:\s*+(?:(?:Class|Trigger)\.[\w.$<> ]{1,200}: line \d{1,7}, column \d{1,5}"
    r"|AnonymousBlock: line \d{1,7}, column \d{1,5}|External entry point"
    r"|\((?:System Code|[\w ]{1,80})\)))*+\s*+:?\s*+(?:--)?\Z",
    re.ASCII,
)
_LINE_ENDS = re.compile(r"\s*\Z|[ \t]*\n|\s+(?:\(|Class\.|Trigger\.|AnonymousBlock|External )")
_WORDS_FOLLOW = re.compile(r"[\s\"'.,;)<\\]|: (?:Class|Trigger)\.")
_STACK = re.compile(r"\n\s{0,20}(?:Class|Trigger)\.[\w.$<>]{1,200}: line \d", re.ASCII)
_BARE_NAME = re.compile(r"\(max length=\d{1,9}\): ([A-Za-z]\w*)\Z", re.ASCII)
_LONGEST_LIST: Final = 4_000
_TRIGGER_FRAME = "Trigger."
_CLASS_FRAME = "Class."
_FRAME_NAME = re.compile(r"([\w.$<>]{1,200}): line (\d{1,7})", re.ASCII)
_MOST_ENDS: Final = 4
_MOST_HEADERS: Final = 100
"""Headers without a name that are passed over."""


class Tail(NamedTuple):
    """A message without what stood behind it."""

    message: str
    fields: tuple[str, ...]
    labelled: bool
    """Whether the bracket held something else than API names."""
    took: str
    ended: bool = True
    """Whether there was a bracket."""


class WrapperAhead(NamedTuple):
    """Where Apex begins to wrap, and how that is taken off."""

    start: int
    peel: Callable[[str], Peeled | None]


def first_wrapper(text: str) -> WrapperAhead | None:
    """The outermost thing that Apex put round an error in this text."""
    dml, trigger = text.find(_FIRST_ERROR), _EXECUTION.search(text)
    if trigger is not None and (dml < 0 or trigger.start() < dml):
        return WrapperAhead(trigger.start(), peel_trigger)
    return WrapperAhead(dml, peel_dml) if dml >= 0 else None


def peel_dml(message: str) -> Peeled | None:
    """Take a DML exception off the first error in it."""
    at = message.find(_FIRST_ERROR)
    while at >= 0:
        begin = at + len(_FIRST_ERROR)
        head = _CODE_AND_COMMA.match(message, begin)
        if head is not None and is_code(head[1]):
            tail = split_field_bracket(message[head.end() :])
            inner = Found(
                head[1], tail.message, tail.fields, labelled=tail.labelled, cut=not tail.ended
            )
            took = message[max(0, at - 80) : begin] + (f"… {tail.took}" if tail.took else "…")
            return Peeled(step(Wrapper.DML, took), inner, tail.message)
        at = message.find(_FIRST_ERROR, begin)
    return None


def peel_trigger(message: str) -> Peeled | None:
    """Take a trigger's header off the message of what went wrong in it."""
    for header in islice(_EXECUTION.finditer(message), _MOST_HEADERS):
        at = header.start()
        name = _NAME_BEFORE.search(message, max(0, at - _LONGEST_NAME), at)
        event = _EVENT.match(message, header.end())
        if name is not None and event is not None:
            cause = _CAUSED_BY.match(message, event.end())
            end = cause.end() if cause else event.end()
            handler = Handler(
                HandlerType.TRIGGER, name[0], event[0] if event[0] in _EVENTS else None
            )
            return Peeled(
                step(Wrapper.TRIGGER, message[name.start() : end]), None, message[end:], handler
            )
    return None


def failing_trigger(message: str) -> Handler | None:
    """The trigger that `Name: System.LimitException: …` names."""
    if not any(words in message for words in _FAILING):
        return None
    found = _FAILING_TRIGGER.search(message)
    if found is None or found[1] in _NO_TRIGGERS:
        return None
    return Handler(HandlerType.TRIGGER, found[1])


def split_field_bracket(text: str) -> Tail:
    """Split `message: [F1, F2] stack` from the right, whatever words follow the stack."""
    for ends in (_FRAMES, _LINE_ENDS, _WORDS_FOLLOW):
        close = len(text)
        for _ in range(_MOST_ENDS):
            close = text.rfind("]", 0, close)
            if close < 0:
                break
            if not ends.match(text, close + 1):
                continue
            opening = text.rfind(": [", 0, close)
            inside = text[opening + 3 : close]
            if opening < 0 or len(inside) > _LONGEST_LIST:
                break
            fields = api_names(name.strip() for name in inside.split(","))
            labelled = not fields and bool(inside.strip())
            if labelled and ends is not _FRAMES:
                continue
            return Tail(text[:opening].strip(), fields, labelled, text[opening + 2 :].strip())
    bare = _BARE_NAME.search(text, max(0, len(text) - _LONGEST_NAME))
    if bare is not None:
        return Tail(text[: bare.start(1)].rstrip(": "), (bare[1],), False, bare[1])
    stack = _STACK.search(text)
    said, took = (text[: stack.start()], text[stack.start() :]) if stack else (text, "")
    return Tail(said.strip(), (), False, took.strip(), ended=False)


def own_line(text: str, handler: Handler) -> int | None:
    """The line in the trigger's own frame."""
    at = text.find(f"{_TRIGGER_FRAME}{handler.name}: line ")
    if at < 0:
        return None
    found = _FRAME_NAME.match(text, at + len(_TRIGGER_FRAME))
    return int(found[2]) if found else None


def handler_of_frames(text: str) -> Handler | None:
    """The trigger that a stack names, else the class on its top."""
    trigger = _frame(text, _TRIGGER_FRAME)
    if trigger is not None:
        return Handler(HandlerType.TRIGGER, trigger[0], None, trigger[1])
    top = _frame(text, _CLASS_FRAME)
    return Handler(HandlerType.CLASS, top[0], None, top[1]) if top is not None else None


def _frame(text: str, start: str) -> tuple[str, int] | None:
    at = text.find(start)
    while at >= 0:
        found = _FRAME_NAME.match(text, at + len(start))
        if found is not None:
            return found[1], int(found[2])
        at = text.find(start, at + 1)
    return None
