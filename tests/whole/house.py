"""The whole bridge in front of a practice org, over real TLS sockets."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from bridge import use_cases
from bridge.delivery import MOST_ROUNDS, STEPS, Ending, Halt, Tempo
from bridge.ledger import Ledger, Run, StoredItem
from bridge.model import Record, Verification
from bridge.practice import PracticeServer
from bridge.report import RunDocument, run_document
from bridge.settings import Settings, load
from bridge.window import day
from tests import forks
from tests.report import strictly

HASTE = Tempo(first_pause=0.0)


@dataclass(frozen=True, slots=True)
class Result:
    """What one resync came to."""

    run_id: str
    plan: RunDocument
    document: RunDocument
    ending: Ending


@dataclass(frozen=True, slots=True)
class House:
    """A practice org, a ledger, and the use cases between them."""

    practice: PracticeServer
    folder: Path
    mapping: Path | None = None
    database: str | None = None
    """The URL of the ledger; None for a file in the folder."""
    more: Mapping[str, object] = field(default_factory=dict)
    """Further settings."""

    @property
    def location(self) -> str:
        return self.database or str(self.folder / "ledger.sqlite3")

    @property
    def environment(self) -> Mapping[str, str]:
        return {**self.practice.environment, "BRIDGE_LEDGER": self.location}

    @property
    def settings(self) -> Settings:
        values: dict[str, object] = {n.lower(): v for n, v in self.environment.items()}
        if self.mapping is not None:
            values["bridge_mapping"] = self.mapping
        return load({**values, **self.more})

    @property
    def assuming(self) -> Settings:
        """The settings of an operator who takes it on that every row is seen."""
        return self.settings.model_copy(update={"bridge_assume_visible": True})

    @property
    def request(self) -> use_cases.PlanRequest:
        date = self.practice.day.isoformat()
        return use_cases.PlanRequest(day(date, "UTC"), f"--date {date} --tz UTC")

    def plan(self, settings: Settings | None = None, **request: object) -> Run:
        """Plan the practice org's day; what is given takes the place of the request's default."""
        settings = settings or self.settings
        with self.ledger() as ledger, use_cases.open_org(settings) as org:
            asked = replace(self.request, **request)  # type: ignore[arg-type]
            return use_cases.plan(settings, asked, ledger, org)

    def apply(
        self,
        run_id: str,
        *,
        lanes: int = 4,
        canary: Sequence[int] = STEPS,
        limit: int | None = None,
        rounds: int = MOST_ROUNDS,
        tempo: Tempo = HASTE,
        halt: Halt | None = None,
        settings: Settings | None = None,
    ) -> Ending:
        settings = settings or self.settings
        with self.ledger() as ledger, use_cases.open_org(settings) as org:
            request = use_cases.ApplyRequest(lanes=lanes, canary=canary, limit=limit, rounds=rounds)
            return use_cases.apply(settings, run_id, request, ledger, org, tempo=tempo, halt=halt)

    def resync(
        self,
        *,
        before_sending: Callable[[], object] = lambda: None,
        lanes: int = 4,
        canary: Sequence[int] = STEPS,
        tempo: Tempo = HASTE,
    ) -> Result:
        run = self.plan()
        plan = self.document(run.id)
        before_sending()
        ending = self.apply(run.id, lanes=lanes, canary=canary, tempo=tempo)
        return Result(run.id, plan, self.document(run.id), ending)

    def verify(self, run_id: str) -> Verification:
        with self.ledger() as ledger, use_cases.open_org(self.settings) as org:
            return use_cases.verify(run_id, ledger, org)

    def document(self, run_id: str) -> RunDocument:
        with self.ledger() as ledger:
            return run_document(ledger, ledger.run(run_id))

    def items(self, run_id: str) -> list[StoredItem]:
        with self.ledger() as ledger:
            return list(ledger.items(run_id))

    def rows(self) -> Counter[str]:
        """How many rows of the org carry each key."""
        return Counter(self.practice.org.rows_per_key())

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        with Ledger(self.location) as ledger:
            yield ledger

    def command(
        self, *arguments: str, without: Sequence[str] = (), **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run the command `bridge` as a process of its own, with no terminal.

        What it prints with `--json` is held to its schema.
        """
        whole = process_environment({**self.environment, **environment}, without)
        done = forks.run(arguments, whole)
        if "--json" in arguments and done.stdout:
            strictly.the_document(done.stdout)
        return done


def insert_by_hand(house: House, record: Record) -> None:
    """Make a row in the org as somebody else would."""
    org = house.practice.org
    plain = {n: v for n, v in record.items() if v is None or isinstance(v, str | int | float)}
    org.insert(org.message_sobject(), [plain])


def process_environment(
    environment: Mapping[str, str], without: Sequence[str] = ()
) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in without}
    return {**kept, **{n: v for n, v in environment.items() if n not in without}}


def yesterday() -> dt.date:
    return dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)
