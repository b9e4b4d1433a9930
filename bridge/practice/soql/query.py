"""A query as typed values: text → `Query`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from lark import Lark, Token, Transformer, UnexpectedInput, v_args

from bridge.practice.org.errors import RequestRefused
from bridge.practice.org.values import datetime_text, parse_datetime


@dataclass(frozen=True, slots=True)
class Name:
    """A name as the query spells it, and where it stands."""

    text: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Moment:
    """A date-time, which SOQL wants without quotes."""

    text: str
    """As rows hold it, so that text order is time order."""


@dataclass(frozen=True, slots=True)
class Day:
    """A date: no field of the practice org takes one, and a date-time is compared with none."""

    text: str


Literal: TypeAlias = str | float | bool | Moment | Day | None


class Operator(StrEnum):
    """How a comparison compares."""

    EQUAL = "="
    NOT_EQUAL = "!="
    LESS = "<"
    GREATER = ">"
    AT_MOST = "<="
    AT_LEAST = ">="
    LIKE = "LIKE"
    IN = "IN"
    NOT_IN = "NOT IN"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A field against one value, or against several for IN and NOT IN."""

    field: Name
    operator: Operator
    values: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A field against what another query finds; `operator` is IN or NOT IN."""

    field: Name
    operator: Operator
    query: Query


@dataclass(frozen=True, slots=True)
class All:
    """Each of the conditions holds."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """At least one of the conditions holds."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The condition does not hold."""

    condition: Condition


Condition: TypeAlias = Comparison | Found | All | Any | Not


@dataclass(frozen=True, slots=True)
class CountOf:
    """COUNT(field) in a selection; `alias` is empty where the query gives none."""

    field: Name
    alias: str


class CountRows:
    """A selection that is COUNT() alone."""


@dataclass(frozen=True, slots=True)
class Order:
    """One key of ORDER BY. Nulls come first unless the query says otherwise."""

    field: Name
    descending: bool
    nulls_last: bool


@dataclass(frozen=True, slots=True)
class Having:
    """HAVING COUNT(field) against a number."""

    field: Name
    operator: Operator
    number: float


@dataclass(frozen=True, slots=True)
class Query:
    """One query."""

    sobject: Name
    selection: CountRows | tuple[Name | CountOf, ...]
    where: Condition | None = None
    group_by: tuple[Name, ...] = ()
    having: Having | None = None
    order_by: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int = 0


def parse(text: str) -> Query:
    """Read a query.

    Raises:
        RequestRefused: 400 MALFORMED_QUERY, with the place.
    """
    try:
        tree = _PARSER.parse(text)
    except UnexpectedInput as error:
        token = getattr(error, "token", None)
        found = str(token) if token else text[error.pos_in_stream :][:1]
        what = f"unexpected token: '{found or '<EOF>'}'"
        place = Name(found, max(error.line, 1), max(error.column, 1))
        raise RequestRefused(400, "MALFORMED_QUERY", at_place(text, place, what)) from None
    return _Reader().transform(tree)


def at_place(query: str, place: Name, what: str) -> str:
    """An error's text with the part of the query it is about, as the platform shows it."""
    lines = query.splitlines() or [""]
    line = lines[min(place.line, len(lines)) - 1]
    start = max(0, place.column - 1 - 60)
    shown = line[start : place.column - 1 + len(place.text) + 20]
    caret = " " * (place.column - 1 - start) + "^"
    return f"\n{shown}\n{caret}\nERROR at Row:{place.line}:Column:{place.column}\n{what}"


_PARSER = Lark.open("grammar.lark", rel_to=__file__, parser="lalr", start="query")

_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_ESCAPED = re.compile(r"\\(.)")


def unescaped(text: str) -> str:
    """A text as it is meant that a query writes with backslashes."""
    return _ESCAPED.sub(lambda m: _ESCAPES.get(m[1].lower(), m[1]), text)


def _name(token: Token) -> Name:
    return Name(str(token), token.line or 1, token.column or 1)


@v_args(inline=True)
class _Reader(Transformer[Token, Query]):
    """Turns the parser's tree into the types above, leaves first."""

    NAME = staticmethod(_name)

    def STRING(self, token: Token) -> str:  # noqa: N802 - named after the terminal
        return unescaped(token[1:-1])

    def PATTERN(self, token: Token) -> str:  # noqa: N802 - the same
        return str(token[1:-1])

    def NUMBER(self, token: Token) -> float:  # noqa: N802 - the same
        return float(token)

    def COUNTER(self, token: Token) -> int:  # noqa: N802 - the same
        return int(token)

    def BOOLEAN(self, token: Token) -> bool:  # noqa: N802 - the same
        return token.lower() == "true"

    def NULL(self, _token: Token) -> None:  # noqa: N802 - the same
        return None

    def DATETIME(self, token: Token) -> Moment:  # noqa: N802 - the same
        moment = parse_datetime(str(token))
        return Moment(datetime_text(moment) if moment else str(token))

    def DATE(self, token: Token) -> Day:  # noqa: N802 - the same
        return Day(str(token))

    def COMPARISON(self, token: Token) -> Operator:  # noqa: N802 - the same
        return Operator.NOT_EQUAL if token == "<>" else Operator(str(token))  # noqa: S105

    def compare(self, field: Name, operator: Operator, value: Literal) -> Comparison:
        return Comparison(field, operator, (value,))

    def like(self, field: Name, pattern: str) -> Comparison:
        # With its backslashes: an escaped wildcard is none.
        return Comparison(field, Operator.LIKE, (pattern,))

    def is_in(self, field: Name, *values: Literal) -> Comparison:
        return Comparison(field, Operator.IN, values)

    def is_not_in(self, field: Name, *values: Literal) -> Comparison:
        return Comparison(field, Operator.NOT_IN, values)

    def is_in_found(self, field: Name, query: Query) -> Found:
        return Found(field, Operator.IN, query)

    def is_not_in_found(self, field: Name, query: Query) -> Found:
        return Found(field, Operator.NOT_IN, query)

    def all(self, *conditions: Condition) -> All:
        return All(conditions)

    def any(self, *conditions: Condition) -> Any:
        return Any(conditions)

    def negation(self, condition: Condition) -> Not:
        return Not(condition)

    def count_rows(self) -> CountRows:
        return CountRows()

    def plain(self, name: Name) -> Name:
        return name

    def count_of(self, field: Name, alias: Name | None = None) -> CountOf:
        return CountOf(field, alias.text if alias else "")

    def items(self, *items: Name | CountOf) -> tuple[Name | CountOf, ...]:
        return items

    def where(self, condition: Condition) -> dict[str, object]:
        return {"where": condition}

    def group_by(self, *names: Name) -> dict[str, object]:
        return {"group_by": names}

    def having(self, field: Name, operator: Operator, number: float) -> dict[str, object]:
        return {"having": Having(field, operator, number)}

    def order(self, field: Name, direction: Token | None, nulls: Token | None) -> Order:
        descending = direction is not None and direction.upper() == "DESC"
        return Order(field, descending, nulls is not None and nulls.upper() == "LAST")

    def order_by(self, *orders: Order) -> dict[str, object]:
        return {"order_by": orders}

    def limit(self, number: int) -> dict[str, object]:
        return {"limit": number}

    def offset(self, number: int) -> dict[str, object]:
        return {"offset": number}

    def query(
        self,
        selection: CountRows | tuple[Name | CountOf, ...],
        sobject: Name,
        *clauses: dict[str, object],
    ) -> Query:
        given = {name: value for clause in clauses for name, value in clause.items()}
        return Query(sobject, selection, **given)  # type: ignore[arg-type]  # typed by the clauses


def conditions_joined(condition: Condition | None) -> Sequence[Condition]:
    """The conditions of which each must hold."""
    match condition:
        case None:
            return ()
        case All(conditions):
            return conditions
        case _:
            return (condition,)
