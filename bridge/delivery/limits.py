"""Where a sending stops itself: too many refused, a new cause of refusal, too many calls.

A limit bounds one sending: whoever goes on with the run has seen what it came to, so `apply` counts
anew. A limit that is reached throws the switch; the calls in the air are finished and put on
record. The age of messages and plans is looked at beforehand, in `gate.py`.
"""

from __future__ import annotations

import math
import threading
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from bridge.delivery.halt import Halt
from bridge.errors import SafetyStop
from bridge.ledger import Verdict
from bridge.model import Amount, Cause, Diagnosis, Kind, Outcome
from bridge.salesforce import ApiUsage

FEWEST_REFUSED = 50
"""A percentage of a small run is a handful, which the canaries of a few causes come to anyway."""

_KEYS_A_QUESTION = 130
"""That a query's URL holds, each with dashes and without."""

_DONE = "The calls in the air were finished and nothing more was sent"


def questions(keys: int) -> int:
    """How many queries ask for so many messages by key."""
    return math.ceil(keys / _KEYS_A_QUESTION)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one sending may come to. None: no limit; the defaults of people are the settings'."""

    refused: Amount | None = None
    """Messages that are refused; a percentage is of those that are to be sent."""
    new_refused: int | None = None
    """Messages refused for one cause that the plan does not show, those sent ahead not counted."""
    calls: int | None = None
    """Requests to the org, those of the plan too where the same command made it."""
    reserve: Amount | None = None
    """Of the org's daily allowance, left to others; a percentage is of the whole allowance."""
    message_days: int | None = None
    """How old a message may be; what a trigger answers to an older one comes late."""
    plan_hours: int | None = None
    """How old a plan may be."""

    def most_refused(self, whole: int) -> int | None:
        """How many may be refused of so many that are to be sent."""
        if self.refused is None:
            return None
        least = FEWEST_REFUSED if self.refused.percent else 1
        return max(least, math.ceil(self.refused.of(whole)))

    def kept_back(self, allowance: int) -> int:
        """How many calls of the org's daily allowance are left to others."""
        return math.ceil(self.reserve.of(allowance)) if self.reserve else 0


class Meter(Protocol):
    """What the org tells of its calls."""

    @property
    def calls(self) -> int:
        """How many this process has made so far."""

    @property
    def usage(self) -> ApiUsage | None:
        """The org's allowance as its last answer had it; None where none told it."""


class Watch:
    """Is told what a sending does, and ends it at its limits. Safe to use from several lanes."""

    def __init__(
        self,
        limits: Limits,
        *,
        run_id: str,
        whole: int,
        known: Collection[str],
        foreseen: Callable[[Diagnosis], bool],
        meter: Meter,
        halt: Halt,
    ) -> None:
        """Begin to count.

        Args:
            limits: of this sending.
            run_id: for the next command.
            whole: how many messages are to be sent.
            known: ids of the causes that the operator has seen: of the plan, or where an earlier
                sending stopped.
            foreseen: whether the mapping has a repair for a refusal.
            meter: of the org.
            halt: is thrown where a limit is reached.
        """
        self._limits = limits
        self._run_id = run_id
        self._whole = whole
        self._most_refused = limits.most_refused(whole)
        self._known = frozenset(known)
        self._foreseen = foreseen
        self._meter = meter
        self._halt = halt
        self._lock = threading.Lock()
        self._in_the_air: dict[int, int] = {}
        """Calls granted last, by lane: they may not be made yet."""
        self._refused = 0
        self._new: Counter[str] = Counter()

    def may_call(self, lane: int, calls: int) -> bool:
        """Whether a lane may make so many calls now; where not, the sending is ended.

        What other lanes were granted last counts as not made yet, so that lanes side by side don't
        overrun a limit. What settles a doubt or repeats a question does not ask.
        """
        with self._lock:
            others = sum(n for other, n in self._in_the_air.items() if other != lane)
            reason = self._too_many_calls(others + calls) or self._reserve_reached(others + calls)
            if reason is None:
                self._in_the_air[lane] = calls
                return True
        self._halt.throw(reason)
        return False

    def outcomes(self, verdicts: Sequence[Verdict]) -> None:
        """Count what was refused, for whatever reason."""
        refused = sum(verdict.outcome is Outcome.REJECTED for verdict in verdicts)
        with self._lock:
            self._refused += refused
            reached = self._most_refused is not None and self._refused >= self._most_refused
        if refused and reached:
            self._halt.throw(self._too_many_refused())

    def past_the_canaries(self, verdicts: Sequence[Verdict]) -> None:
        """Count causes of refusal that the plan does not show, among what followed canaries."""
        most = self._limits.new_refused
        if most is None:
            return
        for verdict in verdicts:
            cause = verdict.cause
            if cause is None or not self._is_new(verdict, cause):
                continue
            with self._lock:
                self._new[cause.id] += 1
                count = self._new[cause.id]
            if count >= most:
                self._halt.throw(self._new_cause(cause, count))

    def _too_many_calls(self, coming: int) -> SafetyStop | None:
        most = self._limits.calls
        if most is None or self._meter.calls + coming <= most:
            return None
        return SafetyStop(
            f"One call more would exceed the {most:,} that may be made to the org. {_DONE}",
            f"Go on: bridge apply {self._run_id} (it counts anew; --max-calls allows more)",
        )

    def _reserve_reached(self, coming: int) -> SafetyStop | None:
        usage = self._meter.usage
        if usage is None or not usage.left:
            # Where nothing is left the org itself refuses, which says more.
            return None
        kept_back = self._limits.kept_back(usage.limit)
        if not kept_back or usage.left - coming >= kept_back:
            return None
        return SafetyStop(
            f"{usage.left:,} of the org's {usage.limit:,} calls a day are left, and {kept_back:,} "
            f"are in reserve. {_DONE}",
            f"Go on when the allowance is free again: bridge apply {self._run_id} (--api-reserve "
            "sets another reserve)",
        )

    def _too_many_refused(self) -> SafetyStop:
        refused = self._limits.refused
        share = f"{refused} of {self._whole:,}, but {FEWEST_REFUSED} at the least"
        of_what = f" ({share})" if refused and refused.percent else ""
        return SafetyStop(
            f"{self._refused:,} messages were refused, and the run stops at "
            f"{self._most_refused:,}{of_what}. "
            f"{_DONE}",
            f"See what for: bridge report {self._run_id}. Then go on: bridge apply {self._run_id} "
            "(it counts anew; --max-refused allows more)",
        )

    def _new_cause(self, cause: Cause, count: int) -> SafetyStop:
        name = cause.code or "an unknown error"
        return SafetyStop(
            f"{count:,} messages were refused for a cause that the plan does not show: {name}. "
            f"{_DONE}",
            f"See what for: bridge report {self._run_id}. Then go on: bridge apply {self._run_id} "
            "(it does not stop for that cause again)",
        )

    def _is_new(self, verdict: Verdict, cause: Cause) -> bool:
        """Whether it is refused to stay so, for a cause that nobody was shown or foresaw."""
        return (
            verdict.outcome is Outcome.REJECTED
            and cause.kind is not Kind.TRANSIENT
            and cause.id not in self._known
            and not (verdict.diagnosis and self._foreseen(verdict.diagnosis))
        )
