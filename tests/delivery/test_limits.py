"""Limits: never stopped below one, always stopped at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from bridge.delivery.halt import Halt
from bridge.delivery.limits import FEWEST_REFUSED, Limits, Watch
from bridge.errors import SafetyStop
from bridge.ledger import Verdict
from bridge.model import Amount, Cause, Delivery, Diagnosis, Kind, Outcome
from bridge.salesforce import ApiUsage

RULE = Cause("rule", "FIELD_CUSTOM_VALIDATION_EXCEPTION", (), Kind.RULE, "No links")
PLANNED = Cause("planned", "STRING_TOO_LONG", (), Kind.DATA, "too long")
REPAIRED = Cause("repaired", "REQUIRED_FIELD_MISSING", (), Kind.DATA, "missing")
LOCK = Cause("lock", "UNABLE_TO_LOCK_ROW", (), Kind.TRANSIENT, "locked")


@dataclass
class Counter:
    """An org's calls, as far as they were made."""

    calls: int = 0
    allowance: int | None = None
    by_others: int = 0

    @property
    def usage(self) -> ApiUsage | None:
        if self.allowance is None:
            return None
        return ApiUsage(used=self.calls + self.by_others, limit=self.allowance)


@dataclass
class Sending:
    """A watch, and the switch that it throws."""

    limits: Limits
    whole: int = 1000
    meter: Counter = field(default_factory=Counter)
    halt: Halt = field(default_factory=Halt)

    def __post_init__(self) -> None:
        self.watch = Watch(
            self.limits,
            run_id="7c2e1f",
            whole=self.whole,
            known={PLANNED.id},
            foreseen=lambda refusal: refusal.code == REPAIRED.code,
            meter=self.meter,
            halt=self.halt,
        )


def verdict(outcome: Outcome, cause: Cause | None = None) -> Verdict:
    diagnosis = Diagnosis(cause.code, cause.kind, cause.message) if cause else None
    return Verdict(0, "k", Delivery.OPEN, outcome, cause=cause, diagnosis=diagnosis)


def refused(count: int, cause: Cause = PLANNED) -> list[Verdict]:
    return [verdict(Outcome.REJECTED, cause) for _ in range(count)]


def accepted(count: int) -> list[Verdict]:
    return [verdict(Outcome.SYNCED) for _ in range(count)]


CALLS = st.lists(st.tuples(st.integers(0, 200), st.integers(0, 200)), max_size=30)
"""How many were accepted and refused, call by call."""


@given(calls=CALLS, most=st.integers(0, 400))
def test_it_stops_with_the_call_in_which_so_many_were_refused_and_not_before(
    calls: Sequence[tuple[int, int]], most: int
) -> None:
    sending = Sending(Limits(refused=Amount(most)))
    so_far = 0
    for good, bad in calls:
        assert sending.halt.thrown is (so_far >= max(most, 1))
        sending.watch.outcomes(accepted(good) + refused(bad))
        so_far += bad
    assert sending.halt.thrown is (so_far >= max(most, 1))


@given(calls=CALLS, percent=st.integers(0, 100), whole=st.integers(0, 5000))
def test_a_percentage_is_of_what_is_to_be_sent_and_never_a_handful(
    calls: Sequence[tuple[int, int]], percent: int, whole: int
) -> None:
    sending = Sending(Limits(refused=Amount(percent, percent=True)), whole)
    so_far = 0
    for good, bad in calls:
        sending.watch.outcomes(accepted(good) + refused(bad))
        so_far += bad
    assert sending.halt.thrown is (so_far >= FEWEST_REFUSED and so_far * 100 >= whole * percent)


@given(calls=CALLS)
def test_without_limits_nothing_stops(calls: Sequence[tuple[int, int]]) -> None:
    sending = Sending(Limits(), meter=Counter(allowance=1, by_others=1))
    for good, bad in calls:
        verdicts = accepted(good) + refused(bad, RULE)
        assert sending.watch.may_call(1, 1)
        sending.watch.outcomes(verdicts)
        sending.watch.past_the_canaries(verdicts)
    assert not sending.halt.thrown


@given(
    told=st.lists(st.sampled_from([RULE, PLANNED, LOCK, REPAIRED, None]), max_size=100),
    most=st.integers(1, 40),
)
def test_only_a_cause_that_nobody_was_shown_that_stays_and_has_no_repair_is_new(
    told: Sequence[Cause | None], most: int
) -> None:
    sending = Sending(Limits(new_refused=most))
    for cause in told:
        sending.watch.past_the_canaries(refused(1, cause) if cause else accepted(1))
    assert sending.halt.thrown is (told.count(RULE) >= most)


STEPS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), max_size=100)
"""Which lane is next, and how many calls it wants to make."""


def let_lanes_call(sending: Sending, steps: Sequence[tuple[int, int]]) -> None:
    """Each lane makes the calls that it was granted last before it asks for more."""
    granted: dict[int, int] = {}
    for lane, calls in steps:
        sending.meter.calls += granted.pop(lane, 0)
        if not sending.halt.thrown and sending.watch.may_call(lane, calls):
            granted[lane] = calls
    sending.meter.calls += sum(granted.values())


@given(most=st.integers(0, 60), before=st.integers(0, 20), steps=STEPS)
def test_lanes_side_by_side_make_no_more_calls_than_they_may(
    most: int, before: int, steps: Sequence[tuple[int, int]]
) -> None:
    sending = Sending(Limits(calls=most), meter=Counter(calls=before))
    let_lanes_call(sending, steps)
    assert sending.meter.calls <= max(most, before)


@given(most=st.integers(0, 60), calls=st.lists(st.integers(1, 3), max_size=60))
def test_one_lane_makes_as_many_calls_as_it_may(most: int, calls: Sequence[int]) -> None:
    sending = Sending(Limits(calls=most))
    let_lanes_call(sending, [(0, count) for count in calls])
    assert sending.halt.thrown is (sum(calls) > most)
    assert sending.meter.calls > most - 3 or not sending.halt.thrown


@given(
    allowance=st.integers(1, 40),
    by_others=st.integers(0, 20),
    reserve=st.builds(Amount, st.integers(1, 30), percent=st.booleans()),
    steps=STEPS,
)
def test_the_reserve_is_not_touched_whatever_is_in_the_air(
    allowance: int, by_others: int, reserve: Amount, steps: Sequence[tuple[int, int]]
) -> None:
    meter = Counter(allowance=allowance, by_others=by_others)
    sending = Sending(Limits(reserve=reserve), meter=meter)
    let_lanes_call(sending, steps)
    usage = meter.usage
    assert usage is not None
    assert meter.calls == 0 or usage.left >= reserve.of(allowance) or by_others >= allowance


def test_an_org_that_does_not_tell_its_allowance_is_not_stopped() -> None:
    sending = Sending(Limits(reserve=Amount(100, percent=True)))
    assert sending.watch.may_call(1, 1)


def test_where_the_allowance_is_used_up_the_org_says_so_itself() -> None:
    used_up = Counter(allowance=100, by_others=100)
    assert Sending(Limits(reserve=Amount(10)), meter=used_up).watch.may_call(1, 1)


def test_what_was_reached_what_was_done_and_the_next_command_are_said() -> None:
    sending = Sending(Limits(refused=Amount(5, percent=True)), whole=2000)
    sending.watch.outcomes(refused(130))
    reason = sending.halt.reason
    assert isinstance(reason, SafetyStop)
    assert reason.message == (
        "130 messages were refused, and the run stops at 100 (5% of 2,000, but 50 at the least). "
        "The calls in the air were finished and nothing more was sent"
    )
    assert "bridge apply 7c2e1f" in reason.advice
    assert "--max-refused" in reason.advice
