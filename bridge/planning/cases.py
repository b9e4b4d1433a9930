"""What follows from an error under a mapping: worked out once for each distinct text. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from bridge.diagnosis import cause_of, diagnose
from bridge.model import Cause, Diagnosis, Finding, ObjectSchema, Record
from bridge.planning import downstream
from bridge.planning.mapping import MessageMapping
from bridge.planning.policies import Failure, Policy, that_may_decide
from bridge.planning.tightening import Bound, Tightened, Tightening

_TEXTS: Final = 1_024
"""How many distinct error texts are kept. Most of a morning's are alike."""
_LONGEST: Final = 4_000
"""Characters of a text that is kept: a longer one quotes a message, and comes once."""


@dataclass(frozen=True, slots=True)
class Case:
    """An error, or that there is none, and what follows from it for a message."""

    diagnosis: Diagnosis | None
    cause: Cause
    told: Diagnosis | None
    """The error as the fixers are told it: about the message's own fields."""
    policies: tuple[Policy, ...]
    """Those that may decide, in the mapping's order."""
    findings: tuple[Finding, ...]
    bounds: tuple[Bound, ...]
    """Of the records that triggers make: what the message must keep to."""
    by_message: bool
    """Whether another message with the same error may be another case."""


class Cases:
    """Finds the case of an error for one mapping and one org's object."""

    def __init__(
        self, mapping: MessageMapping, schema: ObjectSchema, made: Mapping[str, ObjectSchema]
    ) -> None:
        self._mapping = mapping
        self._schema = schema
        self._tightening = Tightening(schema, made)
        self._without_error = self._case(None, cause_of(None), {})
        self._kept = lru_cache(_TEXTS)(self._of_any_message)

    def of_text(self, error_text: str | None, original: Record) -> Case:
        """The case of a message's error text.

        Args:
            error_text: None where the message has none.
            original: the record as GoTallo had it, under the org's names.
        """
        if not error_text:
            return self._without_error
        kept = self._kept if len(error_text) <= _LONGEST else self._of_any_message
        case = kept(error_text)
        return self._case(case.diagnosis, case.cause, original) if case.by_message else case

    def of_refusal(self, refusal: Diagnosis, original: Record) -> Case:
        """The case of what the org itself answered."""
        return self._case(refusal, cause_of(refusal), original)

    def tightened(self, cases: Sequence[Case]) -> Tightened:
        """The message's object as what is known of these errors narrows it."""
        return self._tightening.to(
            tuple(dict.fromkeys(bound for case in cases for bound in case.bounds))
        )

    def _of_any_message(self, error_text: str) -> Case:
        diagnosis = diagnose(error_text)
        return self._case(diagnosis, cause_of(diagnosis), {})

    def _case(self, diagnosis: Diagnosis | None, cause: Cause, original: Record) -> Case:
        policies = self._mapping.policies
        if diagnosis is None:
            deciding = that_may_decide(policies, None)
            return Case(None, cause, None, deciding, findings=(), bounds=(), by_message=False)
        table, schema = self._mapping.downstream, self._schema
        found = downstream.traces(table, schema, diagnosis, original)
        failure = Failure(
            downstream.under_all_names(diagnosis, found),
            downstream.refused_objects(table, schema, diagnosis, found),
        )
        return Case(
            diagnosis,
            cause,
            told=self._as_told(diagnosis, found),
            policies=that_may_decide(policies, failure),
            findings=downstream.findings(found, schema, diagnosis),
            bounds=self._tightening.bounds(found),
            by_message=downstream.may_differ(found, diagnosis),
        )

    def _as_told(self, diagnosis: Diagnosis, found: tuple[downstream.Trace, ...]) -> Diagnosis:
        """The error about the message's fields; a limit of then gives way to the describe's."""
        told = downstream.in_terms_of_the_message(diagnosis, found)
        if found and all(map(self._tightening.knows, found)):
            return replace(told, limit=None)
        return told
