"""What `--json` prints of the cases of a mapping."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, JsonValue

from bridge.model import Decision, HeldReason, Risk
from bridge.planning import CaseResult
from bridge.report.interchange import held_by_utf8, json_of


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class UnexpectedPart(_Part):
    """One thing that came out otherwise than a case expects."""

    what: str
    """`decision`, `risk`, `reason`, `code`, `fields`, `what`, `line`, or a field of the record."""
    expected: JsonValue
    found: JsonValue


class CaseHeldPart(_Part):
    """Why the message of a case is held or skipped."""

    reason: HeldReason
    code: str | None
    fields: tuple[str, ...]
    what: str


class CaseResultPart(_Part):
    """What came of one case."""

    name: str
    place: str
    """In the file of cases: `my-org.cases.yaml:12:5`."""
    holds: bool
    decision: Decision
    treatment: str
    """What the mapping does about it, and the line that decided."""
    risk: Risk
    """The highest of the changes."""
    held: CaseHeldPart | None
    record: dict[str, JsonValue]
    """What Salesforce would be given."""
    unexpected: tuple[UnexpectedPart, ...]


class MappingTestDocument(_Part):
    """Whether a mapping does what its cases expect."""

    format: Literal["bridge.mapping-test/1"] = "bridge.mapping-test/1"
    mapping: str
    cases_file: str
    holds: bool
    failed: int
    """How many cases do not hold."""
    cases: tuple[CaseResultPart, ...]


def mapping_test_document(
    mapping: str, cases_file: str, results: Sequence[CaseResult]
) -> MappingTestDocument:
    """Put what came of the cases into the form of its JSON."""
    failed = sum(not result.holds for result in results)
    return MappingTestDocument(
        mapping=mapping,
        cases_file=cases_file,
        holds=not failed,
        failed=failed,
        cases=tuple(map(_case_part, results)),
    )


def _case_part(result: CaseResult) -> CaseResultPart:
    item = result.item
    held = item.held
    return CaseResultPart(
        name=held_by_utf8(result.name),
        place=str(result.place),
        holds=result.holds,
        decision=item.decision,
        treatment=item.treatment,
        risk=item.risk,
        held=CaseHeldPart(
            reason=held.reason, code=held.code, fields=held.fields, what=held_by_utf8(held.what)
        )
        if held
        else None,
        record={held_by_utf8(name): json_of(value) for name, value in item.record.items()},
        unexpected=tuple(
            UnexpectedPart(what=one.what, expected=json_of(one.expected), found=json_of(one.found))
            for one in result.unexpected
        ),
    )
