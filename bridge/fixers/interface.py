"""What a fixer is: a small pure rule that repairs records.

A fixer looks at one record (with the org's schema and the diagnosis of what went wrong) and yields
the changes it would make. It does no I/O, reads no clock and no random number, and never changes
what it is given: the planner applies its changes and records each of them.

A fixer lives in a file of its own, or in another distribution that registers it under the entry
point group `bridge.fixers`. It does nothing until a mapping names it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from pydantic import BaseModel

from bridge.fixers.example_object import EXAMPLE_OBJECT
from bridge.model import Change, Diagnosis, ObjectSchema, Record, Risk

OptionsT = TypeVar("OptionsT", bound=BaseModel, covariant=True)


class NoOptions(BaseModel, extra="forbid", frozen=True):
    """For a fixer that has nothing to choose."""


@dataclass(frozen=True, slots=True)
class Example:
    """What a fixer does to one record: help for a reader, and a test that runs.

    Field names stand as in a mapping, without the namespace.
    """

    says: str
    """What the example shows, as a sentence."""
    options: object
    """As a mapping file would have it, after YAML: a dict, a list, a string or None."""
    before: Record
    after: Record
    """The same as `before` in an example of what the fixer leaves alone."""
    diagnosis: Diagnosis | None = None
    schema: ObjectSchema = EXAMPLE_OBJECT
    """The org's describe; `with_fields` gives one that has further fields."""


class Fixer(ABC, Generic[OptionsT]):
    """One rule of repair.

    A subclass's docstring is its help: a first line, then a paragraph `Problem:` and a paragraph
    `Repair:`.
    """

    name: ClassVar[str]
    """What a mapping calls it."""
    risk: ClassVar[Risk]
    """The most it may do to the truth of a message."""
    Options: ClassVar[type[BaseModel]] = NoOptions
    """The pydantic model of what a mapping may say behind its name; `{}` where it says nothing."""
    examples: ClassVar[tuple[Example, ...]] = ()
    """Of what it does, and of what it leaves alone."""

    def __init__(self, options: OptionsT) -> None:
        self.options = options

    @abstractmethod
    def fix(
        self, record: Record, schema: ObjectSchema, diagnosis: Diagnosis | None
    ) -> Iterable[Change]:
        """Yield the changes to make, at most one a field; a value that is right yields none.

        Args:
            record: the record as the fixers before this one left it, under the org's API names; an
                absent field is null, as it is to Salesforce.
            schema: the object as the org describes it; `schema.get` finds a field by its name with
                or without the namespace.
            diagnosis: why Salesforce refused the record, None where nothing is known.
        """

    def named_fields(self) -> Iterator[str]:
        """The fields that the options name, so that a mapping can be checked against an org."""
        return iter(())

    def named_values(self, schema: ObjectSchema) -> Iterator[tuple[str, str]]:
        """Field and value of what the options write into it, whatever the message says of it.

        A restricted picklist that has no such active value makes the mapping a mistake.
        """
        return iter(())
