"""From one failed message to one item of a plan. Pure: the same input gives the same item."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Final

from bridge.diagnosis import cause_of
from bridge.errors import MappingError
from bridge.fixers.emptiness import is_empty
from bridge.model import (
    Change,
    Decision,
    Diagnosis,
    FailedMessage,
    FieldSchema,
    Held,
    HeldReason,
    Item,
    ObjectSchema,
    Origin,
    Record,
    UnreadableMessage,
    Value,
    canonical_key,
)
from bridge.planning import downstream
from bridge.planning.cases import Case, Cases
from bridge.planning.check import Problem, check
from bridge.planning.edits import edited_fields
from bridge.planning.mapping import MessageMapping
from bridge.planning.policies import BY_DEFAULT, Policy, Treatment, decided
from bridge.planning.repairs import Repair
from bridge.planning.tightening import Tightened

_STANDARD_UUIDS = frozenset({"id", "agent_id", "tenant_id", "conversation_id"})
"""Fields of the standard shape that are uuids; the records have them without dashes."""
_WHOLE_SECOND = re.compile(r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):\d\d:\d\dZ", re.ASCII)
"""How GoTallo writes a time: it has its form almost already."""
_SHAPES = 256
"""How many lists of field names are kept: the records of a morning have a few."""


class Planner:
    """Plans messages by one mapping for one org's object."""

    def __init__(
        self,
        mapping: MessageMapping,
        schema: ObjectSchema,
        made: Mapping[str, ObjectSchema] | None = None,
    ) -> None:
        """Bring mapping and schema together.

        Args:
            mapping: the rules.
            schema: the object that messages are inserted into.
            made: the objects of the mapping's downstream table that this user may see described,
                under the table's names.

        Raises:
            MappingError: the mapping names fields that the object does not have.
        """
        mapping.check_against(schema)
        self.mapping = mapping
        self.schema = schema
        self.key_field = _field(schema, mapping.key)
        self._conversation = _field_name(schema, mapping.conversation)
        self._order = _field_name(schema, mapping.order)
        self._names_of = lru_cache(_SHAPES)(partial(_field_names, schema))
        self.made = made or {}
        self._cases = Cases(mapping, schema, self.made)

    def plan(self, message: FailedMessage | UnreadableMessage) -> Item:
        """Decide what this message's record will be, and whether it goes."""
        if isinstance(message, UnreadableMessage):
            return _unreadable(message)
        original = self.original(message)
        case = self._cases.of_text(message.error_text, original)
        repair = self._repair(original, message.key, (case,), case.tight)
        (policy,) = repair.policies
        record = repair.finish()
        held = self._decide(message, policy, repair, record, case.tight)
        conversation, order = self.place(record, original)
        return Item(
            key=message.key,
            conversation=conversation,
            order=order or _moment(message.standard.get("timestamp")),
            original=original,
            record=record,
            changes=case.tight.explained(repair.changes),
            decision=_decision(policy, held),
            held=held,
            error_text=message.error_text,
            diagnosis=case.diagnosis,
            cause=case.cause,
            origin=message.origin,
            raw=message.raw,
            treatment=policy.words if policy else BY_DEFAULT,
            findings=case.findings,
        )

    def place(self, record: Record, original: Record) -> tuple[str | None, str]:
        """The conversation of a record, and where it stands in it; empty where it has no time."""
        conversation = _first_said(self._conversation, record, original)
        return (
            canonical_key(conversation) if isinstance(conversation, str) else None,
            _moment(_first_said(self._order, record, original)),
        )

    def may_repair(self, refusal: Diagnosis) -> bool:
        """Whether the mapping names fixers for such a refusal, at least of some messages."""
        return any(policy.fixers for policy in self._cases.of_refusal(refusal, {}).policies)

    def made_objects(self, diagnosis: Diagnosis) -> tuple[str, ...]:
        """The objects of records that triggers make which an error may be about."""
        return downstream.objects_of(self.mapping.downstream, self.schema, diagnosis)

    def edited(
        self, before: tuple[Record, Origin | None], now: tuple[Record, Origin | None]
    ) -> tuple[str, ...]:
        """The fields of a message's content that have changed at the source: see `edited_fields`.

        Args:
            before: the record as GoTallo had it, and where it was read from.
            now: the same, of today.
        """
        return edited_fields(self.mapping, self.schema, before, now)

    def heal(
        self, original: Record, key: str, error_text: str | None, refusals: Sequence[Diagnosis]
    ) -> Healed | None:
        """Repair a record that the org refused, if the mapping says how.

        All that the mapping does about its first failure is done again, then what it does about
        each refusal.

        Args:
            original: the record as GoTallo had it, under the org's names.
            key: of the message.
            error_text: of its first failure.
            refusals: what the org said when it was sent, oldest first.

        Returns:
            None where the mapping holds or skips such a refusal, or the repaired record would be
            refused as well, as far as the describe tells.
        """
        first = self._cases.of_text(error_text, original)
        later = (self._cases.of_refusal(refusal, original) for refusal in refusals)
        cases = (first, *later)
        tight = self._cases.tightened(cases)
        repair = self._repair(original, key, cases, tight)
        if repair.failure is not None or any(map(_keeps_back, repair.policies[1:])):
            return None
        record = repair.finish()
        if check(record, tight.schema):
            return None
        return Healed(record, tight.explained(repair.changes))

    def original(self, message: FailedMessage) -> Record:
        """The record as GoTallo had it, under the org's names where the org has the field."""
        if message.origin is Origin.STANDARD:
            values: Record = {
                name: _from_standard(source, message.standard[source])
                for name, source in self.mapping.from_standard.items()
                if message.standard.get(source) is not None
            }
        else:
            values = message.record
        # Each value has its name: to make sure of it takes a third longer.
        return dict(zip(self._names_of(tuple(values)), values.values(), strict=False))

    def _repair(
        self, original: Record, key: str, cases: Sequence[Case], tight: Tightened
    ) -> Repair:
        """For each case run the fixers of every record, then those of the policy that decides."""
        repair = Repair(self.key_field.name, dict(original))
        repair.spell_key(key)
        for case in cases:
            repair.run(self.mapping.fixers, tight.schema, case.told)
            policy = decided(case.policies, repair.record, self.schema)
            repair.policies.append(policy)
            if policy is not None:
                repair.run(policy.fixers, tight.schema, case.told)
        return repair

    def _decide(
        self,
        message: FailedMessage,
        policy: Policy | None,
        repair: Repair,
        record: Record,
        tight: Tightened,
    ) -> Held | None:
        if policy is not None and _keeps_back(policy):
            word, advice = _KEPT_BACK[policy.treatment]
            return Held(
                HeldReason.POLICY,
                f"{word} by the mapping ({policy.place.line_of_file})",
                policy.note or advice,
            )
        if repair.failure is not None:
            return repair.failure
        if repair.is_another_key:
            return Held(
                HeldReason.POLICY,
                f"{self.mapping.key} holds another value than the message's identifier",
                "The mapping's key: must name the field that holds the identifier. Mend it, then "
                "resync.",
            )
        if message.origin is Origin.STANDARD and not self.mapping.from_standard:
            return Held(
                HeldReason.POLICY,
                "GoTallo gave it in the standard shape only, which is no Salesforce record",
                "Give the mapping a from_standard: table, then resync.",
            )
        problems = check(record, tight.schema)
        if problems and tight.by:
            own = check(record, self.schema)
            problems = tuple(tight.explain(problem, own) for problem in problems)
        return _held_by(problems, message.origin) if problems else None


@dataclass(frozen=True, slots=True)
class Healed:
    """A record repaired once more, after the org refused it."""

    record: Record
    """API names of the org, null fields left out."""
    changes: tuple[Change, ...]
    """All, from the record as GoTallo had it."""


_KEPT_BACK: Final = {
    Treatment.HOLD: ("held", "Look at it, then change the mapping and resync."),
    Treatment.SKIP: ("skipped", "Left out on purpose: nothing is to be done."),
}
"""What is said of an item that a policy keeps back, and what to do about it."""


def _keeps_back(policy: Policy | None) -> bool:
    return policy is not None and policy.treatment in _KEPT_BACK


def _decision(policy: Policy | None, held: Held | None) -> Decision:
    if policy is not None and policy.treatment is Treatment.SKIP:
        return Decision.SKIPPED
    return Decision.HELD if held is not None else Decision.READY


def _held_by(problems: tuple[Problem, ...], origin: Origin) -> Held:
    first = problems[0]
    what = first.what
    if len(problems) > 1:
        what += f" (and {len(problems) - 1} more: {', '.join(p.field for p in problems[1:])})"
    if origin is Origin.STANDARD:
        what += "; GoTallo gave the message in the standard shape only"
    return Held(
        HeldReason.SCHEMA,
        what,
        first.advice,
        code=first.code,
        fields=tuple(problem.field for problem in problems),
    )


def _unreadable(message: UnreadableMessage) -> Item:
    return Item(
        key=None,
        conversation=None,
        order="",
        original={},
        record={},
        changes=(),
        decision=Decision.HELD,
        held=Held(
            HeldReason.UNREADABLE,
            message.reason,
            "Ask GoTallo's support about this message; its JSON is in the report.",
        ),
        error_text=None,
        diagnosis=None,
        cause=cause_of(None),
        origin=None,
        raw=message.raw,
        treatment="hold",
    )


def _from_standard(source: str, value: Value) -> Value:
    if source in _STANDARD_UUIDS and isinstance(value, str):
        return canonical_key(value)
    return value


def _field(schema: ObjectSchema, name: str) -> FieldSchema:
    field = schema.get(name)
    if field is None:
        raise MappingError(f"{schema.name} has no field {name}", "Mend the mapping.")
    return field


def _field_name(schema: ObjectSchema, name: str) -> str:
    field = schema.get(name)
    return field.name if field is not None else name


def _field_names(schema: ObjectSchema, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_field_name(schema, name) for name in names)


def _first_said(field: str, record: Record, original: Record) -> Value:
    """What the record has, or the message had where the mapping leaves the field out."""
    value = record.get(field)
    if value is not None:
        return value
    said = original.get(field)
    return None if is_empty(said) else said


def _moment(value: Value) -> str:
    """The time in a form that sorts; empty where it is none."""
    if not isinstance(value, str):
        return ""
    try:
        moment = dt.datetime.fromisoformat(value)
        if _WHOLE_SECOND.fullmatch(value):
            return f"{value[:-1]}.000000+00:00"
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=dt.UTC)
        elif moment.tzinfo is not dt.UTC:
            moment = moment.astimezone(dt.UTC)
        return moment.isoformat(timespec="microseconds")
    except (ValueError, OverflowError):
        return ""
