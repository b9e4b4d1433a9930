"""From an error text to its root: the wrappers peel off one by one until nothing is nested.

    text    = envelope of error { error }                     (envelopes.py)
    error   = code message [fields]
    message = dml | trigger | flow | words
    dml     = … "first error: " code "," message ": [" fields "]" stack      (apex.py)
    trigger = name ": execution of " event "caused by: " message stack       (apex.py)
    flow    = sentences code ":" message ". You can look up ExceptionCode …" (flows.py)

A message quotes what a chatter wrote, so only a code that may wrap is looked into, and what stands
behind a message is read from the right. The text is untrusted: of a longer one only its start and
its end count (`untrusted.py`), time is linear in that, and what can't be read is a diagnosis
without a code, never an error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from bridge.diagnosis import apex, flows
from bridge.diagnosis.catalogue import MAY_QUOTE, NOT_ATTEMPTED, WRAPPERS, kind_of
from bridge.diagnosis.codeless import kind_without_code
from bridge.diagnosis.codes import Standing, of_bulk, standing
from bridge.diagnosis.envelopes import open_envelope
from bridge.diagnosis.ids import ids_in
from bridge.diagnosis.layers import Envelope, Found, Peeled, api_names, step
from bridge.diagnosis.untrusted import readable, without_orders
from bridge.diagnosis.words import said_in
from bridge.model import (
    Confidence,
    Diagnosis,
    Handler,
    HandlerType,
    Kind,
    OtherError,
    Step,
    Wrapper,
)

MESSAGE_LENGTH: Final = 4_000
"""How many characters of a message a diagnosis keeps; a longer one ends in an ellipsis."""

_DEEPEST: Final = 12
"""How many wrappers are peeled: keeps the time linear whatever the text."""

_MOST_OTHERS: Final = 20
_ELLIPSES: Final = ("…", "...")
_RULE: Final = "FIELD_CUSTOM_VALIDATION_EXCEPTION"
_OF_FLOWS: Final = WRAPPERS | {"FLOW_EXCEPTION"}
_AUTOMATION: Final = frozenset({Wrapper.DML, Wrapper.TRIGGER, Wrapper.FLOW})
"""What wraps the errors of the org's own code: they stop that code, and not a run."""


def diagnose(text: str) -> Diagnosis:
    """Read an error text, in whatever form a channel handed it on."""
    part, cut = readable(text)
    return _diagnosis(part, open_envelope(part), cut or part.endswith(_ELLIPSES))


def diagnose_error(code: str, message: str, fields: Sequence[str]) -> Diagnosis:
    """Read an error that came in parts: `statusCode` or `errorCode`, `message`, `fields`."""
    part, cut = readable(message)
    found = Found(code.strip() or None, part, api_names(fields))
    return _diagnosis(part, Envelope((found,), ()), cut)


def _diagnosis(text: str, envelope: Envelope, cut: bool) -> Diagnosis:
    attempted = [error for error in envelope.errors if error.code not in NOT_ATTEMPTED]
    outermost, *rest = attempted or envelope.errors
    peeling = _peel_all(outermost)
    root = peeling.root
    said = said_in(root.code, root.message)
    return Diagnosis(
        code=root.code,
        kind=_kind(peeling, text),
        message=_bounded(root.message),
        fields=root.fields or (() if root.labelled else said.fields),
        outer_code=peeling.outer_code,
        limit=said.limit,
        value=said.value,
        object=root.object or said.object,
        handler=_handler(peeling, text),
        rule=_bounded(root.message) if root.code == _RULE else None,
        ids=ids_in(text),
        confidence=_confidence(outermost, root, cut or envelope.cut or root.cut),
        others=_others(root, rest),
        steps=(*envelope.steps, *peeling.steps),
    )


@dataclass(slots=True)
class _Peeling:
    """How far a text has been peeled."""

    root: Found
    """The innermost error with a code, or the outermost where there is none."""
    rest: str
    """What is left to be read: the root's message, or a part of it."""
    outer_code: str | None = None
    handler: Handler | None = None
    steps: list[Step] = field(default_factory=list)


def _peel_all(outermost: Found) -> _Peeling:
    """Peel until nothing wraps."""
    if "\x1b" in outermost.message:
        outermost = outermost._replace(message=without_orders(outermost.message).strip())
    peeling = _Peeling(outermost, outermost.message)
    for _ in range(_DEEPEST):
        peeled = _peel(peeling.root.code, peeling.rest)
        if peeled is None:
            break
        peeling.steps.append(peeled.step)
        peeling.handler = peeled.handler or peeling.handler
        peeling.rest = peeled.rest
        if peeled.inner is not None:
            peeling.outer_code = peeling.outer_code or peeling.root.code
            peeling.root = peeled.inner
    return peeling


def _peel(code: str | None, rest: str) -> Peeled | None:
    if code is not None and code not in MAY_QUOTE:
        return _peel_sentences(rest, standing(rest)) if code in of_bulk() else None
    inside = standing(rest) if code is None or code in WRAPPERS else None
    wrapper = apex.first_wrapper(rest)
    if wrapper is not None and (inside is None or wrapper.start < inside.start):
        peeled = wrapper.peel(rest)
        if peeled is not None:
            return peeled
    return _peel_sentences(rest, inside)


def _peel_sentences(rest: str, inside: Standing | None) -> Peeled | None:
    """Take off the words of a flow, or of an exception, in front of a code."""
    if inside is None or not inside.separated:
        return None
    before = rest[: inside.start]
    message, advice = flows.without_advice(rest[inside.end :])
    if rest[inside.end - 1] == ",":
        tail = apex.split_field_bracket(message)
        inner = Found(inside.code, tail.message, tail.fields, labelled=tail.labelled)
    else:
        inner = Found(inside.code, message.strip())
    handler = flows.flow_of(before)
    wrapper = Wrapper.FLOW if handler or advice else Wrapper.PROSE
    return Peeled(step(wrapper, f"{before}…{advice}"), inner, inner.message, handler)


def _handler(peeling: _Peeling, text: str) -> Handler | None:
    """The handler whose header was peeled, else one that is named without a header."""
    handler = peeling.handler or _handler_in(_around(peeling.root, text), peeling)
    if handler is not None and handler.type is HandlerType.TRIGGER and handler.line is None:
        line = apex.own_line(text, handler)
        return replace(handler, line=line) if line is not None else handler
    return handler


def _around(root: Found, text: str) -> str:
    """The words round a root's message; all of them where it may quote a handler's."""
    if root.code is None or root.code in MAY_QUOTE or not root.message:
        return text
    before, _, behind = text.partition(root.message)
    return f"{before} … {behind}"


def _handler_in(text: str, peeling: _Peeling) -> Handler | None:
    """A handler that is named in a text; what is only quoted is a flow in a flow's error alone."""
    of_flow = {peeling.root.code, peeling.outer_code} & _OF_FLOWS
    flow = flows.flow_of(text) if of_flow else flows.named_flow(text)
    return apex.failing_trigger(text) or flow or apex.handler_of_frames(text)


def _kind(peeling: _Peeling, text: str) -> Kind:
    root = peeling.root
    if root.code is None:
        return kind_without_code(text)
    kind = kind_of(root.code, root.message)
    if kind is Kind.STOP and any(taken.wrapper in _AUTOMATION for taken in peeling.steps):
        return Kind.ADMIN
    return kind


def _confidence(outermost: Found, root: Found, cut: bool) -> Confidence:
    if root.code is None:
        return Confidence.NONE
    in_place = root.in_place and (outermost.code is None or outermost.in_place)
    return Confidence.CERTAIN if in_place and not cut else Confidence.LIKELY


def _others(root: Found, rest: Sequence[Found]) -> tuple[OtherError, ...]:
    seen = [root]
    others: list[OtherError] = []
    for error in rest:
        inner = _peel_all(error).root
        if any(_same(inner, other) for other in seen):
            continue
        seen.append(inner)
        others.append(OtherError(inner.code, _bounded(inner.message), inner.fields))
        if len(others) == _MOST_OTHERS:
            break
    return tuple(others)


def _same(one: Found, other: Found) -> bool:
    """Whether a text only says an error again, perhaps with more round it."""
    if one.code != other.code:
        return False
    return one.message == other.message or (
        bool(one.message and other.message)
        and (one.message in other.message or other.message in one.message)
    )


def _bounded(message: str) -> str:
    if len(message) <= MESSAGE_LENGTH:
        return message
    return message[: MESSAGE_LENGTH - 1] + "…"
