"""From one failed message to one item of a plan. Pure: the same input gives the same item."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from bridge.diagnosis import cause_of, diagnose
from bridge.errors import MappingError
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
    Risk,
    UnreadableMessage,
    Value,
    canonical_key,
)
from bridge.planning import downstream
from bridge.planning.check import Problem, check
from bridge.planning.edits import edited_fields
from bridge.planning.mapping import FixerUse, MessageMapping, Policy, Treatment

_STANDARD_UUIDS = frozenset({"id", "agent_id", "tenant_id", "conversation_id"})
"""Fields of the standard shape that are uuids; the records have them without dashes."""
_KEY_SPELLING = "key"
"""What the plan names as the fixer where only the spelling of the key was changed."""


class Planner:
    """Plans messages by one mapping for one org's object."""

    def __init__(self, mapping: MessageMapping, schema: ObjectSchema) -> None:
        """Bring mapping and schema together.

        Raises:
            MappingError: the mapping names fields that the object does not have.
        """
        mapping.check_against(schema)
        self.mapping = mapping
        self.schema = schema
        self.key_field = _field(schema, mapping.key)
        self._conversation = _field_name(schema, mapping.conversation)
        self._order = _field_name(schema, mapping.order)

    def plan(self, message: FailedMessage | UnreadableMessage) -> Item:
        """Decide what this message's record will be, and whether it goes."""
        if isinstance(message, UnreadableMessage):
            return _unreadable(message)
        diagnosis = diagnose(message.error_text) if message.error_text else None
        original = self.original(message)
        policy = self.policy_for(diagnosis, original)
        found = self._traces(diagnosis, original)
        repair = self._repair(original, message.key, (diagnosis,))
        held = self._decide(message, policy, repair)
        record = _without_nulls(repair.record)
        conversation = record.get(self._conversation)
        return Item(
            key=message.key,
            conversation=canonical_key(conversation) if isinstance(conversation, str) else None,
            order=_moment(record.get(self._order)) or _moment(message.standard.get("timestamp")),
            original=original,
            record=record,
            changes=repair.changes,
            decision=_decision(policy, held),
            held=held,
            error_text=message.error_text,
            diagnosis=diagnosis,
            cause=cause_of(diagnosis),
            origin=message.origin,
            raw=message.raw,
            treatment=_treatment(policy),
            findings=downstream.findings(found, self.schema, diagnosis) if diagnosis else (),
        )

    def policy_for(self, diagnosis: Diagnosis | None, original: Record) -> Policy | None:
        """What the mapping says about an error of a message, whichever field it is told by."""
        if diagnosis is None:
            return self.mapping.policy_for(None)
        found = self._traces(diagnosis, original)
        return self.mapping.policy_for(downstream.under_all_names(diagnosis, found))

    def made_objects(self, diagnosis: Diagnosis) -> tuple[str, ...]:
        """The objects of records that triggers make which an error may be about."""
        return downstream.objects_of(self.mapping.downstream, self.schema, diagnosis)

    def _traces(
        self, diagnosis: Diagnosis | None, original: Record
    ) -> tuple[downstream.Trace, ...]:
        """Where the fields of records that triggers make come from."""
        if diagnosis is None:
            return ()
        return downstream.traces(self.mapping.downstream, self.schema, diagnosis, original)

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
        first = diagnose(error_text) if error_text else None
        policies = [self.policy_for(refusal, original) for refusal in refusals]
        if any(policy and policy.treatment is not Treatment.RETRY for policy in policies):
            return None
        repair = self._repair(original, key, (first, *refusals))
        record = _without_nulls(repair.record)
        if repair.failure is not None or check(record, self.schema):
            return None
        return Healed(record, repair.changes)

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
        return MappingProxyType({_field_name(self.schema, n): v for n, v in values.items()})

    def _repair(self, original: Record, key: str, diagnoses: Sequence[Diagnosis | None]) -> _Repair:
        """For each diagnosis run the fixers of every record, then those of its cause's policy."""
        repair = _Repair(dict(original), (), None)
        if original.get(self.key_field.name) != key:
            repair = _applied(
                repair,
                Change(
                    field=self.key_field.name,
                    before=original.get(self.key_field.name),
                    after=key,
                    fixer=_KEY_SPELLING,
                    why="the identifier in the spelling that GoTallo itself inserts",
                    risk=Risk.LOSSLESS,
                ),
            )
        for diagnosis in diagnoses:
            policy = self.policy_for(diagnosis, original)
            told = diagnosis and downstream.in_terms_of_the_message(
                diagnosis, self._traces(diagnosis, original)
            )
            for use in (*self.mapping.fixers, *(policy.fixers if policy else ())):
                repair = self._apply(use, repair, told)
                if repair.failure is not None:
                    return repair
        return repair

    def _is_another_key(self, repair: _Repair) -> bool:
        """Whether the key's field held something else than the message's identifier."""
        spelt = next((c.before for c in repair.changes if c.fixer == _KEY_SPELLING), None)
        return spelt is not None and canonical_key(str(spelt)) != repair.record[self.key_field.name]

    def _apply(self, use: FixerUse, repair: _Repair, diagnosis: Diagnosis | None) -> _Repair:
        fixer = use.fixer
        try:
            changes = tuple(fixer.fix(MappingProxyType(repair.record), self.schema, diagnosis))
            _refuse_nonsense(changes, fixer.name, fixer.risk, self.key_field.name)
        except Exception as exc:
            return replace(
                repair,
                failure=Held(
                    HeldReason.POLICY,
                    f"the fixer {fixer.name} failed on it: {type(exc).__name__}: {exc}",
                    f"Mend the fixer or its options ({use.place}), then resync.",
                ),
            )
        for change in changes:
            repair = _applied(repair, change)
        return repair

    def _decide(
        self, message: FailedMessage, policy: Policy | None, repair: _Repair
    ) -> Held | None:
        if policy is not None and policy.treatment is not Treatment.RETRY:
            word = "held" if policy.treatment is Treatment.HOLD else "skipped"
            return Held(
                HeldReason.POLICY,
                f"{word} by the mapping ({policy.place})",
                policy.note or "Look at it, then change the mapping and resync.",
            )
        if repair.failure is not None:
            return repair.failure
        if self._is_another_key(repair):
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
        problems = check(_without_nulls(repair.record), self.schema)
        return _held_by(problems, message.origin) if problems else None


@dataclass(frozen=True, slots=True)
class Healed:
    """A record repaired once more, after the org refused it."""

    record: Record
    """API names of the org, null fields left out."""
    changes: tuple[Change, ...]
    """All, from the record as GoTallo had it."""


@dataclass(frozen=True, slots=True)
class _Repair:
    """A record on its way through the fixers."""

    record: dict[str, Value]
    changes: tuple[Change, ...]
    failure: Held | None


def _applied(repair: _Repair, change: Change) -> _Repair:
    return replace(
        repair,
        record={**repair.record, change.field: change.after},
        changes=(*repair.changes, change),
    )


def _refuse_nonsense(changes: Iterable[Change], name: str, most: Risk, key: str) -> None:
    seen: set[str] = set()
    for change in changes:
        if _severity(change.risk) > _severity(most):
            raise MappingError(
                f"it declares to be {most} at the most and made a change that is {change.risk}"
            )
        if change.field in seen:
            raise MappingError(f"it changed {change.field} twice")
        if change.field == key:
            raise MappingError(f"it changed the key ({key}), which makes the message itself")
        if change.fixer != name:
            raise MappingError(f'it signs its changes with "{change.fixer}"')
        seen.add(change.field)


def _severity(risk: Risk) -> int:
    return list(Risk).index(risk)


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


def _treatment(policy: Policy | None) -> str:
    if policy is None:
        return "retry"
    if policy.treatment is not Treatment.RETRY:
        return policy.treatment.value
    return ", ".join(dict.fromkeys(use.fixer.name for use in policy.fixers)) or "retry"


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


def _without_nulls(record: Mapping[str, Value]) -> Record:
    return {name: value for name, value in record.items() if value is not None}


def _moment(value: Value) -> str:
    """The time in a form that sorts; empty where it is none."""
    if not isinstance(value, str):
        return ""
    try:
        moment = dt.datetime.fromisoformat(value)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=dt.UTC)
        return moment.astimezone(dt.UTC).isoformat(timespec="microseconds")
    except (ValueError, OverflowError):
        return ""
