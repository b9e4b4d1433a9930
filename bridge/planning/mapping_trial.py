"""Runs the cases of a mapping: each message is planned, and compared with what was expected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bridge.model import FailedMessage, Item, ObjectSchema, Origin, Value, canonical_key
from bridge.planning.described import refuse_another_object
from bridge.planning.mapping import MessageMapping
from bridge.planning.mapping_cases import BY_NO_LINE, ExpectForm, MappingCase, MappingCases
from bridge.planning.planner import Planner
from bridge.planning.policies import BY_DEFAULT, Wildcards
from bridge.planning.yaml_source import Place

_KEY_OF_STANDARD: Final = "id"


@dataclass(frozen=True, slots=True)
class Unexpected:
    """One thing that came out otherwise than a case expects."""

    what: str
    """`decision`, `code`, …, or the name of a field of the record."""
    expected: Value
    found: Value


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What came of a case."""

    name: str
    place: Place
    item: Item
    unexpected: tuple[Unexpected, ...]

    @property
    def holds(self) -> bool:
        return not self.unexpected


def try_cases(mapping: MessageMapping, cases: MappingCases) -> tuple[CaseResult, ...]:
    """Plan the message of each case, and compare.

    Raises:
        MappingError: the mapping does not fit the object that the cases are for.
    """
    refuse_another_object(mapping, cases.described.object)
    planner = Planner(mapping, cases.described.object, cases.described.made)
    return tuple(_tried(planner, case, position) for position, case in enumerate(cases.cases, 1))


def _tried(planner: Planner, case: MappingCase, position: int) -> CaseResult:
    item = planner.plan(_message(case, planner.key_field.name, position))
    unexpected = tuple(_unexpected(case.expected, item, planner))
    return CaseResult(case.name, case.place, item, unexpected)


def _message(case: MappingCase, key_field: str, position: int) -> FailedMessage:
    """The message as if GoTallo had listed it; one without an identifier gets one."""
    written = case.record.get(key_field) or case.standard.get(_KEY_OF_STANDARD)
    key = canonical_key(str(written)) if written is not None else f"{position:032x}"
    record = case.record
    if record and record.get(key_field) is None:
        record = {**record, key_field: key}
    origin = Origin.SALESFORCE if record else Origin.STANDARD
    return FailedMessage(
        key=key,
        record=record,
        standard=case.standard,
        error_text=case.error_text,
        origin=Origin.BOTH if record and case.standard else origin,
        raw="",
    )


def _unexpected(expected: ExpectForm, item: Item, planner: Planner) -> Iterator[Unexpected]:
    schema = planner.schema
    found = _found(item, planner)
    for what in ("decision", "risk", "reason", "code", "line"):
        wanted = getattr(expected, what)
        if wanted is not None and wanted != found[what]:
            yield Unexpected(what, wanted, found[what])
    if expected.fields is not None:
        wanted = sorted(schema.short(_api_name(schema, name)) for name in expected.fields)
        if wanted != found["fields"]:
            yield Unexpected("fields", wanted, found["fields"])
    says = found["what"]
    if expected.what is not None and not Wildcards(expected.what).match(str(says or "")):
        yield Unexpected("what", expected.what, says)
    for name, wanted in expected.record.items():
        value = item.record.get(_api_name(schema, name))
        if not same(wanted, value):
            yield Unexpected(name, wanted, value)


def _found(item: Item, planner: Planner) -> Mapping[str, Value]:
    held = item.held
    short = planner.schema.short
    return {
        "decision": item.decision,
        "risk": item.risk,
        "reason": held.reason if held else None,
        "code": held.code if held else None,
        "what": held.what if held else None,
        "fields": sorted(short(name) for name in held.fields) if held else [],
        "line": BY_NO_LINE if item.treatment == BY_DEFAULT else _line(planner, item),
    }


def _line(planner: Planner, item: Item) -> Value:
    policies = planner.mapping.policies
    return next((p.place.line for p in policies if p.words == item.treatment), None)


def _api_name(schema: ObjectSchema, name: str) -> str:
    field = schema.get(name)
    return field.name if field is not None else name


def same(one: Value, other: Value) -> bool:
    """Whether two values are the same to Salesforce: true is no 1, and 1.0 is 1."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if _is_list(one) and _is_list(other):
        return len(one) == len(other) and all(map(same, one, other))  # type: ignore[arg-type]
    return isinstance(one, bool) is isinstance(other, bool) and one == other


def _is_list(value: Value) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)
