"""What can go wrong between a client and its two remotes, on purpose."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, TypeAlias

from pydantic import Field

ErrorStatus: TypeAlias = Annotated[int, Field(ge=400, le=599)]


class Remote(StrEnum):
    """Who is asked."""

    SALESFORCE = "salesforce"
    GOTALLO = "gotallo"


class Operation(StrEnum):
    """What is asked."""

    ANY = "any"
    TOKEN = "token"  # noqa: S105 - the name of an endpoint
    IDENTITY = "identity"
    DESCRIBE = "describe"
    QUERY = "query"
    INSERT = "insert"
    ROW = "row"
    LIMITS = "limits"
    FAILURES = "failures"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CutBefore:
    """The connection is cut before anything was done."""


@dataclass(frozen=True, slots=True)
class LoseAnswer:
    """Everything was done; the connection is cut before the answer."""


@dataclass(frozen=True, slots=True)
class CommitLate:
    """The connection is cut, and all is done later."""

    after: Annotated[float, Field(ge=0)] | None = None
    """Seconds until then; None waits for `Faults.release`."""


@dataclass(frozen=True, slots=True)
class Status:
    """An error answer; nothing was done."""

    status: ErrorStatus
    retry_after: Annotated[int, Field(ge=0)] | None = None
    """Seconds; None sends no such header."""
    code: str = ""
    """Salesforce's error code, in a body of its form; empty sends a line of text."""


@dataclass(frozen=True, slots=True)
class HtmlPage:
    """A proxy's error page; nothing was done."""

    status: ErrorStatus = 502


@dataclass(frozen=True, slots=True)
class GatewayGaveUp:
    """All was done; a proxy did not wait for the answer, and gives its own error page."""

    status: ErrorStatus = 504


@dataclass(frozen=True, slots=True)
class Garbage:
    """All was done, and the 200 answer's body is no JSON."""


@dataclass(frozen=True, slots=True)
class HalfBody:
    """All was done; the connection is cut in the middle of the answer."""


@dataclass(frozen=True, slots=True)
class Trickle:
    """All was done; the answer comes byte by byte."""

    pause: Annotated[float, Field(ge=0)] = 0.05
    """Seconds between two bytes."""


@dataclass(frozen=True, slots=True)
class ExpireSessions:
    """Every Salesforce token expires just before the call."""


@dataclass(frozen=True, slots=True)
class ExhaustQuota:
    """The day's API allowance is used up just before the call, and stays so."""


@dataclass(frozen=True, slots=True)
class RowLocks:
    """Every nth row of the insert meets a row lock."""

    every: Annotated[int, Field(ge=1)] = 1


@dataclass(frozen=True, slots=True)
class StaleReads:
    """The query does not see rows that were created lately: reads lag behind writes."""

    seconds: Annotated[float, Field(ge=0)] = 30.0


@dataclass(frozen=True, slots=True)
class Invisible:
    """The query does not see every nth row of a table: nobody shared it with this user."""

    every: Annotated[int, Field(ge=1)] = 2


@dataclass(frozen=True, slots=True)
class Shifted:
    """GoTallo's list changed while it was paged: the page begins earlier than it should."""

    by: int = 1


@dataclass(frozen=True, slots=True)
class WrongCount:
    """GoTallo's page says another count."""

    by: int = 1


@dataclass(frozen=True, slots=True)
class ForeignNext:
    """GoTallo's page says that the next one is at another origin."""

    origin: Annotated[str, Field(pattern=r"^https?://[^/]+$")] = "http://inner.gotallo.example:8000"


Effect: TypeAlias = (
    CutBefore
    | LoseAnswer
    | CommitLate
    | Status
    | HtmlPage
    | GatewayGaveUp
    | Garbage
    | HalfBody
    | Trickle
    | ExpireSessions
    | ExhaustQuota
    | RowLocks
    | StaleReads
    | Invisible
    | Shifted
    | WrongCount
    | ForeignNext
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong: at the nth matching call from now, and so many times in a row."""

    remote: Remote
    effect: Effect
    operation: Operation = Operation.ANY
    nth: int = 1
    times: int = 1


@dataclass(slots=True)
class _Armed:
    fault: Fault
    seen: int = 0

    def from_now(self) -> Fault:
        struck = max(0, self.seen - self.fault.nth + 1)
        nth = max(1, self.fault.nth - self.seen)
        return replace(self.fault, nth=nth, times=self.fault.times - struck)


class Faults:
    """The faults to come. Any thread may call any method."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._armed: list[_Armed] = []
        self._held: list[Callable[[], object]] = []

    def add(self, *faults: Fault) -> None:
        with self._lock:
            self._armed.extend(map(_Armed, faults))

    def clear(self) -> None:
        with self._lock:
            self._armed.clear()

    def pending(self) -> tuple[Fault, ...]:
        """Those that have not struck for the last time, counted from now."""
        with self._lock:
            return tuple(armed.from_now() for armed in self._armed)

    def strike(self, remote: Remote, operation: Operation) -> Effect | None:
        """Count a call, and say what goes wrong with it; the oldest of several faults strikes."""
        with self._lock:
            effect: Effect | None = None
            for armed in list(self._armed):
                fault = armed.fault
                if fault.remote is not remote or fault.operation not in {operation, Operation.ANY}:
                    continue
                armed.seen += 1
                if armed.seen >= fault.nth and effect is None:
                    effect = fault.effect
                if armed.seen >= fault.nth + fault.times - 1:
                    self._armed.remove(armed)
            return effect

    def hold(self, work: Callable[[], object]) -> None:
        """Keep the work of a call until `release`."""
        with self._lock:
            self._held.append(work)

    def release(self) -> int:
        """Do the work that was held, in order; says how many calls that was."""
        with self._lock:
            held, self._held = self._held, []
        for work in held:
            work()
        return len(held)
