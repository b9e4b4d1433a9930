"""Healing: what the org refused for another reason is repaired as the mapping says, and sent again.

The person who let the run go saw the mapping's rules, and that they may be used so. Nothing else is
ever done to a record: what no rule repairs stays rejected, and no record is sent twice as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog

from bridge.delivery.sender import Clock
from bridge.ledger import Heal, HealedItem, Ledger, Run, StoredItem
from bridge.model import Change, Diagnosis, Kind
from bridge.planning import Planner

MOST_ROUNDS = 3
"""How often one message may be repaired in a run, unless somebody says otherwise."""

log = structlog.get_logger(__name__)


class Healer:
    """Repairs what was refused in a run, by the mapping that made its plan."""

    def __init__(self, planner: Planner, clock: Clock, rounds: int = MOST_ROUNDS) -> None:
        """Prepare.

        Args:
            planner: of the run's mapping, and of the object as the org describes it now.
            clock: the time now, aware.
            rounds: how often one message may be repaired in a run.
        """
        self._planner = planner
        self._clock = clock
        self._rounds = rounds

    def heal(self, run: Run, ledger: Ledger) -> int:
        """Repair what can be, and put it on record as ready again.

        Returns:
            How many items are ready that were not.

        Raises:
            LedgerError: it can't be put on record.
        """
        rejected = ledger.rejected(run.id)
        healed = self._healed(run, ledger, [_Refused(i, i.rejection) for i in rejected])
        by_position = {one.position: one.heal.refusal for one in healed}
        refusals = {
            i.cause_id: by_position[i.position] for i in rejected if i.position in by_position
        }
        waiting = [i for i in ledger.held_by_canary(run.id) if i.cause_id in refusals]
        healed += self._healed(
            run, ledger, [_Refused(item, refusals[item.cause_id]) for item in waiting]
        )
        if healed:
            ledger.heal(run.id, healed)
            log.info("run.healed", run=run.id, messages=len(healed))
        return len(healed)

    def foresees(self, refusal: Diagnosis) -> bool:
        """Whether the mapping has a repair for such a refusal."""
        return self._planner.may_repair(refusal)

    def _healed(self, run: Run, ledger: Ledger, refused: Sequence[_Refused]) -> list[HealedItem]:
        earlier = ledger.heals(run.id, [one.item.position for one in refused])
        repaired = (self._repair(one, earlier.get(one.item.position, ())) for one in refused)
        return [one for one in repaired if one is not None]

    def _repair(self, refused: _Refused, earlier: Sequence[Heal]) -> HealedItem | None:
        """Repair one item once more; None where no rule of the mapping makes another record."""
        item, refusal = refused.item, refused.refusal
        if refusal is None or refusal.kind is Kind.TRANSIENT or len(earlier) >= self._rounds:
            return None
        healed = self._planner.heal(
            item.original,
            item.key or "",
            item.error_text,
            [*(heal.refusal for heal in earlier), refusal],
        )
        if healed is None or healed.record in [item.record, *(heal.record for heal in earlier)]:
            return None
        fixers = _newly_used(healed.changes, item.changes)
        if not fixers:
            return None
        return HealedItem(
            position=item.position,
            heal=Heal(
                number=len(earlier) + 1,
                at=self._clock(),
                refusal=refusal,
                refusal_text=item.rejection_text,
                record=item.record,
                fixers=fixers,
            ),
            record=healed.record,
            changes=healed.changes,
        )


@dataclass(frozen=True, slots=True)
class _Refused:
    """An item that was refused, or is held since others of its cause were."""

    item: StoredItem
    refusal: Diagnosis | None


def _newly_used(now: Sequence[Change], before: Sequence[Change]) -> tuple[str, ...]:
    """The fixers of changes that were not made before, whatever the reason was then."""
    made = [replace(change, why="") for change in before]
    return tuple(dict.fromkeys(c.fixer for c in now if replace(c, why="") not in made))
