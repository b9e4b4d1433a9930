"""The bridge between a practice org and a ledger, as processes use it that may die.

Here alone it stands how a process of these tests is set: settings, limits, ledger, tempo.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bridge import use_cases
from bridge.delivery import Ending, Tempo
from bridge.ledger import Ledger, Run, StoredItem
from bridge.ledger.leases import SILENCE_SECONDS
from bridge.model import Verification, Window, canonical_key
from bridge.practice import PracticeServer
from bridge.settings import Settings, load
from tests import forks
from tests.forks import Process

SETTLE_SECONDS = 900.0
LEASE_IS_FREE_SECONDS = SILENCE_SECONDS + 1
"""After the death of its holder, where nobody can see that it is dead."""
TEMPO = Tempo(first_pause=0.0, settle_seconds=SETTLE_SECONDS)


_IN_MEMORY = Path("/dev/shm")  # noqa: S108  the folders made in it are their maker's alone
"""The ledgers of these tests are written far more often than read: where there is a file system in
memory they lie there."""


def ledger_folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(
        prefix="bridge-ledger-", dir=_IN_MEMORY if _IN_MEMORY.is_dir() else None
    )


_NO_LIMITS = {
    "BRIDGE_MAX_REFUSED": "none",
    "BRIDGE_MAX_NEW_REFUSED": "none",
    "BRIDGE_API_RESERVE": "none",
    "BRIDGE_MAX_AGE_DAYS": "none",
    "BRIDGE_MAX_PLAN_HOURS": "none",
}
"""What would stop a sending that goes as badly as these do."""


class Clock:
    """A clock that moves when it is told to, and a little whenever it is looked at."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now = dt.datetime.now(dt.UTC)

    def __call__(self) -> dt.datetime:
        with self._lock:
            self._now += dt.timedelta(milliseconds=1)
            return self._now

    def set_right(self) -> None:
        """Show the machine's time again."""
        with self._lock:
            self._now = dt.datetime.now(dt.UTC)

    def advance(self, seconds: float) -> None:
        with self._lock:
            self._now += dt.timedelta(seconds=seconds)


@dataclass(frozen=True, slots=True)
class Site:
    """A practice org and a ledger; each use case is a process of its own."""

    practice: PracticeServer
    clock: Clock
    folder: Path

    @property
    def ledger_location(self) -> str:
        return str(self.folder / "ledger.sqlite3")

    @property
    def environment(self) -> Mapping[str, str]:
        """Of a real process, whose clock can't be moved: nothing of it may still commit."""
        return {
            **self.practice.environment,
            "BRIDGE_LEDGER": self.ledger_location,
            "BRIDGE_SETTLE_SECONDS": "0",
            **_NO_LIMITS,
        }

    @property
    def settings(self) -> Settings:
        return load({name.lower(): value for name, value in self.environment.items()})

    @property
    def whole_day(self) -> Window:
        start = dt.datetime.combine(self.practice.day, dt.time(), dt.UTC)
        return Window(start, start + dt.timedelta(days=1, microseconds=-1), "UTC")

    def start(self, *arguments: str) -> Process:
        """Start the command `bridge`; what it says is put into the folder."""
        said = str(self.folder / "said")
        whole = {**os.environ, **self.environment}
        return forks.parent().start(arguments, whole, prints=said, complains=said)

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        with Ledger(self.ledger_location) as ledger:
            yield ledger

    def plan(
        self, window: Window | None = None, limit: int | None = None, approve: str | None = None
    ) -> str:
        """The id of the run; `approve` are the risks that go without a person."""
        request = use_cases.PlanRequest(window or self.whole_day, "--yesterday", limit=limit)
        settings = load(
            {
                **{name.lower(): value for name, value in self.environment.items()},
                "bridge_approve": approve,
            }
        )
        with self.ledger() as ledger, use_cases.open_org(settings) as org:
            return use_cases.plan(settings, request, ledger, org).id

    def apply(
        self, run_id: str, *, lanes: int = 4, canary: Sequence[int] = (), limit: int | None = None
    ) -> Ending:
        settings = self.settings
        request = use_cases.ApplyRequest(lanes=lanes, canary=canary, limit=limit)
        with self.ledger() as ledger, use_cases.open_org(settings) as org:
            return use_cases.apply(
                settings, run_id, request, ledger, org, tempo=TEMPO, clock=self.clock
            )

    def approve(self, run_id: str) -> None:
        """Let go whatever waits for approval in a run."""
        with self.ledger() as ledger, use_cases.open_org(self.settings) as org:
            use_cases.approve(ledger.run(run_id), ["all"], ledger, org)

    def amend(self, run_id: str, text: str) -> None:
        """Give messages of a run that were rejected, or wait for others, another text."""
        settings = self.settings
        with self.ledger() as ledger, use_cases.open_org(settings) as org:
            run = ledger.run(run_id)
            file = use_cases.sheet_of(run, ledger, org).text
            rows = list(csv.reader(io.StringIO(file.removeprefix("\ufeff"), newline="")))
            if "Text__c" not in rows[0]:
                return
            waits = ("rejected", "held (canary)", "held (approval)")
            for row in (row for row in rows[1:] if row[rows[0].index("why")].startswith(waits)):
                row[rows[0].index("Text__c")] = text
            written = io.StringIO(newline="")
            csv.writer(written).writerows(rows)
            data = written.getvalue().encode()
            amending = use_cases.look_at_amendments(settings, run, data, ledger, org)
            if amending.items:
                use_cases.amend(run, amending, ledger)

    def verify(self, run_id: str) -> Verification:
        with self.ledger() as ledger, use_cases.open_org(self.settings) as org:
            return use_cases.verify(run_id, ledger, org)

    def runs(self) -> tuple[Run, ...]:
        """Oldest first."""
        with self.ledger() as ledger:
            return ledger.runs(1000)[::-1]

    def items(self, run_id: str) -> list[StoredItem]:
        with self.ledger() as ledger:
            return list(ledger.items(run_id))

    def rows(self) -> Counter[str]:
        """How many live rows of the org each message has, in whichever spelling of its key."""
        rows: Counter[str] = Counter()
        for key, count in self.practice.org.rows_per_key().items():
            rows[canonical_key(key)] += count
        return rows

    def failed_keys(self, window: Window | None = None) -> set[str]:
        """The keys of the failures that GoTallo lists in a window."""
        window = window or self.whole_day
        return {
            canonical_key(str(failure.standard["id"]))
            for failure in self.practice.gotallo.failures()
            if isinstance(failure.standard, dict)
            and window.from_time <= failure.failed_at <= window.till_time
        }
