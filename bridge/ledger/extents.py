"""The messages that a question to the org is about, as the ledger has them, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Engine, Select, and_, func, select

from bridge.ledger.engine import reading
from bridge.ledger.tables import items, messages, runs
from bridge.model import Delivery, Outcome, Record, Window, Witness


@dataclass(frozen=True, slots=True)
class OfRun:
    """The messages of one run, as that run has them."""

    run_id: str


@dataclass(frozen=True, slots=True)
class OfWindow:
    """The messages of every run whose window touches this one."""

    org_id: str
    window: Window
    tenant_id: str | None
    """None for those of every tenant."""


@dataclass(frozen=True, slots=True)
class OfOrg:
    """Every message of an org."""

    org_id: str


Extent: TypeAlias = OfRun | OfWindow | OfOrg


@dataclass(frozen=True, slots=True)
class Part:
    """The part of an extent that lies in one object of the org."""

    object: str
    key_field: str
    """As its newest run has it."""
    runs: int
    witness: Witness | None
    """As its newest run has it."""


@dataclass(frozen=True, slots=True)
class OnRecord:
    """What a ledger says of a message, to be held against the org."""

    key: str
    delivery: Delivery
    sent: Record | None
    """What the run that delivered it gave Salesforce; None where no run of this ledger did."""


_OF_OUTCOME = {
    Outcome.SYNCED: Delivery.DELIVERED,
    Outcome.PRESENT: Delivery.PRESENT,
    Outcome.IN_DOUBT: Delivery.SENDING,
    Outcome.REJECTED: Delivery.OPEN,
    Outcome.NOT_SENT: Delivery.OPEN,
}


def parts_of(engine: Engine, extent: Extent) -> tuple[Part, ...]:
    """The objects that have messages of an extent, with how many runs are about them."""
    c = runs.c
    columns = (c.object, c.key_field, c.witness_object, c.witness_field)
    query = select(*columns).where(_runs(extent)).order_by(c.created_at)
    found: dict[str, Part] = {}
    with reading(engine) as connection:
        for row in connection.execute(query):
            before = found[row.object].runs if row.object in found else 0
            witness = Witness(row.witness_object, row.witness_field) if row.witness_object else None
            found[row.object] = Part(row.object, row.key_field, before + 1, witness)
    return tuple(found.values())


def unreadable_of(engine: Engine, extent: Extent) -> int:
    """How many different ones of an extent could not be read."""
    query = (
        select(func.count(items.c.raw.distinct()))
        .join(runs, runs.c.id == items.c.run_id)
        .where(_runs(extent), items.c.key.is_(None))
    )
    with reading(engine) as connection:
        return connection.execute(query).scalar_one()


def on_record(
    engine: Engine, extent: Extent, object_name: str, page: int
) -> Iterator[list[OnRecord]]:
    """The messages of an extent in one object, in the order of their keys, each once."""
    query = _of_run(extent) if isinstance(extent, OfRun) else _of_org(extent, object_name)
    key: ColumnElement[str] = items.c.key if isinstance(extent, OfRun) else messages.c.key
    after = ""
    while True:
        with reading(engine) as connection:
            rows = connection.execute(query.where(key > after).order_by(key).limit(page)).all()
        if not rows:
            return
        yield [
            OnRecord(
                row.key,
                _OF_OUTCOME[Outcome(row.outcome)]
                if isinstance(extent, OfRun)
                else Delivery(row.delivery),
                row.sent,
            )
            for row in rows
        ]
        after = rows[-1].key


def _of_run(extent: OfRun) -> Select[Any]:
    sent = items.alias()
    return (
        select(items.c.key, items.c.outcome, sent.c.record.label("sent"))
        .join(runs, runs.c.id == items.c.run_id)
        .join(
            messages,
            and_(
                messages.c.org_id == runs.c.org_id,
                messages.c.object == runs.c.object,
                messages.c.key == items.c.key,
            ),
        )
        .outerjoin(sent, _delivered_by(sent))
        .where(items.c.run_id == extent.run_id)
    )


def _of_org(extent: OfWindow | OfOrg, object_name: str) -> Select[Any]:
    sent = items.alias()
    query = (
        select(messages.c.key, messages.c.delivery, sent.c.record.label("sent"))
        .outerjoin(sent, _delivered_by(sent))
        .where(messages.c.org_id == extent.org_id, messages.c.object == object_name)
    )
    if isinstance(extent, OfOrg):
        return query
    listing = (
        select(items.c.run_id)
        .join(runs, runs.c.id == items.c.run_id)
        .where(items.c.key == messages.c.key, runs.c.object == object_name, _runs(extent))
    )
    return query.where(listing.correlate(messages).exists())


def _delivered_by(sent: Any) -> ColumnElement[bool]:
    """The item of the run that delivered the message: its record is what was sent."""
    return and_(
        messages.c.delivery == Delivery.DELIVERED,
        sent.c.run_id == messages.c.run_id,
        sent.c.key == messages.c.key,
    )


def _runs(extent: Extent) -> ColumnElement[bool]:
    match extent:
        case OfRun(run_id):
            return runs.c.id == run_id
        case OfOrg(org_id):
            return runs.c.org_id == org_id
        case OfWindow(org_id, window, tenant_id):
            touching = and_(
                runs.c.org_id == org_id,
                runs.c.from_time < window.till_time,
                runs.c.till_time > window.from_time,
            )
            return touching if tenant_id is None else touching & (runs.c.tenant_id == tenant_id)
