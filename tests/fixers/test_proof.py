"""What is no fixer to rely on is not proven, and the reason is told."""

from __future__ import annotations

import copy
import datetime as dt
import functools
import gc
import os
import random
import secrets
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from random import choice as chosen
from time import time as seconds
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pytest
from pydantic import BaseModel

from bridge.fixers import Example, Fixer, NoOptions, NotProven, prove
from bridge.fixers.sandbox import Sandbox
from bridge.model import Change, Diagnosis, ObjectSchema, Record, Risk

TEXT = "Social25__Text__c"
MADE = Example("A text is made.", None, {"Text__c": "Hello"}, {"Text__c": "made"})
KEPT = Example("A made text stays.", None, {"Text__c": "made"}, {"Text__c": "made"})


class Specimen(Fixer[Any]):
    """Write something into a text.

    Problem: there is none.

    Repair: what each specimen makes of a text.
    """

    name: ClassVar[str] = "specimen"
    risk: ClassVar[Risk] = Risk.INVENTED
    examples: ClassVar[tuple[Example, ...]] = (MADE, KEPT)

    def made(self, record: Record) -> object:
        return "made"

    def fix(
        self, record: Record, schema: ObjectSchema, diagnosis: Diagnosis | None
    ) -> Iterator[Change]:
        before, after = record.get(TEXT), self.made(record)
        if before is not None and before != after:
            yield self.change(before, after)

    def change(self, before: Any, after: Any, risk: Risk = Risk.INVENTED) -> Change:
        return Change(TEXT, before, after, "specimen", "it is a specimen", risk)


def specimen(made: Callable[[Record], object]) -> type[Specimen]:
    """One that makes of a text what it is told to."""

    class Told(Specimen):
        __doc__ = Specimen.__doc__

        def made(self, record: Record) -> object:
            made(record)
            return "made"

    return Told


def flaws(fixer: type[Fixer[Any]]) -> str:
    with pytest.raises(NotProven) as caught:
        prove(fixer)
    return str(caught.value)


def test_what_is_right_is_proven() -> None:
    prove(Specimen)


SOCKET = socket.socket()
SOCKET.close()

IMPURE: dict[str, tuple[Callable[[Record], object], str]] = {
    "time": (lambda _: time.time(), "reads the clock (time.time)"),
    "time by another name": (lambda _: seconds(), "reads the clock (time.time)"),
    "monotonic": (lambda _: time.monotonic_ns(), "reads the clock"),
    "localtime": (lambda _: time.localtime(), "reads the clock"),
    "sleep": (lambda _: time.sleep(0), "reads the clock"),
    "now": (lambda _: dt.datetime.now(dt.UTC), "reads the clock (datetime.now)"),
    "today": (lambda _: dt.date.today(), "reads the clock (date.today)"),  # noqa: DTZ011
    "random": (lambda _: random.random(), "asks for randomness"),
    "choice": (lambda _: chosen("ab"), "asks for randomness"),
    "an own generator": (lambda _: random.Random().random(), "asks for randomness"),
    "shuffle": (lambda _: random.shuffle([1, 2]), "asks for randomness"),
    "urandom": (lambda _: os.urandom(1), "asks for randomness (posix.urandom)"),
    "uuid4": (lambda _: uuid.uuid4(), "asks for randomness"),
    "secrets": (lambda _: secrets.token_hex(), "asks for randomness"),
    "open": (lambda _: open(__file__), "touches files"),  # noqa: PTH123, SIM115
    "a path's text": (lambda _: Path(__file__).read_text(encoding="utf-8"), "touches files"),
    "a path's being": (lambda _: Path(__file__).exists(), "asks the operating system"),
    "a folder": (lambda _: os.listdir(), "asks the operating system"),  # noqa: PTH208
    "a file made": (lambda _: Path("made.txt").write_text("x"), "touches files"),
    "the process": (lambda _: os.getpid(), "asks the operating system"),
    "connect": (lambda _: socket.create_connection(("localhost", 1)), "uses the network"),
    "a host's name": (lambda _: socket.gethostname(), "uses the network"),
    "a socket at hand": (lambda _: SOCKET.connect(("localhost", 1)), "uses the network"),
    "environ": (lambda _: os.environ["PATH"], "reads the environment (os.environ)"),
    "environ.get": (lambda _: os.environ.get("LANG"), "reads the environment"),
    "getenv": (lambda _: os.getenv("LANG"), "reads the environment"),
    "all of environ": (lambda _: dict(os.environ), "reads the environment"),
    "a thread": (lambda _: threading.Thread(target=print).start(), "starts a thread"),
    "a process": (lambda _: subprocess.run(["true"], check=False), ""),  # noqa: S607
    "print": (lambda _: print("Hello"), "talks to a terminal"),  # noqa: T201
    "stderr": (lambda _: sys.stderr.write("Hello"), "touches files"),
    "unwatched": (lambda _: sys.setprofile(None), "stops being watched"),
}


@pytest.mark.parametrize(("does", "says"), IMPURE.values(), ids=list(IMPURE))
def test_what_reaches_out_of_its_arguments_is_caught(
    does: Callable[[Record], object], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = flaws(specimen(does))
    assert f'"A text is made.": it {says}' in said
    assert list(tmp_path.iterdir()) == []


def test_what_hides_its_failure_is_caught() -> None:
    def hides(_: Record) -> None:
        try:
            time.time()
        except Exception:
            return

    assert "reads the clock" in flaws(specimen(hides))


def test_what_reads_the_clock_when_it_is_made_is_caught() -> None:
    class AtBirth(Specimen):
        __doc__ = Specimen.__doc__

        def __init__(self, options: BaseModel) -> None:
            super().__init__(options)
            self.born = time.time()

    assert "reads the clock" in flaws(AtBirth)


@pytest.mark.parametrize(
    "local",
    [
        pytest.param(
            lambda: dt.datetime.fromtimestamp(0).isoformat(),  # noqa: DTZ006
            id="fromtimestamp",
        ),
        pytest.param(
            lambda: dt.datetime(2026, 1, 1, tzinfo=dt.UTC).astimezone().isoformat(),
            id="astimezone",
        ),
    ],
)
def test_what_knows_where_it_runs_is_caught(local: Callable[[], str]) -> None:
    class Local(Specimen):
        __doc__ = Specimen.__doc__

        def made(self, record: Record) -> object:
            return local() if record[TEXT] == "Hello" else record[TEXT]

    assert "in another time zone" in flaws(Local)


def test_what_counts_its_calls_is_caught() -> None:
    calls: list[Record] = []

    class Counting(Specimen):
        __doc__ = Specimen.__doc__

        def made(self, record: Record) -> object:
            calls.append(record)
            return f"made {len(calls)}"

    assert "other changes the next time" in flaws(Counting)


def test_what_remembers_another_record_is_caught() -> None:
    class Remembering(Specimen):
        __doc__ = Specimen.__doc__

        def __init__(self, options: BaseModel) -> None:
            super().__init__(options)
            self._met: set[object] = set()

        def made(self, record: Record) -> object:
            self._met.add(record[TEXT])
            return "made" if len(self._met) == 1 else "made anew"

    assert "it remembers other records" in flaws(Remembering)


def test_what_spoils_what_it_is_given_is_caught() -> None:
    nested = Example("A list stays.", None, {"Text__c": ["a"]}, {"Text__c": ["a"]})

    class Spoiling(Specimen):
        __doc__ = Specimen.__doc__
        examples = (MADE, nested)

        def made(self, record: Record) -> object:
            value = record[TEXT]
            if isinstance(value, list):
                value.append("b")
                return value
            return "made"

    assert "changes the record that it is given" in flaws(Spoiling)


def test_what_changes_its_options_is_caught() -> None:
    class Told(BaseModel):
        times: int = 0

    class Learning(Specimen):
        __doc__ = Specimen.__doc__
        Options = Told

        def made(self, record: Record) -> object:
            self.options.times += 1
            return "made"

    assert "changes its options" in flaws(Learning)


def test_a_fixer_that_looks_under_the_short_name_is_told_of_the_api_name() -> None:
    class Short(Specimen):
        __doc__ = Specimen.__doc__

        def fix(
            self, record: Record, schema: ObjectSchema, diagnosis: Diagnosis | None
        ) -> Iterator[Change]:
            if "Text__c" in record:
                yield from super().fix(record, schema, diagnosis)

    said = flaws(Short)
    assert "it changes nothing: a record has its fields under their API names" in said
    assert "schema.get(name)" in said


def test_what_changes_its_own_result_is_caught() -> None:
    class Growing(Specimen):
        __doc__ = Specimen.__doc__

        def made(self, record: Record) -> object:
            return "made" if record[TEXT] == "made" else f"{record[TEXT]}!"

    said = flaws(Growing)
    assert "a second pass over its own result changes Social25__Text__c once more" in said
    assert "where the example says" in said


def test_what_changes_nothing_into_nothing_is_caught() -> None:
    class Idle(Specimen):
        __doc__ = Specimen.__doc__

        def fix(
            self, record: Record, schema: ObjectSchema, diagnosis: Diagnosis | None
        ) -> Iterator[Change]:
            yield self.change(record[TEXT], "made")

    assert "into what it is" in flaws(Idle)


def test_what_risks_more_than_it_declares_is_caught() -> None:
    class Bold(Specimen):
        __doc__ = Specimen.__doc__
        risk = Risk.LOSSY

    assert "lossy at the most and made a change that is invented" in flaws(Bold)


def test_what_refuses_the_options_of_its_example_is_caught() -> None:
    class Choosy(Specimen):
        __doc__ = Specimen.__doc__
        Options = NoOptions
        examples = (KEPT, Example("An option.", {"a": 1}, {"Text__c": "x"}, {"Text__c": "made"}))

    assert '"An option.": its options are refused' in flaws(Choosy)


def test_what_can_not_be_made_is_caught() -> None:
    class Stillborn(Specimen):
        __doc__ = Specimen.__doc__

        def __init__(self, options: BaseModel) -> None:
            raise LookupError("no luck")

    assert "it can't be made: LookupError: no luck" in flaws(Stillborn)


def test_what_has_no_help_is_caught() -> None:
    class Undocumented(Specimen):
        pass

    class Short(Specimen):
        """Does it"""

        examples = (MADE,)
        name = "Short-Name"

    assert "Problem: and a paragraph Repair:" in flaws(Undocumented)
    said = flaws(Short)
    for part in ("no sentence", "one of what it leaves alone", "in lower case with underscores"):
        assert part in said


@functools.lru_cache(maxsize=8)
def _of(name: str) -> ZoneInfo:
    return ZoneInfo.no_cache(name)


def imports(_: Record) -> object:
    sys.modules.pop("colorsys", None)
    return __import__("colorsys")


@pytest.mark.parametrize(
    "does",
    [
        pytest.param(imports, id="an import"),
        pytest.param(lambda _: _of("Europe/Amsterdam"), id="a zone and a cache"),
        pytest.param(lambda _: dt.datetime.fromtimestamp(0, dt.UTC), id="a time of UTC"),
        pytest.param(lambda _: dt.datetime.fromisoformat("2026-01-01T00:00Z"), id="a time read"),
        pytest.param(lambda _: uuid.UUID("92dd772d-38bd-4d64-abf8-32fe279b189b"), id="an id read"),
        pytest.param(lambda record: copy.deepcopy(dict(record)), id="a copy"),
        pytest.param(lambda _: threading.Lock().acquire(), id="a lock"),
        pytest.param(lambda _: os.path.join("a", "b"), id="a path joined"),  # noqa: PTH118
    ],
)
def test_what_is_pure_is_proven(does: Callable[[Record], object]) -> None:
    prove(specimen(does))


class Garbage:
    """Holds itself, so that only the collector finds it, and reads the clock then."""

    def __init__(self) -> None:
        self.itself = self

    def __del__(self) -> None:
        time.time()


def test_the_garbage_of_others_is_nobodys_effect() -> None:
    gc.collect()
    Garbage()
    sandbox = Sandbox()
    sandbox.run(lambda: [[n] for n in range(100_000)])
    assert sandbox.effects == []
    assert gc.isenabled()


@pytest.mark.parametrize("zone", [None, "CCC-1"])
def test_nothing_of_it_is_left_behind(zone: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TZ", raising=False)
    if zone is not None:
        monkeypatch.setenv("TZ", zone)
    profile = sys.getprofile()
    prove(Specimen)
    flaws(specimen(lambda _: time.time()))
    assert (os.environ.get("TZ"), sys.getprofile()) == (zone, profile)
    assert time.time() > 0
