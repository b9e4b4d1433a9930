"""Histories: what operators, processes, people and networks may do, in any order.

A state machine draws them and drives the bridge itself, over TLS, in front of a practice org. What
must be true is checked after every step (`truth`). At the end everything is healed, and each
message that can be sent has to be in the org once.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from sqlalchemy import select

from bridge.delivery import EndingKind
from bridge.errors import LeaseHeld, LedgerError, RemoteError, UsageError
from bridge.ledger import check as check_ledger
from bridge.ledger import tables as t
from bridge.ledger.engine import reading
from bridge.model import Decision, Delivery, Outcome, Window, canonical_key
from bridge.practice import (
    CommitLate,
    CutBefore,
    ExhaustQuota,
    ExpireSessions,
    Fault,
    ForeignNext,
    Garbage,
    GatewayGaveUp,
    HalfBody,
    HtmlPage,
    Invisible,
    LoseAnswer,
    MorningCause,
    Operation,
    PracticeServer,
    Remote,
    RowLocks,
    Scenario,
    Shifted,
    StaleReads,
    Status,
    Trickle,
    TriggerFailure,
    WrongCount,
    morning,
)
from bridge.practice.faults import Effect
from bridge.practice.org.objects import REGIONS
from bridge.practice.org.save import Saved
from bridge.practice.org.schema import Row
from tests.exactly_once.process import Died, Life, Moment, dying_at, living
from tests.exactly_once.site import (
    LEASE_IS_FREE_SECONDS,
    SETTLE_SECONDS,
    Clock,
    Site,
    ledger_folder,
)
from tests.exactly_once.truth import History, check

PLATFORM_SECONDS = 600.0
"""How long the platform lets a call run: what was cut commits by then, or never."""
LAG_SECONDS = 30.0
RULES = ("No_Links", "Outbound_Needs_Agent")

_DID_NOTHING: list[Effect] = [
    CutBefore(),
    HtmlPage(),
    Status(500),
    Status(503),
    Status(429, retry_after=0),
    Status(420),
    Status(408),
    Status(400, code="JSON_PARSER_ERROR"),
    Status(403, code="REQUEST_LIMIT_EXCEEDED"),
]
_DID_ALL: list[Effect] = [LoseAnswer(), GatewayGaveUp(), Garbage(), HalfBody(), Trickle(0.0)]
_SESSION: list[Effect] = [ExpireSessions(), ExhaustQuota()]
_LOCKS: list[Effect] = [RowLocks(1), RowLocks(2), RowLocks(3)]
_LISTING: list[Effect] = [
    CutBefore(),
    LoseAnswer(),
    Status(503, retry_after=0),
    HtmlPage(),
    Garbage(),
    HalfBody(),
    Shifted(1),
    Shifted(2),
    WrongCount(),
    ForeignNext(),
]
_STALE: list[Effect] = [StaleReads(LAG_SECONDS)]
_LATE: list[Effect] = [CommitLate()]


def _faults(
    operation: Operation, *kinds: list[Effect], remote: Remote = Remote.SALESFORCE
) -> st.SearchStrategy[Fault]:
    """One kind of effect is as likely as another, however many there are of each."""
    return st.builds(
        Fault,
        st.just(remote),
        st.sampled_from(kinds).flatmap(st.sampled_from),
        st.just(operation),
        nth=st.sampled_from([1, 1, 2, 3, 4]),
        times=st.sampled_from([1, 1, 1, 1, 2, 3, 30]),
    )


INSERT_FAULTS = _faults(Operation.INSERT, _LATE, _DID_ALL, _DID_NOTHING, _LOCKS, _SESSION)
READS_LAG = Fault(Remote.SALESFORCE, StaleReads(LAG_SECONDS), Operation.QUERY, nth=2, times=9)
FAULTS = st.one_of(
    INSERT_FAULTS,
    _faults(Operation.QUERY, _STALE, _DID_ALL, _DID_NOTHING, _SESSION),
    _faults(Operation.ANY, _DID_ALL, _DID_NOTHING, _SESSION),
    _faults(Operation.FAILURES, _LISTING, remote=Remote.GOTALLO),
)
SENT = [
    MorningCause.LONG_TEXT,
    MorningCause.LINK_RULE,
    MorningCause.ROW_LOCK,
    MorningCause.LONG_NAME,
    MorningCause.NO_NAME,
    MorningCause.AGENT_RULE,
]
"""What fails for a cause that is repaired, by a fixer or by an admin."""
CAUSES = st.fixed_dictionaries(
    {MorningCause.LONG_TEXT: st.integers(1, 3)},
    optional={cause: st.integers(1, 2) for cause in MorningCause if cause != "long_text"},
)
SCENARIOS = st.builds(
    Scenario,
    seed=st.integers(1, 10_000),
    causes=CAUSES,
    extra_rows=st.just(1),
    key_unique=st.booleans(),
    page_size=st.sampled_from([2, 5, 100]),
    trigger_failure=st.sampled_from(list(TriggerFailure)),
)
HOURS = st.sampled_from([(0, 24), (0, 24), (0, 14), (10, 24), (8, 16)])
LANES = st.sampled_from([4, 4, 1, 2])
CANARY = st.sampled_from([(), (1,), (2, 3), (5, 25)])
MOMENTS = st.integers(0, 45)
LATER = st.sampled_from([0, 0, LEASE_IS_FREE_SECONDS, LEASE_IS_FREE_SECONDS, 1000])
"""Seconds between one process and the next."""
CAREFUL = (None, "lossless")
"""Which changes go without a person, one plan after the other."""
MAYBE_A_CRASH = st.none() | MOMENTS
NUMBERS = st.integers(0, 1000)
NO_FAULTS: list[Fault] = []
MORE_GOES_WRONG: st.SearchStrategy[list[Fault]] = st.one_of(
    st.just(NO_FAULTS),
    INSERT_FAULTS.map(lambda fault: [fault]),
    st.lists(INSERT_FAULTS, min_size=2, max_size=2),
    INSERT_FAULTS.map(lambda fault: [fault, READS_LAG]),
)


def _rows_are_not_shared(at: Histories, number: int) -> None:
    """Only where the org itself refuses a second one."""
    if at.practice.org.key_unique:
        fault = Fault(
            Remote.SALESFORCE, Invisible(1 + number % 3), Operation.QUERY, times=1 + number % 7
        )
        at.practice.faults.add(fault)


def _time_passes(at: Histories, number: int) -> None:
    at.let_pass([31, LEASE_IS_FREE_SECONDS, 620, 1000][number % 4])


def _late_ones_commit(at: Histories, _: int) -> None:
    at.release()


def _admin_switches_a_rule(at: Histories, number: int) -> None:
    at.practice.org.set_rule_active(RULES[number % 2], number % 4 < 2)


def _more_fail(at: Histories, number: int) -> None:
    """Other messages each time: GoTallo inserts what a rule refuses no more, and twice the same is
    two rows that the bridge has nothing to do with."""
    practice = at.practice
    at.mornings += 1
    more = replace(
        practice.scenario,
        seed=20_000 + 100 * practice.scenario.seed + at.mornings,
        causes={SENT[number % len(SENT)]: 1, MorningCause.LONG_TEXT: 2},
        extra_rows=0,
    )
    before = set(at.sites[0].rows())
    check(at.sites, at.history)  # `play` forgets what has fired
    morning.play(more, practice.day, practice.org, practice.gotallo)
    at.history.by_others |= set(at.sites[0].rows()) - before


def _one_fails_again(at: Histories, number: int) -> None:
    failures = at.practice.gotallo.failures()
    again = failures[number % len(failures)]
    later = again.failed_at + dt.timedelta(minutes=1)
    at.practice.gotallo.add_results(again.salesforce, again.standard, later)


def _somebody_else_inserts(at: Histories, number: int) -> None:
    """Long enough ago for every read to see it, and no message that is in the air."""
    org = at.practice.org
    keys = sorted(at.sites[0].failed_keys() - at.sites[0].rows().keys() - at.in_the_air())
    if not keys:
        return
    key = keys[number % len(keys)]
    row: Row = {
        org.field("Identifier__c"): key,
        org.field("User_Full_Name__c"): "Test Sender 0",
        org.field("Text__c"): "By hand",
        "Region__c": REGIONS[0],
    }
    earlier = at.clock() - dt.timedelta(hours=1)
    (result,) = org.insert(org.message_sobject(), [row], created=earlier)
    if isinstance(result, Saved):
        at.history.by_others.add(key)


def _somebody_deletes(at: Histories, number: int) -> None:
    org = at.practice.org
    rows = org.messages()
    if rows:
        row = rows[number % len(rows)]
        org.delete(org.message_sobject(), str(row["Id"]))
        at.history.deleted.add(canonical_key(str(row[org.field("Identifier__c")])))


def _somebody_verifies(at: Histories, number: int) -> None:
    if not at.runs:
        return
    site, run_id = at.run(number)
    try:
        found = site.verify(run_id)
    except RemoteError:
        return
    assert not found.repeated
    told = len(found.missing) + len(found.deleted) + found.once + len(found.in_doubt)
    assert told + found.absent + len(found.there_unsent) == len(site.items(run_id))


EVENTS = [
    _rows_are_not_shared,
    _late_ones_commit,
    _time_passes,
    _admin_switches_a_rule,
    _more_fail,
    _one_fails_again,
    _somebody_else_inserts,
    _somebody_deletes,
    _somebody_verifies,
]
"""What happens around the processes; the number says to which."""


def _life(crash: int | None) -> Life:
    return Life() if crash is None else dying_at(crash)


class Histories(RuleBasedStateMachine):
    """One history; a machine draws many."""

    def __init__(self, practice: PracticeServer, clock: Clock) -> None:
        super().__init__()
        self.practice = practice
        self.clock = clock
        self._stack = ExitStack()
        self.runs: list[tuple[Site, str]] = []
        self.history = History()
        self.mornings = 0
        """How often more messages have failed."""
        self._since_release = 0.0
        """Seconds, since nothing was left that may still commit."""

    @initialize(scenario=SCENARIOS, repaired=st.booleans())
    def begin(self, scenario: Scenario, repaired: bool) -> None:
        self.clock.set_right()
        self.practice.begin_anew(scenario)
        self.sites = [self._new_site()]
        if scenario.key_unique:
            self.sites.append(self._new_site())
        self.history.by_others |= set(self.sites[0].rows())
        for name in RULES if repaired else ():
            self.practice.org.set_rule_active(name, False)
        self._plan(self.sites[0], (0, 24), None, Life())

    def _new_site(self) -> Site:
        folder = self._stack.enter_context(ledger_folder())
        return Site(self.practice, self.clock, Path(folder))

    # What operators do.

    @rule(
        hours=HOURS,
        limit=st.sampled_from([None, None, None, 2]),
        second=st.booleans(),
        crash=MAYBE_A_CRASH,
        more=NUMBERS,
    )
    def plan(
        self, hours: tuple[int, int], limit: int | None, second: bool, crash: int | None, more: int
    ) -> None:
        """In most cases after more messages have failed."""
        if more % 4:
            _more_fail(self, more)
        self._plan(self.sites[-1 if second else 0], hours, limit, _life(crash))

    @precondition(lambda self: self.runs)
    @rule(
        number=NUMBERS,
        lanes=LANES,
        canary=CANARY,
        limit=st.sampled_from([None, None, 3]),
        crash=MAYBE_A_CRASH,
        faults=MORE_GOES_WRONG,
        later=LATER,
    )
    def apply(
        self,
        number: int,
        lanes: int,
        canary: tuple[int, ...],
        limit: int | None,
        crash: int | None,
        faults: list[Fault],
        later: float,
    ) -> None:
        self._goes_wrong(faults, later)
        self._apply(self.run(number), _life(crash), lanes, canary, limit)

    @precondition(lambda self: self.runs)
    @rule(one=NUMBERS, other=NUMBERS, lanes=LANES, faults=MORE_GOES_WRONG, later=LATER)
    def apply_two_at_once(
        self, one: int, other: int, lanes: int, faults: list[Fault], later: float
    ) -> None:
        self._goes_wrong(faults, later)
        together = threading.Barrier(2)
        failures: list[BaseException] = []

        def work(run: tuple[Site, str]) -> None:
            together.wait()
            try:
                self._apply(run, Life(), lanes, (), contended=True)
            except BaseException as failure:
                failures.append(failure)

        threads = [
            threading.Thread(target=work, args=(self.run(number),)) for number in (one, other)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]

    @precondition(lambda self: self.runs)
    @rule(
        one=NUMBERS,
        other=NUMBERS,
        lanes=LANES,
        moment=MOMENTS,
        seconds=st.sampled_from([0, 31, LEASE_IS_FREE_SECONDS, 2000]),
        crash=MAYBE_A_CRASH,
        faults=MORE_GOES_WRONG,
        later=LATER,
    )
    def apply_while_another_sleeps(
        self,
        one: int,
        other: int,
        lanes: int,
        moment: int,
        seconds: float,
        crash: int | None,
        faults: list[Fault],
        later: float,
    ) -> None:
        """A process is suspended, a second one does its work, the first one wakes up."""
        if not self.practice.org.key_unique:
            # What is suspended in the midst of a departure, for longer than the settling time, is
            # beyond what can be promised without a unique key.
            seconds = min(seconds, LEASE_IS_FREE_SECONDS)

        def meanwhile(moment: Moment) -> None:
            if moment.when == "before" and moment.what.startswith("commit"):
                return  # it holds the ledger's write lock
            self.let_pass(seconds)
            self._apply(self.run(other), _life(crash), 2, (), contended=True)

        self._goes_wrong(faults, later)
        self._apply(self.run(one), Life(moment, meanwhile), lanes, (), contended=True)

    @precondition(lambda self: self.runs)
    @rule(number=NUMBERS)
    def verify(self, number: int) -> None:
        _somebody_verifies(self, number)

    @precondition(lambda self: self.runs)
    @rule(number=NUMBERS, later=LATER)
    def decide_by_hand(self, number: int, later: float) -> None:
        """A person lets go what waits in a run, amends what is stuck there, and sends it.

        A file is not taken where one of its messages is in doubt in another run, or there by now.
        """
        self._goes_wrong([], later)
        site, run_id = self.run(number)
        with suppress(RemoteError):
            site.approve(run_id)
        with suppress(RemoteError, UsageError):
            site.amend(run_id, f"By hand {number}")
        self._apply((site, run_id), Life(), 2, ())

    # What happens around them.

    @rule(fault=FAULTS)
    def something_will_go_wrong(self, fault: Fault) -> None:
        self.practice.faults.add(fault)

    @rule(event=st.sampled_from(EVENTS), number=NUMBERS)
    def something_happens(self, event: Callable[[Histories, int], None], number: int) -> None:
        event(self, number)

    # What must be true.

    @invariant()
    def every_promise_holds(self) -> None:
        if hasattr(self, "sites"):
            check(self.sites, self.history)

    def teardown(self) -> None:
        try:
            if hasattr(self, "sites"):
                self._heal()
                for site in self.sites:
                    self._run_to_the_end(site)
        finally:
            self.practice.faults.clear()
            self._stack.close()

    def _heal(self) -> None:
        self.practice.faults.clear()
        self.practice.allowance.restore()
        for name in RULES:
            self.practice.org.set_rule_active(name, False)
        self.release()
        self.let_pass(SETTLE_SECONDS + 1)

    def _run_to_the_end(self, site: Site) -> None:
        """Every run is gone on with, then the whole day is resynced."""
        for run in [run_id for at, run_id in self.runs if at == site]:
            self._finish(site, run)
        last = site.plan()
        self.history.planned[site, last] = site.failed_keys()
        self._finish(site, last)
        rows = site.rows()
        for item in site.items(last):
            if item.decision is Decision.READY:
                state = f"{item.key} is {item.outcome}: {item.note} {item.rejection_text}"
                assert item.outcome in (Outcome.SYNCED, Outcome.PRESENT), state
                assert rows[item.key or ""] == 1 or item.key in self.history.deleted, state
        proof = site.verify(last)
        sound = check_ledger(site.ledger_location)
        assert sound.sound, sound
        wrong = (proof.missing, proof.repeated, proof.in_doubt, proof.differing)
        assert not any(wrong), wrong

    def _finish(self, site: Site, run_id: str) -> None:
        """Even where all is healed a connection may break, on a machine that is very busy."""
        ending = site.apply(run_id)
        answers = [asked.status for asked in self.practice.requests.of(Operation.INSERT)]
        if any(item.outcome is Outcome.IN_DOUBT for item in site.items(run_id)):
            assert set(answers[-4:]) == {200}, f"the practice org answered {answers[-4:]}"
            self.let_pass(SETTLE_SECONDS + 1)
            ending = site.apply(run_id)
        assert ending.kind is EndingKind.FINISHED, ending
        check(self.sites, self.history)

    # How it is done.

    def _goes_wrong(self, faults: list[Fault], later: float) -> None:
        """Some time later, with a new allowance, so that something is sent at all."""
        self.let_pass(later)
        self.practice.allowance.restore()
        self.practice.faults.add(*faults)

    def run(self, number: int) -> tuple[Site, str]:
        return self.runs[number % len(self.runs)]

    def _plan(self, site: Site, hours: tuple[int, int], limit: int | None, life: Life) -> None:
        start = site.whole_day.from_time
        window = Window(
            start + dt.timedelta(hours=hours[0]),
            start + dt.timedelta(hours=hours[1], microseconds=-1),
            "UTC",
        )
        failed = site.failed_keys(window)
        planned: list[str] = []
        careful = CAREFUL[len(self.runs) % len(CAREFUL)]
        self._process(life, lambda: planned.append(site.plan(window, limit, careful)))
        for run_id in planned:
            self.runs.append((site, run_id))
            self.history.planned[site, run_id] = failed

    def _apply(
        self,
        run: tuple[Site, str],
        life: Life,
        lanes: int,
        canary: tuple[int, ...],
        limit: int | None = None,
        *,
        contended: bool = False,
    ) -> None:
        site, run_id = run
        self._process(
            life,
            lambda: site.apply(run_id, lanes=lanes, canary=canary, limit=limit),
            contended=contended,
        )

    def _process(self, life: Life, work: Callable[[], object], *, contended: bool = False) -> None:
        """Let a process do its work. What it may end with beside success is an error of ours.

        Only one that shares its run with another may find its messages moved in the ledger.
        """
        try:
            with living(life):
                work()
        except (Died, RemoteError, LeaseHeld):
            return
        except LedgerError:
            if not contended:
                raise

    def let_pass(self, seconds: float) -> None:
        if self._since_release + seconds > PLATFORM_SECONDS:
            self.release()
        self._since_release += seconds
        self.clock.advance(seconds)

    def release(self) -> None:
        self.practice.faults.release()
        self._since_release = 0.0

    def in_the_air(self) -> set[str]:
        keys: set[str] = set()
        for site in self.sites:
            with site.ledger() as ledger, reading(ledger._engine) as connection:
                query = select(t.messages.c.key).where(t.messages.c.delivery == Delivery.SENDING)
                keys |= set(connection.execute(query).scalars())
        return keys
