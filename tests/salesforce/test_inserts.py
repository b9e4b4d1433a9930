from __future__ import annotations

import json
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import OrgUnanswered, UsageError
from bridge.salesforce.inserts import Inserted, RecordError, Refused, body_of, results_of

ID = "a0B000000000001AAA"
GOOD: dict[str, Any] = {"id": ID, "success": True, "errors": []}
BAD: dict[str, Any] = {
    "success": False,
    "errors": [{"statusCode": "STRING_TOO_LONG", "message": "too long", "fields": ["Text__c"]}],
}

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.floats(allow_nan=False).filter(lambda number: abs(number) != float("inf")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
any_text = st.text(st.characters())  # half surrogate pairs too


@given(st.lists(st.dictionaries(st.text(min_size=1), values | any_text, max_size=4), max_size=3))
def test_a_body_says_every_record_as_it_is(records: list[dict[str, Any]]) -> None:
    said = json.loads(body_of("Heroku_Message__c", records))

    assert said["allOrNone"] is False
    assert said["records"] == [
        {**record, "attributes": {"type": "Heroku_Message__c"}} for record in records
    ]


def test_a_body_takes_nested_mappings_of_any_make() -> None:
    record = MappingProxyType({"A__c": MappingProxyType({"B__c": ("c",)})})

    said = json.loads(body_of("Heroku_Message__c", [record]))

    assert said["records"][0]["A__c"] == {"B__c": ["c"]}


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), object()], ids=["NaN", "infinity", "no JSON type"]
)
def test_what_json_cannot_say_is_refused_before_anything_is_sent(value: Any) -> None:
    with pytest.raises(UsageError, match="JSON"):
        body_of("Heroku_Message__c", [{"Offset__c": value}])


def test_results_stand_in_the_order_of_the_records() -> None:
    assert results_of([BAD, GOOD], 2, "POST composite/sobjects") == (
        Refused((RecordError("STRING_TOO_LONG", "too long", ("Text__c",)),)),
        Inserted(ID),
    )


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [GOOD],
        [GOOD, GOOD, GOOD],
        {"success": True},
        [GOOD, {"success": True, "errors": []}],
        [GOOD, {"success": False, "errors": []}],
        [GOOD, {"id": ID, "errors": []}],
        [GOOD, {"success": False, "errors": [{"message": "no code"}]}],
        [GOOD, [{"errorCode": "X", "message": "y"}]],
        "OK",
    ],
    ids=[
        "nothing",
        "one too few",
        "one too many",
        "no list",
        "a success without an id",
        "a failure without a reason",
        "neither yes nor no",
        "a reason without a code",
        "an error of the whole request",
        "text",
    ],
)
def test_an_answer_that_does_not_tell_of_every_record_leaves_all_in_doubt(answer: object) -> None:
    with pytest.raises(OrgUnanswered):
        results_of(answer, 2, "POST composite/sobjects")
