"""Keeps the lease of an org while a run is delivered."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from bridge.bounds import BEAT_SECONDS
from bridge.delivery.halt import Halt
from bridge.delivery.sender import Clock
from bridge.errors import BridgeError
from bridge.ledger import Lease, Ledger


@contextmanager
def writing_lease(
    ledger: Ledger, org_id: str, run_id: str, clock: Clock, halt: Halt
) -> Iterator[Lease]:
    """Be the one writer to an org for a while; where the lease is lost, the run is ended.

    Raises:
        LeaseHeld: another process is the writer.
    """
    lease = ledger.take_lease(org_id, run_id, clock())
    done = threading.Event()

    def keep() -> None:
        while not done.wait(BEAT_SECONDS):
            try:
                ledger.beat(lease, clock())
            except BridgeError as lost:
                halt.throw(lost)
                return

    keeper = threading.Thread(target=keep, name="lease", daemon=True)
    keeper.start()
    try:
        yield lease
    except KeyboardInterrupt:
        # A lane may still be sending: the lease ends with the process.
        done.set()
        raise
    except BaseException:
        done.set()
        ledger.give_back(lease)
        raise
    done.set()
    keeper.join()
    ledger.give_back(lease)
