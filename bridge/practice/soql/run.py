"""Answering a query from the org's tables."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeAlias

from bridge.practice.org.errors import RequestRefused
from bridge.practice.org.ids import canonical_id, is_id
from bridge.practice.org.schema import Field, FieldType, Row, SObject, Value
from bridge.practice.org.table import Table
from bridge.practice.soql.query import (
    All,
    Any,
    Comparison,
    Condition,
    CountOf,
    CountRows,
    Day,
    Found,
    Literal,
    Moment,
    Name,
    Not,
    Operator,
    Order,
    Query,
    at_place,
    conditions_joined,
    parse,
    unescaped,
)


class Tables(Protocol):
    """What is asked: the org itself, or its Tooling API."""

    def sobject(self, name: str) -> SObject | None: ...

    def table(self, sobject: SObject) -> Table: ...

    def locked(self) -> AbstractContextManager[None]:
        """Nothing changes meanwhile."""

    @property
    def now(self) -> Callable[[], dt.datetime]:
        """What time it is there."""


class Scope(StrEnum):
    """Which rows a query sees."""

    LIVE = "live"
    WITH_RECYCLE_BIN = "with_recycle_bin"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query found."""

    total: int
    sobject: SObject
    columns: tuple[str, ...]
    """The describe's spelling; an aggregate's alias."""
    records: tuple[tuple[Value, ...], ...]
    """Values by column; empty for COUNT()."""
    ids: tuple[str, ...]
    """The records' ids; empty where they are no rows but counts of rows."""


_MAX_OFFSET = 2000
"""Source: SOQL and SOSL Reference, "OFFSET"."""
_IDS = frozenset({FieldType.ID, FieldType.REFERENCE})

_Test: TypeAlias = Callable[[Row], bool]


def answer(org: Tables, soql: str, scope: Scope) -> Answer:
    """Answer a query.

    Raises:
        RequestRefused: 400 MALFORMED_QUERY, INVALID_TYPE or INVALID_FIELD.
    """
    with org.locked():
        return _answer(org, parse(soql), soql, scope)


def _answer(org: Tables, query: Query, soql: str, scope: Scope) -> Answer:
    sobject = org.sobject(query.sobject.text)
    if sobject is None:
        what = (
            f"sObject type '{query.sobject.text}' is not supported. If you are attempting to use "
            "a custom object, be sure to append the '__c' after the entity name. Please reference "
            "your WSDL or the describe call for the appropriate names."
        )
        raise RequestRefused(400, "INVALID_TYPE", at_place(soql, query.sobject, what))
    columns = _Columns(sobject, soql)
    where = _with_found(org, query.where, soql)
    if query.offset > _MAX_OFFSET:
        what = f"Maximum SOQL offset allowed is {_MAX_OFFSET}"
        raise RequestRefused(400, "NUMBER_OUTSIDE_VALID_RANGE", what)
    test = columns.test(where)
    candidates = _candidates(org.table(sobject), columns, where)
    visible = candidates if scope is Scope.WITH_RECYCLE_BIN else _live(candidates)
    found = [row for row in visible if test(row)]
    for order in reversed(query.order_by):
        _sort(found, order, columns.sorted_by(order.field).name)
    if isinstance(query.selection, tuple) and (
        query.group_by or any(isinstance(item, CountOf) for item in query.selection)
    ):
        return _aggregate(query, query.selection, sobject, columns, found)
    found = found[query.offset :][: query.limit]
    if isinstance(query.selection, CountRows):
        return Answer(len(found), sobject, (), (), ())
    names = tuple(columns.field(i).name for i in query.selection if isinstance(i, Name))
    records = tuple(tuple(row.get(name) for name in names) for row in found)
    ids = tuple(str(row["Id"]) for row in found)
    return Answer(len(found), sobject, names, records, ids)


def _with_found(org: Tables, condition: Condition | None, soql: str) -> Condition | None:
    """The condition, each query within it replaced by what it finds."""
    match condition:
        case Found(field, operator, query):
            found = _answer(org, query, soql, Scope.LIVE)
            if len(found.columns) != 1:
                what = "exactly one field is expected in a query within a query"
                raise RequestRefused(400, "MALFORMED_QUERY", at_place(soql, query.sobject, what))
            (column,) = found.columns
            selected = found.sobject.get(column)
            if selected is None or selected.type not in _IDS:
                what = f"semi join sub-selects can only query id fields, cannot use: '{column}'"
                raise RequestRefused(400, "MALFORMED_QUERY", at_place(soql, query.sobject, what))
            values = tuple(_as_literal(value) for (value,) in found.records)
            return Comparison(field, operator, values)
        case All(conditions):
            return All(tuple(c for inner in conditions if (c := _with_found(org, inner, soql))))
        case Any(conditions):
            return Any(tuple(c for inner in conditions if (c := _with_found(org, inner, soql))))
        case Not(inner):
            replaced = _with_found(org, inner, soql)
            return Not(replaced) if replaced else None
        case _:
            return condition


def _as_literal(value: Value) -> Literal:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _live(rows: Iterable[Row]) -> Iterable[Row]:
    return (row for row in rows if not row.get("IsDeleted"))


def _candidates(table: Table, columns: _Columns, where: Condition | None) -> Iterable[Row]:
    """The rows that can match: those an index gives, where one of the conditions allows it."""
    for condition in conditions_joined(where):
        if not isinstance(condition, Comparison) or condition.operator not in {
            Operator.EQUAL,
            Operator.IN,
        }:
            continue
        field = columns.field(condition.field).name
        wanted = [v for v in condition.values if isinstance(v, str)]
        if len(wanted) < len(condition.values) or "" in wanted:  # '' means null: in no index
            continue
        if field == "Id":
            ids = dict.fromkeys(map(canonical_id, wanted))
            return [row for i in ids if (row := table.rows.get(i)) is not None]
        if table.indexed(field):
            keys = dict.fromkeys(v.lower() for v in wanted)
            return [row for key in keys for row in table.with_value(field, key)]
    return table.rows.values()


def _sort(rows: list[Row], order: Order, name: str) -> None:
    empty = [row for row in rows if row.get(name) is None]
    filled = [row for row in rows if row.get(name) is not None]
    filled.sort(key=lambda row: _comparable(row[name]), reverse=order.descending)
    rows[:] = [*filled, *empty] if order.nulls_last else [*empty, *filled]


def _aggregate(
    query: Query,
    selection: Sequence[Name | CountOf],
    sobject: SObject,
    columns: _Columns,
    found: Sequence[Row],
) -> Answer:
    group_names = [columns.grouped_by(name).name for name in query.group_by]
    columns.check_grouped(group_names, [i for i in selection if isinstance(i, Name)])
    columns.check_grouped(group_names, [order.field for order in query.order_by], "Ordered field")
    groups: dict[tuple[Value, ...], list[Row]] = {}
    for row in found:
        groups.setdefault(tuple(row.get(name) for name in group_names), []).append(row)
    if not query.group_by:
        groups.setdefault((), [])
    if query.having:
        compare = _ORDERED[query.having.operator]
        counted, number = columns.field(query.having.field).name, query.having.number
        groups = {
            key: rows
            for key, rows in groups.items()
            if compare(sum(counted in row for row in rows), number)
        }
    names: list[str] = []
    for item in selection:
        unnamed = f"expr{sum(n.startswith('expr') for n in names)}"
        names.append(
            (item.alias or unnamed) if isinstance(item, CountOf) else columns.field(item).name
        )
    records = tuple(
        tuple(
            sum(columns.field(item.field).name in row for row in rows)
            if isinstance(item, CountOf)
            else rows[0].get(columns.field(item).name)
            for item in selection
        )
        for rows in groups.values()
    )
    records = records[query.offset :][: query.limit]
    return Answer(len(records), sobject, tuple(names), records, ids=())


class _Columns:
    """The fields of one object as one query names them."""

    def __init__(self, sobject: SObject, soql: str) -> None:
        self._sobject = sobject
        self._soql = soql

    def field(self, name: Name) -> Field:
        field = self._sobject.visible(name.text)
        if field is None:
            raise self._invalid(
                name,
                f"No such column '{name.text}' on entity '{self._sobject.name}'. If you are "
                "attempting to use a custom field, be sure to append the '__c' after the custom "
                "field name. Please reference your WSDL or the describe call for the appropriate "
                "names.",
            )
        return field

    def sorted_by(self, name: Name) -> Field:
        """The field of that name, which may stand in ORDER BY."""
        return self._allowed(name, self.field(name).filterable, "sorted")

    def grouped_by(self, name: Name) -> Field:
        """The field of that name, which may stand in GROUP BY."""
        return self._allowed(name, self.field(name).groupable, "grouped")

    def check_grouped(
        self, groups: Sequence[str], names: Sequence[Name], of: str = "Field"
    ) -> None:
        """Refuse a field that has no one value in a group."""
        for name in names:
            if self.field(name).name not in groups:
                what = f"{of} must be grouped or aggregated: {name.text}"
                raise RequestRefused(400, "MALFORMED_QUERY", at_place(self._soql, name, what))

    def _allowed(self, name: Name, allowed: bool, how: str) -> Field:
        field = self.field(name)
        if not allowed:
            what = f"field '{field.name}' can not be {how} in a query call"
            raise RequestRefused(400, "MALFORMED_QUERY", at_place(self._soql, name, what))
        return field

    def test(self, condition: Condition | None) -> _Test:
        match condition:
            case None:
                return lambda _row: True
            case All(conditions):
                tests = [self.test(c) for c in conditions]
                return lambda row: all(test(row) for test in tests)
            case Any(conditions):
                tests = [self.test(c) for c in conditions]
                return lambda row: any(test(row) for test in tests)
            case Not(inner):
                test = self.test(inner)
                return lambda row: not test(row)
            case Comparison():
                return self._comparison(condition)
            case Found():
                raise AssertionError("what it finds stands in its place by now")

    def _comparison(self, comparison: Comparison) -> _Test:
        field = self.field(comparison.field)
        if not field.filterable:
            raise self._invalid(
                comparison.field, f"field '{field.name}' can not be filtered in a query call"
            )
        for value in comparison.values:
            self._check_type(comparison.field, field, value)
        name = field.name
        match comparison.operator:
            case Operator.EQUAL | Operator.IN:
                wanted = {_key(field, v) for v in comparison.values}
                return lambda row: _key(field, row.get(name)) in wanted
            case Operator.NOT_EQUAL | Operator.NOT_IN:
                wanted = {_key(field, v) for v in comparison.values}
                return lambda row: _key(field, row.get(name)) not in wanted
            case Operator.LIKE:
                pattern = _like(str(comparison.values[0]))
                return lambda row: (
                    (value := row.get(name)) is not None
                    and pattern.fullmatch(str(value)) is not None
                )
            case operator:
                compare = _ORDERED[operator]
                bound = _comparable(comparison.values[0])
                return lambda row: (
                    (value := row.get(name)) is not None and compare(_comparable(value), bound)
                )

    def _check_type(self, name: Name, field: Field, value: Literal) -> None:
        """The platform wants quotes round text, and none round anything else."""
        if value is None:
            return
        match field.type:
            case FieldType.BOOLEAN:
                fits, wanted = isinstance(value, bool), "boolean"
            case FieldType.DOUBLE | FieldType.INT:
                fits, wanted = isinstance(value, float), field.type.value
            case FieldType.DATETIME:
                fits, wanted = isinstance(value, Moment), "dateTime"
            case _:
                fits, wanted = isinstance(value, str), "string"
        if field.type in _IDS and isinstance(value, str) and not is_id(value):
            what = at_place(self._soql, name, f"invalid ID field: {value}")
            raise RequestRefused(400, "INVALID_QUERY_FILTER_OPERATOR", what)
        if fits:
            return
        quotes = (
            "should be enclosed in quotes"
            if wanted == "string"
            else "should not be enclosed in quotes"
        )
        raise self._invalid(
            name,
            f"value of filter criterion for field '{name.text}' must be of type {wanted} and "
            f"{quotes}",
        )

    def _invalid(self, name: Name, what: str) -> RequestRefused:
        return RequestRefused(400, "INVALID_FIELD", at_place(self._soql, name, what))


def _key(field: Field, value: Literal) -> Value:
    """What two values have in common exactly when SOQL calls them equal."""
    match value:
        case str() if field.type in _IDS:
            return canonical_id(value)
        case str() if field.type is FieldType.DATETIME:
            return value
        case str():
            return value.lower() or None
        case Moment(text) | Day(text):
            return text
        case _:
            return value


def _comparable(value: Literal) -> tuple[float, str]:
    match value:
        case Moment(text) | Day(text) | str(text):
            return 0.0, text.lower()
        case None:
            return 0.0, ""
        case _:
            return float(value), ""


_ORDERED: dict[Operator, Callable[..., bool]] = {
    Operator.EQUAL: lambda a, b: a == b,
    Operator.NOT_EQUAL: lambda a, b: a != b,
    Operator.LESS: lambda a, b: a < b,
    Operator.GREATER: lambda a, b: a > b,
    Operator.AT_MOST: lambda a, b: a <= b,
    Operator.AT_LEAST: lambda a, b: a >= b,
}


_LIKE_PART = re.compile(r"\\?.", re.DOTALL)


def _like(pattern: str) -> re.Pattern[str]:
    """`%` is any text and `_` any character, unless a backslash stands before it."""
    wild = {"%": ".*", "_": "."}
    parts = (wild.get(m[0]) or re.escape(unescaped(m[0])) for m in _LIKE_PART.finditer(pattern))
    return re.compile("".join(parts), re.IGNORECASE | re.DOTALL)
