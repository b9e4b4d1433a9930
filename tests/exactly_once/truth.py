"""What must be true of an org and the ledgers that wrote to it, whatever has happened so far."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from sqlalchemy import select

from bridge.ledger import tables as t
from bridge.ledger.engine import reading
from bridge.model import Decision, Delivery, Outcome, canonical_key
from tests.exactly_once.site import Site

_SETTLED = (Delivery.DELIVERED, Delivery.PRESENT)


@dataclass
class History:
    """What the history itself has done beside the bridge."""

    planned: dict[tuple[Site, str], set[str]] = field(default_factory=dict)
    """Site and run → the keys of the failures that its window held when it was planned."""
    by_others: set[str] = field(default_factory=set)
    """Keys that somebody else has brought to the org."""
    deleted: set[str] = field(default_factory=set)
    """Keys of which a person has deleted a row."""
    fired: set[str] = field(default_factory=set)
    """Keys for which the trigger has fired."""


def check(sites: Iterable[Site], history: History) -> None:
    """Every promise that holds at any time.

    Raises:
        AssertionError: one does not.
    """
    sites = list(sites)
    org = sites[0].practice.org
    assert_no_key_twice(sites[0].rows())
    history.fired |= {canonical_key(key) for key in org.firings()}
    books = [_Books.of(site) for site in sites]
    tried = {key for book in books for key in book.tried}
    unknown = history.fired - tried - history.by_others
    assert not unknown, f"triggers fired for what no ledger knows as sent: {unknown}"
    for book in books:
        book.check_accounts(history)
        book.check_messages(history)
        book.check_items()
        book.check_order()


def assert_no_key_twice(rows: Counter[str]) -> None:
    twice = {key: count for key, count in rows.items() if count > 1}
    assert not twice, f"in the org more than once: {twice}"


@dataclass
class _Books:
    """A ledger as it stands, beside the org's rows."""

    site: Site
    messages: dict[str, Any]
    items: list[Any]
    attempts: list[Any]
    healed: set[tuple[str, int]]
    """Run and position of items that were repaired, approved or amended, and went later."""
    rows: dict[str, list[Any]]
    """Key → the org's rows, the recycle bin's too, in the order in which they were stored."""
    ids: dict[str, str]
    """Salesforce id → key."""
    order_in_org: dict[str, int]

    @classmethod
    def of(cls, site: Site) -> _Books:
        with site.ledger() as ledger, reading(ledger._engine) as connection:
            messages = {row.key: row for row in connection.execute(select(t.messages))}
            c = t.items.c
            columns = (c.run_id, c.position, c.key, c.conversation, c.sort_order, c.decision)
            query = select(*columns, c.outcome, c.salesforce_id, c.rejection_text)
            items = list(connection.execute(query))
            attempts = list(connection.execute(select(t.attempts)))
            steps = (t.heals, t.approvals, t.amendments)
            healed = {
                (step.run_id, step.position)
                for table in steps
                for step in connection.execute(select(table.c.run_id, table.c.position))
            }
        org = site.practice.org
        rows: dict[str, list[Any]] = defaultdict(list)
        ids, order = {}, {}
        with org.locked():
            stored = org.table(org.message_sobject()).rows.values()
            for number, row in enumerate(stored):
                key = canonical_key(str(row[org.field("Identifier__c")]))
                rows[key].append(row)
                ids[str(row["Id"])] = key
                order[str(row["Id"])] = number
        return cls(site, messages, items, attempts, healed, rows, ids, order)

    @property
    def tried(self) -> set[str]:
        """The keys that this ledger knows as sent."""
        sent = {(a.run_id, a.position) for a in self.attempts}
        return {item.key for item in self.items if (item.run_id, item.position) in sent}

    def check_accounts(self, history: History) -> None:
        """Each failed message of a planned window is one item with one state."""
        accounts: dict[str, list[str]] = defaultdict(list)
        for item in self.items:
            accounts[item.run_id].append(item.key)
        for (site, run_id), failed in history.planned.items():
            if site == self.site:
                assert sorted(accounts[run_id]) == sorted(failed), f"run {run_id} lost messages"

    def check_messages(self, history: History) -> None:
        unique = self.site.practice.org.key_unique
        in_doubt = {(i.run_id, i.key) for i in self.items if i.outcome == Outcome.IN_DOUBT}
        for key, message in self.messages.items():
            there = self.rows.get(key, [])
            live = [row for row in there if not row["IsDeleted"]]
            state = f"{key} is {message.delivery} in {self.site.folder.name}; rows: {len(live)}"
            match Delivery(message.delivery):
                case Delivery.DELIVERED:
                    assert self.ids.get(message.salesforce_id) == key, state
                    assert live or key in history.deleted, state
                case Delivery.PRESENT:
                    assert live or key in history.deleted, state
                case Delivery.SENDING:
                    assert (message.run_id, key) in in_doubt, state
                case Delivery.OPEN:
                    # With a unique key a request may still commit when its message is open again.
                    assert unique or not there or key in history.by_others, state

    def check_items(self) -> None:
        for item in self.items:
            delivery = self.messages[item.key].delivery
            state = f"{item.key} of run {item.run_id} is {item.outcome}, its message {delivery}"
            match Outcome(item.outcome):
                case Outcome.SYNCED:
                    assert delivery == Delivery.DELIVERED, state
                    assert self.messages[item.key].run_id == item.run_id, state
                    assert self.messages[item.key].salesforce_id == item.salesforce_id, state
                case Outcome.PRESENT:
                    assert delivery in _SETTLED, state
                case Outcome.REJECTED:
                    assert item.rejection_text, state
                case Outcome.IN_DOUBT:
                    assert item.decision == Decision.READY, state
                case Outcome.NOT_SENT:
                    pass

    def check_order(self) -> None:
        """What a run has sent of a conversation stands in the org in the order of its time.

        But for what had to be sent again: it arrives behind the others of its first call, or, where
        the org had refused it and it was repaired, behind those that did not wait for it.
        """
        calls: dict[tuple[str, int], list[Any]] = defaultdict(list)
        for attempt in self.attempts:
            calls[attempt.run_id, attempt.position].append(attempt.sent_at)
        sent: dict[tuple[str, str], list[Any]] = defaultdict(list)
        for item in sorted(self.items, key=lambda item: (item.sort_order, item.position)):
            if item.outcome == Outcome.SYNCED:
                sent[item.run_id, item.conversation].append(item)
        for (run_id, conversation), items in sent.items():
            for first, second in combinations(items, 2):
                of_first, of_second = (calls[run_id, item.position] for item in (first, second))
                again = len(of_first) > 1 and not set(of_first).isdisjoint(of_second)
                assert (
                    again
                    or (run_id, first.position) in self.healed
                    or self.order_in_org[first.salesforce_id]
                    < self.order_in_org[second.salesforce_id]
                ), f"{second.key} has overtaken {first.key} in {conversation} in run {run_id}"
