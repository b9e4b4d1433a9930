"""What follows from an error under a mapping. Pure.

It is worked out once for all errors that differ in nothing but what they quote: many a text names
the value or the record that it is about, and comes once. Where the value can be told apart, the
text is not even read again.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from operator import attrgetter
from typing import Final, NamedTuple

from bridge.diagnosis import cause_of, diagnose
from bridge.diagnosis.alike import apart, quotes_the_sign_alone, with_value
from bridge.model import Cause, Diagnosis, Finding, ObjectSchema, Record
from bridge.planning import downstream
from bridge.planning.mapping import MessageMapping
from bridge.planning.policies import Failure, Policy, that_may_decide
from bridge.planning.tightening import Bound, Tightened, Tightening

_ALIKE: Final = 1_024
"""How many distinct errors are kept. Most of a morning's are alike."""
_LONGEST: Final = 4_000
"""Characters of a text that is kept: a longer one quotes a message, and comes once."""


_DECIDING: Final = attrgetter(
    "code", "outer_code", "kind", "fields", "limit", "object", "handler", "rule"
)
"""What may decide what follows from an error, beside its wrappers; the rest is quoted."""


class Case(NamedTuple):
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
    tight: Tightened
    """The message's object as these narrow it."""

    def quoting(self, value: str) -> Case:
        """This case of a text told apart from its value, with the value; no error quotes none."""
        if self.diagnosis is None or self.told is None:
            return self
        diagnosis, told = with_value(self.diagnosis, value), with_value(self.told, value)
        cause = self.cause._replace(message=diagnosis.message)
        return self._replace(diagnosis=diagnosis, cause=cause, told=told)


class _Undecided(NamedTuple):
    """An error of which the message decides what follows."""

    diagnosis: Diagnosis
    cause: Cause
    possible: tuple[downstream.Trace, ...]


@dataclass(frozen=True, slots=True)
class _Consequences:
    """What follows from errors that differ in nothing but what they quote."""

    traced: bool
    """Whether they are of fields that fields of the message fill."""
    fields: tuple[str, ...]
    """As the fixers are told them."""
    limit: int | None
    """The same."""
    policies: tuple[Policy, ...]
    findings: tuple[Finding, ...]
    bounds: tuple[Bound, ...]
    tight: Tightened


class Cases:
    """Finds the case of an error for one mapping and one org's object."""

    def __init__(
        self, mapping: MessageMapping, schema: ObjectSchema, made: Mapping[str, ObjectSchema]
    ) -> None:
        """Prepare.

        Args:
            mapping: the rules.
            schema: the message's object.
            made: the objects of the mapping's downstream table that the org describes.
        """
        self._mapping = mapping
        self._schema = schema
        self._tightening = Tightening(schema, made)
        self._reads_messages = any(p.when.error.message is not None for p in mapping.policies)
        self._possible = lru_cache(_ALIKE)(
            partial(downstream.possible_traces, mapping.downstream, schema)
        )
        self._consequences: dict[Hashable, _Consequences] = {}
        """By all that decides them."""
        self._may_decide = lru_cache(_ALIKE)(partial(that_may_decide, mapping.policies))
        self._without_error = Case(
            None, cause_of(None), None, self._may_decide(None), (), (), self._tightening.to(())
        )
        self._kept = lru_cache(_ALIKE)(self._of_any_message)
        self._kept_apart = lru_cache(_ALIKE)(self._of_any_value)

    def of_text(self, error_text: str | None, original: Record) -> Case:
        """The case of a message's error text.

        Args:
            error_text: None where the message has none.
            original: the record as GoTallo had it, under the org's names.
        """
        if not error_text:
            return self._without_error
        told_apart = None if self._reads_messages else apart(error_text)
        if told_apart is not None:
            alike = self._kept_apart(told_apart.text)
            if alike is not None:
                value = told_apart.value
                return self._decided(alike, value, original).quoting(value)
        kept = self._kept if len(error_text) <= _LONGEST else self._of_any_message
        case = kept(error_text)
        return self._decided(case, case.diagnosis and case.diagnosis.value, original)

    def of_refusal(self, refusal: Diagnosis, original: Record) -> Case:
        """The case of what the org itself answered."""
        possible = self._possible_traces(refusal)
        undecided = _Undecided(refusal, cause_of(refusal), possible)
        return self._decided(undecided, refusal.value, original)

    def tightened(self, cases: Sequence[Case]) -> Tightened:
        """The message's object as what is known of these errors narrows it."""
        return self._tightening.to(
            tuple(dict.fromkeys(bound for case in cases for bound in case.bounds))
        )

    def _of_any_message(self, error_text: str) -> Case | _Undecided:
        diagnosis = diagnose(error_text)
        cause = cause_of(diagnosis)
        possible = self._possible_traces(diagnosis)
        if downstream.may_differ(possible, diagnosis):
            return _Undecided(diagnosis, cause, possible)
        return self._case(diagnosis, cause, possible, frozenset())

    def _of_any_value(self, text: str) -> Case | _Undecided | None:
        """The same of a text told apart from its value; None where it has to be read with it."""
        case = self._of_any_message(text)
        told_apart = case.diagnosis is not None and quotes_the_sign_alone(case.diagnosis)
        return case if told_apart else None

    def _decided(self, case: Case | _Undecided, value: str | None, original: Record) -> Case:
        """The case of an error that quotes this value, of a message with this record."""
        if isinstance(case, Case):
            return case
        holding = downstream.holding(case.possible, value, original)
        return self._case(case.diagnosis, case.cause, case.possible, holding)

    def _possible_traces(self, diagnosis: Diagnosis) -> tuple[downstream.Trace, ...]:
        objects = downstream.objects_of(self._mapping.downstream, self._schema, diagnosis)
        return self._possible(objects, diagnosis.fields) if objects else ()

    def _case(
        self,
        diagnosis: Diagnosis,
        cause: Cause,
        possible: tuple[downstream.Trace, ...],
        holding: frozenset[str],
    ) -> Case:
        follows = self._follows(diagnosis, possible, holding)
        told = diagnosis
        if follows.traced:
            told = diagnosis._replace(fields=follows.fields, limit=follows.limit)
        return Case(
            diagnosis,
            cause,
            told,
            follows.policies,
            follows.findings,
            follows.bounds,
            follows.tight,
        )

    def _follows(
        self,
        diagnosis: Diagnosis,
        possible: tuple[downstream.Trace, ...],
        holding: frozenset[str],
    ) -> _Consequences:
        """What follows from the error: what was worked out for another like it, where one was seen.

        It is worked out without what the error quotes, which can't decide then.
        """
        message = diagnosis.message if self._reads_messages else ""
        made = downstream.is_of_a_made_record(diagnosis)
        deciding = (*_DECIDING(diagnosis), made, message, holding)
        known = self._consequences.get(deciding)
        if known is None:
            if len(self._consequences) >= _ALIKE:
                self._consequences.clear()
            unquoted = diagnosis._replace(message=message, value=None, ids=(), others=())
            known = self._work_out(unquoted, downstream.narrowed(possible, holding))
            self._consequences[deciding] = known
        return known

    def _work_out(self, diagnosis: Diagnosis, found: tuple[downstream.Trace, ...]) -> _Consequences:
        failure = Failure.of(
            diagnosis,
            downstream.all_fields(diagnosis, found),
            downstream.refused_objects(self._schema, diagnosis, found),
            diagnosis.message if self._reads_messages else None,
        )
        bounds = self._tightening.bounds(found)
        return _Consequences(
            traced=bool(found),
            fields=downstream.fields_of_the_message(diagnosis, found),
            # A limit of then gives way to that of the describe.
            limit=None if all(map(self._tightening.knows, found)) else diagnosis.limit,
            policies=self._may_decide(failure),
            findings=downstream.findings(found, self._schema, diagnosis),
            bounds=bounds,
            tight=self._tightening.to(bounds),
        )
