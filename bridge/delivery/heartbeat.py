"""Keeps the lease of an org while a run is delivered."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from bridge.bounds import BEAT_SECONDS
from bridge.delivery.halt import Halt
from bridge.delivery.sender import Clock
from bridge.errors import BridgeError, LedgerError
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
            except Exception as lost:
                halt.throw(lost if isinstance(lost, BridgeError) else _unkept(lost))
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
        with suppress(LedgerError):  # it ends with the process; what went wrong is told instead
            ledger.give_back(lease)
        raise
    done.set()
    keeper.join()
    ledger.give_back(lease)


def _unkept(defect: Exception) -> LedgerError:
    """Whatever it is, a lease that nobody keeps any more must not be written under."""
    return LedgerError(
        f"The lease of the org could not be kept: {type(defect).__name__}. Nothing more is sent",
        "Go on with bridge apply; bridge ledger check tells whether the ledger is sound.",
    )
