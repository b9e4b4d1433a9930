"""A fixer that does not do as it should holds its record, by name, and stops nothing."""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.fixers import Fixer, NoOptions
from bridge.model import (
    Change,
    Decision,
    Diagnosis,
    FailedMessage,
    HeldReason,
    Item,
    ObjectSchema,
    Origin,
    Record,
    Risk,
    Value,
)
from bridge.planning import Planner
from bridge.planning.mapping_file import parse_mapping
from bridge.planning.policies import FixerUse
from bridge.planning.yaml_source import Place
from tests.fixers.schema import MESSAGE
from tests.planning.test_mapping import HEAD

KEY = "92dd772d38bd4d64abf832fe279b189b"
CHAT = "0b0e7a1c2d3f4a5b8c9d0e1f2a3b4c5d"
AUXILIARY, TEXT, NAME, KEY_FIELD = (
    f"Social25__{name}__c" for name in ("Auxiliary_Data", "Text", "User_Full_Name", "Identifier")
)
RECORD: Record = {
    "Identifier__c": KEY,
    "Chat_Identifier__c": CHAT,
    "User_Full_Name__c": "Test Sender 12",
    "Text__c": "Hello",
    "Auxiliary_Data__c": {"buttons": ["Yes"]},
}


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise RuntimeError


class Misbehaving(Fixer[NoOptions]):
    """Does what it is told to."""

    name: ClassVar[str] = "misbehaving"
    risk: ClassVar[Risk] = Risk.LOSSY

    def __init__(self, does: Callable[[Record], Any]) -> None:
        super().__init__(NoOptions())
        self._does = does

    def fix(self, record: Record, schema: ObjectSchema, diagnosis: Diagnosis | None) -> Any:
        return self._does(record)


def change(field: Any = TEXT, before: Any = "Hello", after: Any = "Hi", **more: Any) -> Change:
    says: dict[str, Any] = {"fixer": "misbehaving", "why": "because", "risk": Risk.LOSSY, **more}
    return Change(field, before, after, **says)


def planned(does: Callable[[Record], Any], record: Record = RECORD) -> Item:
    """The message's plan, with that fixer and one of ours behind it."""
    mapping = parse_mapping(HEAD + 'fixers: [flatten: {Auxiliary_Data__c: "*"}]', "org.yaml")
    use = FixerUse(Misbehaving(does), Place("org.yaml", 5, 3))
    planner = Planner(replace(mapping, fixers=(use, *mapping.fixers)), MESSAGE)
    return planner.plan(FailedMessage(KEY, record, {}, None, Origin.SALESFORCE, "{}"))


def raises(exc: BaseException) -> Callable[[Record], Any]:
    def does(record: Record) -> Any:
        raise exc

    return does


def half_way(record: Record) -> Iterator[Change]:
    yield change()
    raise RuntimeError("half-way")


def endless(record: Record) -> Iterator[Change]:
    return (change(f"Field_{n}__c", None) for n in itertools.count())


def over_and_over(record: Record) -> Iterator[Change]:
    return itertools.repeat(change())


def holds_itself() -> list[Value]:
    value: list[Value] = []
    value.append(value)
    return value


def assigns(record: Record) -> Any:
    record[TEXT] = "Hi"  # type: ignore[index]


MISBEHAVIOUR = [
    pytest.param(raises(RuntimeError("boom")), "RuntimeError: boom", id="raises"),
    pytest.param(raises(RuntimeError("x" * 9999)), "xxx…", id="raises at length"),
    pytest.param(raises(Unspeakable()), "Unspeakable: it can't say", id="raises what can't speak"),
    pytest.param(raises(SystemExit(0)), "SystemExit", id="ends the program"),
    pytest.param(half_way, "RuntimeError: half-way", id="raises half-way"),
    pytest.param(endless, "which neither the record nor", id="endless, unknown fields"),
    pytest.param(over_and_over, "twice", id="endless, one field"),
    pytest.param(assigns, "TypeError", id="assigns to the record"),
    pytest.param(lambda _: None, "returned nothing", id="None"),
    pytest.param(lambda _: 7, "TypeError", id="a number"),
    pytest.param(lambda _: "Hi", "a str instead of a Change", id="a text"),
    pytest.param(lambda _: {TEXT: "Hi"}, "a str instead of a Change", id="a record"),
    pytest.param(lambda _: [(TEXT, "Hi")], "a tuple instead of a Change", id="no change"),
    pytest.param(lambda _: [change(7)], "in words which field", id="a field that is no name"),
    pytest.param(lambda _: [change(why=None)], "and why", id="no why"),
    pytest.param(lambda _: [change(why="")], "and why", id="empty why"),
    pytest.param(lambda _: [change(risk="lossy")], "what its change of", id="risk of another type"),
    pytest.param(lambda _: [change(lost=-1)], "how many characters", id="less than nothing lost"),
    pytest.param(lambda _: [change(lost=None)], "how many characters", id="lost is no number"),
    pytest.param(lambda _: [change(risk=Risk.INVENTED)], "lossy at the most", id="riskier"),
    pytest.param(lambda _: [change(), change()], "twice", id="one field twice"),
    pytest.param(lambda _: [change(fixer="nulls")], 'signs its changes with "nulls"', id="signed"),
    pytest.param(lambda _: [change(KEY_FIELD, KEY)], "the key", id="the key"),
    pytest.param(lambda _: [change("Text__c")], f"API name is {TEXT}", id="a short name"),
    pytest.param(lambda _: [change("Odd__c", None)], "which neither", id="an unknown field"),
    pytest.param(lambda _: [change(before="Hi")], "held another value", id="another before"),
    pytest.param(lambda _: [change(before=None)], "held another value", id="before is nothing"),
    *(
        pytest.param(lambda _, v=value: [change(after=v)], "is no JSON", id=f"no JSON: {name}")
        for name, value in {
            "an object": object(),
            "bytes": b"Hi",
            "a set": {"Hi"},
            "NaN": float("nan"),
            "deep inside": {"a": [float("inf")]},
            "a key that is no text": {1: "Hi"},
            "holds itself": holds_itself(),
            "a type": Change,
        }.items()
    ),
]


@pytest.mark.parametrize(("does", "says"), MISBEHAVIOUR)
def test_it_holds_the_record_and_is_named(does: Callable[[Record], Any], says: str) -> None:
    item = planned(does)
    assert item.decision is Decision.HELD
    assert item.held is not None
    assert item.held.reason is HeldReason.POLICY
    assert item.held.what.startswith("the fixer misbehaving failed on it: ")
    assert says in item.held.what
    assert "org.yaml:5:3" in item.held.advice
    assert len(item.held.what) < 400
    assert item.changes == ()
    assert item.record[TEXT] == "Hello"


def test_an_error_is_told_with_the_line_of_the_fixer() -> None:
    line = half_way.__code__.co_firstlineno + 2
    held = planned(half_way).held
    assert held is not None
    assert f"RuntimeError: half-way (test_misbehaviour.py:{line})" in held.what


def test_the_next_message_is_planned_as_if_nothing_had_been() -> None:
    mapping = parse_mapping(HEAD, "org.yaml")

    def only_the_first(record: Record) -> Any:
        return None if record[TEXT] == "Hello" else [change(before=record[TEXT])]

    use = FixerUse(Misbehaving(only_the_first), Place("org.yaml", 5, 3))
    planner = Planner(replace(mapping, fixers=(use,)), MESSAGE)
    plain = {**RECORD, "Auxiliary_Data__c": None}
    held, ready = (
        planner.plan(
            FailedMessage(KEY, {**plain, "Text__c": text}, {}, None, Origin.SALESFORCE, "")
        )
        for text in ("Hello", "Good day")
    )
    assert (held.decision, ready.decision) == (Decision.HELD, Decision.READY)
    assert ready.record[TEXT] == "Hi"


def test_what_it_does_inside_of_a_value_reaches_no_record() -> None:
    def spoils(record: Record) -> list[Change]:
        record[AUXILIARY]["buttons"].append("No")  # type: ignore[index,call-overload,union-attr]
        return []

    item = planned(spoils)
    assert item.original[AUXILIARY] == RECORD["Auxiliary_Data__c"] == {"buttons": ["Yes"]}
    assert item.record[AUXILIARY] == '{"buttons":["Yes"]}'


def test_it_may_change_a_field_that_the_org_does_not_have() -> None:
    item = planned(lambda r: [change("Odd__c", r.get("Odd__c"), None)], {**RECORD, "Odd__c": 7})
    assert (item.decision, "Odd__c" in item.record) == (Decision.READY, False)


def test_two_fixers_on_one_field_both_show() -> None:
    made = change(AUXILIARY, RECORD["Auxiliary_Data__c"], ["Yes"])
    item = planned(lambda _: [made])
    assert [(one.fixer, one.before) for one in item.changes] == [
        ("misbehaving", {"buttons": ["Yes"]}),
        ("flatten", ["Yes"]),
    ]
    assert item.record[AUXILIARY] == '["Yes"]'


def test_a_person_who_interrupts_is_heard() -> None:
    with pytest.raises(KeyboardInterrupt):
        planned(raises(KeyboardInterrupt()))


def test_values_as_deep_as_json_goes_are_no_misbehaviour() -> None:
    deep: Value = "end"
    for _ in range(sys.getrecursionlimit() // 2):
        deep = [deep]
    assert planned(lambda _: [], {**RECORD, "Auxiliary_Data__c": deep}).held is None


def test_the_halves_of_a_pair_stay_two_characters_inside_of_a_value() -> None:
    halves = "\ud83d" + "\ude80"
    item = planned(lambda _: [], {**RECORD, "Auxiliary_Data__c": [halves]})
    (made,) = item.changes
    assert made.before == [halves]


junk = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(), st.just(object())
) | st.sampled_from([*Risk, TEXT, NAME, AUXILIARY, KEY_FIELD, "misbehaving", "Hello", Change])
things = st.recursive(junk, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
changes = st.builds(
    Change,
    field=st.sampled_from([TEXT, NAME]) | things,
    before=st.sampled_from(["Hello", "Test Sender 12"]) | things,
    after=things,
    fixer=st.just("misbehaving") | things,
    why=st.just("because") | things,
    risk=st.just(Risk.LOSSY) | things,
    lost=st.just(0) | things,
)


@given(st.lists(changes | things, max_size=3) | things)
def test_whatever_it_returns_the_message_is_planned(returned: object) -> None:
    item = planned(lambda _: returned)
    own = [made for made in item.changes if made.fixer == "misbehaving"]
    if item.held is None or "misbehaving" not in item.held.what:
        assert own == (returned if isinstance(returned, list) else [])
        json.dumps([made.after for made in own], allow_nan=False)
    else:
        assert own == []
