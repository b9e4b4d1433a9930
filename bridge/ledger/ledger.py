"""The ledger: runs, items and messages, and every step that changes them.

Each method is one transaction. What it wrote is durable when it returns.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType, TracebackType
from typing import Self

from sqlalchemy import Connection, bindparam, case, func, or_, select, update

from bridge.errors import LedgerError
from bridge.ledger import amendments, approvals, heals, histories, leases, resends
from bridge.ledger import tables as t
from bridge.ledger.dialects import insert_new
from bridge.ledger.engine import open_engine, refuse_missing, writing
from bridge.ledger.queries import parts, run_row, states_of
from bridge.ledger.reader import LedgerReader
from bridge.ledger.rows import (
    AmendedItem,
    AttemptResult,
    Claim,
    Forecast,
    HealedItem,
    Lease,
    MessageState,
    PendingItem,
    Plan,
    Reopening,
    RunState,
    Verdict,
)
from bridge.ledger.storing import (
    cause_row,
    change_row,
    diagnosis_value,
    finding_row,
    item_row,
)
from bridge.ledger.transitions import DELIVERY, sources
from bridge.model import (
    Cause,
    Decision,
    Delivery,
    Finding,
    HeldReason,
    Item,
    Outcome,
    View,
    Visibility,
)
from bridge.planning import Described, Outline, described_value

_SETTLED = (Delivery.DELIVERED, Delivery.PRESENT)


class Ledger(LedgerReader):
    """A ledger, open. Safe to use from several threads."""

    def __init__(self, location: str) -> None:
        """Open the ledger at a path or database URL; it is made where there is none.

        Raises:
            LedgerError: it can't be opened or written.
        """
        super().__init__(open_engine(location))

    @classmethod
    def existing(cls, location: str) -> Self:
        """Open a ledger that is there; none is made by a mistyped name.

        Raises:
            LedgerError: there is none, or it can't be opened or written.
        """
        refuse_missing(location)
        return cls(location)

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
                    flags=plan.flags,
                    only=list(plan.only),
                    resend_who=plan.resend.who if plan.resend else None,
                    resend_why=plan.resend.why if plan.resend else None,
                    mapping_name=plan.mapping_name,
                    mapping_text=plan.mapping_text,
                    may_heal=plan.may_heal,
                    expected=plan.expected,
                    witness_object=plan.witness.object if plan.witness else None,
                    witness_field=plan.witness.field if plan.witness else None,
                    approve=None if plan.approve is None else sorted(plan.approve),
                    notes=[],
                )
            )
        return run_id

    def keep_describe(self, run_id: str, described: Described) -> None:
        """Store what the org described when a run was planned."""
        with writing(self._engine) as connection:
            connection.execute(
                t.describes.insert().values(run_id=run_id, described=described_value(described))
            )

    def add_items(
        self,
        run_id: str,
        first_position: int,
        items: Sequence[Item],
        again: Mapping[str, str] = MappingProxyType({}),
    ) -> Mapping[str, MessageState]:
        """Store planned items, and a message for each that is new to its org.

        An item whose message is known to be in the org gets the outcome *present* at once.

        Args:
            run_id: of the plan.
            first_position: of the first of them.
            items: to store.
            again: what became of the rows of messages that this run sends again on purpose, by key.

        Returns:
            What is known of those that are there already, by key.
        """
        with writing(self._engine) as connection:
            run = run_row(connection, run_id)
            keys = [item.key for item in items if item.key is not None]
            if keys:
                connection.execute(
                    insert_new(connection, t.messages),
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
                for state in states_of(connection, run.org_id, run.object, keys)
                if state.delivery in _SETTLED and state.key not in again
            }
            connection.execute(
                t.items.insert(),
                [
                    item_row(
                        run_id,
                        position,
                        item,
                        known.get(item.key or ""),
                        again.get(item.key or "", ""),
                    )
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
            _add_findings(connection, run_id, ((i.cause.id, f) for i in items for f in i.findings))
        return known

    def add_findings(self, run_id: str, found: Iterable[tuple[str, Finding]]) -> None:
        """Store what was found out about causes of a run, each by the cause's id."""
        with writing(self._engine) as connection:
            _add_findings(connection, run_id, found)

    def take_care(
        self, cause_id: str, now: dt.datetime, *, owner: str | None = None, note: str | None = None
    ) -> None:
        """Keep who looks after a cause, and a note; what is None stays as it is."""
        given = {"owner": owner, "note": note}
        said = {name: value for name, value in given.items() if value is not None}
        with writing(self._engine) as connection:
            before = histories.care_of(connection, cause_id)
            row = {
                "cause_id": cause_id,
                "owner": before.owner if before else "",
                "note": before.note if before else "",
                "at": now,
            }
            connection.execute(insert_new(connection, t.care), [row])
            connection.execute(
                update(t.care).where(t.care.c.cause_id == cause_id).values(**said, at=now)
            )

    def finish_plan(
        self,
        run_id: str,
        *,
        announced: int | None,
        fetched: int,
        repeated: int,
        notes: Sequence[str],
        listed: int | None = None,
        outline: Outline | None = None,
        forecast: Forecast | None = None,
    ) -> None:
        """The plan is whole: from here on it may be sent.

        Args:
            run_id: of the plan.
            announced: the count that GoTallo gave.
            fetched: how many items there are.
            repeated: how many times a key came again.
            notes: what the operator should know of the fetch.
            listed: how many the window has, where the plan is narrowed to some of them.
            outline: of the org's schema, as far as the plan depends on it.
            forecast: what sending it will cost.
        """
        with writing(self._engine) as connection:
            connection.execute(
                update(t.runs)
                .where(t.runs.c.id == run_id, t.runs.c.state == RunState.PLANNING)
                .values(
                    state=RunState.PLANNED,
                    announced=announced,
                    fetched=fetched,
                    listed=fetched if listed is None else listed,
                    repeated=repeated,
                    notes=list(notes),
                    outline=outline,
                    forecast_calls=forecast.calls if forecast else None,
                    forecast_left=forecast.left if forecast else None,
                    forecast_reserve=forecast.reserve if forecast else None,
                )
            )

    def limit(self, run_id: str, most: int) -> tuple[tuple[str, str], ...]:
        """Skip what is ready to be sent but for the earliest; give the others' keys and causes."""
        c = t.items.c
        with writing(self._engine) as connection:
            beyond = connection.execute(
                select(c.position, c.key, c.cause_id)
                .where(
                    c.run_id == run_id,
                    c.decision == Decision.READY,
                    c.outcome == Outcome.NOT_SENT,
                )
                .order_by(c.sort_order, c.position)
                .offset(most)
            ).all()
            for part in parts([row.position for row in beyond]):
                connection.execute(
                    update(t.items)
                    .where(c.run_id == run_id, c.position.in_(part))
                    .values(
                        decision=Decision.SKIPPED,
                        held_reason=HeldReason.POLICY,
                        held_what=histories.beyond_limit(most),
                        held_advice="Resync again to go on with it.",
                    )
                )
        return tuple((row.key, row.cause_id) for row in beyond)

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

    def record_view(self, run_id: str, view: View) -> None:
        """Store what the run may conclude from what the org shows.

        What an operator took on for messages that were sent stays on record.
        """
        unsent = (RunState.PLANNING, RunState.PLANNED)
        with writing(self._engine) as connection:
            connection.execute(
                update(t.runs)
                .where(
                    t.runs.c.id == run_id,
                    or_(
                        t.runs.c.visibility.is_(None),
                        t.runs.c.visibility != Visibility.ASSUMED,
                        t.runs.c.state.in_(unsent),
                    ),
                )
                .values(
                    visibility=view.visibility,
                    visibility_why=view.why,
                    visibility_grant=view.grant,
                )
            )

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

    def send_again(
        self, run_id: str, reopenings: Sequence[Reopening], lease: Lease, now: dt.datetime
    ) -> None:
        """Make messages *open* that were in the org, with who wants it and why.

        Raises:
            LeaseHeld: somebody else has become the writer to the org.
            LedgerError: one of them is in doubt.
        """
        with writing(self._engine) as connection:
            leases.check(connection, lease)
            resends.put(connection, run_id, reopenings, now)

    def claim(
        self, run_id: str, items: Sequence[PendingItem], lease: Lease, now: dt.datetime
    ) -> Claim:
        """Make these messages *sending*, before the request that carries them leaves.

        Only a message that is *open* is granted; two runs never both get it. Nor is one whose item
        was held since the caller looked. Until its answer is on record its item is *in doubt*: that
        is true of it if the process ends here.

        Raises:
            LeaseHeld: somebody else has become the writer to the org.
        """
        with writing(self._engine) as connection:
            leases.check(connection, lease)
            run = run_row(connection, run_id)
            items = _still_ready(connection, run_id, items)
            keys = [item.key for item in items]
            states = states_of(connection, run.org_id, run.object, keys)
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
            sending = [item for item in items if item.key in granted]
            _set_outcome(connection, run_id, sending, Outcome.IN_DOUBT)
            _begin_attempts(connection, run_id, sending, now)
        return Claim(granted, tuple(s for s in states if s.key not in granted), now)

    def record(self, run_id: str, verdicts: Sequence[Verdict]) -> None:
        """Store what became of messages, and the outcomes of their items.

        Raises:
            LedgerError: a message is in a state that the verdict can't follow from.
        """
        if not verdicts:
            return
        with writing(self._engine) as connection:
            run = run_row(connection, run_id)
            for delivery in Delivery:
                part = [v for v in verdicts if v.delivery is delivery]
                _move(connection, run_id, run.org_id, run.object, delivery, part)
            connection.execute(
                update(t.items)
                .where(
                    t.items.c.run_id == bindparam("in_run"),
                    t.items.c.position == bindparam("at"),
                    t.items.c.outcome != Outcome.SYNCED,
                )
                .values(
                    outcome=bindparam("to_outcome"),
                    salesforce_id=bindparam("with_id"),
                    rejection=bindparam("for_diagnosis", type_=t.Json),
                    rejection_text=bindparam("for_text", type_=t.Json),
                    rejection_cause_id=bindparam("for_cause"),
                    note=bindparam("with_note"),
                    settles_at=bindparam("settled_from", type_=t.Instant),
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
                        "settled_from": v.settles_at,
                    }
                    for v in verdicts
                ],
            )
            _end_attempts(connection, run_id, [v for v in verdicts if v.attempt is not None])
            _add_causes(connection, run_id, [v.cause for v in verdicts if v.cause is not None])

    def forget_doubts(self, run_id: str) -> None:
        """Make items *not sent* whose message is open again: another run has settled it."""
        with writing(self._engine) as connection:
            run = run_row(connection, run_id)
            reopened = select(t.messages.c.key).where(
                t.messages.c.org_id == run.org_id,
                t.messages.c.object == run.object,
                t.messages.c.delivery == Delivery.OPEN,
            )
            connection.execute(
                update(t.items)
                .where(
                    t.items.c.run_id == run_id,
                    t.items.c.outcome == Outcome.IN_DOUBT,
                    t.items.c.key.in_(reopened),
                )
                .values(outcome=Outcome.NOT_SENT)
            )

    def hold(
        self, run_id: str, positions: Sequence[int], reason: HeldReason, what: str, advice: str
    ) -> None:
        """Hold ready items that were not sent."""
        with writing(self._engine) as connection:
            for part in parts(positions):
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

    def heal(self, run_id: str, healed: Sequence[HealedItem]) -> None:
        """Make refused items ready with their repaired records; the refusals stay on record.

        Raises:
            LedgerError: an item is not refused any more.
        """
        with writing(self._engine) as connection:
            heals.put(connection, run_id, healed)

    def approve(
        self, run_id: str, asked: Mapping[int, str], who: str, now: dt.datetime
    ) -> tuple[str, ...]:
        """Make items *ready* that wait for approval, with who wants it, when and what.

        Args:
            run_id: of the items.
            asked: position → what the person named: `all`, a cause's id, a message's key.
            who: the person.
            now: aware.

        Returns:
            The keys of those that waited; one that waits no more stays as it is.
        """
        with writing(self._engine) as connection:
            return approvals.put(connection, run_id, asked, who, now)

    def amend(
        self, run_id: str, amended: Sequence[AmendedItem], who: str, now: dt.datetime
    ) -> None:
        """Give held and rejected items the records that a person wrote, with who and when.

        Raises:
            LedgerError: an item is not as the person saw it any more; nothing is changed.
        """
        with writing(self._engine) as connection:
            amendments.put(connection, run_id, amended, who, now)

    def _set_state(self, run_id: str, state: RunState, reason: str) -> None:
        with writing(self._engine) as connection:
            connection.execute(
                update(t.runs).where(t.runs.c.id == run_id).values(state=state, stop_reason=reason)
            )


def _new_id(connection: Connection) -> str:
    for _ in range(100):
        run_id = secrets.token_hex(3)
        if connection.execute(select(t.runs.c.id).where(t.runs.c.id == run_id)).first() is None:
            return run_id
    raise LedgerError("No free id for a run was found", "Start a new ledger with BRIDGE_LEDGER.")


def _add_causes(connection: Connection, run_id: str, causes: Iterable[Cause]) -> None:
    rows = [cause_row(run_id, cause) for cause in causes]
    if rows:
        connection.execute(insert_new(connection, t.causes), rows)


def _add_findings(
    connection: Connection, run_id: str, found: Iterable[tuple[str, Finding]]
) -> None:
    rows = [finding_row(run_id, cause_id, finding) for cause_id, finding in dict.fromkeys(found)]
    if rows:
        connection.execute(insert_new(connection, t.findings), rows)


def _still_ready(
    connection: Connection, run_id: str, items: Sequence[PendingItem]
) -> list[PendingItem]:
    ready: set[int] = set()
    for part in parts([item.position for item in items]):
        query = select(t.items.c.position).where(
            t.items.c.run_id == run_id,
            t.items.c.position.in_(part),
            t.items.c.decision == Decision.READY,
        )
        ready |= set(connection.execute(query).scalars())
    return [item for item in items if item.position in ready]


def _set_outcome(
    connection: Connection, run_id: str, items: Sequence[PendingItem], outcome: Outcome
) -> None:
    for part in parts([item.position for item in items]):
        connection.execute(
            update(t.items)
            .where(t.items.c.run_id == run_id, t.items.c.position.in_(part))
            .values(outcome=outcome)
        )


def _begin_attempts(
    connection: Connection, run_id: str, items: Sequence[PendingItem], now: dt.datetime
) -> None:
    if not items:
        return
    numbers: dict[int, int] = {}
    for part in parts([item.position for item in items]):
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
    """Write down how attempts ended; that the org took one is never unsaid by a later answer."""
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
            or_(
                t.attempts.c.result.is_(None),
                t.attempts.c.result != AttemptResult.ACCEPTED,
            ),
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
            t.messages.c.delivery.in_({delivery, *sources(DELIVERY, delivery)}),
        ]
        if delivery is Delivery.OPEN:
            where.append(t.messages.c.sent_at == v.sent_at)
        values: dict[str, object] = {"delivery": delivery}
        if delivery is Delivery.SENDING and v.sent_at is not None:
            values["sent_at"] = v.sent_at
        if delivery in _SETTLED:
            # Whose request it was stays on record, whoever finds out what became of it.
            sender = case(
                (t.messages.c.delivery == Delivery.SENDING, t.messages.c.run_id), else_=run_id
            )
            values |= {"run_id": sender, "salesforce_id": v.salesforce_id}
        moved += connection.execute(update(t.messages).where(*where).values(values)).rowcount
    if moved != len(verdicts) and delivery not in _SETTLED:
        raise LedgerError(
            f"{len(verdicts) - moved} messages could not become {delivery}: another run has "
            "moved them",
            "Let that run end, then run bridge apply for this run again.",
        )
