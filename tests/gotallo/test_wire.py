from __future__ import annotations

import json
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.gotallo.wire import SalesforceResult, StandardResult, read_page, read_result
from bridge.model import UnreadableMessage
from tests.gotallo.samples import ERROR, KEY, page, salesforce_result, standard_result

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def record_of(result: object) -> SalesforceResult:
    read = read_result(result)
    assert isinstance(read, SalesforceResult)
    return read


def test_a_record_loses_its_prefix_and_nothing_else() -> None:
    result = salesforce_result()
    read = record_of(result)
    assert read.key == KEY
    assert {f"Social25__{name}": value for name, value in read.record.items()} == result
    assert read.error_text is None
    assert json.loads(read.raw) == result


def test_a_record_is_read_without_the_prefix_too() -> None:
    bare = {name.removeprefix("Social25__"): v for name, v in salesforce_result().items()}
    lower = {name.replace("Social25", "social25"): v for name, v in salesforce_result().items()}
    assert record_of(bare).record == record_of(salesforce_result()).record
    assert record_of(lower).record == record_of(salesforce_result()).record


def test_fields_that_are_not_the_packages_are_kept() -> None:
    read = record_of(salesforce_result(Own__c="x", Other__Text__c="y"))
    assert read.record["Own__c"] == "x"
    assert read.record["Other__Text__c"] == "y"


@pytest.mark.parametrize(
    ("log_message", "error_text"),
    [
        (ERROR, ERROR),
        ("", None),
        ("  ", None),
        (None, None),
        ("#N/A", None),
        ([{"errorCode": "A_B"}], '[{"errorCode": "A_B"}]'),
    ],
)
def test_log_message_is_the_error_and_no_field(log_message: object, error_text: str | None) -> None:
    read = record_of(salesforce_result(log_message=log_message))
    assert read.error_text == error_text
    assert "log_message" not in read.record


def test_a_standard_message_is_read_whole() -> None:
    read = read_result(standard_result())
    assert isinstance(read, StandardResult)
    assert (read.key, read.error_text) == (KEY, ERROR)
    assert read.message == standard_result()


@given(st.uuids())
def test_both_shapes_of_one_message_have_one_key(identifier: uuid.UUID) -> None:
    for spelling in (identifier.hex, str(identifier), str(identifier).upper(), f" {identifier} "):
        assert record_of({"Identifier__c": spelling}).key == identifier.hex
        standard = read_result({"id": spelling})
        assert isinstance(standard, StandardResult)
        assert standard.key == identifier.hex


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        (None, "no JSON object"),
        ([], "no JSON object"),
        ("text", "no JSON object"),
        ({}, "neither an Identifier__c nor an id"),
        ({"Text__c": "x"}, "neither an Identifier__c nor an id"),
        (salesforce_result(Social25__Identifier__c=""), "Identifier__c is no identifier"),
        (salesforce_result(Social25__Identifier__c="#N/A"), "Identifier__c is no identifier"),
        (standard_result(id=12), "id is no identifier"),
        (standard_result(id="SMS-\x001"), "id holds characters that no identifier has"),
        (salesforce_result(Text__c="another"), "two values for Text__c"),
        (salesforce_result(Own__c=float("nan")), "a number in it has no value"),
        (salesforce_result(Own__c="cut \ud83d"), "half a character"),
        (salesforce_result(**{"own\udcff": "x"}), "half a character"),
    ],
)
def test_what_is_no_message_says_why_and_keeps_its_json(result: object, reason: str) -> None:
    read = read_result(result)
    assert isinstance(read, UnreadableMessage)
    assert reason in read.reason
    assert repr(json.loads(read.raw)) == repr(result)
    assert read.raw.encode()


@given(json_values | st.dictionaries(st.sampled_from(["id", "Identifier__c", "x"]), json_values))
def test_any_result_is_read_and_its_raw_text_can_be_stored(result: object) -> None:
    assert read_result(result).raw.encode()


@given(st.lists(json_values, max_size=4))
def test_no_result_loses_its_page(results: list[object]) -> None:
    read = read_page(page(salesforce_result(), *results))
    assert len(read.results) == len(results) + 1
    assert read.results[0] == read_result(salesforce_result())


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e999", "9" * 5000])
def test_a_number_that_cannot_be_kept_spoils_its_result_alone(number: str) -> None:
    body = page(salesforce_result(), standard_result(text=0)).replace(
        b'"text": 0', b'"text": ' + number.encode()
    )
    good, bad = read_page(body).results
    assert isinstance(good, SalesforceResult)
    assert isinstance(bad, UnreadableMessage)


def test_bytes_that_are_no_utf8_spoil_their_result_alone() -> None:
    body = page(salesforce_result(), standard_result(text="@")).replace(b'"@"', b'"\xff"')
    good, bad = read_page(body).results
    assert isinstance(good, SalesforceResult)
    assert isinstance(bad, UnreadableMessage)


def test_a_long_integer_stays_exact() -> None:
    number = 262358007148636262358007148636
    assert (
        record_of(json.loads(json.dumps(salesforce_result(N__c=number)))).record["N__c"] == number
    )
    assert str(number) in read_page(page(salesforce_result(N__c=number))).results[0].raw


def test_a_page_has_a_count_and_a_next_url() -> None:
    read = read_page(page(count=34, next_url="https://example.com/?page=2"))
    assert (read.count, read.next_url, read.results) == (34, "https://example.com/?page=2", ())
    bare = read_page(b'\xef\xbb\xbf{"results": []}')
    assert (bare.count, bare.next_url) == (None, None)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "no JSON"),
        (b"<html>Sender 12</html>", "no JSON from character 0 on"),
        (b'{"results": [', "no JSON"),
        (b"[]", "no page"),
        (b'{"detail": "Sender 12"}', "no page"),
        (b'{"results": {}, "count": 1}', "no page"),
        (b'{"results": [], "count": "many"}', "no page"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_page_says_so_without_quoting_it(body: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as caught:
        read_page(body)
    assert "Sender 12" not in str(caught.value)
