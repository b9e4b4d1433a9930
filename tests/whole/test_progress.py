"""A whole resync as a person at a terminal sees it."""

from __future__ import annotations

from bridge.errors import Exit
from bridge.practice import MorningCause, Scenario
from tests.whole.conftest import OpenHouse
from tests.whole.terminal import at_a_terminal

CAUSES = {MorningCause.ROW_LOCK: 12, MorningCause.NO_REGION: 2}


def test_a_resync_at_a_terminal_shows_how_far_it_has_come(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes=CAUSES, extra_rows=0))
    date = house.practice.day.isoformat()
    told = at_a_terminal(house, ["resync", "--date", date, "--tz", "UTC"], answers="y\n")
    assert told.code == Exit.LEFT_OVER, told.said
    planning = told.said.index("14 of 14 fetched, 14 planned")
    asking = told.said.index("Send 12 messages")
    sending = told.said.index("12 of 12 done")
    assert planning < asking < sending
    assert "12 sent" in told.said[sending:]
    assert "API calls (" in told.said[sending:]
    assert "item.outcome" not in told.said
