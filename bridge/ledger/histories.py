"""Causes across runs: when they were met, how their messages stand, who looks after them.

A message is counted under one cause: what it was refused for last, else what it failed for, as its
newest run has it. A fingerprint that gets better gives the same texts other ids: then the old id
leads to the new one, which has its history too.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    Subquery,
    case,
    func,
    literal,
    or_,
    select,
    type_coerce,
    union_all,
)

from bridge.errors import UsageError
from bridge.ledger import tables as t
from bridge.ledger.rows import RunState
from bridge.ledger.storing import cause_of
from bridge.model import Cause, Decision, Delivery, Outcome

_TEN_MINUTES = 15
"""Characters of an ISO 8601 time up to the tens of its minutes."""
_LEAST_LETTERS = 3
"""Of a cause's id, to name it by its start."""


@dataclass(frozen=True, slots=True)
class Care:
    """Who looks after a cause."""

    owner: str
    note: str
    at: dt.datetime
    """When that was said last."""


@dataclass(frozen=True, slots=True)
class MessagesOfCause:
    """How many messages of a cause stand where, each counted under one cause."""

    open: int = 0
    """Not in the org, as far as we know."""
    held: int = 0
    """Of the open ones: what its newest run holds."""
    rejected: int = 0
    """Of the open ones: what the org refused in its newest run."""
    in_doubt: int = 0
    skipped: int = 0
    """Not in the org, and left out on purpose."""
    delivered: int = 0
    """Inserted by the bridge."""
    present: int = 0
    """In the org already."""

    @property
    def ready(self) -> int:
        """Of the open ones: what its newest run would send."""
        return self.open - self.held - self.rejected

    @property
    def unfinished(self) -> int:
        """How many are not where they should be."""
        return self.open + self.in_doubt

    @property
    def there(self) -> int:
        return self.delivered + self.present


@dataclass(frozen=True, slots=True)
class RunOfCause:
    """The newest run that met a cause."""

    id: str
    created_at: dt.datetime
    zone: str
    org_id: str
    namespace: str
    """Of the package; empty where the object has none."""


@dataclass(frozen=True, slots=True)
class CauseHistory:
    """A cause across the runs of a ledger."""

    cause: Cause
    """As its newest run has it."""
    former_ids: tuple[str, ...]
    """The ids that it had before the fingerprint got better."""
    orgs: tuple[str, ...]
    """Names of the orgs in which it was met."""
    newest_run: RunOfCause
    runs: int
    only_planned: int
    """How many of the runs were never sent."""
    first_seen: dt.datetime
    last_seen: dt.datetime
    messages: MessagesOfCause
    failures: Mapping[dt.datetime, int]
    """How many failed in the ten minutes from each of these times on, since the asked one."""
    care: Care | None


@dataclass(frozen=True, slots=True)
class CauseInRun:
    """What became in one run of the messages that had failed for a cause."""

    run_id: str
    created_at: dt.datetime
    zone: str
    state: RunState
    outcomes: Mapping[tuple[Decision, Outcome], int]


@dataclass(frozen=True, slots=True)
class CauseExample:
    """A message that failed for a cause, or was refused for it."""

    run_id: str
    key: str | None
    text: str


@dataclass(frozen=True, slots=True)
class RepairedField:
    """A field that a fixer changes in messages of a cause."""

    field: str
    fixer: str
    messages: int
    moments: tuple[dt.datetime, ...]
    """In which ten minutes they failed."""


def histories(
    connection: Connection, since: dt.datetime, only: str | None = None
) -> tuple[CauseHistory, ...]:
    """Every cause of a ledger, or one; the newest first.

    Args:
        connection: to read from.
        since: from when on the failures are counted by their time.
        only: the id of the one.
    """
    became = _became(connection)
    causes: dict[str, Cause] = {}
    for row in connection.execute(
        select(t.causes)
        .join(t.runs, t.runs.c.id == t.causes.c.run_id)
        .order_by(t.runs.c.created_at)
    ):
        causes[row.id] = cause_of(row)
    wanted = [only] if only is not None else [one for one in causes if one not in became]
    former: dict[str, list[str]] = {}
    for old, new in became.items():
        former.setdefault(new, []).append(old)
    seen = _Seen(connection, since)
    care = _all_care(connection)
    found = []
    for cause_id in wanted:
        ids = (cause_id, *sorted(former.get(cause_id, ())))
        if not seen.has(ids):
            continue
        found.append(
            CauseHistory(
                cause=causes[cause_id],
                former_ids=ids[1:],
                orgs=seen.orgs(ids),
                newest_run=seen.newest_run(ids),
                runs=seen.runs(ids),
                only_planned=seen.only_planned(ids),
                first_seen=seen.first(ids),
                last_seen=seen.last(ids),
                messages=seen.messages(ids),
                failures=seen.failures(ids),
                care=next((care[one] for one in ids if one in care), None),
            )
        )
    return tuple(sorted(found, key=lambda one: one.last_seen, reverse=True))


def id_of(connection: Connection, start: str) -> str:
    """The cause with this id, or the only one whose id starts so; the newer one of an old id.

    A list numbers its causes, and a number is no start of an id: so few letters name none.

    Raises:
        UsageError: there is none, or more than one, or the start is too short to name one.
    """
    if len(start) < _LEAST_LETTERS:
        raise UsageError(
            f'"{start}" is too short for the id of a cause',
            f"Give at least {_LEAST_LETTERS} of its letters: bridge causes lists the ids.",
        )
    query = (
        select(t.causes.c.id)
        .where(t.causes.c.id.startswith(start, autoescape=True))
        .distinct()
        .order_by(t.causes.c.id)
    )
    became = _became(connection)
    ids = dict.fromkeys(became.get(one, one) for one in connection.execute(query).scalars())
    if not ids:
        raise UsageError(
            f'No cause "{start}" in this ledger', "bridge causes --all lists those it has."
        )
    if len(ids) > 1:
        raise UsageError(
            f'"{start}" may mean {", ".join(list(ids)[:5])}',
            "Give one more letter of the cause's id.",
        )
    (found,) = ids
    return str(found)


def ids_of(connection: Connection, cause_id: str) -> tuple[str, ...]:
    """The id of a cause, and those that it had before."""
    return (cause_id, *(old for old, new in _became(connection).items() if new == cause_id))


def care_of(connection: Connection, cause_id: str) -> Care | None:
    """Who looks after a cause, under its id or one that it had before."""
    care = _all_care(connection)
    return next((care[one] for one in ids_of(connection, cause_id) if one in care), None)


def _all_care(connection: Connection) -> Mapping[str, Care]:
    return {
        row.cause_id: Care(row.owner, row.note, row.at)
        for row in connection.execute(select(t.care))
    }


def in_runs(connection: Connection, ids: Sequence[str], most: int) -> tuple[CauseInRun, ...]:
    """What became of a cause in each run, the newest first."""
    c = t.items.c
    of_run = (t.runs.c.created_at, t.runs.c.zone, t.runs.c.state)
    columns = (c.run_id, *of_run, c.decision, c.outcome)
    query = (
        select(*columns, func.count().label("n"))
        .join(t.runs, t.runs.c.id == c.run_id)
        .where(or_(c.cause_id.in_(ids), _refused_for(ids)), t.runs.c.state != RunState.PLANNING)
        .group_by(*columns)
        .order_by(t.runs.c.created_at.desc(), c.run_id)
    )
    found: dict[str, CauseInRun] = {}
    for row in connection.execute(query):
        outcome = (Decision(row.decision), Outcome(row.outcome))
        before = found[row.run_id].outcomes if row.run_id in found else {}
        found[row.run_id] = CauseInRun(
            run_id=row.run_id,
            created_at=row.created_at,
            zone=row.zone,
            state=RunState(row.state),
            outcomes={**before, outcome: row.n},
        )
    return tuple(found.values())[:most]


def refusals(connection: Connection, ids: Sequence[str], org_id: str, since: dt.datetime) -> int:
    """How many messages an org refused for a cause in requests that left after a time."""
    c = t.items.c
    query = (
        select(func.count(c.key.distinct()))
        .join(t.runs, t.runs.c.id == c.run_id)
        .join(
            t.attempts,
            (t.attempts.c.run_id == c.run_id) & (t.attempts.c.position == c.position),
        )
        .where(_refused_for(ids), t.runs.c.org_id == org_id, t.attempts.c.sent_at > since)
    )
    return int(connection.execute(query).scalar_one())


def examples(connection: Connection, ids: Sequence[str], most: int) -> tuple[CauseExample, ...]:
    """The newest messages of a cause with what was said to them, each text once."""
    c = t.items.c
    said = (
        select(
            c.run_id,
            c.key,
            t.runs.c.created_at,
            case((_refused_for(ids), c.rejection_text), else_=c.error_text).label("text"),
        )
        .join(t.runs, t.runs.c.id == c.run_id)
        .where(or_(c.cause_id.in_(ids), _refused_for(ids)))
        .subquery()
    )
    query = (
        select(
            func.min(said.c.run_id).label("run_id"),
            func.min(said.c.key).label("key"),
            said.c.text,
        )
        .where(said.c.text.is_not(None))
        .group_by(said.c.text)
        .order_by(func.max(said.c.created_at).desc(), said.c.text)
        .limit(most)
    )
    return tuple(CauseExample(row.run_id, row.key, row.text) for row in connection.execute(query))


def repaired_fields(
    connection: Connection, ids: Sequence[str], since: dt.datetime
) -> tuple[RepairedField, ...]:
    """What fixers changed in messages that failed for a cause since a time, the most first."""
    c = t.items.c
    changed = (
        select(
            t.changes.c.field,
            t.changes.c.fixer,
            c.key,
            _moment_of_failure().label("moment"),
            func.substr(_moment_of_failure(), 1, _TEN_MINUTES).label("start"),
        )
        .select_from(t.changes)
        .join(t.items, (c.run_id == t.changes.c.run_id) & (c.position == t.changes.c.position))
        .join(t.runs, t.runs.c.id == c.run_id)
        .where(c.cause_id.in_(ids), c.decision == Decision.READY)
        .subquery()
    )
    columns = (changed.c.field, changed.c.fixer, changed.c.start)
    query = (
        select(*columns, func.count(changed.c.key.distinct()))
        .where(changed.c.moment >= _as_text(since))
        .group_by(*columns)
    )
    found: dict[tuple[str, str], Counter[dt.datetime]] = {}
    for field, fixer, start, number in connection.execute(query):
        found.setdefault((field, fixer), Counter())[_start(start)] += number
    return tuple(
        RepairedField(field, fixer, moments.total(), tuple(sorted(moments)))
        for (field, fixer), moments in sorted(found.items(), key=lambda one: -one[1].total())
    )


@dataclass(frozen=True, slots=True)
class OpenMessage:
    """A message that is not in the org, with the window of the run that met it last."""

    key: str
    from_time: dt.datetime
    till_time: dt.datetime
    zone: str


def open_messages(
    connection: Connection, tenant_id: str, org_id: str, object_name: str
) -> tuple[OpenMessage, ...]:
    """The messages of a tenant that are still open in an object of an org, or in doubt."""
    newest = _newest(t.runs.c.tenant_id == tenant_id)
    query = (
        select(newest.c.key, t.runs.c.from_time, t.runs.c.till_time, t.runs.c.zone)
        .join(t.runs, t.runs.c.id == newest.c.run_id)
        .join(t.messages, _its_message(newest))
        .where(
            newest.c.rank == 1,
            newest.c.org_id == org_id,
            newest.c.object == object_name,
            ~_left_out_on_purpose(newest),
            t.messages.c.delivery.in_((Delivery.OPEN, Delivery.SENDING)),
        )
        .order_by(t.runs.c.from_time, newest.c.key)
    )
    return tuple(
        OpenMessage(row.key, row.from_time, row.till_time, row.zone)
        for row in connection.execute(query)
    )


def keys_of(connection: Connection, ids: Sequence[str]) -> frozenset[str]:
    """The messages that the org refused for a cause last, or that failed for it where it did not.

    Of each the newest run counts.
    """
    newest = _newest(literal(value=True))
    query = select(newest.c.key).where(newest.c.rank == 1, newest.c.cause_id.in_(ids))
    return frozenset(connection.execute(query).scalars())


class _Seen:
    """The figures of all causes, read at once."""

    def __init__(self, connection: Connection, since: dt.datetime) -> None:
        self._met: dict[str, list[Any]] = {}
        met = _met()
        span = (
            select(
                met.c.cause_id,
                met.c.run_id,
                func.min(met.c.moment).label("first"),
                func.max(met.c.moment).label("last"),
            )
            .group_by(met.c.cause_id, met.c.run_id)
            .subquery()
        )
        run = t.runs.c
        of_run = (run.org_name, run.state, run.created_at, run.zone, run.org_id, run.namespace)
        for row in connection.execute(
            select(span, *of_run).join(t.runs, t.runs.c.id == span.c.run_id)
        ):
            self._met.setdefault(row.cause_id, []).append(row)
        self._failures: dict[str, Counter[dt.datetime]] = {}
        for cause_id, ten_minutes, number in connection.execute(
            select(met.c.cause_id, met.c.start, func.count(met.c.key.distinct()))
            .where(met.c.moment >= _as_text(since))
            .group_by(met.c.cause_id, met.c.start)
        ):
            self._failures.setdefault(cause_id, Counter())[_start(ten_minutes)] += number
        self._messages: dict[str, Counter[str]] = {}
        for cause_id, state, number in connection.execute(_states()):
            self._messages.setdefault(cause_id, Counter())[state] += number

    def has(self, ids: Sequence[str]) -> bool:
        return any(one in self._met for one in ids)

    def orgs(self, ids: Sequence[str]) -> tuple[str, ...]:
        return tuple(sorted({row.org_name for row in self._rows(ids)}))

    def newest_run(self, ids: Sequence[str]) -> RunOfCause:
        row = max(self._rows(ids), key=lambda row: (row.created_at, row.run_id))
        return RunOfCause(row.run_id, row.created_at, row.zone, row.org_id, row.namespace)

    def runs(self, ids: Sequence[str]) -> int:
        return len({row.run_id for row in self._rows(ids)})

    def only_planned(self, ids: Sequence[str]) -> int:
        return len({row.run_id for row in self._rows(ids) if row.state == RunState.PLANNED})

    def first(self, ids: Sequence[str]) -> dt.datetime:
        return min(_time(row.first) for row in self._rows(ids))

    def last(self, ids: Sequence[str]) -> dt.datetime:
        return max(_time(row.last) for row in self._rows(ids))

    def messages(self, ids: Sequence[str]) -> MessagesOfCause:
        counted: Counter[str] = Counter()
        for one in ids:
            counted.update(self._messages.get(one, Counter()))
        held, rejected = counted[Decision.HELD], counted[Outcome.REJECTED]
        return MessagesOfCause(
            open=counted[Delivery.OPEN] + held + rejected,
            held=held,
            rejected=rejected,
            in_doubt=counted[Delivery.SENDING],
            skipped=counted[Decision.SKIPPED],
            delivered=counted[Delivery.DELIVERED],
            present=counted[Delivery.PRESENT],
        )

    def failures(self, ids: Sequence[str]) -> Mapping[dt.datetime, int]:
        counted: Counter[dt.datetime] = Counter()
        for one in ids:
            counted.update(self._failures.get(one, Counter()))
        return dict(sorted(counted.items()))

    def _rows(self, ids: Sequence[str]) -> list[Any]:
        return [row for one in ids for row in self._met.get(one, ())]


def _met() -> Subquery:
    """Each time that a message failed for a cause, or was refused for another than that."""
    c = t.items.c
    whole = t.runs.c.state != RunState.PLANNING
    failed = (
        select(
            c.cause_id,
            c.run_id,
            c.key,
            _moment_of_failure().label("moment"),
        )
        .join(t.runs, t.runs.c.id == c.run_id)
        .where(whole)
    )
    refused = (
        select(
            c.rejection_cause_id.label("cause_id"),
            c.run_id,
            c.key,
            type_coerce(t.runs.c.created_at, String).label("moment"),
        )
        .join(t.runs, t.runs.c.id == c.run_id)
        .where(
            whole,
            c.outcome == Outcome.REJECTED,
            c.rejection_cause_id.is_not(None),
            c.rejection_cause_id != c.cause_id,
        )
    )
    both = union_all(failed, refused).subquery()
    start = func.substr(both.c.moment, 1, _TEN_MINUTES).label("start")
    return select(both, start).subquery()


def _states() -> Select[Any]:
    """How many messages of each cause stand where."""
    newest = _newest(literal(value=True))
    is_open = t.messages.c.delivery == Delivery.OPEN
    state = case(
        (is_open & _left_out_on_purpose(newest), Decision.SKIPPED.value),
        (is_open & (newest.c.decision == Decision.HELD), Decision.HELD.value),
        (is_open & (newest.c.outcome == Outcome.REJECTED), Outcome.REJECTED.value),
        else_=t.messages.c.delivery,
    )
    standing = (
        select(newest.c.cause_id, state.label("state"))
        .join(t.messages, _its_message(newest))
        .where(newest.c.rank == 1)
        .subquery()
    )
    columns = (standing.c.cause_id, standing.c.state)
    return select(*columns, func.count()).group_by(*columns)


def _newest(condition: ColumnElement[bool]) -> Subquery:
    """The items of messages, ranked: 1 is the one of the newest run."""
    c = t.items.c
    refused = (c.outcome == Outcome.REJECTED) & c.rejection_cause_id.is_not(None)
    return (
        select(
            c.run_id,
            c.key,
            c.decision,
            c.held_what,
            c.outcome,
            t.runs.c.org_id,
            t.runs.c.object,
            case((refused, c.rejection_cause_id), else_=c.cause_id).label("cause_id"),
            func.row_number()
            .over(
                partition_by=(t.runs.c.org_id, t.runs.c.object, c.key),
                order_by=(t.runs.c.created_at.desc(), c.run_id),
            )
            .label("rank"),
        )
        .join(t.runs, t.runs.c.id == c.run_id)
        .where(c.key.is_not(None), t.runs.c.state != RunState.PLANNING, condition)
        .subquery()
    )


def beyond_limit(most: int | str) -> str:
    """What is said of a message that a limit left for the next run."""
    return f"beyond the {most} earliest that this run may send"


def _left_out_on_purpose(newest: Subquery) -> ColumnElement[bool]:
    """Skipped by the mapping. What a limit left for the next run is as open as before."""
    by_limit = func.coalesce(newest.c.held_what, "").like(beyond_limit("%"))
    return (newest.c.decision == Decision.SKIPPED) & ~by_limit


def _its_message(newest: Subquery) -> ColumnElement[bool]:
    return (
        (t.messages.c.org_id == newest.c.org_id)
        & (t.messages.c.object == newest.c.object)
        & (t.messages.c.key == newest.c.key)
    )


def _became(connection: Connection) -> Mapping[str, str]:
    """Old id → new id, where a newer run reads each text of the old cause as of one other cause."""
    old, new = t.items.alias(), t.items.alias()
    run_of_old, run_of_new = t.runs.alias(), t.runs.alias()
    moved = (
        select(t.items.c.key)
        .group_by(t.items.c.key)
        .having(func.count(t.items.c.cause_id.distinct()) > 1)
    )
    query = (
        select(old.c.cause_id, new.c.cause_id)
        .join(new, (new.c.key == old.c.key) & (new.c.error_text == old.c.error_text))
        .join(run_of_old, run_of_old.c.id == old.c.run_id)
        .join(run_of_new, run_of_new.c.id == new.c.run_id)
        .where(
            old.c.key.in_(moved),
            old.c.cause_id != new.c.cause_id,
            run_of_new.c.created_at > run_of_old.c.created_at,
        )
        .distinct()
    )
    pairs: dict[str, set[str]] = {}
    for before, after in connection.execute(query):
        pairs.setdefault(before, set()).add(after)
    single = {before: next(iter(after)) for before, after in pairs.items() if len(after) == 1}
    return {before: _last(single, before) for before in single}


def _last(became: Mapping[str, str], cause_id: str) -> str:
    """The end of a chain of ids."""
    gone: set[str] = set()
    while cause_id in became and cause_id not in gone:
        gone.add(cause_id)
        cause_id = became[cause_id]
    return cause_id


def _refused_for(ids: Sequence[str]) -> ColumnElement[bool]:
    c = t.items.c
    return (c.outcome == Outcome.REJECTED) & c.rejection_cause_id.in_(ids)


def _moment_of_failure() -> ColumnElement[str]:
    """The time of a message; where it has none, that from which its window runs."""
    start = type_coerce(t.runs.c.from_time, String)
    return case((t.items.c.sort_order != "", t.items.c.sort_order), else_=start)


def _start(ten_minutes: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{ten_minutes}0:00+00:00")


def _time(text: str) -> dt.datetime:
    moment = dt.datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _as_text(moment: dt.datetime) -> str:
    """As the tables keep a time."""
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds")
