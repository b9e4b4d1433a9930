"""Asks the org about the causes of a plan: whether a rule changed, whether a field is shown.

Read-only, and never a reason for a plan to fail: what this user may not see is said in a sentence.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from zoneinfo import ZoneInfo

from bridge.errors import OrgError, OrgRefused, SettingsError
from bridge.ledger import Ledger
from bridge.model import Diagnosis, Finding, Item, Kind, ObjectSchema, Topic
from bridge.planning import Planner
from bridge.salesforce import Org, OrgIdentity, ValidationRule

_RULE: Final = "FIELD_CUSTOM_VALIDATION_EXCEPTION"
_UNKNOWN_FIELD: Final = frozenset({"INVALID_FIELD", "INVALID_FIELD_FOR_INSERT_UPDATE"})
_MOST_OBJECTS: Final = 3
"""Objects that are asked about for one cause."""


@dataclass(slots=True)
class _Met:
    """A cause as the plan met it."""

    cause_id: str
    diagnosis: Diagnosis
    last_failure: str
    """ISO 8601, which sorts; empty where no message has a time."""


class Inquiry:
    """Gathers the causes of a plan, then asks the org about them."""

    def __init__(
        self, org: Org, planner: Planner, ledger: Ledger, identity: OrgIdentity, zone: str
    ) -> None:
        """Prepare; nothing is asked yet.

        Args:
            org: to ask.
            planner: of the plan.
            ledger: knows what the org refused since the messages failed.
            identity: of the org.
            zone: whose clock times are told by.
        """
        self._org = org
        self._planner = planner
        self._ledger = ledger
        self._org_id = identity.org_id
        self._setup = f"{identity.instance_url}/lightning/setup/ObjectManager"
        self._zone = ZoneInfo(zone)
        self._causes: dict[str, _Met] = {}
        self._rules: dict[str, tuple[ValidationRule, ...] | str] = {}

    def meet(self, items: Iterable[Item]) -> None:
        """Take note of messages that are not in the org yet."""
        for item in items:
            diagnosis = item.diagnosis
            if diagnosis is None or not _is_asked_about(diagnosis):
                continue
            of = item.cause.id
            met = self._causes.setdefault(of, _Met(of, diagnosis, item.order))
            met.last_failure = max(met.last_failure, item.order)

    def findings(self) -> Iterator[tuple[str, Finding]]:
        """What the org says of each cause, by its id.

        Raises:
            OrgRefused: there is no valid token any more.
        """
        for cause_id, met in self._causes.items():
            made = self._planner.made_objects(met.diagnosis)
            objects = made[:_MOST_OBJECTS] or (self._planner.schema.name,)
            if met.diagnosis.code == _RULE:
                found: Iterable[Finding] = self._of_rule(met, objects)
            else:
                found = self._of_fields(met.diagnosis, objects) if len(objects) == 1 else ()
            for finding in found:
                yield cause_id, finding

    def _of_rule(self, met: _Met, objects: tuple[str, ...]) -> list[Finding]:
        message = _plain(met.diagnosis.rule or met.diagnosis.message)
        found: list[Finding] = []
        untold: list[Finding] = []
        for name in objects:
            rules = self._rules_of(name)
            link = f"{self._setup}/{name}/ValidationRules/view"
            if isinstance(rules, str):
                untold.append(Finding(Topic.RULE, rules, link, (name,)))
                continue
            for rule in rules:
                if _plain(rule.message) == message:
                    topic, says = self._standing(rule, met)
                    found.append(Finding(topic, says, link, (name,), rule=rule.name))
        if found or untold:
            return found or untold
        says = (
            f"No validation rule of {' or '.join(objects)} has this message now: it was changed or "
            "deleted since, or a trigger says it"
        )
        link = f"{self._setup}/{objects[0]}/ValidationRules/view"
        return [Finding(Topic.RULE, says, link, objects)]

    def _standing(self, rule: ValidationRule, met: _Met) -> tuple[Topic, str]:
        changed = rule.changed_at.astimezone(self._zone)
        when = f"{changed.day} {changed:%B %Y %H:%M}"
        if not rule.active:
            return Topic.RULE, (
                f"The rule {rule.name} is not active now, it changed {when}: worth a resync"
            )
        refused = self._ledger.refusals(met.cause_id, self._org_id, rule.changed_at)
        if refused:
            messages = "1 message was" if refused == 1 else f"{refused:,} messages were"
            return Topic.STANDING_RULE, (
                f"The rule {rule.name} changed {when}, and {messages} refused again after "
                "that: it refuses the same record again"
            )
        if met.last_failure and rule.changed_at > dt.datetime.fromisoformat(met.last_failure):
            return Topic.RULE, (
                f"The rule {rule.name} changed {when}, after the last failure: worth a resync"
            )
        return Topic.STANDING_RULE, (
            f"The rule {rule.name} is active and has not changed since {when}: it refuses the same "
            "record again"
        )

    def _rules_of(self, name: str) -> tuple[ValidationRule, ...] | str:
        """The rules of an object, asked for once; why not, where the org does not tell them."""
        if name not in self._rules:
            try:
                self._rules[name] = self._org.validation_rules(name)
            except OrgError as refused:
                self._rules[name] = (
                    f"{_why_untold(refused)} the validation rules of {name}: ask an admin whether "
                    "the one with this message has changed"
                )
        return self._rules[name]

    def _of_fields(self, diagnosis: Diagnosis, objects: tuple[str, ...]) -> Iterator[Finding]:
        (name,) = objects
        link = f"{self._setup}/{name}/FieldsAndRelationships/view"
        schema = self._schema_of(name)
        for field in diagnosis.fields:
            says = schema if isinstance(schema, str) else _shown(schema, field)
            yield Finding(Topic.FIELD, says, link, (name,), field)

    def _schema_of(self, name: str) -> ObjectSchema | str:
        """An object as the org describes it; why not, where it does not."""
        if name == self._planner.schema.name:
            return self._planner.schema
        if name in self._planner.made:
            return self._planner.made[name]
        try:
            return self._org.schema(name)
        except SettingsError:
            return f"This user does not see the object {name}"
        except OrgError as refused:
            return f"{_why_untold(refused)} the fields of {name}"


def _is_asked_about(diagnosis: Diagnosis) -> bool:
    if diagnosis.code == _RULE:
        return True
    return diagnosis.kind is Kind.ADMIN and diagnosis.code in _UNKNOWN_FIELD


def _shown(schema: ObjectSchema, field: str) -> str:
    known = schema.get(field)
    if known is None:
        return (
            f"This user does not see {field} of {schema.name}: it is not there, or this user has "
            "no access to it"
        )
    if not known.createable:
        return f"This user sees {field} of {schema.name} and may not write it"
    return f"This user sees {field} of {schema.name} and may write it now: worth a resync"


def _why_untold(error: OrgError) -> str:
    """Why the org did not tell something, as the start of a sentence.

    Raises:
        OrgRefused: there is no valid token any more.
    """
    if not isinstance(error, OrgRefused):
        return "The org gave no answer about"
    if error.status == HTTPStatus.UNAUTHORIZED:
        raise error
    return "This user is not permitted to see"


def _plain(text: str) -> str:
    return " ".join(text.split())
