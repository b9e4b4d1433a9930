"""Lanes: threads that send side by side, each conversation in one of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from types import TracebackType
from typing import Self, TypeAlias

from bridge.delivery.halt import Halt
from bridge.errors import BridgeError
from bridge.ledger import PendingItem, Verdict

Job: TypeAlias = Callable[[], list[Verdict]]


class Lanes:
    """A fixed number of threads; what one raises ends the run and is raised again."""

    def __init__(self, count: int, halt: Halt, interrupted: Callable[[], None]) -> None:
        """Start them.

        Args:
            count: how many.
            halt: is thrown by an interrupt from the keyboard, and by what a job raises.
            interrupted: is called at an interrupt, before what is under way is waited for.
        """
        self._interrupted = interrupted
        self._pool = ThreadPoolExecutor(max_workers=count, thread_name_prefix="lane")
        self._halt = halt

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        first = kind is KeyboardInterrupt and not self._halt.thrown
        if first:
            self._end()
        self._pool.shutdown(wait=first or kind is not KeyboardInterrupt, cancel_futures=True)
        return first

    def run(self, jobs: Sequence[Job]) -> list[Verdict]:
        """Do all jobs and give what they gave.

        An interrupt from the keyboard ends the run, here and between two such calls: the requests
        under way are finished first. A second one is not waited for.
        """
        futures = [self._pool.submit(self._guarded, job) for job in jobs]
        try:
            wait(futures)
        except KeyboardInterrupt:
            self._end()
            wait(futures)
        return [verdict for future in futures for verdict in future.result()]

    def _end(self) -> None:
        self._halt.throw(None)
        self._interrupted()

    def _guarded(self, job: Job) -> list[Verdict]:
        if self._halt.thrown:
            return []
        try:
            return job()
        except BaseException as error:
            self._halt.throw(error if isinstance(error, BridgeError) else None)
            raise


def share(conversations: Sequence[Sequence[PendingItem]], lanes: int) -> list[list[PendingItem]]:
    """Spread conversations over lanes, the longest first to the lane with the least to do.

    Within a lane all items stand in the order of their time, so each conversation does too.
    """
    loads: list[list[PendingItem]] = [[] for _ in range(lanes)]
    for conversation in sorted(conversations, key=len, reverse=True):
        min(loads, key=len).extend(conversation)
    for load in loads:
        load.sort(key=lambda item: (item.order, item.position))
    return [load for load in loads if load]
