"""Takes from a fixer what it promised, and nothing else.

A fixer may be anybody's. Whatever it does instead of yielding true changes is one `Misbehaviour`,
so that the record is held and the run goes on. What can't be helped here: a fixer that never comes
back. Ours are held to the same by tests, whatever the record: messages don't pay for it again.
"""

from __future__ import annotations

import json
import math
import traceback
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from bridge.fixers.interface import Fixer
from bridge.fixers.registry import OURS
from bridge.model import Change, Diagnosis, ObjectSchema, Record, Risk, Value

_OURS: Final = frozenset(OURS.values())
_SEVERITY: Final = {risk: at for at, risk in enumerate(Risk)}
_PLAIN: Final = frozenset({str, bool, int, type(None)})
_NESTED: Final = frozenset({dict, list})
_DEEPEST: Final = 50
"""Levels of a new value: more is no value of a field, and perhaps one that holds itself."""
_LONGEST: Final = 200
"""Characters of what a fixer raised."""


class Misbehaviour(Exception):
    """A fixer did what no fixer may do; the text says what, as the rest of a sentence."""


def trusted_changes(
    fixer: Fixer[Any], record: Record, schema: ObjectSchema, diagnosis: Diagnosis | None
) -> tuple[Change, ...]:
    """The changes that a fixer makes to a record; each is looked at where the fixer is not ours.

    Raises:
        Misbehaviour: the fixer failed, or did not do as it should.
    """
    if type(fixer) not in _OURS:
        return accounted_changes(fixer, _own(record), record, schema, diagnosis)
    try:
        return tuple(fixer.fix(record, schema, diagnosis))
    except Exception as exc:
        raise Misbehaviour(_raised(exc)) from exc


def accounted_changes(
    fixer: Fixer[Any],
    given: Record,
    record: Record,
    schema: ObjectSchema,
    diagnosis: Diagnosis | None,
) -> tuple[Change, ...]:
    """The changes that a fixer makes, each looked at as it comes.

    No field twice and no unknown one: that also ends what would go on forever.

    Args:
        fixer: of anybody.
        given: what the fixer gets to see, and may spoil inside of a value.
        record: the same; what it must give account of.
        schema: the object as the org describes it.
        diagnosis: why Salesforce refused the record.

    Raises:
        Misbehaviour: the fixer failed, or did not do as it should.
    """
    made: dict[str, Change] = {}
    try:
        changes = fixer.fix(MappingProxyType(given), schema, diagnosis)
        if changes is None:
            raise Misbehaviour("it returned nothing, where no changes are an empty list")
        for change in changes:
            _refuse_wrong_form(change, fixer)
            if change.field in made:
                raise Misbehaviour(f"it changed {change.field} twice")
            _refuse_unknown_field(change.field, record, schema)
            _refuse_wrong_values(change, record)
            made[change.field] = change
    except Misbehaviour:
        raise
    except (Exception, SystemExit) as exc:
        raise Misbehaviour(f"{_raised(exc)}{_where(exc, fixer)}") from exc
    return tuple(made.values())


def _own(record: Record) -> Record:
    """The record, in which nothing that the fixer does inside of a value reaches ours."""
    if _NESTED.isdisjoint(map(type, record.values())):
        return record
    return {
        name: _json_copy(value) if type(value) in _NESTED else value
        for name, value in record.items()
    }


def _json_copy(value: Value) -> Value:
    """As deep as JSON goes, which is deeper than `copy.deepcopy` does."""
    if type(value) is dict and _NESTED.isdisjoint(map(type, value.values())):
        return value.copy()
    copied: Value = json.loads(json.dumps(value, ensure_ascii=False))
    return copied


def _refuse_wrong_form(change: Any, fixer: Fixer[Any]) -> None:
    if type(change) is not Change:
        raise Misbehaviour(f"it yielded a {type(change).__name__} instead of a Change")
    if type(change.field) is not str or type(change.why) is not str or not change.why:
        raise Misbehaviour("a change does not say in words which field it is of, and why")
    if change.fixer != fixer.name:
        raise Misbehaviour(f'it signs its changes with "{change.fixer}"')
    if type(change.risk) is not Risk:
        raise Misbehaviour(f"it does not say what its change of {change.field} risks")
    if change.risk is not fixer.risk and _SEVERITY[change.risk] > _SEVERITY[fixer.risk]:
        raise Misbehaviour(
            f"it declares to be {fixer.risk} at the most and made a change that is {change.risk}"
        )
    if type(change.lost) is not int or change.lost < 0:
        raise Misbehaviour(f"it does not say how many characters {change.field} lost")


def _refuse_unknown_field(field: str, record: Record, schema: ObjectSchema) -> None:
    if field in record:
        return
    known = schema.get(field)
    if known is None:
        raise Misbehaviour(f"it changed {field}, which neither the record nor {schema.name} has")
    if known.name != field:
        raise Misbehaviour(f"it changed {field}, whose API name is {known.name}")


def _refuse_wrong_values(change: Change, record: Record) -> None:
    had = record.get(change.field)
    if change.before is not had and not _same(change.before, had):
        raise Misbehaviour(f"it says that {change.field} held another value than it did")
    if change.after is not had and not _is_json(change.after, 0):
        raise Misbehaviour(f"what it makes of {change.field} is no JSON")


def _same(one: Value, other: Value) -> bool:
    """1, 1.0 and true are told apart, and NaN is itself."""
    return repr(one) == repr(other)


def _is_json(value: object, depth: int) -> bool:
    if type(value) in _PLAIN:
        return True
    if isinstance(value, float):
        return math.isfinite(value)
    if depth == _DEEPEST:
        return False
    if isinstance(value, dict):
        return all(type(name) is str and _is_json(v, depth + 1) for name, v in value.items())
    return isinstance(value, list | tuple) and all(_is_json(v, depth + 1) for v in value)


def _where(exc: BaseException, fixer: Fixer[Any]) -> str:
    """The line of the fixer's own file that raised it, or that called what did."""
    code = getattr(type(fixer).fix, "__code__", None)
    own = [
        frame.lineno
        for frame in traceback.extract_tb(exc.__traceback__)
        if code is not None and frame.filename == code.co_filename
    ]
    return f" ({Path(code.co_filename).name}:{own[-1]})" if code is not None and own else ""


def _raised(exc: BaseException) -> str:
    """What was raised, though it may not even be able to say so."""
    try:
        said = str(exc)
    except Exception:
        said = "it can't say what"
    cut = said if len(said) <= _LONGEST else f"{said[:_LONGEST]}…"
    return f"{type(exc).__name__}: {cut}"
