"""Tries a fixer on one of its examples: the help that shows it, and the test that proves it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bridge.fixers.interface import Example, Fixer
from bridge.fixers.trust import trusted_changes
from bridge.model import Change, ObjectSchema, Record


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of an example; records stand under the org's API names."""

    example: Example
    changes: tuple[Change, ...]
    came_out: Record
    expected: Record

    @property
    def holds(self) -> bool:
        """Whether the fixer does what its example says; 1, 1.0 and true are told apart."""
        return repr(self.came_out) == repr(self.expected)


def try_example(fixer: type[Fixer[Any]], example: Example) -> Trial:
    """Run a fixer over the record of an example.

    Raises:
        pydantic.ValidationError: the example's options are none that the fixer takes.
        Misbehaviour: the fixer failed, or did not do as it should.
    """
    options = fixer.Options.model_validate({} if example.options is None else example.options)
    before = in_the_org(example.before, example.schema)
    changes = trusted_changes(fixer(options), before, example.schema, example.diagnosis)
    came_out = {**before, **{change.field: change.after for change in changes}}
    expected = {**before, **in_the_org(example.after, example.schema)}
    return Trial(example, changes, came_out, expected)


def in_the_org(record: Record, schema: ObjectSchema) -> dict[str, Any]:
    """The record under the org's API names; a name that the org lacks stays."""
    return {
        (found.name if (found := schema.get(name)) is not None else name): value
        for name, value in record.items()
    }
