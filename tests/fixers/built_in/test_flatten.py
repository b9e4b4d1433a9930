from __future__ import annotations

import json
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bridge.fixers import build
from bridge.model import Risk, Value
from tests.fixers.schema import leaves_alone, only_change

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


def test_a_template_names_what_it_takes_and_what_is_dropped_beside_it() -> None:
    value: Value = {
        "title": "Ticket",
        "image": {"url": "u", "etag": "a1"},
        "page": 7,
        "image.url": "x",
    }
    change = only_change(
        "flatten", {"Text__c": {"template": "{title}: {image.url}"}}, {"Text__c": value}
    )
    assert (change.after, change.risk) == ("Ticket: u", Risk.LOSSY)
    assert change.why == "title, image.url are taken; dropped: page, image.url, image.etag"


def test_a_template_that_takes_all_there_is_loses_nothing() -> None:
    value: Value = {"title": "Ticket", "links": ["u", "v"], "note": None}
    options = {"Text__c": {"template": "{title} {{{links.0}, {links.1}}}"}}
    change = only_change("flatten", options, {"Text__c": value})
    assert (change.after, change.risk) == ("Ticket {u, v}", Risk.LOSSLESS)


def test_an_object_within_is_taken_whole_and_nothing_of_it_is_dropped() -> None:
    options = {"Text__c": {"template": "{a.b} {a}"}}
    change = only_change("flatten", options, {"Text__c": {"a": {"b": 1, "c": True}}})
    assert (change.after, change.risk) == ('1 {"b":1,"c":true}', Risk.LOSSLESS)


@pytest.mark.parametrize("missing", [{}, {"b": None}, {"b": ""}, {"b": "  "}, {"b": {}}, {"c": 1}])
def test_a_template_with_a_gap_that_stays_empty_changes_nothing(missing: dict[str, Value]) -> None:
    options = {"Text__c": {"template": "{a} {b}"}}
    assert leaves_alone("flatten", options, {"Text__c": {"a": 1, **missing}})


held = json_values.filter(lambda value: value not in (None, "", {}, []) and str(value).strip())


@given(taken=st.tuples(held, held), beside=st.dictionaries(st.sampled_from("cd"), json_values))
@pytest.mark.parametrize("template", ["{a}{b.x}", "{b.x}{a}"])
def test_a_template_is_lossy_just_where_it_leaves_something(
    template: str, taken: tuple[Value, Value], beside: dict[str, Value]
) -> None:
    options = {"Text__c": {"template": template}}
    value: Value = {"a": taken[0], "b": {"x": taken[1], **beside}}
    change = only_change("flatten", options, {"Text__c": value})
    left = [f"b.{key}" for key, held in beside.items() if held not in (None, "", {}, [])]
    assert change.risk is (Risk.LOSSY if left else Risk.LOSSLESS)
    assert change.why.endswith(", ".join(left) if left else "nothing else in it")
    in_order = taken if template.startswith("{a}") else reversed(taken)
    assert change.after == "".join(map(_alone, in_order))


def _alone(value: Value) -> str:
    return str(only_change("flatten", {"Text__c": "a"}, {"Text__c": {"a": value}}).after)


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


@pytest.mark.parametrize(
    "path",
    [
        *("", ".", "a.", "a..b", 3, None, {}),
        *({"template": "no gap"}, {"template": "{a..b}"}, {"template": "{*}"}, {"template": 3}),
        *({"template": "{a}", "path": "a"}, {"templat": "{a}"}),
    ],
)
def test_what_is_no_path_and_no_template_is_refused(path: object) -> None:
    with pytest.raises(ValidationError):
        build("flatten", {IMAGE: path})
