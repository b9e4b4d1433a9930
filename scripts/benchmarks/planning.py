"""What planning costs: a million messages of the practice morning's kind, as a stream.

Each has its own key, text and name, and an error text that quotes them where the org's does. Only
planning is timed: by the CPU time of its one thread, since a machine may be busy with other things,
and by the clock beside it. Where others use the same core, though, even CPU time comes to twice as
much, in bursts: so the median of all thousands is told beside the sum, and it is what counts.

Ends with 1 where the median thousand is slower than the bound, or all together are half as fast, or
where memory grows with the number of messages.
"""

from __future__ import annotations

import datetime as dt
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count, cycle, islice
from statistics import median

from bridge.model import Decision, FailedMessage
from bridge.planning import Planner, built_in_mapping, read_mapping
from bridge.practice import PracticeServer, Scenario
from bridge.settings import load
from bridge.use_cases.opening import open_gotallo, open_org
from bridge.window import day

SAMPLES = 1_020
"""Messages of the practice morning, which are varied; thirty mornings' shares of each cause."""
FIRST = 100_000
ALL = 1_000_000
CHUNK = 1_000
LEAST_A_SECOND = 20_000
MOST_GROWTH = 8
"""Megabytes between the first messages and all of them."""

AWKWARD = 8
"""Each so many has a colon in what its error quotes, which then has to be read itself."""
QUOTED = "data value too large: "
ROW_ID = "record with id: a0B5g0000"


@dataclass(frozen=True, slots=True)
class Figures:
    """What some messages took."""

    messages: int
    by_chunk: tuple[float, ...]
    """Seconds of the CPU that each chunk took."""
    wall: float
    """Seconds by the clock."""
    ready: int
    peak: float
    """Megabytes that the process held at most so far."""

    @property
    def median_a_second(self) -> float:
        """Messages, in the median chunk."""
        return CHUNK / median(self.by_chunk)

    @property
    def a_second(self) -> float:
        """Messages, on the whole."""
        return self.messages / sum(self.by_chunk)

    def __str__(self) -> str:
        return (
            f"{self.messages:>9,} messages: {self.median_a_second:,.0f} a second in the median "
            f"thousand, {self.a_second:,.0f} in all ({sum(self.by_chunk):.2f} s of CPU, "
            f"{self.wall:.2f} s by the clock), {self.ready:,} ready, {self.peak:.1f} MB at most"
        )


def morning() -> tuple[Planner, list[FailedMessage]]:
    """A planner for a practice org with the built-in mapping, and what failed there."""
    with PracticeServer(Scenario(size=SAMPLES, day=dt.date(2026, 11, 22))) as practice:
        settings = load({name.lower(): value for name, value in practice.environment.items()})
        mapping = read_mapping(built_in_mapping())
        with open_org(settings) as org:
            schema = org.schema(mapping.object)
            planner = Planner(mapping, schema, org.schemas_seen(mapping.downstream))
        window = day("2026-11-22", "UTC")
        with open_gotallo(settings.gotallo(), settings) as gotallo, gotallo.fetch(window) as stream:
            return planner, [one for one in stream if isinstance(one, FailedMessage)]


def stream(samples: list[FailedMessage]) -> Iterator[FailedMessage]:
    """Messages without end, no two of them alike."""
    return (numbered(sample, number) for number, sample in zip(count(), cycle(samples)))


def numbered(sample: FailedMessage, number: int) -> FailedMessage:
    key = f"{number:032x}"
    said = f"{number}:" if number % AWKWARD == 0 else f"{number}"
    own = {
        name: f"{said} {value}"
        for name in ("Text__c", "User_Full_Name__c")
        if (value := sample.record[name]) != "#N/A"
    }
    error_text = (
        (sample.error_text or "")
        .replace(QUOTED, f"{QUOTED}{said} ")
        .replace(ROW_ID, f"{ROW_ID[:-4]}{number % 10_000:04}")
    )
    return replace(
        sample,
        key=key,
        record={**sample.record, "Identifier__c": key, **own},
        error_text=error_text,
    )


def figures(planner: Planner, samples: list[FailedMessage]) -> Iterator[Figures]:
    """Plan them all, and keep none."""
    messages = stream(samples)
    by_chunk: list[float] = []
    wall, ready = 0.0, 0
    for done in range(CHUNK, ALL + 1, CHUNK):
        chunk = list(islice(messages, CHUNK))
        start, began = time.process_time(), time.perf_counter()
        for message in chunk:
            ready += planner.plan(message).decision is Decision.READY
        by_chunk.append(time.process_time() - start)
        wall += time.perf_counter() - began
        if done in (FIRST, ALL):
            yield Figures(done, tuple(by_chunk), wall, ready, peak())


def peak() -> float:
    """In megabytes; the kernel counts kilobytes, that of macOS bytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (2**20 if sys.platform == "darwin" else 2**10)


def main() -> int:
    planner, samples = morning()
    shown = []
    for part in figures(planner, samples):
        sys.stdout.write(f"{part}\n")
        shown.append(part)
    first, whole = shown
    grown = whole.peak - first.peak
    sys.stdout.write(
        f"at least {LEAST_A_SECOND:,} a second; {grown:.1f} MB more for ten times as many (at most "
        f"{MOST_GROWTH})\n"
    )
    fast = whole.median_a_second >= LEAST_A_SECOND and whole.a_second >= LEAST_A_SECOND / 2
    return 0 if fast and grown <= MOST_GROWTH else 1


if __name__ == "__main__":
    sys.exit(main())
