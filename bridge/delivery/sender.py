"""Sends a chunk so that each of its messages gets there once, and says what became of each.

The order of every sending: ask the org by key; make the message *sending* in the ledger; let the
request leave; put the answer on record. Whatever stops the process in between leaves a ledger from
which the next `apply` goes on.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import structlog

from bridge.bounds import REST_SECONDS, SETTLE_SECONDS
from bridge.delivery.halt import Halt
from bridge.delivery.holding import hold
from bridge.delivery.limits import Watch, questions
from bridge.delivery.presence import WitnessSchema, ask, shown_by
from bridge.delivery.repeated import told_repeated
from bridge.delivery.resending import advice_for_deleted, without_old_rows
from bridge.diagnosis import cause_of, diagnose_error
from bridge.errors import OrgError, OrgRefused, OrgUnanswered, OrgUnreachable, UsageError
from bridge.events import CallsMade, MessageOutcome, Observer, Settling, Waiting, WaitingFor
from bridge.ledger import (
    AttemptResult,
    Lease,
    Ledger,
    MessageState,
    PendingItem,
    Run,
    Verdict,
    brought_by,
)
from bridge.model import (
    Delivery,
    Diagnosis,
    FieldSchema,
    HeldReason,
    Kind,
    ObjectSchema,
    Outcome,
    Record,
)
from bridge.salesforce import FoundRow, Inserted, InsertResult, Org

Clock = Callable[[], dt.datetime]

LARGEST_BODY = 4_000_000
"""Bytes of records in one call; the platform's own limit is higher, a proxy's may not be."""
MOST_A_CALL = 200
"""Records. Source: REST API Developer Guide, sObject Collections."""

_LONGEST_REST = dt.timedelta(seconds=REST_SECONDS)
_MOST_UNANSWERED = 3
"""Calls in a row."""
_TOO_LARGE = 413
_TOO_MUCH = frozenset({420, 429})
"""Statuses of a request that was not processed because there were too many."""
_SPOILT = frozenset({400, _TOO_LARGE})
"""Statuses of a request that one record may have spoilt for the others."""

_EXCEPTIONS = frozenset({"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "CANNOT_EXECUTE_FLOW_TRIGGER"})

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Tempo:
    """How patient the sender is."""

    tries: int = 4
    """How often a chunk is sent that was turned away for a passing reason."""
    tries_alone: int = 3
    """How often each record of it is sent in a call of its own after that."""
    first_pause: float = 1.0
    """Seconds before the second try; doubled for each further one, with jitter."""
    longest_pause: float = 20.0
    """Seconds."""
    settle_seconds: float = SETTLE_SECONDS
    """How long after its claim a request may still commit."""

    def pause(self, tried: int) -> float:
        """Seconds to wait after this many tries."""
        most = min(self.longest_pause, self.first_pause * 2 ** (tried - 1))
        return random.uniform(most / 2, most)  # noqa: S311  jitter is no secret


class Sender:
    """Sends the items of one run. Safe to use from several lanes."""

    def __init__(
        self,
        *,
        run: Run,
        ledger: Ledger,
        lease: Lease,
        org: Org,
        schema: ObjectSchema,
        key_field: FieldSchema,
        witness: WitnessSchema | None,
        user_id: str,
        halt: Halt,
        watch: Watch,
        clock: Clock,
        tempo: Tempo,
        tell: Observer,
    ) -> None:
        self._run = run
        self._ledger = ledger
        self._lease = lease
        self._org = org
        self._schema = schema
        self._key_field = key_field
        self._witness = witness
        self._user_id = user_id
        self._halt = halt
        self._watch = watch
        self._clock = clock
        self._tempo = tempo
        self._tell = tell
        self._lock = threading.Lock()
        self._tries: dict[int, int] = {}
        """How many times an item was sent, by position."""
        self._waiting: set[str] = set()
        """Conversations that an item in doubt keeps back."""
        self._unanswered_in_a_row = 0
        self._under_way: dict[int, int] = {}
        """How many messages the request of a lane carries that has no answer yet."""

    @property
    def under_way(self) -> tuple[int, ...]:
        """How many messages each request carries that has no answer yet."""
        with self._lock:
            return tuple(self._under_way.values())

    def send(self, items: Sequence[PendingItem], most: int | None = None) -> list[Verdict]:
        """Bring these items to the org, in this order.

        Args:
            items: of one run; those of one conversation in time order.
            most: how many of those that are not there yet may be sent; None for all.

        Returns:
            What became of each that was looked at; an item without a verdict was not touched.
        """
        items = [item for item in items if item.conversation not in self._waiting]
        question_and_insert = questions(len(items)) + 1
        if self._halt.thrown or not items or not self._may_call(question_and_insert):
            return []
        try:
            found = self._ask(items)
        except OrgError as exc:
            self._halt.throw(exc)
            return []
        there = self._there(items, found)
        seen = {verdict.position for verdict in there}
        absent = [item for item in items if item.position not in seen][:most]
        if most is not None:
            absent.sort(key=lambda item: (item.order, item.position))
        for chunk in self._chunks(absent):
            there += self._insert(chunk, 1)
        return there

    def settle(self, items: Sequence[PendingItem], states: Mapping[str, MessageState]) -> None:
        """Find out what became of messages whose request gave no answer, as far as can be told.

        The conversations of those that stay in doubt wait; the others need not any longer.
        """
        self._waiting.clear()
        if items:
            self._tell(Settling(self._run.id, len(items)))
        for start in range(0, len(items), MOST_A_CALL):
            part = items[start : start + MOST_A_CALL]
            if self._halt.thrown:
                return
            try:
                found = self._ask(part)
            except OrgError as exc:
                self._halt.throw(exc)
                return
            self._record(
                part, [self._settled(item, found[item.key], states[item.key]) for item in part]
            )

    def take_over(
        self, items: Sequence[PendingItem], states: Mapping[str, MessageState]
    ) -> list[Verdict]:
        """Put on record the messages that another run has brought there since this one's plan."""
        delivered = [
            self._known_to_be_there(item, states[item.key])
            for item in items
            if item.key in states
            and states[item.key].delivery in (Delivery.DELIVERED, Delivery.PRESENT)
        ]
        self._record(items, delivered)
        return delivered

    def _known_to_be_there(self, item: PendingItem, state: MessageState) -> Verdict:
        """Brought or found by another run; or brought by this one, as another has found out."""
        ours = state.delivery is Delivery.DELIVERED and state.run_id == self._run.id
        return Verdict(
            position=item.position,
            key=item.key,
            delivery=Delivery.DELIVERED if ours else Delivery.PRESENT,
            outcome=Outcome.SYNCED if ours else Outcome.PRESENT,
            salesforce_id=state.salesforce_id,
            attempt=AttemptResult.UNANSWERED if ours else None,
            note="a request gave no answer; another run asked the org by key, and it has it"
            if ours
            else brought_by(state),
        )

    def _may_call(self, calls: int) -> bool:
        return self._watch.may_call(threading.get_ident(), calls)

    def _ask(self, items: Sequence[PendingItem]) -> Mapping[str, tuple[FoundRow, ...]]:
        keys = [item.key for item in items]
        found = ask(self._org, self._schema, self._key_field, keys, witness=self._witness)
        return without_old_rows(found, self._ledger.old_ids(self._run.id, keys))

    def _there(
        self, items: Sequence[PendingItem], found: Mapping[str, tuple[FoundRow, ...]]
    ) -> list[Verdict]:
        """Put on record those that the org has already, and hold those that were deleted there."""
        present: list[Verdict] = []
        deleted: list[PendingItem] = []
        deleted_with_witness: list[PendingItem] = []
        for item in items:
            live = [row for row in found[item.key] if not row.deleted]
            if live:
                present.append(_present(item, live, "", self._user_id))
            elif found[item.key]:
                by_witness = found[item.key][0].witness
                (deleted_with_witness if by_witness else deleted).append(item)
        self._record(items, present)
        hold(
            self._ledger,
            self._run.id,
            deleted,
            HeldReason.DELETED,
            what="somebody deleted it in Salesforce: it is in the recycle bin",
            advice=advice_for_deleted(self._run.plan),
            tell=self._tell,
        )
        hold(
            self._ledger,
            self._run.id,
            deleted_with_witness,
            HeldReason.DELETED,
            what="it was in Salesforce: its row is gone, and what shows it is in the recycle bin",
            advice="Look why somebody deleted it; nothing was inserted.",
            tell=self._tell,
        )
        return present + [
            Verdict(item.position, item.key, Delivery.OPEN, Outcome.NOT_SENT)
            for item in (*deleted, *deleted_with_witness)
        ]

    def _insert(self, chunk: Sequence[_Sendable], tried: int) -> list[Verdict]:
        """Send one chunk. `tried` counts this time."""
        # A part of its call may be in doubt by now: nobody overtakes that.
        chunk = [one for one in chunk if one.item.conversation not in self._waiting]
        if self._halt.thrown or not chunk or not self._may_call(1):
            return []
        claim = self._ledger.claim(
            self._run.id, [one.item for one in chunk], self._lease, self._clock()
        )
        mine = [one for one in chunk if one.item.key in claim.granted]
        elsewhere = self.take_over(
            [one.item for one in chunk], {state.key: state for state in claim.refused}
        )
        if not mine:
            return elsewhere
        self._count_tries(mine)
        if self._clock() - claim.sent_at > _LONGEST_REST:
            # The process slept: by now somebody else may have taken the messages for lost.
            self._reopen(mine, claim.sent_at, AttemptResult.NOT_ARRIVED)
            return elsewhere + self._insert(mine, tried)
        try:
            with self._counted_under_way(len(mine)):
                results = self._org.insert(self._schema.name, [one.record for one in mine])
        except OrgUnreachable as exc:
            return elsewhere + self._not_arrived(mine, claim.sent_at, tried, exc)
        except OrgRefused as exc:
            return elsewhere + self._turned_away(mine, claim.sent_at, tried, exc)
        except OrgUnanswered as exc:
            return elsewhere + self._unanswered(mine, claim.sent_at, tried, exc)
        except UsageError:
            self._reopen(mine, claim.sent_at, AttemptResult.NOT_ARRIVED)
            raise
        return elsewhere + self._answered(mine, results, claim.sent_at, tried)

    @contextmanager
    def _counted_under_way(self, messages: int) -> Iterator[None]:
        lane = threading.get_ident()
        with self._lock:
            self._under_way[lane] = messages
        try:
            yield
        finally:
            with self._lock:
                del self._under_way[lane]

    def _answered(
        self,
        chunk: Sequence[_Sendable],
        results: Sequence[InsertResult],
        sent_at: dt.datetime,
        tried: int,
    ) -> list[Verdict]:
        """Each record has an answer of its own."""
        self._unanswered_in_a_row = 0
        verdicts: list[Verdict] = []
        passing: list[_Sendable] = []
        together: list[_Sendable] = []
        repeated: list[tuple[_Sendable, Verdict]] = []
        for one, result in zip(chunk, results, strict=True):
            verdict = _verdict(one.item, result, sent_at)
            kind = verdict.diagnosis.kind if verdict.diagnosis else None
            if kind is Kind.STOP:
                self._halt.throw(_stopped_by(verdict))
                verdict = replace(verdict, outcome=Outcome.NOT_SENT)
            elif kind is Kind.TRANSIENT and tried < self._tempo.tries + self._tempo.tries_alone:
                passing.append(one)
                verdict = replace(verdict, outcome=Outcome.NOT_SENT)
            elif len(chunk) > 1 and _by_an_exception(verdict):
                together.append(one)
                verdict = replace(verdict, outcome=Outcome.NOT_SENT)
            elif verdict.diagnosis and verdict.diagnosis.code == "DUPLICATE_VALUE":
                repeated.append((one, verdict))
                continue
            verdicts.append(verdict)
        items = [one.item for one in chunk]
        self._record(items, verdicts)
        settled = self._repeated(repeated)
        self._record(items, settled)
        verdicts += settled
        again = {one.item.position for one in (*passing, *together)}
        final = [v for v in verdicts if v.position not in again]
        if together:
            final += self._in_halves(together, "an exception in a trigger or flow")
        if passing:
            final += self._again(passing, tried)
        return final

    def _repeated(self, refused: Sequence[tuple[_Sendable, Verdict]]) -> list[Verdict]:
        """Those refused since a unique value is there already: the key's, or another field's.

        Where the org refused the record itself for its key, the message is there, though this user
        may not see it.
        """
        if not refused:
            return []
        try:
            found = self._ask([one.item for one, _ in refused])
        except OrgError as exc:
            self._halt.throw(exc)
            return [replace(verdict, outcome=Outcome.NOT_SENT) for _, verdict in refused]
        return [
            replace(
                _present(one.item, rows, "the org refused a second one", self._user_id),
                attempt=AttemptResult.REFUSED,
            )
            if (rows := found[one.item.key])
            else self._unseen(one.item, verdict, found)
            for one, verdict in refused
        ]

    def _unseen(
        self,
        item: PendingItem,
        verdict: Verdict,
        found: Mapping[str, tuple[FoundRow, ...]],
    ) -> Verdict:
        diagnosis = verdict.diagnosis
        name = self._key_field.name
        if diagnosis is None or not (name in diagnosis.fields or f" {name} " in diagnosis.message):
            return verdict
        if diagnosis.outer_code is not None or diagnosis.steps:
            # Of a record that a trigger or flow makes: its field may have the name of ours.
            return verdict
        if any(rows and key.casefold() == item.key.casefold() for key, rows in found.items()):
            # The field ignores case: it is another message that the org has.
            return verdict
        return Verdict(
            position=item.position,
            key=item.key,
            delivery=Delivery.PRESENT,
            outcome=Outcome.PRESENT,
            sent_at=verdict.sent_at,
            attempt=AttemptResult.REFUSED,
            note="the org refused a second one; this user can't see the first",
        )

    def _not_arrived(
        self, chunk: Sequence[_Sendable], sent_at: dt.datetime, tried: int, exc: OrgUnreachable
    ) -> list[Verdict]:
        """The request certainly did not leave."""
        self._reopen(chunk, sent_at, AttemptResult.NOT_ARRIVED)
        return self._again_together(chunk, tried, exc)

    def _turned_away(
        self, chunk: Sequence[_Sendable], sent_at: dt.datetime, tried: int, exc: OrgRefused
    ) -> list[Verdict]:
        """The org did nothing of the call: for a passing reason, for one record's, or for all."""
        diagnosis = diagnose_error(exc.code, exc.message, ())
        if exc.status in _TOO_MUCH or diagnosis.kind is Kind.TRANSIENT:
            self._reopen(chunk, sent_at, AttemptResult.REFUSED)
            return self._again_together(chunk, tried, exc)
        by_the_org = bool(exc.code) or exc.status == _TOO_LARGE
        if exc.status not in _SPOILT or diagnosis.kind is Kind.STOP or not by_the_org:
            self._reopen(chunk, sent_at, AttemptResult.REFUSED)
            self._halt.throw(exc)
            return []
        if len(chunk) == 1:
            verdict = _rejected(chunk[0].item, diagnosis, exc.message, sent_at)
            self._record([chunk[0].item], [verdict])
            return [verdict]
        self._reopen(chunk, sent_at, AttemptResult.REFUSED)
        return self._in_halves(chunk, exc.code)

    def _in_halves(self, chunk: Sequence[_Sendable], why: str) -> list[Verdict]:
        """Send the records again in two calls: one of them spoilt the call for the others."""
        log.info("chunk.bisected", run=self._run.id, records=len(chunk), why=why)
        middle = (len(chunk) + 1) // 2
        return self._insert(chunk[:middle], 1) + self._insert(chunk[middle:], 1)

    def _unanswered(
        self, chunk: Sequence[_Sendable], sent_at: dt.datetime, tried: int, exc: OrgUnanswered
    ) -> list[Verdict]:
        """The request may have been carried out: only the org knows."""
        items = [one.item for one in chunk]
        left_at = self._clock()
        log.warning("chunk.unanswered", run=self._run.id, records=len(chunk))
        try:
            found = self._ask(items)
        except OrgError as also:
            verdicts = [self._in_doubt(item, left_at) for item in items]
            self._record(items, verdicts)
            self._halt.throw(also)
            return verdicts
        verdicts = [self._answer_lost(one, found[one.key], sent_at, left_at) for one in items]
        self._record(items, verdicts)
        self._brake(verdicts, exc)
        open_again = {v.position for v in verdicts if v.delivery is Delivery.OPEN}
        rest = [one for one in chunk if one.item.position in open_again]
        done = [v for v in verdicts if v.position not in open_again]
        return done + self._again_together(rest, tried, exc) if rest else done

    def _settled(self, item: PendingItem, rows: Sequence[FoundRow], state: MessageState) -> Verdict:
        """What an earlier request came to, which may have been another run's."""
        sent_at = state.sent_at or self._clock()
        verdict = self._answer_lost(item, rows, sent_at, sent_at)
        if verdict.outcome is Outcome.SYNCED and state.run_id != self._run.id:
            note = f"a request of run {state.run_id} brought it there"
            return replace(verdict, outcome=Outcome.PRESENT, note=note)
        return verdict

    def _answer_lost(
        self,
        item: PendingItem,
        rows: Sequence[FoundRow],
        claimed_at: dt.datetime,
        left_at: dt.datetime,
    ) -> Verdict:
        """What an unanswered request came to.

        A row that is there settles it. No row settles it at once where the key is unique, since a
        second insert would be refused; else only when the request can't commit any more.

        Args:
            item: that the request carried.
            rows: what the org has of it.
            claimed_at: the claim that this ends.
            left_at: no earlier than the request left.
        """
        if rows:
            return _found(item, rows, self._user_id)
        if self._key_field.unique or self._clock() >= self._until(left_at):
            return Verdict(
                position=item.position,
                key=item.key,
                delivery=Delivery.OPEN,
                outcome=Outcome.NOT_SENT,
                sent_at=claimed_at,
                attempt=AttemptResult.UNANSWERED,
                note="a request gave no answer; the org does not have it",
            )
        return self._in_doubt(item, left_at)

    def _in_doubt(self, item: PendingItem, left_at: dt.datetime) -> Verdict:
        with self._lock:
            self._waiting.add(item.conversation)
        return Verdict(
            position=item.position,
            key=item.key,
            delivery=Delivery.SENDING,
            outcome=Outcome.IN_DOUBT,
            sent_at=left_at,
            attempt=AttemptResult.UNANSWERED,
            note="a request gave no answer; it can be settled from "
            f"{self._until(left_at):%Y-%m-%d %H:%M:%S} UTC",
            settles_at=self._until(left_at),
        )

    def _brake(self, verdicts: Sequence[Verdict], exc: OrgUnanswered) -> None:
        """End the run where call after call gives no answer and nothing can be settled."""
        with self._lock:
            if all(verdict.outcome is Outcome.IN_DOUBT for verdict in verdicts):
                self._unanswered_in_a_row += 1
            if self._unanswered_in_a_row >= _MOST_UNANSWERED:
                self._halt.throw(exc)

    def _count_tries(self, chunk: Sequence[_Sendable]) -> None:
        with self._lock:
            for one in chunk:
                before = self._tries.get(one.item.position, one.item.attempts)
                self._tries[one.item.position] = before + 1

    def _until(self, sent_at: dt.datetime) -> dt.datetime:
        return sent_at + dt.timedelta(seconds=self._tempo.settle_seconds)

    def _again_together(
        self, chunk: Sequence[_Sendable], tried: int, exc: OrgError
    ) -> list[Verdict]:
        """Send the chunk once more, or end the run where that did not help often enough."""
        if tried >= self._tempo.tries:
            self._halt.throw(exc)
            return []
        self._pause(tried)
        return self._insert(chunk, tried + 1)

    def _again(self, chunk: Sequence[_Sendable], tried: int) -> list[Verdict]:
        """Send records that were refused for a passing reason: together, in the end each alone."""
        self._pause(tried)
        if tried < self._tempo.tries:
            return self._insert(chunk, tried + 1)
        return [verdict for one in chunk for verdict in self._insert([one], tried + 1)]

    def _pause(self, tried: int) -> None:
        seconds = self._tempo.pause(tried)
        if seconds:
            until = self._clock() + dt.timedelta(seconds=seconds)
            says = "Salesforce turned a call away for a passing reason. Waiting to send it again."
            self._tell(Waiting(WaitingFor.THE_ORG, until, says))
        self._halt.pause(seconds)

    def _reopen(
        self, chunk: Sequence[_Sendable], sent_at: dt.datetime, attempt: AttemptResult
    ) -> None:
        self._record(
            [one.item for one in chunk],
            [
                Verdict(
                    position=one.item.position,
                    key=one.item.key,
                    delivery=Delivery.OPEN,
                    outcome=Outcome.NOT_SENT,
                    sent_at=sent_at,
                    attempt=attempt,
                )
                for one in chunk
            ],
        )

    def _chunks(self, items: Sequence[PendingItem]) -> Iterator[list[_Sendable]]:
        """In order, each within the limits of one call."""
        for start in range(0, len(items), MOST_A_CALL):
            part = items[start : start + MOST_A_CALL]
            records = self._ledger.records(self._run.id, [item.position for item in part])
            chunk: list[_Sendable] = []
            size = 0
            for item in part:
                record = records[item.position]
                bytes_of_it = len(json.dumps(record))
                if chunk and size + bytes_of_it > LARGEST_BODY:
                    yield chunk
                    chunk, size = [], 0
                chunk.append(_Sendable(item, record))
                size += bytes_of_it
            yield chunk

    def _record(self, items: Sequence[PendingItem], verdicts: Sequence[Verdict]) -> None:
        self._ledger.record(self._run.id, verdicts)
        by_position = {item.position: item for item in items}
        final = [v for v in verdicts if v.outcome is not Outcome.NOT_SENT]
        for verdict in final:
            item = by_position[verdict.position]
            self._tell(
                MessageOutcome(
                    self._run.id,
                    verdict.key,
                    item.cause_id,
                    verdict.outcome,
                    code=verdict.diagnosis.code if verdict.diagnosis else None,
                    refused_for=verdict.cause.id if verdict.cause else None,
                    salesforce_id=verdict.salesforce_id,
                    attempt=self._tries.get(item.position, item.attempts),
                    fixers=item.fixers,
                    risk=item.risk,
                )
            )
        self._watch.outcomes(final)
        usage = self._org.usage
        self._tell(CallsMade(self._org.calls, usage.left if usage else None))


@dataclass(frozen=True, slots=True)
class _Sendable:
    """An item with its record in hand."""

    item: PendingItem
    record: Record


def _verdict(item: PendingItem, result: InsertResult, sent_at: dt.datetime) -> Verdict:
    if isinstance(result, Inserted):
        return Verdict(
            position=item.position,
            key=item.key,
            delivery=Delivery.DELIVERED,
            outcome=Outcome.SYNCED,
            sent_at=sent_at,
            salesforce_id=result.id,
            attempt=AttemptResult.ACCEPTED,
        )
    error = result.errors[0]
    diagnosis = diagnose_error(error.code, error.message, error.fields)
    return _rejected(item, diagnosis, f"{error.code}: {error.message}", sent_at)


def _rejected(item: PendingItem, diagnosis: Diagnosis, text: str, sent_at: dt.datetime) -> Verdict:
    return Verdict(
        position=item.position,
        key=item.key,
        delivery=Delivery.OPEN,
        outcome=Outcome.REJECTED,
        sent_at=sent_at,
        diagnosis=diagnosis,
        cause=cause_of(diagnosis),
        error_text=text,
        attempt=AttemptResult.REFUSED,
    )


def _by_an_exception(verdict: Verdict) -> bool:
    """Whether a trigger or flow threw: then every record of the call that came so far is refused.

    Source: Apex Developer Guide, "Trigger Exceptions": an unhandled exception rolls back all.
    """
    diagnosis = verdict.diagnosis
    return diagnosis is not None and not _EXCEPTIONS.isdisjoint(
        (diagnosis.code, diagnosis.outer_code)
    )


def _present(item: PendingItem, rows: Sequence[FoundRow], note: str, user_id: str) -> Verdict:
    notes = (note, shown_by(rows) or told_repeated(rows, user_id))
    return Verdict(
        position=item.position,
        key=item.key,
        delivery=Delivery.PRESENT,
        outcome=Outcome.PRESENT,
        salesforce_id=None if rows[0].witness else rows[0].id,
        note="; ".join(part for part in notes if part),
    )


def _found(item: PendingItem, rows: Sequence[FoundRow], user_id: str) -> Verdict:
    """The verdict on a message whose request gave no answer and which the org has."""
    has_it = "" if rows[0].witness else "; the org was asked by key and has it"
    found = _present(item, rows, f"a request gave no answer{has_it}", user_id)
    found = replace(found, attempt=AttemptResult.UNANSWERED)
    if rows[0].witness or rows[0].created_by != user_id:
        return found
    return replace(found, delivery=Delivery.DELIVERED, outcome=Outcome.SYNCED)


def _stopped_by(verdict: Verdict) -> OrgRefused:
    code = verdict.diagnosis.code if verdict.diagnosis else None
    return OrgRefused(
        f"Salesforce takes no more records now: {verdict.error_text[:300]}",
        "Look at the org's limits in Setup, then go on with bridge apply.",
        code=code or "",
    )
