"""Whether a run could keep its ledger. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from bridge.doctor.verdict import Verdict, good, warning, wrong
from bridge.errors import LedgerError
from bridge.ledger import LedgerLook

_MEGABYTE = 1_000_000
_LITTLE = 200 * _MEGABYTE
_TOO_LITTLE = 10 * _MEGABYTE
_MAKE_ROOM = "Make room on its disk, or name another place with BRIDGE_LEDGER."


def judge(look: LedgerLook) -> Iterator[Verdict]:
    """Its place and version, whether it can be written, and the room for it."""
    if look.unwritable is not None:
        yield wrong(
            LedgerError(
                f"The ledger {look.place} can't be written: {look.unwritable}",
                "Name another place with BRIDGE_LEDGER or --ledger, or mend owner, mode and "
                "rights there.",
            )
        )
    elif look.version == 0:
        yield good(f"{look.place}: there is none yet, the first plan makes it")
    elif look.version < look.newest:
        yield warning(
            f"{look.place} is of an older version of this program (schema {look.version}, this "
            f"one has {look.newest})",
            "Nothing has to be done: the next run brings it up to date. Older programs can't "
            "read it then.",
        )
    else:
        yield good(f"{look.place} can be written, schema {look.version}")
    if look.free_bytes is not None:
        yield _room(look.free_bytes)


def _room(free: int) -> Verdict:
    told = f"{free // _MEGABYTE:,} MB are free on the ledger's disk"
    if free < _TOO_LITTLE:
        return wrong(LedgerError(told, _MAKE_ROOM))
    return warning(told, _MAKE_ROOM) if free < _LITTLE else good(told)
