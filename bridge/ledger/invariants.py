"""What is true of every ledger: each as a sentence, with queries for the rows that break it.

A message may be settled by another run than the one that sent it, so an item in doubt says little
of its message. But what a message is, its sender's item agrees with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, func, not_, or_, select

from bridge.ledger import tables as t
from bridge.ledger.rows import AttemptResult, RunState
from bridge.model import Decision, Delivery, HeldReason, Kind, Outcome, Risk, Topic

_SETTLED = (Delivery.DELIVERED, Delivery.PRESENT)
_TRACES_OF_SENDING = (Outcome.SYNCED, Outcome.PRESENT, Outcome.IN_DOUBT)
"""What the item of a message's sender may be once the message is delivered: where another run has
settled it, it learns of that when it is applied again."""

_WORDS: Sequence[tuple[Table, str, type[StrEnum]]] = (
    (t.runs, "state", RunState),
    (t.messages, "delivery", Delivery),
    (t.items, "decision", Decision),
    (t.items, "held_reason", HeldReason),
    (t.items, "outcome", Outcome),
    (t.items, "risk", Risk),
    (t.changes, "risk", Risk),
    (t.causes, "kind", Kind),
    (t.findings, "topic", Topic),
    (t.attempts, "result", AttemptResult),
)

_ITEM = (t.items.c.run_id, t.items.c.position, t.items.c.key)
_MESSAGE = (t.messages.c.org_id, t.messages.c.object, t.messages.c.key)


@dataclass(frozen=True, slots=True)
class Invariant:
    """A sentence that is true of every ledger."""

    says: str
    broken_by: Sequence[Select[Any]]
    """The rows of which it is not true, by the columns that name them."""


def invariants() -> Sequence[Invariant]:
    """All of them, the plainest first."""
    i, m = t.items.c, t.messages.c
    return (
        Invariant("Every word is one that this program knows.", _unknown_words()),
        Invariant("Every row belongs to one that is there.", _orphans()),
        Invariant("Every item with a key has its message.", [_items(m.key.is_(None))]),
        Invariant("Every cause that an item names is there.", _without_cause()),
        Invariant(
            "What is not ready has a reason, and was not sent.",
            [
                _items((i.decision == Decision.READY) != i.held_reason.is_(None)),
                _items(
                    i.decision != Decision.READY,
                    i.outcome.not_in((Outcome.PRESENT, Outcome.NOT_SENT)),
                ),
            ],
        ),
        Invariant(
            "A run whose plan is whole has as many items as were fetched, without a gap.",
            [_miscounted()],
        ),
        Invariant("Nothing of a plan that is not whole was sent.", [_sent_unplanned()]),
        Invariant(
            "A message that is sending is in doubt in the run that sent it.",
            [_messages(m.delivery == Delivery.SENDING, not_(_in_its_run([Outcome.IN_DOUBT])))],
        ),
        Invariant(
            "A delivered message has a Salesforce id.",
            [_messages(m.delivery == Delivery.DELIVERED, m.salesforce_id.is_(None))],
        ),
        Invariant(
            "A delivered message is synced, present or in doubt in the run that sent it.",
            [_messages(m.delivery == Delivery.DELIVERED, not_(_in_its_run(_TRACES_OF_SENDING)))],
        ),
        Invariant(
            "The message of a synced item is delivered under its id, if it was not sent again.",
            [
                _items(
                    i.outcome == Outcome.SYNCED,
                    m.resends == 0,
                    or_(
                        m.delivery != Delivery.DELIVERED,
                        i.salesforce_id.is_(None),
                        i.salesforce_id != m.salesforce_id,
                    ),
                )
            ],
        ),
        Invariant(
            "The message of an item that is present is there, if it was not sent again.",
            [_items(i.outcome == Outcome.PRESENT, m.resends == 0, m.delivery.not_in(_SETTLED))],
        ),
        Invariant(
            "The message of an item in doubt was sent.",
            [_items(i.outcome == Outcome.IN_DOUBT, m.sent_at.is_(None))],
        ),
        Invariant(
            "A refused item has the org's answer.",
            [
                _items(
                    i.outcome == Outcome.REJECTED,
                    or_(i.rejection.is_(None), i.rejection_cause_id.is_(None)),
                )
            ],
        ),
        Invariant("No Salesforce id is that of two delivered messages.", [_one_id_twice()]),
        Invariant("Each time that a person had a message sent again is on record.", [_resent()]),
        Invariant(
            "Each time that a person approved or amended an item is on record.", [_by_hand()]
        ),
        Invariant("An item's attempts are numbered from 1, without a gap.", [_gaps()]),
        Invariant(
            "The last attempt of a synced or a refused item has the answer that made it so.",
            [
                _last_attempt_is_not(
                    Outcome.SYNCED, AttemptResult.ACCEPTED, AttemptResult.UNANSWERED
                ),
                _last_attempt_is_not(Outcome.REJECTED, AttemptResult.REFUSED),
            ],
        ),
        Invariant("A lease is of a run of its org, and its times are in order.", [_odd_leases()]),
    )


def _items(*conditions: ColumnElement[bool]) -> Select[Any]:
    """Items with a key, beside their messages, of which all of this is true."""
    return (
        select(*_ITEM)
        .join(t.runs, t.runs.c.id == t.items.c.run_id)
        .outerjoin(
            t.messages,
            and_(
                t.messages.c.org_id == t.runs.c.org_id,
                t.messages.c.object == t.runs.c.object,
                t.messages.c.key == t.items.c.key,
            ),
        )
        .where(t.items.c.key.is_not(None), *conditions)
    )


def _messages(*conditions: ColumnElement[bool]) -> Select[Any]:
    return select(*_MESSAGE).where(*conditions)


def _in_its_run(outcomes: Sequence[Outcome]) -> ColumnElement[bool]:
    """Whether the run that moved a message last has an item of it with one of these outcomes."""
    return (
        select(t.items.c.key)
        .where(
            t.items.c.run_id == t.messages.c.run_id,
            t.items.c.key == t.messages.c.key,
            t.items.c.outcome.in_(outcomes),
        )
        .exists()
    )


def _unknown_words() -> list[Select[Any]]:
    return [
        select(table.c[name]).where(table.c[name].not_in([word.value for word in words])).distinct()
        for table, name, words in _WORDS
    ]


def _orphans() -> list[Select[Any]]:
    """Rows whose foreign key leads nowhere, which a database made elsewhere may hold."""
    found: list[Select[Any]] = []
    for table in t.metadata.sorted_tables:
        for constraint in table.foreign_key_constraints:
            pairs = [(key.parent, key.column) for key in constraint.elements]
            there = select(pairs[0][1]).where(*(mine == theirs for mine, theirs in pairs))
            found.append(select(*table.primary_key.columns).where(not_(there.exists())))
    return found


def _without_cause() -> list[Select[Any]]:
    def missing(column: ColumnElement[Any]) -> Select[Any]:
        there = select(t.causes.c.id).where(
            t.causes.c.run_id == t.items.c.run_id, t.causes.c.id == column
        )
        return select(*_ITEM).where(column.is_not(None), not_(there.exists()))

    return [missing(t.items.c.cause_id), missing(t.items.c.rejection_cause_id)]


def _miscounted() -> Select[Any]:
    return (
        select(t.runs.c.id)
        .outerjoin(t.items, t.items.c.run_id == t.runs.c.id)
        .where(t.runs.c.state != RunState.PLANNING)
        .group_by(t.runs.c.id, t.runs.c.fetched)
        .having(
            or_(
                func.count(t.items.c.position) != t.runs.c.fetched,
                func.coalesce(func.max(t.items.c.position) + 1, 0) != t.runs.c.fetched,
            )
        )
    )


def _sent_unplanned() -> Select[Any]:
    return (
        select(t.attempts.c.run_id, t.attempts.c.position)
        .join(t.runs, t.runs.c.id == t.attempts.c.run_id)
        .where(t.runs.c.state == RunState.PLANNING)
    )


def _one_id_twice() -> Select[Any]:
    m = t.messages.c
    return (
        select(m.org_id, m.salesforce_id)
        .where(m.delivery == Delivery.DELIVERED, m.salesforce_id.is_not(None))
        .group_by(m.org_id, m.salesforce_id)
        .having(func.count() > 1)
    )


def _resent() -> Select[Any]:
    r, m = t.resends.c, t.messages.c
    on_record = (
        select(func.count())
        .where(r.org_id == m.org_id, r.object == m.object, r.key == m.key)
        .scalar_subquery()
    )
    return _messages(on_record != m.resends)


def _by_hand() -> Select[Any]:
    def on_record(table: Table) -> Any:
        its = (table.c.run_id == t.items.c.run_id, table.c.position == t.items.c.position)
        return select(func.count()).select_from(table).where(*its).scalar_subquery()

    return select(*_ITEM).where(on_record(t.approvals) + on_record(t.amendments) != t.items.c.hands)


def _gaps() -> Select[Any]:
    a = t.attempts.c
    return (
        select(a.run_id, a.position)
        .group_by(a.run_id, a.position)
        .having(or_(func.min(a.number) != 1, func.max(a.number) != func.count()))
    )


def _last_attempt_is_not(outcome: Outcome, *results: AttemptResult) -> Select[Any]:
    last, later = t.attempts, t.attempts.alias()
    followed = select(later.c.number).where(
        later.c.run_id == last.c.run_id,
        later.c.position == last.c.position,
        later.c.number > last.c.number,
    )
    agreeing = select(last.c.number).where(
        last.c.run_id == t.items.c.run_id,
        last.c.position == t.items.c.position,
        last.c.result.in_(results),
        not_(followed.exists()),
    )
    return select(*_ITEM).where(t.items.c.outcome == outcome, not_(agreeing.exists()))


def _odd_leases() -> Select[Any]:
    its_run = select(t.runs.c.id).where(
        t.runs.c.id == t.leases.c.run_id, t.runs.c.org_id == t.leases.c.org_id
    )
    return select(t.leases.c.org_id, t.leases.c.run_id).where(
        or_(not_(its_run.exists()), t.leases.c.beat_at < t.leases.c.taken_at)
    )
