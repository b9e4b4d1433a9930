"""Proves a fixer by its own examples: what a test of a fixer needs, and all that it needs.

Examples are few. What a fixer does to records that nobody thought of is the subject of further
tests of its own.
"""

from __future__ import annotations

import copy
import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from bridge.fixers.interface import Example, Fixer
from bridge.fixers.sandbox import Sandbox
from bridge.fixers.trial import in_the_org
from bridge.fixers.trust import Misbehaviour, accounted_changes
from bridge.model import Change, Record, Risk

NAME: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
"""What a mapping can call a fixer."""

_HERE, _ELSEWHERE = "AAA+11", "BBB-13"
"""Two time zones, a day apart: a pure fixer does not know where it runs."""


class NotProven(AssertionError):
    """A fixer is not what a fixer has to be; the text has a line for each flaw."""


class _Flaw(Exception):
    """What is wrong, as a sentence."""


_BY_API_NAME = "a record has its fields under their API names, as schema.get(name) tells them"


def prove(fixer: type[Fixer[Any]]) -> None:
    """Prove that a fixer is documented, pure, honest, idempotent, and does what its examples say.

    Each example runs twice, with new instances in two time zones, and once more over its own
    result. Then one instance meets the records of all examples, in both orders. All of it in a
    `Sandbox`.

    Raises:
        NotProven: with all that is wrong.
    """
    with _time_zone(_HERE):
        flaws = tuple(dict.fromkeys(_flaws(fixer)))
    if flaws:
        lines = "\n".join(f"  - {flaw}" for flaw in flaws)
        raise NotProven(f"{fixer.__name__} is no fixer to rely on:\n{lines}")


def _flaws(fixer: type[Fixer[Any]]) -> Iterator[str]:
    name, risk = getattr(fixer, "name", None), getattr(fixer, "risk", None)
    if not isinstance(name, str) or NAME.fullmatch(name) is None:
        yield "its name is not in lower case with underscores, as a mapping has it"
    if not isinstance(risk, Risk):
        yield "it does not say the most it risks (risk)"
        return
    yield from _flaws_of_the_help(fixer)
    if {_is_left_alone(example) for example in fixer.examples} != {True, False}:
        yield "it needs an example of what it does and one of what it leaves alone"
    found = [flaw for example in fixer.examples for flaw in _flaws_of_an_example(fixer, example)]
    yield from found or _flaws_of_memory(fixer)


def _flaws_of_the_help(fixer: type[Fixer[Any]]) -> Iterator[str]:
    first, *paragraphs = (fixer.__doc__ or "").split("\n\n")
    if not first.strip().endswith("."):
        yield "the first line of its docstring is no sentence"
    starts = [paragraph.split()[0] for paragraph in paragraphs if paragraph.strip()]
    if [start for start in starts if start.endswith(":")] != ["Problem:", "Repair:"]:
        yield "its docstring needs a paragraph Problem: and a paragraph Repair:"


def _is_left_alone(example: Example) -> bool:
    return repr(example.before) == repr(example.after)


def _flaws_of_an_example(fixer: type[Fixer[Any]], example: Example) -> Iterator[str]:
    try:
        for flaw in _flaws_of_the_changes(fixer, example):
            yield f'"{example.says}": {flaw}'
    except _Flaw as flaw:
        yield f'"{example.says}": {flaw}'


def _flaws_of_the_changes(fixer: type[Fixer[Any]], example: Example) -> Iterator[str]:
    case = _Case.of(example)
    changes = _made(_new(fixer, example.options), case)
    with _time_zone(_ELSEWHERE):
        again = _made(_new(fixer, example.options), case)
    if repr(changes) != repr(again):
        yield "the same record has other changes the next time, or in another time zone"
    for change in changes:
        if repr(change.after) == repr(change.before):
            yield f"it changes {change.field} into what it is"
    came_out = {**case.record, **{change.field: change.after for change in changes}}
    expected = {**case.record, **in_the_org(example.after, example.schema)}
    if repr(came_out) != repr(expected):
        unchanged = "" if changes else f"it changes nothing: {_BY_API_NAME}; "
        yield f"{unchanged}it makes {came_out}, where the example says {expected}"
    for change in _made(_new(fixer, example.options), case.with_record(came_out)):
        yield f"a second pass over its own result changes {change.field} once more"


def _flaws_of_memory(fixer: type[Fixer[Any]]) -> Iterator[str]:
    """Whether what it did to one record shows in what it does to another."""
    cases = [_Case.of(example) for example in fixer.examples]
    for options in {repr(e.options): e.options for e in fixer.examples}.values():
        try:
            alone = [repr(_made(_new(fixer, options), case)) for case in cases]
            one = _new(fixer, options)
            in_order = [repr(_made(one, case)) for case in cases]
            backwards = [repr(_made(one, case)) for case in reversed(cases)]
        except _Flaw as flaw:
            yield f"with the options {options} over the records of all examples: {flaw}"
            return
        if in_order != alone or backwards[::-1] != alone:
            yield "it remembers other records: the same record has other changes behind another"
            return


@dataclass(frozen=True, slots=True)
class _Case:
    """What a fixer is given."""

    example: Example
    record: dict[str, Any]

    @classmethod
    def of(cls, example: Example) -> _Case:
        return cls(example, in_the_org(example.before, example.schema))

    def with_record(self, record: Mapping[str, Any]) -> _Case:
        return _Case(self.example, dict(record))


def _new(fixer: type[Fixer[Any]], options: object) -> Fixer[Any]:
    """An instance, which is made in the sandbox as well."""

    def build() -> Fixer[Any]:
        return fixer(fixer.Options.model_validate({} if options is None else options))

    sandbox = Sandbox()
    try:
        built = sandbox.run(build)
    except ValidationError as exc:
        first = exc.errors(include_url=False)[0]
        raise _Flaw(f"its options are refused: {first['msg']}") from exc
    except Exception as exc:
        _refuse_effects(sandbox)
        raise _Flaw(f"it can't be made: {type(exc).__name__}: {exc}") from exc
    _refuse_effects(sandbox)
    return built


def _made(fixer: Fixer[Any], case: _Case) -> tuple[Change, ...]:
    given: Record = copy.deepcopy(case.record)
    options = repr(fixer.options)
    sandbox = Sandbox()
    example = case.example
    try:
        changes = sandbox.run(
            lambda: accounted_changes(fixer, given, case.record, example.schema, example.diagnosis)
        )
    except Misbehaviour as exc:
        _refuse_effects(sandbox)
        raise _Flaw(str(exc)) from exc
    _refuse_effects(sandbox)
    if repr(given) != repr(case.record):
        raise _Flaw("it changes the record that it is given")
    if repr(fixer.options) != options:
        raise _Flaw("it changes its options")
    return changes


def _refuse_effects(sandbox: Sandbox) -> None:
    if sandbox.effects:
        raise _Flaw(f"it {sandbox.effects[0]}")


@contextmanager
def _time_zone(zone: str) -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = zone
    time.tzset()
    try:
        yield
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        time.tzset()
