"""The ledger: runs, items and messages, and every step that changes them.

Each method is one transaction. What it wrote is durable when it returns.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from sqlalchemy import (
    Connection,
    ScalarSelect,
    and_,
    bindparam,
    case,
    func,
    null,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert

from bridge.errors import LedgerError, UsageError
from bridge.ledger import leases
from bridge.ledger import tables as t
from bridge.ledger.engine import open_engine, reading, writing
from bridge.ledger.rows import (
    Attempt,
    AttemptResult,
    CauseCount,
    ChangeCount,
    ChangeSum,
    Claim,
    HeldGroup,
    Lease,
    MessageState,
    NoteCount,
    PendingItem,
    Plan,
    Run,
    RunState,
    StoredItem,
    Verdict,
)
from bridge.ledger.storing import (
    cause_of,
    cause_row,
    change_of,
    change_row,
    diagnosis_value,
    item_of,
    item_row,
    run_of,
    state_of,
)
from bridge.model import (
    Cause,
    Decision,
    Delivery,
    HeldReason,
    Item,
    Kind,
    Outcome,
    Record,
    Risk,
)

_FINAL = (Outcome.SYNCED, Outcome.PRESENT, Outcome.REJECTED)
_SETTLED = (Delivery.DELIVERED, Delivery.PRESENT)
_BEFORE: Mapping[Delivery, tuple[Delivery, ...]] = {
    Delivery.OPEN: (Delivery.SENDING,),
    Delivery.SENDING: (Delivery.SENDING,),
    Delivery.DELIVERED: tuple(Delivery),
    Delivery.PRESENT: (Delivery.OPEN, Delivery.SENDING),
}
"""The states that a message may leave for each state. A row that the org answered with is a fact,
whatever the ledger thought before; *open* is only ever reached by an answer to a sending."""
_KEYS_A_STATEMENT = 500
"""SQLite takes 32,766 parameters; far fewer keep the statement cache small."""


class Ledger:
    """A ledger, open. Safe to use from several threads."""

    def __init__(self, location: str) -> None:
        """Open the ledger at a path or database URL; it is made where there is none.

        Raises:
            LedgerError: it can't be opened or written.
        """
        self._engine = open_engine(location)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._engine.dispose()

    # Planning

    def begin_run(self, plan: Plan, now: dt.datetime) -> str:
        """Store a new run in the state *planning* and give its id."""
        with writing(self._engine) as connection:
            run_id = _new_id(connection)
            connection.execute(
                t.runs.insert().values(
                    id=run_id,
                    created_at=now,
                    state=RunState.PLANNING,
                    tenant_id=plan.tenant_id,
                    org_id=plan.org_id,
                    org_name=plan.org_name,
                    sandbox=plan.sandbox,
                    instance_url=plan.instance_url,
                    object=plan.object,
                    namespace=plan.namespace,
                    key_field=plan.key_field,
                    key_unique=plan.key_unique,
                    from_time=plan.window.from_time,
                    till_time=plan.window.till_time,
                    zone=plan.window.zone,
                    window_words=plan.window_words,
                    mapping_name=plan.mapping_name,
                    mapping_text=plan.mapping_text,
                    expected=plan.expected,
                    notes=[],
                )
            )
        return run_id

    def add_items(
        self, run_id: str, first_position: int, items: Sequence[Item]
    ) -> Mapping[str, MessageState]:
        """Store planned items, and a message for each that is new to its org.

        An item whose message is known to be in the org gets the outcome *present* at once.

        Returns:
            What is known of those that are there already, by key.
        """
        with writing(self._engine) as connection:
            run = _run_row(connection, run_id)
            keys = [item.key for item in items if item.key is not None]
            if keys:
                connection.execute(
                    insert(t.messages).on_conflict_do_nothing(),
                    [
                        {
                            "org_id": run.org_id,
                            "object": run.object,
                            "key": key,
                            "delivery": Delivery.OPEN,
                        }
                        for key in keys
                    ],
                )
            known = {
                state.key: state
                for state in _states(connection, run.org_id, run.object, keys)
                if state.delivery in _SETTLED
            }
            connection.execute(
                t.items.insert(),
                [
                    item_row(run_id, position, item, known.get(item.key or ""))
                    for position, item in enumerate(items, first_position)
                ],
            )
            changes = [
                change_row(run_id, position, number, change)
                for position, item in enumerate(items, first_position)
                for number, change in enumerate(item.changes)
            ]
            if changes:
                connection.execute(t.changes.insert(), changes)
            _add_causes(connection, run_id, {item.cause.id: item.cause for item in items}.values())
        return known

    def finish_plan(
        self,
        run_id: str,
        *,
        announced: int | None,
        fetched: int,
        repeated: int,
        notes: Sequence[str],
    ) -> None:
        """The plan is whole: from here on it may be sent."""
        with writing(self._engine) as connection:
            connection.execute(
                update(t.runs)
                .where(t.runs.c.id == run_id, t.runs.c.state == RunState.PLANNING)
                .values(
                    state=RunState.PLANNED,
                    announced=announced,
                    fetched=fetched,
                    repeated=repeated,
                    notes=list(notes),
                )
            )

    def limit(self, run_id: str, most: int) -> None:
        """Skip what is ready to be sent but for the earliest `most` of it."""
        c = t.items.c
        with writing(self._engine) as connection:
            beyond = list(
                connection.execute(
                    select(c.position)
                    .where(
                        c.run_id == run_id,
                        c.decision == Decision.READY,
                        c.outcome == Outcome.NOT_SENT,
                    )
                    .order_by(c.sort_order, c.position)
                    .offset(most)
                ).scalars()
            )
            for part in _parts(beyond):
                connection.execute(
                    update(t.items)
                    .where(c.run_id == run_id, c.position.in_(part))
                    .values(
                        decision=Decision.SKIPPED,
                        held_reason=HeldReason.POLICY,
                        held_what=f"beyond the {most} earliest that this run may send",
                        held_advice="Resync again to go on with it.",
                    )
                )

    # Delivery

    def begin_sending(self, run_id: str) -> None:
        self._set_state(run_id, RunState.SENDING, "")

    def stop(self, run_id: str, reason: str) -> None:
        """The run ended before its last item."""
        self._set_state(run_id, RunState.STOPPED, reason)

    def finish(self, run_id: str) -> None:
        """Every item of the run has been gone through."""
        self._set_state(run_id, RunState.FINISHED, "")

    def count_calls(self, run_id: str, calls: int) -> None:
        """Add requests that were made to the org for a run."""
        with writing(self._engine) as connection:
            connection.execute(
                update(t.runs)
                .where(t.runs.c.id == run_id)
                .values(api_calls=t.runs.c.api_calls + calls)
            )

    def pending(self, run_id: str) -> tuple[PendingItem, ...]:
        """The ready items without a final outcome, in the order of their time."""
        query = (
            select(
                t.items.c.position,
                t.items.c.key,
                func.coalesce(t.items.c.conversation, t.items.c.key).label("conversation"),
                t.items.c.sort_order,
                t.items.c.cause_id,
                t.causes.c.kind,
                t.items.c.shape,
                t.items.c.fixers,
                t.items.c.risk,
                _tries().label("attempts"),
            )
            .join(
                t.causes,
                and_(t.causes.c.run_id == t.items.c.run_id, t.causes.c.id == t.items.c.cause_id),
            )
            .where(
                t.items.c.run_id == run_id,
                t.items.c.decision == Decision.READY,
                t.items.c.outcome.not_in(_FINAL),
            )
            .order_by(t.items.c.sort_order, t.items.c.position)
        )
        with reading(self._engine) as connection:
            return tuple(
                PendingItem(
                    position=row.position,
                    key=row.key,
                    conversation=row.conversation,
                    order=row.sort_order,
                    cause_id=row.cause_id,
                    transient=row.kind == Kind.TRANSIENT,
                    shape=row.shape,
                    fixers=tuple(row.fixers),
                    risk=Risk(row.risk),
                    attempts=row.attempts,
                )
                for row in connection.execute(query)
            )

    def records(self, run_id: str, positions: Sequence[int]) -> Mapping[int, Record]:
        """The records to send, by position."""
        found: dict[int, Record] = {}
        with reading(self._engine) as connection:
            for part in _parts(positions):
                query = select(t.items.c.position, t.items.c.record).where(
                    t.items.c.run_id == run_id, t.items.c.position.in_(part)
                )
                found.update({row.position: row.record for row in connection.execute(query)})
        return found

    def states(self, run_id: str, keys: Sequence[str]) -> Mapping[str, MessageState]:
        """What is true of these messages in the run's org."""
        with reading(self._engine) as connection:
            run = _run_row(connection, run_id)
            return {s.key: s for s in _states(connection, run.org_id, run.object, keys)}

    def take_lease(self, org_id: str, run_id: str, now: dt.datetime) -> Lease:
        """Become the one writer to an org.

        Raises:
            LeaseHeld: another process is, and may still be sending.
        """
        with writing(self._engine) as connection:
            return leases.take(connection, org_id, run_id, now)

    def beat(self, lease: Lease, now: dt.datetime) -> None:
        """Say that the holder of a lease lives.

        Raises:
            LeaseHeld: somebody else has taken it over.
        """
        with writing(self._engine) as connection:
            leases.beat(connection, lease, now)

    def give_back(self, lease: Lease) -> None:
        """Let others write to the org."""
        with writing(self._engine) as connection:
            leases.give_back(connection, lease)

    def claim(
        self, run_id: str, items: Sequence[PendingItem], lease: Lease, now: dt.datetime
    ) -> Claim:
        """Make these messages *sending*, before the request that carries them leaves.

        Only a message that is *open* is granted; two runs never both get it.

        Raises:
            LeaseHeld: somebody else has become the writer to the org.
        """
        keys = [item.key for item in items]
        with writing(self._engine) as connection:
            leases.check(connection, lease)
            run = _run_row(connection, run_id)
            states = _states(connection, run.org_id, run.object, keys)
            granted = frozenset(s.key for s in states if s.delivery is Delivery.OPEN)
            connection.execute(
                update(t.messages)
                .where(
                    t.messages.c.org_id == run.org_id,
                    t.messages.c.object == run.object,
                    t.messages.c.key.in_(sorted(granted)),
                )
                .values(delivery=Delivery.SENDING, run_id=run_id, sent_at=now)
            )
            _begin_attempts(connection, run_id, [i for i in items if i.key in granted], now)
        return Claim(granted, tuple(s for s in states if s.key not in granted), now)

    def record(self, run_id: str, verdicts: Sequence[Verdict]) -> None:
        """Store what became of messages, and the outcomes of their items.

        Raises:
            LedgerError: a message is in a state that the verdict can't follow from.
        """
        if not verdicts:
            return
        with writing(self._engine) as connection:
            run = _run_row(connection, run_id)
            for delivery in Delivery:
                part = [v for v in verdicts if v.delivery is delivery]
                _move(connection, run_id, run.org_id, run.object, delivery, part)
            connection.execute(
                update(t.items)
                .where(
                    t.items.c.run_id == bindparam("in_run"),
                    t.items.c.position == bindparam("at"),
                )
                .values(
                    outcome=bindparam("to_outcome"),
                    salesforce_id=bindparam("with_id"),
                    rejection=bindparam("for_diagnosis", type_=t.Json),
                    rejection_text=bindparam("for_text", type_=t.Json),
                    rejection_cause_id=bindparam("for_cause"),
                    note=bindparam("with_note"),
                ),
                [
                    {
                        "in_run": run_id,
                        "at": v.position,
                        "to_outcome": v.outcome,
                        "with_id": v.salesforce_id,
                        "for_diagnosis": diagnosis_value(v.diagnosis),
                        "for_text": v.error_text or None,
                        "for_cause": v.cause.id if v.cause else None,
                        "with_note": v.note,
                    }
                    for v in verdicts
                ],
            )
            _end_attempts(connection, run_id, [v for v in verdicts if v.attempt is not None])
            _add_causes(connection, run_id, [v.cause for v in verdicts if v.cause is not None])

    def hold(
        self, run_id: str, positions: Sequence[int], reason: HeldReason, what: str, advice: str
    ) -> None:
        """Hold ready items that were not sent."""
        with writing(self._engine) as connection:
            for part in _parts(positions):
                connection.execute(
                    update(t.items)
                    .where(
                        t.items.c.run_id == run_id,
                        t.items.c.position.in_(part),
                        t.items.c.decision == Decision.READY,
                        t.items.c.outcome == Outcome.NOT_SENT,
                    )
                    .values(
                        decision=Decision.HELD,
                        held_reason=reason,
                        held_what=what,
                        held_advice=advice,
                    )
                )

    # Reading

    def run(self, run_id: str) -> Run:
        """The run with this id, or the only one whose id starts so.

        Raises:
            UsageError: there is none, or more than one.
        """
        with reading(self._engine) as connection:
            rows = connection.execute(
                select(t.runs)
                .where(t.runs.c.id.startswith(run_id, autoescape=True))
                .order_by(t.runs.c.created_at.desc())
            ).all()
        if not run_id or not rows:
            raise UsageError(
                f'No run "{run_id}" in this ledger', "bridge status lists the runs it has."
            )
        if len(rows) > 1:
            raise UsageError(
                f'"{run_id}" may mean {", ".join(row.id for row in rows[:5])}',
                "Give one more letter of the run's id.",
            )
        return run_of(rows[0])

    def runs(self, most: int) -> tuple[Run, ...]:
        """The newest runs, newest first."""
        with reading(self._engine) as connection:
            rows = connection.execute(
                select(t.runs).order_by(t.runs.c.created_at.desc()).limit(most)
            ).all()
        return tuple(run_of(row) for row in rows)

    def cause_counts(self, run_id: str) -> tuple[CauseCount, ...]:
        """How the items of each cause stand."""
        columns = (
            t.items.c.cause_id,
            t.items.c.treatment,
            t.items.c.decision,
            t.items.c.held_reason,
            t.items.c.outcome,
        )
        with reading(self._engine) as connection:
            causes = _causes(connection, run_id)
            rows = connection.execute(
                select(*columns, func.count().label("n"))
                .where(t.items.c.run_id == run_id)
                .group_by(*columns)
            ).all()
        return tuple(
            CauseCount(
                cause=causes[row.cause_id],
                treatment=row.treatment,
                decision=Decision(row.decision),
                held_reason=HeldReason(row.held_reason) if row.held_reason else None,
                outcome=Outcome(row.outcome),
                count=row.n,
            )
            for row in rows
        )

    def change_sums(self, run_id: str) -> tuple[ChangeSum, ...]:
        """What the fixers do to the ready items of each cause."""
        c = t.changes.c
        query = (
            select(
                t.items.c.cause_id,
                c.field,
                c.fixer,
                c.risk,
                func.min(c.why).label("why"),
                func.count().label("n"),
                func.sum(c.lost).label("lost"),
            )
            .join(t.items, and_(t.items.c.run_id == c.run_id, t.items.c.position == c.position))
            .where(c.run_id == run_id, t.items.c.decision == Decision.READY)
            .group_by(t.items.c.cause_id, c.field, c.fixer, c.risk)
            .order_by(t.items.c.cause_id, c.risk.desc(), c.field)
        )
        with reading(self._engine) as connection:
            return tuple(
                ChangeSum(
                    row.cause_id, row.field, row.fixer, row.risk, row.why, row.n, row.lost or 0
                )
                for row in connection.execute(query)
            )

    def change_counts(self, run_id: str) -> tuple[ChangeCount, ...]:
        """What the fixers do to what is sent, each value that they made up apart."""
        c = t.changes.c
        invented = case((c.risk == Risk.INVENTED, c.after), else_=null()).label("invented")
        columns = (t.items.c.cause_id, c.field, c.fixer, c.risk, invented)
        query = (
            select(
                *columns,
                func.min(c.why).label("why"),
                func.count().label("n"),
                func.sum(c.lost).label("lost"),
            )
            .join(t.items, and_(t.items.c.run_id == c.run_id, t.items.c.position == c.position))
            .where(
                c.run_id == run_id,
                t.items.c.decision == Decision.READY,
                t.items.c.outcome != Outcome.PRESENT,
            )
            .group_by(*columns)
            .order_by(func.count().desc(), c.field)
        )
        with reading(self._engine) as connection:
            return tuple(
                ChangeCount(
                    cause_id=row.cause_id,
                    field=row.field,
                    fixer=row.fixer,
                    risk=Risk(row.risk),
                    invented=row.invented,
                    why=row.why,
                    count=row.n,
                    lost=row.lost,
                )
                for row in connection.execute(query)
            )

    def note_counts(self, run_id: str) -> tuple[NoteCount, ...]:
        """The notes to outcomes, the most frequent first."""
        c = t.items.c
        query = (
            select(c.outcome, c.note, func.count().label("n"))
            .where(c.run_id == run_id, c.note != "")
            .group_by(c.outcome, c.note)
            .order_by(func.count().desc(), c.note)
        )
        with reading(self._engine) as connection:
            return tuple(
                NoteCount(Outcome(row.outcome), row.note, row.n)
                for row in connection.execute(query)
            )

    def held_groups(self, run_id: str) -> tuple[HeldGroup, ...]:
        """What is held or skipped, by cause and by what stands in the way."""
        c = t.items.c
        columns = (c.cause_id, c.decision, c.held_reason, c.held_code, c.held_advice)
        query = (
            select(*columns, func.min(c.held_what).label("what"), func.count().label("n"))
            .where(c.run_id == run_id, c.decision != Decision.READY, c.outcome != Outcome.PRESENT)
            .group_by(*columns)
            .order_by(func.count().desc())
        )
        with reading(self._engine) as connection:
            return tuple(
                HeldGroup(
                    cause_id=row.cause_id,
                    decision=Decision(row.decision),
                    reason=HeldReason(row.held_reason),
                    code=row.held_code,
                    what=row.what,
                    advice=row.held_advice,
                    count=row.n,
                )
                for row in connection.execute(query)
            )

    def rejections(self, run_id: str) -> tuple[tuple[Cause, str, int], ...]:
        """What the org refused: by cause of the refusal, an example of its text, how many."""
        c = t.items.c
        query = (
            select(
                c.rejection_cause_id,
                func.min(c.rejection_text).label("text"),
                func.count().label("n"),
            )
            .where(c.run_id == run_id, c.outcome == Outcome.REJECTED)
            .group_by(c.rejection_cause_id)
            .order_by(func.count().desc())
        )
        with reading(self._engine) as connection:
            causes = _causes(connection, run_id)
            return tuple(
                (causes[row.rejection_cause_id], row.text, row.n)
                for row in connection.execute(query)
            )

    def samples(self, run_id: str, cause_id: str, most: int) -> tuple[StoredItem, ...]:
        """The first items of a cause, those with the riskiest changes before the others."""
        c = t.items.c
        risky = (
            select(func.count())
            .where(
                t.changes.c.run_id == c.run_id,
                t.changes.c.position == c.position,
                t.changes.c.risk != "lossless",
            )
            .scalar_subquery()
        )
        query = (
            select(c.position)
            .where(c.run_id == run_id, c.cause_id == cause_id)
            .order_by(risky.desc(), c.position)
            .limit(most)
        )
        with reading(self._engine) as connection:
            positions = list(connection.execute(query).scalars())
        return tuple(self._items(run_id, positions))

    def items(self, run_id: str, *, page: int = 500) -> Iterator[StoredItem]:
        """Every item of a run, in the order of its position, a page at a time."""
        last = -1
        while True:
            with reading(self._engine) as connection:
                positions = list(
                    connection.execute(
                        select(t.items.c.position)
                        .where(t.items.c.run_id == run_id, t.items.c.position > last)
                        .order_by(t.items.c.position)
                        .limit(page)
                    ).scalars()
                )
            if not positions:
                return
            yield from self._items(run_id, positions)
            last = positions[-1]

    def attempts(self, run_id: str, position: int) -> tuple[Attempt, ...]:
        """Each sending of one item, oldest first."""
        with reading(self._engine) as connection:
            rows = connection.execute(
                select(t.attempts)
                .where(t.attempts.c.run_id == run_id, t.attempts.c.position == position)
                .order_by(t.attempts.c.number)
            ).all()
        return tuple(
            Attempt(
                row.number,
                row.sent_at,
                AttemptResult(row.result) if row.result else AttemptResult.UNANSWERED,
                row.code,
            )
            for row in rows
        )

    def _items(self, run_id: str, positions: Sequence[int]) -> Iterator[StoredItem]:
        with reading(self._engine) as connection:
            run = _run_row(connection, run_id)
            changes: dict[int, list[Any]] = {}
            for row in connection.execute(
                select(t.changes)
                .where(t.changes.c.run_id == run_id, t.changes.c.position.in_(positions))
                .order_by(t.changes.c.position, t.changes.c.number)
            ):
                changes.setdefault(row.position, []).append(change_of(row))
            rows = connection.execute(
                select(t.items, _tries().label("attempts"), t.messages.c.sent_at)
                .outerjoin(
                    t.messages,
                    and_(
                        t.messages.c.org_id == run.org_id,
                        t.messages.c.object == run.object,
                        t.messages.c.key == t.items.c.key,
                    ),
                )
                .where(t.items.c.run_id == run_id, t.items.c.position.in_(positions))
            ).all()
        found = {row.position: item_of(row, changes.get(row.position, [])) for row in rows}
        for position in positions:
            yield found[position]

    def _set_state(self, run_id: str, state: RunState, reason: str) -> None:
        with writing(self._engine) as connection:
            connection.execute(
                update(t.runs).where(t.runs.c.id == run_id).values(state=state, stop_reason=reason)
            )


def _tries() -> ScalarSelect[int]:
    return (
        select(func.count())
        .where(
            t.attempts.c.run_id == t.items.c.run_id,
            t.attempts.c.position == t.items.c.position,
        )
        .scalar_subquery()
    )


def _new_id(connection: Connection) -> str:
    for _ in range(100):
        run_id = secrets.token_hex(3)
        if connection.execute(select(t.runs.c.id).where(t.runs.c.id == run_id)).first() is None:
            return run_id
    raise LedgerError("No free id for a run was found", "Start a new ledger with BRIDGE_LEDGER.")


def _run_row(connection: Connection, run_id: str) -> Any:
    return connection.execute(select(t.runs).where(t.runs.c.id == run_id)).one()


def _causes(connection: Connection, run_id: str) -> dict[str, Cause]:
    rows = connection.execute(select(t.causes).where(t.causes.c.run_id == run_id)).all()
    return {row.id: cause_of(row) for row in rows}


def _add_causes(connection: Connection, run_id: str, causes: Iterable[Cause]) -> None:
    rows = [cause_row(run_id, cause) for cause in causes]
    if rows:
        connection.execute(insert(t.causes).on_conflict_do_nothing(), rows)


def _states(
    connection: Connection, org_id: str, object_name: str, keys: Sequence[str]
) -> list[MessageState]:
    found: list[MessageState] = []
    for part in _parts(keys):
        rows = connection.execute(
            select(t.messages).where(
                t.messages.c.org_id == org_id,
                t.messages.c.object == object_name,
                t.messages.c.key.in_(part),
            )
        )
        found.extend(state_of(row) for row in rows)
    return found


def _begin_attempts(
    connection: Connection, run_id: str, items: Sequence[PendingItem], now: dt.datetime
) -> None:
    if not items:
        return
    numbers: dict[int, int] = {}
    for part in _parts([item.position for item in items]):
        numbers.update(
            {
                row.position: row.n
                for row in connection.execute(
                    select(t.attempts.c.position, func.max(t.attempts.c.number).label("n"))
                    .where(t.attempts.c.run_id == run_id, t.attempts.c.position.in_(part))
                    .group_by(t.attempts.c.position)
                )
            }
        )
    connection.execute(
        t.attempts.insert(),
        [
            {
                "run_id": run_id,
                "position": item.position,
                "number": numbers.get(item.position, 0) + 1,
                "sent_at": now,
            }
            for item in items
        ],
    )


def _end_attempts(connection: Connection, run_id: str, verdicts: Sequence[Verdict]) -> None:
    if not verdicts:
        return
    latest = (
        select(func.max(t.attempts.c.number))
        .where(t.attempts.c.run_id == bindparam("in_run"), t.attempts.c.position == bindparam("at"))
        .scalar_subquery()
    )
    connection.execute(
        update(t.attempts)
        .where(
            t.attempts.c.run_id == bindparam("in_run"),
            t.attempts.c.position == bindparam("at"),
            t.attempts.c.number == latest,
        )
        .values(result=bindparam("as_result"), code=bindparam("with_code")),
        [
            {
                "in_run": run_id,
                "at": v.position,
                "as_result": v.attempt,
                "with_code": v.diagnosis.code if v.diagnosis else None,
            }
            for v in verdicts
        ],
    )


def _move(
    connection: Connection,
    run_id: str,
    org_id: str,
    object_name: str,
    delivery: Delivery,
    verdicts: Sequence[Verdict],
) -> None:
    """Move messages to one state, each only from a state that leads there."""
    if not verdicts:
        return
    moved = 0
    for v in verdicts:
        where = [
            t.messages.c.org_id == org_id,
            t.messages.c.object == object_name,
            t.messages.c.key == v.key,
            t.messages.c.delivery.in_(_BEFORE[delivery]),
        ]
        if delivery is Delivery.OPEN:
            where.append(t.messages.c.sent_at == v.sent_at)
        values: dict[str, object] = {"delivery": delivery}
        if delivery in _SETTLED:
            values |= {"run_id": run_id, "salesforce_id": v.salesforce_id}
        moved += connection.execute(update(t.messages).where(*where).values(values)).rowcount
    if moved != len(verdicts) and delivery not in _SETTLED:
        raise LedgerError(
            f"{len(verdicts) - moved} messages could not become {delivery}: another run has "
            "moved them",
            "Let that run end, then run bridge apply for this run again.",
        )


def _parts(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), _KEYS_A_STATEMENT):
        yield values[start : start + _KEYS_A_STATEMENT]
