"""A process dies at each durable point of a run; the next one ends with each message exactly once.

The points are not written down here: a run that is watched tells them (see `process`).
"""

from __future__ import annotations

import pytest

from bridge.ledger import RunState
from bridge.model import Outcome
from bridge.practice import (
    CommitLate,
    CutBefore,
    Fault,
    LoseAnswer,
    MorningCause,
    Operation,
    Remote,
    RowLocks,
    Scenario,
)
from bridge.practice.faults import Effect
from tests.exactly_once.conftest import OpenSite
from tests.exactly_once.process import Died, Life, Moment, dying_at, living
from tests.exactly_once.site import LEASE_IS_FREE_SECONDS, SETTLE_SECONDS, Site
from tests.exactly_once.truth import History, check
from tests.proof import share_of

CAUSES = {MorningCause.LONG_TEXT: 3, MorningCause.ROW_LOCK: 2, MorningCause.IN_ORG_ALREADY: 1}
KEYS = pytest.mark.parametrize("unique", [True, False], ids=["key unique", "key not unique"])


def morning(effect: Effect | None, unique: bool) -> Scenario:
    """A morning whose second insert meets a fault."""
    fault = Fault(Remote.SALESFORCE, effect, Operation.INSERT, nth=2) if effect else None
    return Scenario(
        causes=CAUSES, extra_rows=0, key_unique=unique, faults=(fault,) if fault else ()
    )


def resync_once(site: Site, life: Life) -> None:
    """What the processes of this file do, in an order that is the same each time."""
    with living(life):
        site.apply(site.plan(), lanes=1, canary=(2,))


def durable_points(site: Site) -> list[tuple[int, Moment]]:
    """The moments of an undisturbed run at which something lasting has or has not happened yet."""
    life = Life()
    resync_once(site, life)
    return [(n, moment) for n, moment in enumerate(life.moments) if moment.lasting]


def go_on(site: Site) -> None:
    """What a person does after a crash: send the plan that there is, or plan again.

    First as soon as the lease of the dead is free, when its last request may still commit; then
    once it has, and everything can be settled.
    """
    site.clock.advance(LEASE_IS_FREE_SECONDS)
    planned = [run.id for run in site.runs() if run.state is not RunState.PLANNING]
    run_id = planned[-1] if planned else site.plan()
    site.apply(run_id)
    site.practice.faults.release()
    site.clock.advance(SETTLE_SECONDS)
    site.apply(run_id)


def assert_each_once(site: Site) -> None:
    assert set(site.rows().values()) == {1}
    assert site.failed_keys() == site.rows().keys()
    run = site.runs()[-1]
    assert run.state is RunState.FINISHED
    outcomes = {item.key: item.outcome for item in site.items(run.id)}
    assert outcomes.keys() == site.failed_keys()
    assert set(outcomes.values()) <= {Outcome.SYNCED, Outcome.PRESENT}


@KEYS
@pytest.mark.parametrize(
    "effect",
    [None, LoseAnswer(), CommitLate(), CutBefore(), RowLocks(2)],
    ids=lambda effect: type(effect).__name__ if effect else "no fault",
)
def test_a_crash_at_every_durable_point_costs_nothing_and_repeats_nothing(
    open_site: OpenSite, effect: Effect | None, unique: bool
) -> None:
    scenario = morning(effect, unique)
    points = durable_points(open_site(scenario))
    if effect is not None:
        calm = durable_points(open_site(morning(None, unique)))
        points = [p for n, p in enumerate(points) if p not in calm[: n + 1]] or points[-8:]
    assert points
    for number, moment in share_of(points, int(unique)):
        site = open_site(scenario)
        life, history = dying_at(number), History(by_others=set(site.rows()))
        with pytest.raises(Died):
            resync_once(site, life)
        assert life.moments[-1] == moment
        check([site], history)
        go_on(site)
        assert_each_once(site)


@KEYS
def test_a_crash_of_the_process_that_goes_on_is_gone_on_with(
    open_site: OpenSite, unique: bool
) -> None:
    """Each process comes one moment further than the one before it, and dies."""
    site = open_site(morning(None, unique))
    run_id = site.plan()
    for number in range(200):
        life = dying_at(number)
        site.clock.advance(SETTLE_SECONDS + 1)
        try:
            with living(life):
                site.apply(run_id, lanes=1)
        except Died:
            continue
        break
    else:
        pytest.fail("no process came to the end of the run")
    assert_each_once(site)
