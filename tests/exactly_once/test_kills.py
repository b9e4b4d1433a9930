"""Processes that the kernel kills, again and again, until one comes to the end."""

from __future__ import annotations

import signal
from random import Random

from bridge.errors import Exit
from bridge.ledger import RunState
from bridge.practice import CutBefore, MorningCause, Operation, Remote, Scenario
from bridge.practice.faults import Effect, Faults
from tests.exactly_once.conftest import OpenSite
from tests.exactly_once.site import Site
from tests.exactly_once.test_crashes import KEYS, assert_each_once
from tests.forks import Process

KILLS = 26
"""Of each key kind."""
CAUSES = {MorningCause.LONG_TEXT: 9, MorningCause.ROW_LOCK: 6, MorningCause.LONG_NAME: 3}


class KillAt(Faults):
    """Kills a process when its nth request arrives, and waits until it is gone."""

    def __init__(self) -> None:
        super().__init__()
        self.process: Process | None = None
        self.nth = 0
        self.effect: Effect | None = None

    def strike(self, remote: Remote, operation: Operation) -> Effect | None:
        if self.process:
            self.nth -= 1
            if self.nth == 0:
                self.process.kill()
                self.process = None
                return self.effect
        return super().strike(remote, operation)


@KEYS
def test_each_message_is_there_once_after_many_kills(open_site: OpenSite, unique: bool) -> None:
    random = Random(f"kills {unique}")
    kills = 0
    while kills < KILLS:
        killer = KillAt()
        site = open_site(Scenario(causes=CAUSES, extra_rows=0, key_unique=unique), killer)
        ended = -signal.SIGKILL
        while ended == -signal.SIGKILL:
            killer.nth = random.randint(1, 22)
            killer.effect = random.choice([None, CutBefore()])
            ended = _bridge(site, killer)
            kills += ended == -signal.SIGKILL
        assert ended == Exit.OK, (site.folder / "said").read_text(encoding="utf-8")
        assert_each_once(site)


def _bridge(site: Site, killer: KillAt) -> int:
    """Go on with the plan that there is, or begin."""
    planned = [run.id for run in site.runs() if run.state is not RunState.PLANNING]
    day = site.practice.day.isoformat()
    arguments = ["apply", planned[-1]] if planned else ["resync", "--date", day, "--tz", "UTC"]
    killer.process = process = site.start(*arguments, "--yes")
    ended = process.wait()
    killer.process = None
    return ended
