"""Healing: what the org refused for another reason is repaired as the mapping says, and sent again.

The person who let the run go saw the mapping's rules, and that they may be used so. A repair of a
risk that the settings keep for a person waits for approval. Nothing else is ever done to a record:
what no rule repairs stays rejected, and no record is sent twice as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from bridge.delivery.sender import Clock
from bridge.ledger import Heal, HealedItem, Ledger, Run, StoredItem
from bridge.model import BY_HAND, Change, Diagnosis, Held, Kind
from bridge.planning import Planner, command_to_approve, held_for_approval, unapproved

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
        """Repair what can be, and put it on record as ready again, or as waiting for approval.

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
        return sum(one.held is None for one in healed)

    def foresees(self, refusal: Diagnosis) -> bool:
        """Whether the mapping has a repair for such a refusal."""
        return self._planner.may_repair(refusal)

    def _healed(self, run: Run, ledger: Ledger, refused: Sequence[_Refused]) -> list[HealedItem]:
        earlier = ledger.heals(run.id, [one.item.position for one in refused])
        repaired = (self._repair(run, one, earlier.get(one.item.position, ())) for one in refused)
        return [one for one in repaired if one is not None]

    def _repair(self, run: Run, refused: _Refused, earlier: Sequence[Heal]) -> HealedItem | None:
        """Repair one item once more; None where no rule of the mapping makes another record."""
        item, refusal = refused.item, refused.refusal
        if refusal is None or refusal.kind is Kind.TRANSIENT or len(earlier) >= self._rounds:
            return None
        if any(change.fixer == BY_HAND for change in item.changes):
            return None  # what a person wrote is that person's to change
        healed = self._planner.heal(
            item.original,
            item.key or "",
            item.error_text,
            [*(heal.refusal for heal in earlier), refusal],
        )
        if healed is None or healed.record in [item.record, *(heal.record for heal in earlier)]:
            return None
        new = _new(healed.changes, item.changes)
        if not new:
            return None
        return HealedItem(
            position=item.position,
            heal=Heal(
                number=len(earlier) + 1,
                at=self._clock(),
                refusal=refusal,
                refusal_text=item.rejection_text,
                record=item.record,
                fixers=tuple(dict.fromkeys(change.fixer for change in new)),
            ),
            record=healed.record,
            changes=healed.changes,
            held=_held(run, item, new),
        )


@dataclass(frozen=True, slots=True)
class _Refused:
    """An item that was refused, or is held since others of its cause were."""

    item: StoredItem
    refusal: Diagnosis | None


def _held(run: Run, item: StoredItem, new: Sequence[Change]) -> Held | None:
    """Why a repair waits; what was done before it has been let go already."""
    waiting = unapproved(new, run.plan.approve)
    if not waiting:
        return None
    command = command_to_approve(run.id, item.cause_id, run.plan.flags)
    return held_for_approval(waiting, command)


def _new(now: Sequence[Change], before: Sequence[Change]) -> list[Change]:
    """The changes that were not made before, whatever the reason was then."""
    made = [change._replace(why="") for change in before]
    return [change for change in now if change._replace(why="") not in made]
