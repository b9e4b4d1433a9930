"""Reading the ledger: runs and items as they stand, and their figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    and_,
    case,
    func,
    null,
    or_,
    select,
)

from bridge.errors import UsageError
from bridge.ledger import (
    amendments,
    approvals,
    extents,
    failures,
    heals,
    histories,
    leases,
    resends,
)
from bridge.ledger import tables as t
from bridge.ledger.engine import reading
from bridge.ledger.extents import Extent, OnRecord, Part
from bridge.ledger.failures import RecordedFailure
from bridge.ledger.histories import (
    CauseExample,
    CauseHistory,
    CauseInRun,
    OpenMessage,
    RepairedField,
)
from bridge.ledger.queries import causes_of, parts, run_row, states_of, tries
from bridge.ledger.rows import (
    Amendment,
    Approval,
    Attempt,
    AttemptResult,
    CauseCount,
    ChangeCount,
    Heal,
    HealCount,
    HeldGroup,
    MessageState,
    NoteCount,
    PendingItem,
    Resend,
    Run,
    RunState,
    SourceOfItem,
    StoredItem,
    Waiting,
    Writer,
)
from bridge.ledger.storing import change_of, finding_of, item_of, run_of
from bridge.model import (
    Cause,
    Decision,
    Delivery,
    Finding,
    HeldReason,
    Kind,
    Origin,
    Outcome,
    Record,
    Risk,
    Window,
)
from bridge.planning import Described, described_of

_FINAL = (Outcome.SYNCED, Outcome.PRESENT, Outcome.REJECTED)


class LedgerReader:
    """What a ledger answers. Each method is one consistent view."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def pending(self, run_id: str) -> tuple[PendingItem, ...]:
        """The ready items without a final outcome, in the order of their time."""
        earlier = t.items.alias()
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
                tries().label("attempts"),
                select(func.count())
                .select_from(earlier)
                .where(earlier.c.key == t.items.c.key, earlier.c.outcome == Outcome.REJECTED)
                .scalar_subquery()
                .label("refused_before"),
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
                    refused_before=row.refused_before,
                )
                for row in connection.execute(query)
            )

    def records(self, run_id: str, positions: Sequence[int]) -> Mapping[int, Record]:
        """The records to send, by position."""
        found: dict[int, Record] = {}
        with reading(self._engine) as connection:
            for part in parts(positions):
                query = select(t.items.c.position, t.items.c.record).where(
                    t.items.c.run_id == run_id, t.items.c.position.in_(part)
                )
                found.update({row.position: row.record for row in connection.execute(query)})
        return found

    def states(self, run_id: str, keys: Sequence[str]) -> Mapping[str, MessageState]:
        """What is true of these messages in the run's org."""
        with reading(self._engine) as connection:
            run = run_row(connection, run_id)
            return {s.key: s for s in states_of(connection, run.org_id, run.object, keys)}

    def states_in(
        self, org_id: str, object_name: str, keys: Sequence[str]
    ) -> Mapping[str, MessageState]:
        """What is true of these messages in an org; one that was never planned is left out."""
        with reading(self._engine) as connection:
            return {s.key: s for s in states_of(connection, org_id, object_name, keys)}

    def resends(self, run_id: str) -> tuple[Resend, ...]:
        """What a run had sent again on purpose, by key."""
        with reading(self._engine) as connection:
            return resends.of_run(connection, run_id)

    def ordered_since_plan(self, run_id: str, keys: Sequence[str]) -> frozenset[str]:
        """Those of these messages that were sent again on purpose since a run was planned."""
        with reading(self._engine) as connection:
            return resends.ordered_since_plan(connection, run_id, keys)

    def old_ids(self, run_id: str, keys: Sequence[str]) -> Mapping[str, frozenset[str]]:
        """The rows that showed messages as they were before they were sent again on purpose."""
        with reading(self._engine) as connection:
            return resends.old_ids(connection, run_id, keys)

    def sent_sources(
        self, run_id: str, keys: Sequence[str], delivery: Delivery
    ) -> Mapping[str, SourceOfItem]:
        """What those of these messages were made from that any run has sent to the org.

        Args:
            run_id: of the org.
            keys: of the messages.
            delivery: delivered, or sending: those in doubt.
        """
        c, m = t.items.c, t.messages.c
        query = (
            select(c.key, c.run_id, c.original, c.origin)
            .join(t.messages, and_(m.key == c.key, m.run_id == c.run_id))
            .where(m.delivery == delivery)
        )
        with reading(self._engine) as connection:
            run = run_row(connection, run_id)
            here = query.where(m.org_id == run.org_id, m.object == run.object)
            return _sources(connection, here, keys)

    def sources(self, run_id: str, keys: Sequence[str]) -> Mapping[str, SourceOfItem]:
        """What these messages' items in a run were made from."""
        c = t.items.c
        query = select(c.key, c.run_id, c.original, c.origin).where(c.run_id == run_id)
        with reading(self._engine) as connection:
            return _sources(connection, query, keys)

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

    def writer_of(self, run_id: str, now: dt.datetime) -> Writer | None:
        """The process that sends a run, or was ended while it did; None where none does."""
        with reading(self._engine) as connection:
            return leases.writer_of(connection, run_id, now)

    def last_sent_at(self, run_id: str) -> dt.datetime | None:
        """When a message of a run was sent last; None where none was."""
        query = select(func.max(t.attempts.c.sent_at)).where(t.attempts.c.run_id == run_id)
        with reading(self._engine) as connection:
            return connection.execute(query).scalar()

    def runs(self, most: int) -> tuple[Run, ...]:
        """The newest runs, newest first."""
        with reading(self._engine) as connection:
            rows = connection.execute(
                select(t.runs).order_by(t.runs.c.created_at.desc()).limit(most)
            ).all()
        return tuple(run_of(row) for row in rows)

    def runs_since(self, moment: dt.datetime) -> tuple[Run, ...]:
        """The runs that were planned since a time, newest first."""
        c = t.runs.c
        query = select(t.runs).where(c.created_at >= moment).order_by(c.created_at.desc())
        with reading(self._engine) as connection:
            return tuple(run_of(row) for row in connection.execute(query))

    def described(self, run_id: str) -> Described | None:
        """What the org described when a run was planned; None for a run of an older version."""
        query = select(t.describes.c.described).where(t.describes.c.run_id == run_id)
        with reading(self._engine) as connection:
            value = connection.execute(query).scalar()
        return described_of(value) if value is not None else None

    def failures(self, run_id: str) -> Iterator[RecordedFailure]:
        """Every failure of a run as GoTallo listed it, a page at a time."""
        return failures.of_run(self._engine, run_id)

    def failures_only_in(self, run_id: str) -> Iterator[RecordedFailure]:
        """The same without those that a later run has as well."""
        return failures.only_in(self._engine, run_id)

    def unfinished(self, tenant_id: str, window: Window) -> tuple[Run, ...]:
        """The runs over this very window whose sending did not come to its end, newest first.

        One that was narrowed to some of its messages is none over the window.
        """
        c = t.runs.c
        query = (
            select(t.runs)
            .where(
                c.tenant_id == tenant_id,
                c.from_time == window.from_time,
                c.till_time == window.till_time,
                c.state.in_((RunState.SENDING, RunState.STOPPED)),
                c.only == [],
            )
            .order_by(c.created_at.desc())
        )
        with reading(self._engine) as connection:
            return tuple(run_of(row) for row in connection.execute(query))

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
            causes = causes_of(connection, run_id)
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

    def findings(self, run_id: str) -> Mapping[str, tuple[Finding, ...]]:
        """What was found out about the causes of a run, by the cause's id."""
        c = t.findings.c
        query = select(t.findings).where(c.run_id == run_id).order_by(c.topic, c.field, c.digest)
        found: dict[str, tuple[Finding, ...]] = {}
        with reading(self._engine) as connection:
            for row in connection.execute(query):
                found[row.cause_id] = (*found.get(row.cause_id, ()), finding_of(row))
        return found

    def cause_id(self, start: str) -> str:
        """The cause with this id, or the only one whose id starts so; the newer one of an old id.

        Raises:
            UsageError: there is none, or more than one.
        """
        with reading(self._engine) as connection:
            return histories.id_of(connection, start)

    def causes(self, since: dt.datetime) -> tuple[CauseHistory, ...]:
        """Every cause of this ledger across its runs, the one that was met last before the others.

        Args:
            since: from when on the failures are counted by their time.
        """
        with reading(self._engine) as connection:
            return histories.histories(connection, since)

    def cause(self, cause_id: str, since: dt.datetime) -> CauseHistory:
        """One cause across the runs; `cause_id` is whole."""
        with reading(self._engine) as connection:
            (found,) = histories.histories(connection, since, cause_id)
        return found

    def cause_in_runs(self, cause_id: str, most: int) -> tuple[CauseInRun, ...]:
        """What became of a cause in each of its runs, the newest first."""
        with reading(self._engine) as connection:
            return histories.in_runs(connection, histories.ids_of(connection, cause_id), most)

    def cause_examples(self, cause_id: str, most: int) -> tuple[CauseExample, ...]:
        """The newest messages of a cause with what was said to them, each text once."""
        with reading(self._engine) as connection:
            return histories.examples(connection, histories.ids_of(connection, cause_id), most)

    def repaired_fields(self, cause_id: str, since: dt.datetime) -> tuple[RepairedField, ...]:
        """What fixers changed in messages that failed for a cause since a time, the most first."""
        with reading(self._engine) as connection:
            ids = histories.ids_of(connection, cause_id)
            return histories.repaired_fields(connection, ids, since)

    def refusals(self, cause_id: str, org_id: str, since: dt.datetime) -> int:
        """How many messages an org refused for a cause in requests that left after a time."""
        with reading(self._engine) as connection:
            ids = histories.ids_of(connection, cause_id)
            return histories.refusals(connection, ids, org_id, since)

    def open_messages(
        self, tenant_id: str, org_id: str, object_name: str
    ) -> tuple[OpenMessage, ...]:
        """The messages of a tenant that are still open in an object of an org, or in doubt."""
        with reading(self._engine) as connection:
            return histories.open_messages(connection, tenant_id, org_id, object_name)

    def keys_of_cause(self, cause_id: str) -> frozenset[str]:
        """The messages that the org refused for a cause last, or that failed for it."""
        with reading(self._engine) as connection:
            return histories.keys_of(connection, histories.ids_of(connection, cause_id))

    def change_counts(self, run_id: str) -> tuple[ChangeCount, ...]:
        """What the fixers do to what is sent, each value that they made up apart."""
        return self._change_counts(run_id, t.items.c.decision == Decision.READY)

    def waiting_change_counts(self, run_id: str) -> tuple[ChangeCount, ...]:
        """The same of what waits for approval."""
        return self._change_counts(run_id, t.items.c.held_reason == HeldReason.APPROVAL)

    def _change_counts(self, run_id: str, which: ColumnElement[bool]) -> tuple[ChangeCount, ...]:
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
                which,
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

    def parts_of(self, extent: Extent) -> tuple[Part, ...]:
        """The objects that have messages of an extent."""
        return extents.parts_of(self._engine, extent)

    def unreadable_of(self, extent: Extent) -> int:
        """How many messages of an extent could not be read, so that they have no key."""
        return extents.unreadable_of(self._engine, extent)

    def on_record(
        self, extent: Extent, object_name: str, *, page: int = 200
    ) -> Iterator[list[OnRecord]]:
        """The messages of an extent in one object, a page at a time, each once."""
        return extents.on_record(self._engine, extent, object_name, page)

    def doubts_settle_at(self, run_id: str) -> dt.datetime | None:
        """From when on every doubt of a run that says so can be settled; None where none says."""
        c = t.items.c
        query = select(func.max(c.settles_at, type_=t.Instant)).where(
            c.run_id == run_id, c.outcome == Outcome.IN_DOUBT
        )
        with reading(self._engine) as connection:
            return connection.execute(query).scalar()

    def doubtful_since(self, run_id: str) -> dt.datetime | None:
        """When the last request was about to leave that left a message of a run in doubt."""
        i, m = t.items.c, t.messages.c
        with reading(self._engine) as connection:
            run = run_row(connection, run_id)
            query = (
                select(func.max(m.sent_at, type_=t.Instant))
                .join(t.items, i.key == m.key)
                .where(
                    m.org_id == run.org_id,
                    m.object == run.object,
                    m.delivery == Delivery.SENDING,
                    i.run_id == run_id,
                    i.decision == Decision.READY,
                )
            )
            return connection.execute(query).scalar()

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
            causes = causes_of(connection, run_id)
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

    def rejected(self, run_id: str) -> tuple[StoredItem, ...]:
        """The items that the org refused."""
        return self._where(run_id, t.items.c.outcome == Outcome.REJECTED)

    def left_over(self, run_id: str) -> tuple[StoredItem, ...]:
        """The items that wait for a person: held ones, and those that the org refused."""
        c = t.items.c
        held = and_(c.decision == Decision.HELD, c.outcome == Outcome.NOT_SENT)
        return self._where(run_id, or_(held, c.outcome == Outcome.REJECTED))

    def held_by_canary(self, run_id: str) -> tuple[StoredItem, ...]:
        """The items that are held since those of their cause sent ahead were all refused."""
        return self._where(run_id, t.items.c.held_reason == HeldReason.CANARY)

    def heals(self, run_id: str, positions: Sequence[int]) -> Mapping[int, tuple[Heal, ...]]:
        """The repairs of these items after a refusal, oldest first; of none it has no entry."""
        with reading(self._engine) as connection:
            return heals.of(connection, run_id, positions)

    def heals_of_run(self, run_id: str) -> Mapping[int, tuple[Heal, ...]]:
        """The repairs of all items of a run, by position."""
        with reading(self._engine) as connection:
            return heals.of(connection, run_id, heals.positions(connection, run_id))

    def approvals_of_run(self, run_id: str) -> Mapping[int, tuple[Approval, ...]]:
        """What persons approved in a run, by position, oldest first."""
        with reading(self._engine) as connection:
            return approvals.of_run(connection, run_id)

    def amendments_of_run(self, run_id: str) -> Mapping[int, tuple[Amendment, ...]]:
        """What persons changed in a run, by position, oldest first."""
        with reading(self._engine) as connection:
            return amendments.of_run(connection, run_id)

    def waiting(self, run_id: str) -> tuple[Waiting, ...]:
        """Every message of a run, with whether it waits for approval."""
        with reading(self._engine) as connection:
            return approvals.waiting(connection, run_id)

    def heal_counts(self, run_id: str) -> tuple[HealCount, ...]:
        """How many items were repaired alike after a refusal, round by round."""
        with reading(self._engine) as connection:
            return heals.counts(connection, run_id)

    def _where(self, run_id: str, condition: ColumnElement[bool]) -> tuple[StoredItem, ...]:
        query = select(t.items.c.position).where(t.items.c.run_id == run_id, condition)
        with reading(self._engine) as connection:
            positions = list(connection.execute(query.order_by(t.items.c.position)).scalars())
        return tuple(item for part in parts(positions) for item in self._items(run_id, part))

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
            run = run_row(connection, run_id)
            changes: dict[int, list[Any]] = {}
            for row in connection.execute(
                select(t.changes)
                .where(t.changes.c.run_id == run_id, t.changes.c.position.in_(positions))
                .order_by(t.changes.c.position, t.changes.c.number)
            ):
                changes.setdefault(row.position, []).append(change_of(row))
            rows = connection.execute(
                select(t.items, tries().label("attempts"), t.messages.c.sent_at)
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


def _sources(
    connection: Connection, query: Select[Any], keys: Sequence[str]
) -> Mapping[str, SourceOfItem]:
    return {
        row.key: SourceOfItem(row.run_id, row.original, Origin(row.origin) if row.origin else None)
        for part in parts(keys)
        for row in connection.execute(query.where(t.items.c.key.in_(part)))
    }
