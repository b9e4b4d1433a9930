"""Some at a time, so that a window of any size fits into memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

BATCH = 200
"""Items that are put on record in one transaction while a plan is made."""


T = TypeVar("T")


def batches(items: Iterator[T]) -> Iterator[list[T]]:
    batch: list[T] = []
    for item in items:
        batch.append(item)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
