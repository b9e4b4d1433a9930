"""One writer an org: taking, keeping and giving back the lease.

Salesforce can't be told to refuse a writer that lost its lease. So a lease is taken over only when
its holder certainly sends nothing more: its process on this machine is gone, or it has not been
heard of for longer than a request of it may take.
"""

from __future__ import annotations

import datetime as dt
import os
import secrets
import socket

from sqlalchemy import Connection, Row, delete, insert, select, update

from bridge.errors import LeaseHeld
from bridge.ledger.rows import Lease
from bridge.ledger.tables import leases

BEAT_SECONDS = 10.0
"""How often a holder says that it lives."""
SILENCE_SECONDS = 180.0
"""How long a holder on another machine may be silent: longer than its longest call (120 s) and its
beat."""


def take(connection: Connection, org_id: str, run_id: str, now: dt.datetime) -> Lease:
    """Take the lease of an org.

    Raises:
        LeaseHeld: another process has it, and may still be sending.
    """
    found = connection.execute(select(leases).where(leases.c.org_id == org_id)).first()
    if found is not None and _may_be_sending(found, now):
        raise LeaseHeld(
            f"Run {found.run_id} has been writing to this org since "
            f"{found.taken_at:%Y-%m-%d %H:%M} UTC (process {found.pid} on {found.host})",
            f"Wait for it to end (bridge status {found.run_id}), then run this again.",
        )
    lease = Lease(org_id, secrets.token_hex(16))
    connection.execute(delete(leases).where(leases.c.org_id == org_id))
    connection.execute(
        insert(leases).values(
            org_id=org_id,
            run_id=run_id,
            token=lease.token,
            host=socket.gethostname(),
            pid=os.getpid(),
            taken_at=now,
            beat_at=now,
        )
    )
    return lease


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


def _may_be_sending(found: Row[tuple[object, ...]], now: dt.datetime) -> bool:
    if found.host == socket.gethostname() and not _alive(found.pid):
        return False
    silent = (now - found.beat_at).total_seconds()
    return bool(silent < SILENCE_SECONDS)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _lost() -> LeaseHeld:
    return LeaseHeld(
        "Another process has taken over the writing to this org",
        "Nothing more is sent from here; bridge status shows what runs.",
    )
