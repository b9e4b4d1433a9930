"""Validation rules: what an admin forbids, and can allow again while the org runs."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TypeAlias

from bridge.practice.org.errors import SaveError
from bridge.practice.org.objects import message_object_name, package_name
from bridge.practice.org.schema import Row
from bridge.practice.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Contains:
    """The field's text holds `text`, in any case."""

    field: str
    text: str

    def holds(self, row: Row) -> bool:
        return self.text.lower() in str(row.get(self.field, "")).lower()


@dataclass(frozen=True, slots=True)
class IsBlank:
    """The field has no value."""

    field: str

    def holds(self, row: Row) -> bool:
        return self.field not in row


@dataclass(frozen=True, slots=True)
class IsTrue:
    """The checkbox is ticked."""

    field: str

    def holds(self, row: Row) -> bool:
        return row.get(self.field) is True


@dataclass(frozen=True, slots=True)
class AllOf:
    """Each of the conditions holds."""

    conditions: tuple[Condition, ...]

    def holds(self, row: Row) -> bool:
        return all(condition.holds(row) for condition in self.conditions)


Condition: TypeAlias = Contains | IsBlank | IsTrue | AllOf


@dataclass(frozen=True, slots=True)
class ValidationRule:
    """Refuses a row while its condition holds."""

    name: str
    sobject: str
    condition: Condition
    message: str
    field: str
    """The field at which the message is shown; empty for the top of the page."""
    active: bool
    last_modified: dt.datetime

    def error(self) -> SaveError:
        return SaveError(
            "FIELD_CUSTOM_VALIDATION_EXCEPTION",
            self.message,
            (self.field,) if self.field else (),
        )


def morning_rules(scenario: Scenario, since: dt.datetime) -> tuple[ValidationRule, ...]:
    """The rules of a practice org's message object, both active."""
    sobject = message_object_name(scenario)
    text = package_name(scenario, "Text__c")
    outbound = package_name(scenario, "Outbound__c")
    agent = package_name(scenario, "Agent_Identifier__c")
    return (
        ValidationRule(
            name="No_Links",
            sobject=sobject,
            condition=Contains(text, "http"),
            message="Links are not allowed: ask compliance, then retry.",
            field="",
            active=True,
            last_modified=since,
        ),
        ValidationRule(
            name="Outbound_Needs_Agent",
            sobject=sobject,
            condition=AllOf((IsTrue(outbound), IsBlank(agent))),
            message="An outbound message must name its agent.",
            field=agent,
            active=True,
            last_modified=since,
        ),
    )
