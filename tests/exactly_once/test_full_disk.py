"""The ledger's disk is full from some point of a run on: nothing more is sent, nothing is lost."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, ExceptionContext, event

from bridge.errors import LedgerError
from bridge.practice import MorningCause, Operation, Scenario
from tests.exactly_once.conftest import OpenSite
from tests.exactly_once.process import Life, Moment
from tests.exactly_once.site import Site
from tests.exactly_once.test_crashes import (
    KEYS,
    assert_each_once,
    durable_points,
    go_on,
    morning,
    resync_once,
)
from tests.proof import share_of

_PAGE_BYTES = 512
"""The smallest that SQLite has: hardly a transaction finds room in the pages that there are."""


class Disk:
    """Is full when it is told to be, for every ledger."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.full = False
        self.sent_before_refusal: int | None = None
        """How many requests to insert there had been when the ledger could first not be written."""

    def fill(self, _: Moment) -> None:
        self.full = True

    @property
    def sent(self) -> int:
        return len(self._site.practice.requests.of(Operation.INSERT))

    @contextmanager
    def mounted(self) -> Iterator[None]:
        event.listen(Engine, "begin", self._bound)
        event.listen(Engine, "handle_error", self._note)
        try:
            yield
        finally:
            event.remove(Engine, "begin", self._bound)
            event.remove(Engine, "handle_error", self._note)

    def _bound(self, connection: Connection) -> None:
        """A file may not be bounded below what it has: then it just does not grow."""
        pages = 1 if self.full else 1_000_000
        cursor: Any = connection.connection.cursor()
        cursor.execute(f"PRAGMA max_page_count = {pages}")
        cursor.close()

    def _note(self, context: ExceptionContext) -> None:
        if self.sent_before_refusal is None and "is full" in str(context.original_exception):
            self.sent_before_refusal = self.sent


def small_pages(site: Site) -> None:
    with sqlite3.connect(site.ledger_location) as connection:
        connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
        connection.execute("VACUUM")
    connection.close()


@KEYS
def test_a_disk_that_is_full_from_any_point_on_costs_nothing_and_repeats_nothing(
    open_site: OpenSite, unique: bool
) -> None:
    scenario = morning(None, unique)
    site = open_site(scenario)
    small_pages(site)
    refusals = 0
    # What is full right after one point is full right before the next one.
    full_from = [n for n, moment in durable_points(site) if moment.when == "before"]
    tried = share_of(full_from, int(unique))
    for number in tried:
        site = open_site(scenario)
        small_pages(site)
        disk = Disk(site)
        with disk.mounted():
            if refused(partial(resync_once, site, Life(number, disk.fill))):
                refusals += 1
                assert disk.sent == disk.sent_before_refusal, "sent, though it can't be recorded"
            disk.full = False
            go_on(site)
        assert_each_once(site)
    assert refusals >= len(tried) // 3


def test_a_file_system_without_room_costs_nothing_and_repeats_nothing(
    open_site: OpenSite, tmp_path: Path
) -> None:
    refusals = 0
    for room in (0, 30_000, 60_000, 90_000, 120_000, 180_000, 300_000, 900_000):
        scenario = Scenario(causes={MorningCause.LONG_TEXT: 12}, extra_rows=0)
        with tiny_file_system(tmp_path / "disk", 1_000_000) as folder:
            site = replace(open_site(scenario), folder=folder)
            run_id = site.plan()
            filler = folder / "filler"
            occupy(filler, room)
            enough = not refused(partial(site.apply, run_id, lanes=1, canary=(2, 3)))
            filler.unlink()
            go_on(site)
            assert_each_once(site)
        if enough:
            break
        refusals += 1
    assert refusals > 1
    assert enough


def refused(work: Callable[[], object]) -> bool:
    """Whether it ended since the ledger has no room; the person is told what helps."""
    try:
        work()
    except LedgerError as error:
        return "room on its disk" in error.advice
    return False


@contextmanager
def tiny_file_system(folder: Path, size: int) -> Iterator[Path]:
    folder.mkdir(exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)  # noqa: S607


def occupy(filler: Path, room: int) -> None:
    """Leave so many bytes of the file system."""
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(b"x" * 4096):
            pass
    size = filler.stat().st_size
    with filler.open("r+b") as file:
        file.truncate(max(0, size - room))
