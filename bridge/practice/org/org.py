"""The org: its setup, its tables, and what may be done to them."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from bridge.practice.org.checks import RowChecks
from bridge.practice.org.errors import RequestRefused
from bridge.practice.org.ids import canonical_id, with_suffix
from bridge.practice.org.objects import message_object_name, org_objects, package_name
from bridge.practice.org.rules import ValidationRule, morning_rules
from bridge.practice.org.save import AllOrNone, NotSaved, Saved, SavePipeline, SaveResult
from bridge.practice.org.schema import Row, SObject, Value
from bridge.practice.org.table import Table
from bridge.practice.org.triggers import message_trigger
from bridge.practice.org.values import RestReader, datetime_text
from bridge.practice.scenario import Scenario

ORG_ID = with_suffix("00D5g00000PRACT")
ORG_NAME = "Practice Org"
USER_ID = with_suffix("0055g00000BRIDG")
USERNAME = "integration.user@practice.example"
USER_NAME = "Integration User"


class Org:
    """A Salesforce org in memory. Any thread may call any method."""

    def __init__(self, scenario: Scenario, since: dt.datetime) -> None:
        self.scenario = scenario
        self.message_object = message_object_name(scenario)
        self._lock = threading.RLock()
        self._objects = {o.name.lower(): o for o in org_objects(scenario)}
        self._tables = {o.name: Table(o) for o in self._objects.values()}
        self._readers = {o.name: RestReader(o) for o in self._objects.values()}
        self._rules = {r.name: r for r in morning_rules(scenario, since)}
        self._locked_conversations: Counter[str] = Counter()
        self._saving = SavePipeline(
            tables=self._tables,
            checks={o.name: RowChecks(o) for o in self._objects.values()},
            rules=self._rules,
            trigger=message_trigger(scenario),
            trigger_failure=scenario.trigger_failure,
            user_id=USER_ID,
        )
        self._seed_setup(datetime_text(since))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nothing changes in the org meanwhile."""
        with self._lock:
            yield

    def objects(self) -> tuple[SObject, ...]:
        return tuple(self._objects.values())

    def sobject(self, name: str) -> SObject | None:
        return self._objects.get(name.lower())

    def message_sobject(self) -> SObject:
        """The package's message object.

        Raises:
            KeyError: the org has none.
        """
        return self._objects[self.message_object.lower()]

    def table(self, sobject: SObject) -> Table:
        return self._tables[sobject.name]

    def reader(self, sobject: SObject) -> RestReader:
        return self._readers[sobject.name]

    def field(self, short_name: str) -> str:
        """The API name of one of the package's fields: `Text__c` → `Social25__Text__c`."""
        return package_name(self.scenario, short_name)

    def rows(self, sobject_name: str) -> list[Row]:
        """Copies of the object's live rows, oldest first.

        Raises:
            KeyError: the org has no such object.
        """
        with self._lock:
            table = self._tables[self._objects[sobject_name.lower()].name]
            return [dict(row) for row in table.rows.values() if not row.get("IsDeleted")]

    def messages(self) -> list[Row]:
        """Copies of the live rows of the message object, oldest first."""
        return self.rows(self.message_object)

    def rows_per_key(self) -> Counter[str]:
        """How many live message rows there are of each key."""
        key_field = self.field("Identifier__c")
        return Counter(str(row.get(key_field)) for row in self.messages())

    def firings(self) -> Counter[str]:
        """How often the package's trigger fired for each key; a rollback takes nothing back."""
        with self._lock:
            return self._saving.firings.copy()

    def forget_firings(self) -> None:
        with self._lock:
            self._saving.firings.clear()

    def rules(self) -> tuple[ValidationRule, ...]:
        with self._lock:
            return tuple(self._rules.values())

    def set_rule_active(self, name: str, active: bool) -> None:
        """Switch a validation rule.

        Raises:
            KeyError: the org has no such rule.
        """
        with self._lock:
            self._rules[name] = replace(
                self._rules[name], active=active, last_modified=dt.datetime.now(dt.UTC)
            )

    def lock_conversation(self, identifier: str, times: int = 1) -> None:
        """Refuse the conversation's next rows, so many of them, with a row lock."""
        with self._lock:
            self._locked_conversations[identifier] += times

    def insert(
        self,
        sobject: SObject,
        rows: Sequence[Row],
        all_or_none: AllOrNone = AllOrNone.PARTIAL,
        locked: frozenset[int] = frozenset(),
        created: dt.datetime | None = None,
    ) -> list[SaveResult]:
        """Save the rows as one chunk, in order.

        Args:
            sobject: the object they belong to.
            rows: values by API name.
            all_or_none: what one refused row means for the others.
            locked: positions of the rows that meet a row lock.
            created: their created date; now, if not given.
        """
        stamp = datetime_text(created or dt.datetime.now(dt.UTC))
        with self._lock:
            locked |= self._conversation_locks(rows)
            return self._saving.insert(sobject, rows, all_or_none, locked, stamp)

    def update(self, sobject: SObject, row_id: str, values: Mapping[str, Value]) -> SaveResult:
        """Change one row; the package's trigger does not listen to updates.

        Raises:
            RequestRefused: there is no such row.
        """
        with self._lock:
            row = self.find(sobject, row_id)
            kept = {f.name for f in sobject.fields if not f.set_by_platform}
            changed = {k: v for k, v in row.items() if k in kept} | dict(values)
            errors = self._saving.refusal(
                sobject,
                {k: v for k, v in changed.items() if v is not None},
                own_id=str(row["Id"]),
            )
            if errors:
                return NotSaved(errors)
            self._tables[sobject.name].update(row, values, _now(), USER_ID)
            return Saved(str(row["Id"]))

    def delete(self, sobject: SObject, row_id: str) -> None:
        """Put a row into the recycle bin.

        Raises:
            RequestRefused: there is no such row.
        """
        with self._lock:
            self._tables[sobject.name].recycle(self.find(sobject, row_id), _now())

    def find(self, sobject: SObject, row_id: str) -> Row:
        """The live row of that id.

        Raises:
            RequestRefused: there is none (404 NOT_FOUND), or it is deleted (404
                ENTITY_IS_DELETED).
        """
        row = self._tables[sobject.name].rows.get(canonical_id(row_id))
        if row is None:
            raise RequestRefused(404, "NOT_FOUND", "The requested resource does not exist")
        if row.get("IsDeleted"):
            raise RequestRefused(404, "ENTITY_IS_DELETED", "entity is deleted")
        return row

    def _conversation_locks(self, rows: Sequence[Row]) -> frozenset[int]:
        if not self._locked_conversations:
            return frozenset()
        conversation, locked = self.field("Chat_Identifier__c"), set()
        for position, row in enumerate(rows):
            identifier = str(row.get(conversation))
            if self._locked_conversations[identifier] > 0:
                self._locked_conversations[identifier] -= 1
                locked.add(position)
        return frozenset(locked)

    def _seed_setup(self, stamp: str) -> None:
        audit: Row = {
            "CreatedDate": stamp,
            "CreatedById": USER_ID,
            "LastModifiedDate": stamp,
            "LastModifiedById": USER_ID,
            "SystemModstamp": stamp,
        }
        organization: Row = {
            "Id": ORG_ID,
            "Name": ORG_NAME,
            "InstanceName": "PRAC1",
            "IsSandbox": self.scenario.sandbox,
            "OrganizationType": "Enterprise Edition",
        }
        user: Row = {
            "Id": USER_ID,
            "Username": USERNAME,
            "Name": USER_NAME,
            "Email": USERNAME,
            "IsActive": True,
        }
        self._tables["Organization"].seed(organization | audit)
        self._tables["User"].seed(user | audit)


def _now() -> str:
    return datetime_text(dt.datetime.now(dt.UTC))
