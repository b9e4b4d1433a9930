"""Policies by cause: which failures each is for, and what is done about them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeAlias

from bridge.fixers import Fixer, wildcards
from bridge.fixers.emptiness import is_empty
from bridge.model import Diagnosis, Kind, ObjectSchema, Record, Value
from bridge.planning.yaml_source import Place

AnyFixer: TypeAlias = "Fixer[Any]"

BY_DEFAULT = "retry, the default"
"""What is done about a cause that no policy matches, in words."""


class Treatment(StrEnum):
    """What the mapping says about a cause, beside naming fixers."""

    RETRY = "retry"
    HOLD = "hold"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class FixerUse:
    """A fixer as a mapping uses it."""

    fixer: AnyFixer
    place: Place


@dataclass(frozen=True)
class Wildcards:
    """A pattern with `*` and `?` for a whole text, without regard to case."""

    pattern: str

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return wildcards.compiled(self.pattern.casefold())

    def match(self, text: str) -> bool:
        return self._compiled.fullmatch(text.casefold()) is not None


@dataclass(frozen=True, slots=True)
class Failure:
    """What a policy may ask of an error."""

    code: str | None
    outer_code: str | None
    kind: Kind
    fields: tuple[str, ...]
    """By the names of the refused record, and by those of the message."""
    objects: tuple[str, ...]
    """Whose record was refused, in each spelling: several where nothing tells which it was."""
    rule: str | None
    handlers: tuple[str, ...]
    """The name of the one, with its namespace and without."""
    message: str | None
    """None where no policy asks for it: then errors that say the same of others are one."""

    @classmethod
    def of(
        cls,
        diagnosis: Diagnosis,
        fields: tuple[str, ...],
        objects: tuple[str, ...],
        message: str | None,
    ) -> Failure:
        """What there is of a diagnosis, with what the mapping's tables know of it."""
        return cls(
            diagnosis.code,
            diagnosis.outer_code,
            diagnosis.kind,
            fields,
            objects,
            diagnosis.rule,
            _names_of_handler(diagnosis),
            message,
        )


@dataclass(frozen=True, slots=True)
class ErrorLike:
    """What an error must be like. A part that is left out is not asked for."""

    code: Wildcards | None = None
    outer_code: Wildcards | None = None
    kind: Kind | None = None
    fields: frozenset[str] = frozenset()
    """Without regard to case, and without the package's prefix or with it; the error must name all
    of them."""
    object: Wildcards | None = None
    rule: Wildcards | None = None
    handler: Wildcards | None = None
    message: Wildcards | None = None

    def matches(self, failure: Failure | None) -> bool:
        """Whether each part does; None is a message without an error text."""
        if failure is None:
            return self == _ANY_ERROR
        return (
            (self.kind is None or failure.kind is self.kind)
            and _like(self.code, failure.code)
            and _like(self.outer_code, failure.outer_code)
            and _like(self.rule, failure.rule)
            and _like(self.message, failure.message)
            and _like(self.object, *failure.objects)
            and _like(self.handler, *failure.handlers)
            and all(_named(field, failure.fields) for field in self.fields)
        )


_ANY_ERROR = ErrorLike()

Wanted: TypeAlias = "Wildcards | bool | int | float | None"
"""A text is compared as a pattern, null stands for empty, anything else is compared exactly."""


@dataclass(frozen=True, slots=True)
class FieldIs:
    """What a field of the message must hold."""

    field: str
    """As the mapping writes it."""
    wanted: Wanted
    place: Place

    def matches(self, record: Record, schema: ObjectSchema) -> bool:
        """Whether the field holds that in a record under the org's names."""
        known = schema.get(self.field)
        return _holds(record.get(known.name if known else self.field), self.wanted)


@dataclass(frozen=True, slots=True)
class When:
    """Which failures a policy is for: each part that is given must match."""

    error: ErrorLike
    record: tuple[FieldIs, ...] = ()

    def fits(self, record: Record, schema: ObjectSchema) -> bool:
        """Whether each part about the message does; the error's are not looked at."""
        return all(part.matches(record, schema) for part in self.record)


@dataclass(frozen=True)
class Policy:
    """What to do about the failures that `when` matches."""

    when: When
    treatment: Treatment
    note: str
    """A sentence of the mapping's author for whoever looks at a held or skipped one."""
    fixers: tuple[FixerUse, ...]
    place: Place

    @cached_property
    def words(self) -> str:
        """What it does, and the line that says so: `retry (my-org.yaml:41)`."""
        return f"{self._what()} ({self.place.line_of_file})"

    def _what(self) -> str:
        if self.fixers:
            names = dict.fromkeys(use.fixer.name for use in self.fixers)
            return f"{', '.join(names)}, then retry"
        return self.treatment.value


def that_may_decide(policies: Sequence[Policy], failure: Failure | None) -> tuple[Policy, ...]:
    """The policies that match the error, up to the first that asks for nothing else."""
    return tuple(_up_to_the_first_certain(p for p in policies if p.when.error.matches(failure)))


def _up_to_the_first_certain(policies: Iterable[Policy]) -> Iterator[Policy]:
    for policy in policies:
        yield policy
        if not policy.when.record:
            return


def decided(policies: Sequence[Policy], record: Record, schema: ObjectSchema) -> Policy | None:
    """The first of these policies that fits a message, None where the default applies: retry."""
    for policy in policies:
        if policy.when.fits(record, schema):
            return policy
    return None


def _like(pattern: Wildcards | None, *texts: str | None) -> bool:
    return pattern is None or any(text is not None and pattern.match(text) for text in texts)


def _named(field: str, names: Sequence[str]) -> bool:
    """Whether one of the names is this field's; either may have its package's prefix or lack it."""
    folded = (name.casefold() for name in names)
    return any(
        name == field or name.endswith(f"__{field}") or field.endswith(f"__{name}")
        for name in folded
    )


def _names_of_handler(error: Diagnosis) -> tuple[str, ...]:
    if error.handler is None:
        return ()
    return error.handler.name, error.handler.name.rpartition(".")[2]


def _holds(value: Value, wanted: Wanted) -> bool:
    if wanted is None:
        return is_empty(value)
    if isinstance(wanted, Wildcards):
        return isinstance(value, str) and wanted.match(value)
    return isinstance(value, bool) is isinstance(wanted, bool) and value == wanted
