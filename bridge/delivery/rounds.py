"""Who goes next: canaries of each cause ahead of the rest, each conversation in time order. Pure.

A run is sent in rounds. In a round each conversation gives items of one kind only: those of a cause
that is still being tried (a canary step), or those of causes whose rest may follow. So no item ever
overtakes an earlier one of its conversation. The earliest item that is left is always the head of
its conversation, so every round makes progress.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile, zip_longest

from bridge.ledger import PendingItem
from bridge.model import Outcome

STEPS = (5, 25)
"""How many messages of a cause go ahead in each step."""
MOST_CANDIDATES = 200
"""How many the org is asked about to find those of a step that are not there yet."""


@dataclass(frozen=True, slots=True)
class Step:
    """A chunk of canaries of one cause."""

    cause_id: str
    candidates: tuple[PendingItem, ...]
    """Differing ones first; an item stands behind the earlier ones of its conversation."""
    most: int
    """How many of those that are not in the org yet may be sent."""


@dataclass(frozen=True, slots=True)
class Round:
    """What may be sent at the same time."""

    steps: tuple[Step, ...]
    conversations: tuple[tuple[PendingItem, ...], ...]
    """Items of released causes, by conversation, in time order."""

    @property
    def empty(self) -> bool:
        return not self.steps and not self.conversations


@dataclass(frozen=True, slots=True)
class Told:
    """What became of an item that was sent or asked about."""

    position: int
    outcome: Outcome
    rejection_cause_id: str | None
    """The cause of its refusal; None where it was not refused, or for a passing reason."""

    @property
    def proves(self) -> bool:
        """Whether it says something of the cause: it got through, or was refused to stay so."""
        return self.outcome is Outcome.SYNCED or self.rejection_cause_id is not None


@dataclass(frozen=True, slots=True)
class HeldBack:
    """The items of a cause that are held because its canaries were all refused."""

    cause_id: str
    rejection_cause_id: str
    tried: int
    items: tuple[PendingItem, ...]


class Rounds:
    """The pending items of a run, and how far each cause has been tried."""

    def __init__(self, pending: Iterable[PendingItem], steps: Sequence[int] = STEPS) -> None:
        """Line the items up by conversation.

        Args:
            pending: in the order of their time.
            steps: how many of a cause go ahead in each step; empty to try nothing ahead.
        """
        self._steps = tuple(steps)
        self._queues: dict[str, list[PendingItem]] = {}
        self._stage: dict[str, int] = {}
        self._evidence: dict[str, list[Told]] = {}
        """What became of those of the present step, by cause."""
        for item in pending:
            self._queues.setdefault(item.conversation, []).append(item)
            self._stage.setdefault(item.cause_id, len(steps) if item.transient else 0)

    def next(self) -> Round:
        """The next round; empty when nothing is left."""
        tried: dict[str, list[Sequence[PendingItem]]] = {}
        released: list[tuple[PendingItem, ...]] = []
        for queue in self._queues.values():
            cause_id = queue[0].cause_id
            if self._released(cause_id):
                released.append(tuple(takewhile(self._follows, queue)))
            else:
                same = list(takewhile(_of(cause_id), queue))
                tried.setdefault(cause_id, []).append(same)
        steps = tuple(
            Step(cause_id, _differing_first(heads), self._missing(cause_id))
            for cause_id, heads in tried.items()
        )
        return Round(steps, tuple(released))

    def tell(self, told: Iterable[Told]) -> tuple[HeldBack, ...]:
        """Take in what became of a round's items; give what is held because of it.

        The rest of a conversation with an item in doubt is left for a later sending.
        """
        by_position = {one.position: one for one in told}
        waiting = set()
        for item in self._left():
            one = by_position.get(item.position)
            if one is None:
                continue
            if one.outcome is Outcome.IN_DOUBT:
                waiting.add(item.conversation)
            elif one.proves:
                self._evidence.setdefault(item.cause_id, []).append(one)
        self._keep(
            lambda item: item.position not in by_position and item.conversation not in waiting
        )
        return tuple(
            held_back
            for cause_id in list(self._evidence)
            if not self._released(cause_id)
            for held_back in self._judge(cause_id)
        )

    def _judge(self, cause_id: str) -> Iterator[HeldBack]:
        """Let the next step go once one got through; hold once a whole step was refused."""
        evidence = self._evidence[cause_id]
        stage = self._stage[cause_id]
        if any(one.outcome is Outcome.SYNCED for one in evidence):
            self._advance(cause_id)
        elif len(evidence) >= self._steps[stage]:
            causes = {one.rejection_cause_id for one in evidence}
            sole = next(iter(causes)) if len(causes) == 1 else None
            if sole is not None and (sole == cause_id or stage):
                yield from self._hold(cause_id, sole, len(evidence))
            else:
                self._advance(cause_id)

    def _advance(self, cause_id: str) -> None:
        self._stage[cause_id] += 1
        self._evidence[cause_id] = []

    def _hold(self, cause_id: str, refused_for: str, tried: int) -> Iterator[HeldBack]:
        rest = tuple(item for item in self._left() if item.cause_id == cause_id)
        self._keep(lambda item: item.cause_id != cause_id)
        if rest:
            yield HeldBack(cause_id, refused_for, tried, rest)

    def _missing(self, cause_id: str) -> int:
        """How many of the step are still to be tried."""
        return self._steps[self._stage[cause_id]] - len(self._evidence.get(cause_id, ()))

    def _released(self, cause_id: str) -> bool:
        return self._stage[cause_id] >= len(self._steps)

    def _follows(self, item: PendingItem) -> bool:
        return self._released(item.cause_id)

    def _left(self) -> Iterator[PendingItem]:
        for queue in self._queues.values():
            yield from queue

    def _keep(self, wanted: Callable[[PendingItem], bool]) -> None:
        kept = {name: [i for i in queue if wanted(i)] for name, queue in self._queues.items()}
        self._queues = {name: queue for name, queue in kept.items() if queue}


def _of(cause_id: str) -> Callable[[PendingItem], bool]:
    return lambda item: item.cause_id == cause_id


def _differing_first(heads: Sequence[Sequence[PendingItem]]) -> tuple[PendingItem, ...]:
    """The first of each conversation before any second one.

    Among them those that were never refused first, so that a few hopeless ones don't stand for the
    rest day after day; then one of each shape.
    """
    ordered: list[PendingItem] = []
    for level in zip_longest(*heads):
        here = [item for item in level if item is not None]
        seen: dict[str, int] = {}
        rank: dict[int, int] = {}
        for item in here:
            seen[item.shape] = seen.get(item.shape, 0) + 1
            rank[item.position] = seen[item.shape]
        ordered.extend(sorted(here, key=lambda i: (i.refused_before, rank[i.position])))
        if len(ordered) >= MOST_CANDIDATES:
            break
    return tuple(ordered[:MOST_CANDIDATES])
