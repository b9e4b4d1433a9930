from __future__ import annotations

import json
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bridge.fixers import build
from bridge.model import Risk, Value

from .schema import leaves_alone, only_change

IMAGE = "User_Profile_Image_URL__c"

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


def test_the_keys_that_are_dropped_are_named() -> None:
    image = {"url": "https://img.example/7", "etag": "a1", "title": "", "path": None, "type": "png"}
    change = only_change("flatten", {IMAGE: "url"}, {IMAGE: image})
    assert change.after == "https://img.example/7"
    assert change.risk is Risk.LOSSY
    assert change.why == "url is taken; dropped: etag, type"
    assert change.lost == 0


def test_taking_the_only_key_loses_nothing() -> None:
    change = only_change("flatten", {IMAGE: "url"}, {IMAGE: {"url": "u", "etag": None}})
    assert (change.after, change.risk) == ("u", Risk.LOSSLESS)


def test_a_path_goes_through_objects_and_lists() -> None:
    change = only_change(
        "flatten", {IMAGE: "sizes.1.url"}, {IMAGE: {"sizes": ["s", {"url": "u", "w": 4}], "n": 2}}
    )
    assert change.after == "u"
    assert change.why == "sizes.1.url is taken; dropped: n, sizes.0, sizes.1.w"


def test_many_dropped_keys_are_counted() -> None:
    change = only_change("flatten", {IMAGE: "k0"}, {IMAGE: {f"k{n}": n for n in range(100)}})
    assert change.after == "0"
    assert change.why.endswith("k8 and 91 more")


@pytest.mark.parametrize(
    ("taken", "text"),
    [(262358007148636, "262358007148636"), (True, "true"), ({"b": 1}, '{"b":1}'), (None, None)],
)
def test_what_is_taken_becomes_text(taken: Value, text: str | None) -> None:
    assert only_change("flatten", {IMAGE: "a"}, {IMAGE: {"a": taken}}).after == text


@given(json_values.filter(lambda value: isinstance(value, list | dict)))
def test_the_whole_as_json_reads_back_the_same(value: Value) -> None:
    change = only_change("flatten", None, {"Text__c": value})
    assert isinstance(change.after, str)
    assert json.loads(change.after) == value
    assert change.risk is Risk.LOSSLESS


def test_json_keeps_letters_as_they_are_read_and_takes_no_space() -> None:
    change = only_change("flatten", None, {"Text__c": {"né": ["漢", 1]}})
    assert change.after == '{"né":["漢",1]}'


def test_read_only_objects_are_read_too() -> None:
    value = MappingProxyType({"a": (1, MappingProxyType({"b": 2}))})
    assert only_change("flatten", None, {"Text__c": value}).after == '{"a":[1,{"b":2}]}'


def test_named_fields_alone_are_concerned_unless_a_star_names_the_others() -> None:
    record: dict[str, Value] = {"Text__c": {"a": "t"}}
    assert leaves_alone("flatten", {IMAGE: "url"}, record)
    assert only_change("flatten", {IMAGE: "url", "*": "a"}, record).after == "t"


def test_a_field_that_holds_no_text_keeps_its_object() -> None:
    assert leaves_alone("flatten", None, {"Outbound__c": {"a": 1}, "Timestamp__c": ["x"]})


@pytest.mark.parametrize("path", ["", ".", "a.", "a..b", 3])
def test_what_is_no_path_is_refused(path: object) -> None:
    with pytest.raises(ValidationError):
        build("flatten", {IMAGE: path})
