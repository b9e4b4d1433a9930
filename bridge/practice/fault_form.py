"""A fault as people write it, in a scenario file or in a call to `/practice/faults`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from bridge.practice import faults
from bridge.practice.faults import Effect, Fault, Operation, Remote
from bridge.practice.mistakes import Mistake, Path, mistakes, no_such

_EFFECTS: dict[str, type[Effect]] = {effect.__name__: effect for effect in get_args(Effect)}

_OF_GOTALLO = frozenset({Operation.FAILURES, Operation.UNKNOWN})
_OF_SALESFORCE = frozenset(Operation) - {Operation.FAILURES, Operation.ANY}
_WITH_TOKEN = _OF_SALESFORCE - {Operation.TOKEN}
_WRITES = frozenset({Operation.INSERT, Operation.ROW})

_ON_SALESFORCE_ALONE: Mapping[type[Effect], frozenset[Operation]] = {
    faults.CommitLate: _WRITES,
    faults.RowLocks: _WRITES,
    faults.ExpireSessions: _WITH_TOKEN,
    faults.ExhaustQuota: _WITH_TOKEN,
    faults.StaleReads: frozenset({Operation.QUERY}),
    faults.Invisible: frozenset({Operation.QUERY}),
}
_ON_GOTALLO_ALONE: Mapping[type[Effect], frozenset[Operation]] = dict.fromkeys(
    (faults.Shifted, faults.WrongCount, faults.ForeignNext), frozenset({Operation.FAILURES})
)


class FaultForm(BaseModel, extra="forbid"):
    """One thing that goes wrong."""

    remote: Remote
    effect: str
    """The name of an effect's class in `bridge.practice.faults`, such as `LoseAnswer`."""
    options: dict[str, int | float | str] = {}
    """The effect's own fields."""
    operation: Operation = Operation.ANY
    nth: int = Field(default=1, ge=1)
    times: int = Field(default=1, ge=1)

    def fault(self) -> Fault:
        """What it means.

        Raises:
            Mistake: there is no such effect, it is never met there, or an option is none of its
                own or has no value that it takes.
        """
        effect = _EFFECTS.get(self.effect)
        if effect is None:
            raise Mistake(("effect",), no_such("effect", self.effect, _EFFECTS))
        self._check_met(effect)
        return Fault(self.remote, self._effect(effect), self.operation, self.nth, self.times)

    def _effect(self, effect: type[Effect]) -> Effect:
        options = effect.__dataclass_fields__
        unknown = sorted(self.options.keys() - options.keys())
        if unknown:
            what = no_such(f"option of {self.effect}", unknown[0], options)
            raise Mistake(("options", unknown[0]), what)
        try:
            made: Effect = TypeAdapter(effect).validate_python(self.options)
        except ValidationError as error:
            raise mistakes(error, self.options, _any_key)[0].under("options") from None
        return made

    def _check_met(self, effect: type[Effect]) -> None:
        operations = _operations(self.remote, effect)
        if not operations:
            other = next(remote for remote in Remote if remote is not self.remote)
            raise Mistake(("remote",), f"{self.effect} strikes {other} alone, not {self.remote}")
        if self.operation not in {Operation.ANY, *operations}:
            listed = ", ".join(sorted(operations))
            what = f"{self.effect} of {self.remote} never strikes {self.operation}, but {listed}"
            raise Mistake(("operation",), what)


def _operations(remote: Remote, effect: type[Effect]) -> frozenset[Operation]:
    """The calls that it can strike."""
    match remote:
        case Remote.SALESFORCE if effect not in _ON_GOTALLO_ALONE:
            return _ON_SALESFORCE_ALONE.get(effect, _OF_SALESFORCE)
        case Remote.GOTALLO if effect not in _ON_SALESFORCE_ALONE:
            return _ON_GOTALLO_ALONE.get(effect, _OF_GOTALLO)
        case _:
            return frozenset()


def _any_key(_path: Path) -> tuple[str, ...]:
    return ()
