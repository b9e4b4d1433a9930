"""What `bridge explain --json` prints of an error text: it may grow, it does not change."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from bridge.diagnosis import advise
from bridge.model import Confidence, Diagnosis, HandlerType, Kind, Wrapper
from bridge.report.interchange import harmless, held_by_utf8


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class HandlerPart(_Part):
    """The trigger, flow or class that is nearest to the root."""

    type: HandlerType
    name: str
    event: str | None
    line: int | None


class StepPart(_Part):
    """A wrapper that was taken off; they come outermost first."""

    wrapper: Wrapper
    took: str
    """The words that went with it, at most 200 characters."""


class OtherPart(_Part):
    """A further error of the same text."""

    code: str | None
    fields: tuple[str, ...]
    message: str


class ExplanationDocument(_Part):
    """What an error text says; what is not in the text is null."""

    format: Literal["bridge.explanation/1"] = "bridge.explanation/1"
    code: str | None
    """The root's status code."""
    outer_code: str | None
    """The outermost code, where the root lies within another error."""
    fields: tuple[str, ...]
    """API names as written."""
    limit: int | None
    object: str | None
    kind: Kind
    value: str | None
    """What the record held, as quoted."""
    handler: HandlerPart | None
    rule: str | None
    """The message of the validation rule."""
    advice: str
    """What to do, one sentence."""
    confidence: Confidence
    steps: tuple[StepPart, ...]
    others: tuple[OtherPart, ...]


def explanation(diagnosis: Diagnosis) -> ExplanationDocument:
    """Describe a diagnosis."""
    handler = diagnosis.handler
    return ExplanationDocument(
        code=diagnosis.code,
        outer_code=diagnosis.outer_code,
        fields=diagnosis.fields,
        limit=diagnosis.limit,
        object=diagnosis.object,
        kind=diagnosis.kind,
        value=_held(diagnosis.value),
        handler=None
        if handler is None
        else HandlerPart(
            type=handler.type,
            name=held_by_utf8(handler.name),
            event=handler.event,
            line=handler.line,
        ),
        rule=_held(diagnosis.rule),
        advice=advise(diagnosis.code, diagnosis.kind).sentence,
        confidence=diagnosis.confidence,
        steps=tuple(
            StepPart(wrapper=step.wrapper, took=held_by_utf8(step.took)) for step in diagnosis.steps
        ),
        others=tuple(
            OtherPart(code=other.code, fields=other.fields, message=held_by_utf8(other.message))
            for other in diagnosis.others
        ),
    )


def as_json(document: ExplanationDocument, indent: int | None = None) -> str:
    """The document as JSON which is harmless on any terminal."""
    return harmless(document.model_dump_json(indent=indent))


def _held(text: str | None) -> str | None:
    return None if text is None else held_by_utf8(text)
