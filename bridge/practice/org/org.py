"""The org: its setup, its tables, and what may be done to them."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from typing import TypeAlias

from bridge.practice.mistakes import Mistake, at, no_such
from bridge.practice.org.checks import RowChecks
from bridge.practice.org.duplicates import DuplicateRule, Insistence
from bridge.practice.org.errors import RequestRefused
from bridge.practice.org.ids import canonical_id, with_suffix
from bridge.practice.org.objects import (
    api_name,
    message_object_name,
    org_objects,
    package_name,
    short_name,
)
from bridge.practice.org.rules import Naming, ValidationRule
from bridge.practice.org.save import AllOrNone, NotSaved, Saved, SavePipeline, SaveResult
from bridge.practice.org.schema import Row, SObject
from bridge.practice.org.setup import (
    SETUP_OBJECTS,
    VIEW_SETUP_OBJECTS,
    permission_rows,
    rule_table,
)
from bridge.practice.org.table import Journal, Table
from bridge.practice.org.triggers import AfterInsert, BeforeInsert, before_insert
from bridge.practice.org.values import RestReader, datetime_text
from bridge.practice.scenario import Scenario

ORG_ID = with_suffix("00D5g00000PRACT")
ORG_NAME = "Practice Org"
USER_ID = with_suffix("0055g00000BRIDG")
USERNAME = "integration.user@practice.example"
USER_NAME = "Integration User"

Clock: TypeAlias = Callable[[], dt.datetime]
"""The time now, aware."""


class Org:
    """A Salesforce org in memory. Any thread may call any method."""

    def __init__(self, scenario: Scenario, since: dt.datetime, clock: Clock | None = None) -> None:
        self.scenario = scenario
        self.now = clock or _now
        """What time it is in the org."""
        self.message_object = message_object_name(scenario)
        self._lock = threading.RLock()
        shown = [
            o for o in SETUP_OBJECTS if scenario.view_setup or o.name not in VIEW_SETUP_OBJECTS
        ]
        self._objects = {o.name.lower(): o for o in (*org_objects(scenario), *shown)}
        self._tables = {o.name: Table(o) for o in self._objects.values()}
        self._readers = {o.name: RestReader(o) for o in self._objects.values()}
        self._rules = dict(self._placed_rules(since))
        self.trigger = self._trigger()
        self._locked_conversations: Counter[str] = Counter()
        self._conversations_in_use: Counter[str] = Counter()
        self._saving = SavePipeline(
            tables=self._tables,
            checks={o.name: RowChecks(o) for o in self._objects.values()},
            rules=self._rules,
            duplicate_rules=tuple(self._placed_duplicate_rules()),
            storage_rows=scenario.storage_rows,
            before=self._before_trigger(),
            trigger=self.trigger,
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

    @property
    def key_unique(self) -> bool:
        """Whether the message object's key is a unique field."""
        key = self.message_sobject().get(self.field("Identifier__c"))
        return key is not None and key.unique

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

    def row_count(self, sobject: SObject) -> int:
        """How many rows an object has, the recycle bin's too."""
        with self._lock:
            return len(self._tables[sobject.name].rows)

    def newest_messages(self, most: int) -> list[Row]:
        """Copies of the message object's rows that were stored last, newest first."""
        with self._lock:
            table = self._tables.get(self.message_object)
            return (
                [dict(row) for row in islice(reversed(table.rows.values()), most)] if table else []
            )

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

    def rule_table(self) -> Table:
        """The validation rules as the Tooling API lists them."""
        return rule_table(self.rules(), self.objects())

    def storage_used(self) -> int:
        """How many rows the org holds, setup included."""
        with self._lock:
            return sum(len(table.rows) for table in self._tables.values())

    def set_rule_active(self, name: str, active: bool) -> None:
        """Switch the validation rule of that name; `Object.Name` where two objects have it.

        Raises:
            KeyError: the org has no such rule.
        """
        with self._lock:
            named = {key: rule for key, rule in self._rules.items() if name in {key, rule.name}}
            if not named:
                raise KeyError(name)
            now = self.now()
            for key, rule in named.items():
                self._rules[key] = replace(rule, active=active, last_modified=now)

    def lock_conversation(self, identifier: str, times: int = 1) -> None:
        """Refuse the conversation's next rows, so many of them, with a row lock."""
        with self._lock:
            self._locked_conversations[identifier] += times

    @contextmanager
    def using(self, conversations: Collection[str]) -> Iterator[None]:
        """Meanwhile any other insert into these conversations meets a row lock.

        The platform lets the other wait for ten seconds first; here it does not wait.
        """
        with self._lock:
            self._conversations_in_use.update(conversations)
        try:
            yield
        finally:
            with self._lock:
                self._conversations_in_use -= Counter(conversations)

    def conversations(self, rows: Iterable[Row]) -> frozenset[str]:
        """The conversations that rows of the message object belong to."""
        name = self.field("Chat_Identifier__c")
        return frozenset(str(row[name]) for row in rows if row.get(name) is not None)

    @contextmanager
    def undoable(self) -> Iterator[Callable[[], None]]:
        """Gives what takes back everything done within the context, by this thread alone."""
        with self._lock:
            journal: Journal = []

            def undo() -> None:
                for table in self._tables.values():
                    table.journal = None
                for step in reversed(journal):
                    step()

            for table in self._tables.values():
                table.journal = journal
            try:
                yield undo
            finally:
                for table in self._tables.values():
                    table.journal = None

    def insert(
        self,
        sobject: SObject,
        rows: Sequence[Row],
        all_or_none: AllOrNone = AllOrNone.PARTIAL,
        locked: frozenset[int] = frozenset(),
        created: dt.datetime | None = None,
        insistence: Insistence = Insistence.NONE,
    ) -> list[SaveResult]:
        """Save the rows as one chunk, in order.

        Args:
            sobject: the object they belong to.
            rows: values by API name.
            all_or_none: what one refused row means for the others.
            locked: positions of the rows that meet a row lock.
            created: their created date; now, if not given.
            insistence: what the request says to duplicate rules.
        """
        stamp = _stamp(created or self.now())
        with self._lock:
            locked |= self._conversation_locks(rows)
            return self._saving.insert(sobject, rows, all_or_none, locked, stamp, insistence)

    def update(self, sobject: SObject, row_id: str, values: Row) -> SaveResult:
        """Change one row; the package's trigger does not listen to updates.

        Raises:
            RequestRefused: there is no such row.
        """
        with self._lock:
            row = self.find(sobject, row_id)
            if error := self._saving.checks[sobject.name].no_access(values):
                return NotSaved((error,))
            kept = {f.name for f in sobject.fields if not f.set_by_platform}
            changed = {k: v for k, v in row.items() if k in kept} | values
            changed = {k: v for k, v in changed.items() if v is not None}
            if errors := self._saving.refusal(sobject, changed, str(row["Id"])):
                return NotSaved(errors)
            self._tables[sobject.name].update(row, values, _stamp(self.now()), USER_ID)
            return Saved(str(row["Id"]))

    def delete(self, sobject: SObject, row_id: str) -> Saved:
        """Put a row into the recycle bin.

        Raises:
            RequestRefused: there is no such row.
        """
        with self._lock:
            row = self.find(sobject, row_id)
            self._tables[sobject.name].recycle(row, _stamp(self.now()))
            return Saved(str(row["Id"]))

    def purge(self, sobject: SObject) -> None:
        """Delete every row of an object for good, as a job that keeps storage low does."""
        with self._lock:
            table = self._tables[sobject.name]
            for row in list(table.rows.values()):
                table.forget(row)

    def holds(self, row_id: str) -> bool:
        """Whether there is such a row, be it in the recycle bin."""
        return any(row_id in table.rows for table in self._tables.values())

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
            raise RequestRefused(404, "ENTITY_IS_DELETED", "entity is deleted", ())
        return row

    def _placed_rules(self, since: dt.datetime) -> Iterator[tuple[str, ValidationRule]]:
        seen: set[str] = set()
        for number, rule in enumerate(self.scenario.rules):
            key = f"{rule.sobject}.{rule.name}"
            with at("rules", number):
                if key in seen:
                    raise Mistake(("name",), f"{rule.sobject} has a rule {rule.name} already")
                seen.add(key)
                name = self._object_name(rule.sobject)
                yield key, rule.placed(name, self._naming(name), since)

    def _placed_duplicate_rules(self) -> Iterator[DuplicateRule]:
        for number, rule in enumerate(self.scenario.duplicate_rules):
            with at("duplicate_rules", number):
                name = self._object_name(rule.sobject)
                with at("fields"):
                    fields = tuple(map(self._naming(name), rule.fields))
                yield replace(rule, sobject=name, fields=fields)

    def _before_trigger(self) -> BeforeInsert:
        with at("before_trigger"):
            return before_insert(self.scenario.before_trigger, self._naming(self.message_object))

    def _trigger(self) -> AfterInsert:
        trigger = self.scenario.trigger
        for made, fields in trigger.creates.items():
            if self.sobject(made) is None:
                what = no_such("object", made, (o.name for o in self.objects() if o.createable))
                raise Mistake(("trigger", "creates", made), what)
            for name in fields:
                with at("trigger", "creates", made, name):
                    self._naming(made)(name)
        with at("trigger"):
            return trigger.placed(
                self.message_object,
                self.field("Identifier__c"),
                self.scenario.namespace,
                self._naming(self.message_object),
            )

    def _object_name(self, short: str) -> str:
        """The name of an object as the org has it, or would have it."""
        name = package_name(self.scenario, short)
        sobject = self.sobject(name) or self.sobject(short)
        if sobject is None and name != self.message_object:
            names = (short_name(self.scenario, o.name) for o in self.objects() if o.createable)
            raise Mistake(("sobject",), no_such("object", short, names))
        return sobject.name if sobject else name

    def _naming(self, sobject_name: str) -> Naming:
        """How the fields of an object are named in a scenario, and what they are."""
        sobject = self.sobject(sobject_name)
        if sobject is None:  # the package is gone: so are its rules and its trigger
            return self.field

        def named(short: str) -> str:
            name = api_name(self.scenario, sobject, short)
            if sobject.get(name) is None:
                kind = f"field of {short_name(self.scenario, sobject.name)}"
                names = (short_name(self.scenario, f.name) for f in sobject.fields)
                raise Mistake((), no_such(kind, short, names))
            return name

        return named

    def _conversation_locks(self, rows: Sequence[Row]) -> frozenset[int]:
        if not self._locked_conversations and not self._conversations_in_use:
            return frozenset()
        conversation, locked = self.field("Chat_Identifier__c"), set()
        for position, row in enumerate(rows):
            identifier = str(row.get(conversation))
            if self._conversations_in_use[identifier] > 0:
                locked.add(position)
            elif self._locked_conversations[identifier] > 0:
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
        for number in range(1, self.scenario.former_users + 1):
            former = f"former.user.{number}@practice.example"
            gone: Row = {
                "Id": with_suffix(f"0055g00000FRM{number:02d}"),
                "Username": former,
                "Name": f"Former User {number}",
                "Email": former,
                "IsActive": False,
            }
            self._tables["User"].seed(gone | audit)
        setup = permission_rows(
            org_objects(self.scenario),
            USER_ID,
            self.scenario.view_all_rows,
            self.scenario.sharing_model,
        )
        for sobject, row in setup:
            if self.sobject(sobject.name) is not None:
                self._tables[sobject.name].seed(row)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _stamp(moment: dt.datetime) -> str:
    """When a row was made or changed: the platform keeps whole seconds."""
    return datetime_text(moment.replace(microsecond=0))
