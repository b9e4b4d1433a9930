"""One writer an org: taking, keeping and giving back the lease.

Salesforce can't be told to refuse a writer that lost its lease. So a lease is taken over only when
its holder certainly sends nothing more: its process on this machine is gone, or it has not been
heard of for longer than a request of it may take.
"""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from bridge.bounds import BEAT_SECONDS, CLOCKS_SECONDS, REST_SECONDS, WRITE_SECONDS
from bridge.errors import LeaseHeld
from bridge.ledger.engine import BUSY_SECONDS
from bridge.ledger.processes import Process, has_ended, this_process
from bridge.ledger.rows import Lease, Writer
from bridge.ledger.tables import leases

SILENCE_SECONDS = BEAT_SECONDS + BUSY_SECONDS + REST_SECONDS + WRITE_SECONDS + CLOCKS_SECONDS
"""How long a holder of whom nothing else is known may be silent. After its last heartbeat it finds
out within a beat and a wait for the ledger that it has lost touch. A claim of just before that
leaves within its rest, and ends within its write."""


def take(connection: Connection, org_id: str, run_id: str, now: dt.datetime) -> Lease:
    """Take the lease of an org.

    Raises:
        LeaseHeld: another process has it, and may still be sending.
    """
    found = connection.execute(select(leases).where(leases.c.org_id == org_id)).first()
    if found is not None and _may_be_sending(found, now):
        raise LeaseHeld(
            f"Run {found.run_id} has been writing to this org since "
            f"{found.taken_at:%Y-%m-%d %H:%M} UTC (process {found.pid} on {found.host}, last heard "
            f"of at {found.beat_at:%H:%M:%S})",
            f"Add --wait to wait for it to end; bridge status {found.run_id} shows how far it is.",
        )
    lease = Lease(org_id, secrets.token_hex(16))
    process = this_process()
    connection.execute(delete(leases).where(leases.c.org_id == org_id))
    connection.execute(
        insert(leases).values(
            org_id=org_id,
            run_id=run_id,
            token=lease.token,
            host=process.host,
            realm=process.realm,
            pid=process.pid,
            process_started=process.started,
            taken_at=now,
            beat_at=now,
        )
    )
    return lease


def writer_of(connection: Connection, run_id: str, now: dt.datetime) -> Writer | None:
    """The process that holds a lease for a run; None where none does."""
    found = connection.execute(select(leases).where(leases.c.run_id == run_id)).first()
    if found is None:
        return None
    return Writer(found.pid, found.host, found.beat_at, alive=_may_be_sending(found, now))


def beat(connection: Connection, lease: Lease, now: dt.datetime) -> None:
    """Say that the holder lives.

    Raises:
        LeaseHeld: somebody else has taken the lease over.
    """
    kept = connection.execute(
        update(leases)
        .where(leases.c.org_id == lease.org_id, leases.c.token == lease.token)
        .values(beat_at=now)
    ).rowcount
    if not kept:
        raise _lost()


def check(connection: Connection, lease: Lease) -> None:
    """Refuse to go on without the lease.

    Raises:
        LeaseHeld: somebody else has taken it over.
    """
    held = connection.execute(
        select(leases.c.token).where(leases.c.org_id == lease.org_id)
    ).scalar()
    if held != lease.token:
        raise _lost()


def give_back(connection: Connection, lease: Lease) -> None:
    """Let others write; nothing happens where the lease is somebody else's by now."""
    connection.execute(
        delete(leases).where(leases.c.org_id == lease.org_id, leases.c.token == lease.token)
    )


def _may_be_sending(found: Row[Any], now: dt.datetime) -> bool:
    if has_ended(Process(found.host, found.realm, found.pid, found.process_started)):
        return False
    silent: float = (now - found.beat_at).total_seconds()
    return silent < SILENCE_SECONDS


def _lost() -> LeaseHeld:
    return LeaseHeld(
        "Another process has taken over the writing to this org",
        "Nothing more is sent from here; bridge status shows what runs.",
    )
