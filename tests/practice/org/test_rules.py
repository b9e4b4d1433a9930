from __future__ import annotations

import pytest

from bridge.practice.org.rules import AllOf, AnyOf, Condition, IsEmpty, LongerThan, Matches, OneOf
from bridge.practice.org.schema import Row

TEXT = "See HTTP://shop.example [now]"


@pytest.mark.parametrize(
    ("condition", "row", "holds"),
    [
        pytest.param(Matches("T", "*http*"), {"T": TEXT}, True, id="any-case"),
        pytest.param(Matches("T", "http*"), {"T": TEXT}, False, id="the-whole-text"),
        pytest.param(Matches("T", "*[now]"), {"T": TEXT}, True, id="brackets-are-characters"),
        pytest.param(Matches("T", "a?c"), {"T": "abc"}, True, id="one-character"),
        pytest.param(Matches("T", "a*c"), {"T": "a\nc"}, True, id="over-lines"),
        pytest.param(Matches("T", "*"), {}, True, id="nothing-is-any-text"),
        pytest.param(IsEmpty("T", empty=True), {}, True, id="empty"),
        pytest.param(IsEmpty("T", empty=True), {"T": "x"}, False, id="not-empty"),
        pytest.param(IsEmpty("T", empty=False), {"T": "x"}, True, id="filled"),
        pytest.param(LongerThan("T", 3), {"T": "abcd"}, True, id="longer"),
        pytest.param(LongerThan("T", 3), {"T": "abc"}, False, id="as-long"),
        pytest.param(OneOf("T", ("a", "b")), {"T": "b"}, True, id="one-of"),
        pytest.param(OneOf("T", ("a", "b")), {"T": "B"}, False, id="values-have-a-case"),
        pytest.param(OneOf("T", (2.0,)), {"T": 2.0}, True, id="number"),
        pytest.param(OneOf("T", (2.0,)), {"T": 2}, True, id="whole-number"),
        pytest.param(OneOf("T", (True,)), {"T": True}, True, id="ticked"),
        pytest.param(OneOf("T", ("a",)), {}, False, id="nothing-is-none-of-them"),
        pytest.param(OneOf("T", (True,)), {"T": 1.0}, False, id="one-is-not-true"),
        pytest.param(AllOf((IsEmpty("A", True), IsEmpty("B", True))), {"B": 1}, False, id="all"),
        pytest.param(AnyOf((IsEmpty("A", True), IsEmpty("B", True))), {"B": 1}, True, id="any"),
        pytest.param(AnyOf(()), {"T": "x"}, False, id="none-to-hold"),
    ],
)
def test_when_a_condition_holds(condition: Condition, row: Row, holds: bool) -> None:
    assert condition.holds(row) is holds


def test_a_condition_is_placed_with_all_that_is_in_it() -> None:
    written = AllOf((Matches("A", "x"), AnyOf((IsEmpty("B", True), LongerThan("C", 1)))))
    assert written.placed(lambda name: f"P__{name}") == AllOf(
        (Matches("P__A", "x"), AnyOf((IsEmpty("P__B", True), LongerThan("P__C", 1))))
    )
