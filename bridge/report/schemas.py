"""The JSON Schema (draft 2020-12) of each document that `--json` prints, made of its type.

A published schema stays true of what a later version of the program prints under the same name: it
takes further fields, and where a list of words may grow it names those of today without closing it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final, TypeAlias

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from bridge.errors import UsageError
from bridge.fixers.options_help import WithDocstrings
from bridge.model import HandlerType, HeldReason, Kind, Origin, Topic, Wrapper
from bridge.planning import Aspect
from bridge.report.causes import CauseDocument, CausesDocument
from bridge.report.doctor import DoctorDocument, Family
from bridge.report.document import AmendmentDocument, ReportDocument, RunDocument
from bridge.report.explanation import ExplanationDocument
from bridge.report.fixers import FixerDocument, FixersDocument
from bridge.report.ledger_check import LedgerCheckDocument
from bridge.report.mapping_diff import MappingDiffDocument
from bridge.report.mapping_test import MappingTestDocument
from bridge.report.summary import SummaryDocument
from bridge.report.verification import VerificationDocument

Schema: TypeAlias = "dict[str, Any]"

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
GROWING: Final[frozenset[type[Enum]]] = frozenset(
    {Aspect, Family, HandlerType, HeldReason, Kind, Origin, Topic, Wrapper}
)
"""Sets of words that explain; a later version may tell more finely. What a runbook decides by
(states, decisions, outcomes, risks, marks) is not among them."""

_DOCUMENTS: Final[tuple[type[BaseModel], ...]] = (
    RunDocument,
    ReportDocument,
    VerificationDocument,
    SummaryDocument,
    CausesDocument,
    CauseDocument,
    AmendmentDocument,
    ExplanationDocument,
    DoctorDocument,
    LedgerCheckDocument,
    MappingTestDocument,
    MappingDiffDocument,
    FixersDocument,
    FixerDocument,
)
_LISTS: Final[Mapping[str, Any]] = {"bridge.runs/1": list[RunDocument]}
"""A list can't say its name itself."""

DOCUMENTS: Final[Mapping[str, Any]] = {
    **{document.model_fields["format"].default: document for document in _DOCUMENTS},
    **_LISTS,
}
"""Each document's type by its name, such as `bridge.run/1`."""


class Published(WithDocstrings):
    """Makes schemas that later documents of the same name still fulfil."""

    def enum_schema(self, schema: core_schema.EnumSchema) -> JsonSchemaValue:
        made = super().enum_schema(schema)
        if schema["cls"] in GROWING:
            made["examples"] = made.pop("enum")
        return made

    def field_is_required(self, field: object, total: bool) -> bool:
        """Each document has all fields that its version has."""
        return True

    def field_title_should_be_set(self, schema: object) -> bool:
        """A title would repeat the name."""
        return False


def short_name(name: str) -> str:
    """What a person types and a file is called: `run-1` for `bridge.run/1`."""
    return name.removeprefix("bridge.").replace("/", "-")


def named(name: str) -> str:
    """The document that a person means by `run`, `run-1` or `bridge.run/1`.

    Raises:
        UsageError: there is none of that name.
    """
    wanted = short_name(name)
    found = [one for one in DOCUMENTS if wanted in {short_name(one), _bare(one)}]
    if not found:
        raise UsageError(
            f"There is no document {name}", f"There are: {', '.join(map(_bare, DOCUMENTS))}."
        )
    return found[-1]


def schema_of(name: str, generator: type[GenerateJsonSchema] = Published) -> Schema:
    """The JSON Schema of the document of that name.

    Args:
        name: one of `DOCUMENTS`.
        generator: makes it.
    """
    made = TypeAdapter(DOCUMENTS[name]).json_schema(
        mode="serialization", schema_generator=generator
    )
    return {
        "$schema": DIALECT,
        "$id": f"urn:gotallo-bridge:{short_name(name)}",
        **made,
        "title": name,
    }


def _bare(name: str) -> str:
    """The name without its version."""
    return short_name(name).rpartition("-")[0]
