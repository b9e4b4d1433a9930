"""A fault as people write it, in a scenario file or in a call to `/practice/faults`."""

from __future__ import annotations

from typing import get_args

from pydantic import BaseModel, Field, TypeAdapter, field_validator

from bridge.practice.faults import Effect, Fault, Operation, Remote

_EFFECTS: dict[str, TypeAdapter[Effect]] = {
    effect.__name__: TypeAdapter(effect) for effect in get_args(Effect)
}
_OPTIONS: dict[str, frozenset[str]] = {
    effect.__name__: frozenset(effect.__dataclass_fields__) for effect in get_args(Effect)
}


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

    @field_validator("effect")
    @classmethod
    def _known(cls, name: str) -> str:
        if name not in _EFFECTS:
            raise ValueError(f"one of {', '.join(_EFFECTS)}")
        return name

    def fault(self) -> Fault:
        """What it means.

        Raises:
            ValueError: an option is none of the effect's, or has no value that it takes.
        """
        unknown = self.options.keys() - _OPTIONS[self.effect]
        if unknown:
            raise ValueError(f"{self.effect} has no option {', '.join(sorted(unknown))}")
        effect = _EFFECTS[self.effect].validate_python(self.options)
        return Fault(self.remote, effect, self.operation, self.nth, self.times)
