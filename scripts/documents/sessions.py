"""A morning with the practice org, recorded at a terminal, for docs/sessions/ and docs/a-day.md.

Each command is run in two widths, with colour and without. The clock stands at the morning's time
and the practice org's chance is seeded, so that the same code gives the same pictures. What is
drawn anew each time (a run's id, a port) is written over.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import shlex
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import time_machine
from rich.style import Style
from terminal import Line, Screen, lines_of, plain, run

from bridge.practice import MorningCause, PracticeServer, Scenario

WIDTHS = (80, 120)
MORNING = dt.datetime(2026, 11, 24, 8, 30, tzinfo=dt.UTC)
SCENARIO = Scenario(
    causes={
        MorningCause.LINK_RULE: 9,
        MorningCause.LONG_NAME: 4,
        MorningCause.NO_EMAIL_ACCESS: 3,
        MorningCause.ROW_LOCK: 2,
    }
)
SETTINGS = """\
[profiles.sandbox]
gotallo_base_url = "{GOTALLO_BASE_URL}"
gotallo_tenant_id = "{GOTALLO_TENANT_ID}"
sf_org_instance_url = "{SF_ORG_INSTANCE_URL}"
bridge_ca_bundle = "practice.pem"
bridge_ledger = "ledger.sqlite3"
"""
SECRETS = ("GOTALLO_API_TOKEN", "SF_ACCESS_TOKEN")
OVERWRITTEN: tuple[tuple[str, str], ...] = (
    (r"https://127\.0\.0\.1:\d{5}", "https://org.example.com"),  # as long: lines break alike
    (r"[\d,]+ MB are free", "81,426 MB are free"),
    (r"Python \d+\.\d+\.\d+", "Python 3.13.9"),
    (r"OpenSSL [\w.]+ [\w ]+,", "OpenSSL 3.0.19 27 Jan 2026,"),
)
RUN_IDS = ("7c2e1f", "a41d08")
"""Take the place of those that are drawn, in their order."""
TYPED = Style(bold=True)
AT_A_TIME = Path(__file__).with_name("at_a_time.py")


@dataclass(frozen=True, slots=True)
class Step:
    """One command of the morning."""

    name: str
    arguments: str
    """As typed behind `bridge`; `RUN` stands for the newest run's id."""
    minute: int
    """After half past eight."""
    answers: str = ""
    before: Callable[[PracticeServer], object] = lambda _: None
    """What happens elsewhere before it is typed."""

    @property
    def time(self) -> dt.datetime:
        return MORNING + dt.timedelta(minutes=self.minute)


def _switch_the_rule_off(practice: PracticeServer) -> None:
    practice.org.set_rule_active("No_Links", False)


STEPS = (
    Step("doctor", "doctor", 0),
    Step("plan", "resync --yesterday --expect 18 --dry-run", 2),
    Step("explain", "explain 'REQUIRED_FIELD_MISSING: Required fields are missing: [Name]'", 4),
    Step("resync", "resync --yesterday --expect 18", 20, "y\n", _switch_the_rule_off),
    Step("status", "status", 22),
    Step("report", "report RUN", 23),
    Step("verify", "verify RUN", 25),
)


@dataclass(frozen=True, slots=True)
class Session:
    """One command as it stood on one terminal."""

    name: str
    screen: Screen
    colour: bool

    def files(self, folder: Path) -> tuple[Path, str]:
        """Where it belongs, and as what: a picture where it has colour, else text."""
        stem = f"{self.name}-{self.screen.columns}"
        if self.colour:
            return folder / f"{stem}.svg", self.screen.svg(stem)
        return folder / f"{stem}.txt", self.screen.plain()


def pages(docs: Path) -> Iterator[tuple[Path, str]]:
    recorded = [session for columns in WIDTHS for session in _in_both(columns)]
    for session in recorded:
        yield session.files(docs / "sessions")
    page = docs / "a-day.md"
    said = page.read_text(encoding="utf-8")
    for session in recorded:
        if not session.colour and session.screen.columns == WIDTHS[0]:
            said = _with(said, session)
    yield page, said


def _with(page: str, session: Session) -> str:
    """The page with the picture and the text of a session between its marks."""
    begin, end = f"<!-- Session {session.name}. -->\n", "<!-- Up to here. -->\n"
    before, _, rest = page.partition(begin)
    _, _, after = rest.partition(end)
    narrow, wide = (f"sessions/{session.name}-{columns}" for columns in WIDTHS)
    block = (
        f"\n![A terminal with bridge {session.name}; its text is below.]({narrow}.svg)\n\n"
        f"<details><summary>As text</summary>\n\n"
        f"```text\n{session.screen.plain()}```\n\n</details>\n\n"
        f"The same [in 120 columns]({wide}.svg) and [there without colour]({wide}.txt).\n\n"
    )
    return f"{before}{begin}{block}{end}{after}"


def report_page(folder: Path) -> Path:
    """The HTML report of the morning, as a file in the folder."""
    made = folder / "report.html"
    with _at_half_past_eight() as (clock, practice):
        stage = _Stage(practice, folder, WIDTHS[0], {})
        stage.furnish()
        for step in STEPS:
            if step.name in {"plan", "resync"}:
                stage.play_at(clock, step)
        stage.play_at(clock, Step("page", f"report RUN --html {made}", 30))
    made.write_text(stage.overwritten(made.read_text(encoding="utf-8")), encoding="utf-8")
    return made


def _in_both(columns: int) -> Iterator[Session]:
    for more in ({}, {"NO_COLOR": "1"}):
        yield from _morning(columns, more)


def _morning(columns: int, more: Mapping[str, str]) -> Iterator[Session]:
    with (
        _at_half_past_eight() as (clock, practice),
        tempfile.TemporaryDirectory(prefix="bridge-session-") as folder,
    ):
        stage = _Stage(practice, Path(folder), columns, more)
        stage.furnish()
        for step in STEPS:
            yield Session(step.name, stage.play_at(clock, step), not more)


@contextmanager
def _at_half_past_eight() -> Iterator[tuple[time_machine.Traveller, PracticeServer]]:
    with time_machine.travel(MORNING) as clock, PracticeServer(SCENARIO) as practice:
        yield clock, practice


@dataclass(slots=True)
class _Stage:
    """A person's folder and terminal, in front of a practice org."""

    practice: PracticeServer
    folder: Path
    columns: int
    more: Mapping[str, str]
    """Of the environment."""
    run_ids: list[str] = field(default_factory=list)
    """As they were drawn."""

    def furnish(self) -> None:
        told = self.practice.environment
        (self.folder / "bridge.toml").write_text(SETTINGS.format(**told), encoding="utf-8")
        authority = Path(told["BRIDGE_CA_BUNDLE"]).read_bytes()
        (self.folder / "practice.pem").write_bytes(authority)

    def play_at(self, clock: time_machine.Traveller, step: Step) -> Screen:
        """Type the command when it is time for it, and what stood on the terminal then."""
        clock.move_to(step.time)
        step.before(self.practice)
        newest = self.run_ids[-1] if self.run_ids else ""
        words = [newest if word == "RUN" else word for word in shlex.split(step.arguments)]
        screen = run(
            [sys.executable, str(AT_A_TIME), step.time.isoformat(), *words],
            self._environment(),
            self.folder,
            self.columns,
            step.answers,
        )
        lines = lines_of(screen)
        self._note_the_run(lines)
        typed = [(letter, TYPED) for letter in f"$ bridge {step.arguments}"]
        return Screen(self.columns, tuple(map(self._overwritten, (typed, *lines))))

    def _environment(self) -> Mapping[str, str]:
        told = self.practice.environment
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "BRIDGE_PROFILE": "sandbox",
            **{name: told[name] for name in SECRETS},
            **self.more,
        }

    def _note_the_run(self, lines: list[Line]) -> None:
        for found in re.findall(r"bridge (?:apply|report) ([0-9a-f]{6})\b", _plain(lines)):
            if found not in self.run_ids:
                self.run_ids.append(found)

    def overwritten(self, text: str) -> str:
        """The text with what differs each time written over."""
        for pattern, instead in self._instead():
            text = re.sub(pattern, instead, text)
        return text

    def _overwritten(self, line: Line) -> Line:
        """The same of a line, where each letter keeps its style."""
        for pattern, instead in self._instead():
            line = _replaced(line, pattern, instead)
        return line

    def _instead(self) -> Iterator[tuple[str, str]]:
        yield from OVERWRITTEN
        yield from zip(self.run_ids, RUN_IDS, strict=False)
        if self.run_ids:
            yield r"\bRUN\b", RUN_IDS[len(self.run_ids) - 1]


def _replaced(line: Line, pattern: str, instead: str) -> Line:
    found = re.search(pattern, plain(line))
    if found is None:
        return line
    start, end = found.span()
    style = line[start][1]
    rest = _replaced(line[end:], pattern, instead)
    return [*line[:start], *((letter, style) for letter in instead), *rest]


def _plain(lines: list[Line]) -> str:
    return "\n".join(map(plain, lines))
