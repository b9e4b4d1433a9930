from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.fixers.template import Template

names = st.text(st.characters(exclude_characters="{}"), min_size=1).filter(str.strip).map(str.strip)


@given(
    pieces=st.lists(st.tuples(st.text(), names, st.text()), min_size=1, max_size=4), tail=st.text()
)
def test_what_is_written_comes_out_with_each_value_in_its_gap(
    pieces: list[tuple[str, str, str]], tail: str
) -> None:
    values = {name: value for _, name, value in pieces}
    written = "".join(f"{_doubled(text)}{{{name}}}" for text, name, _ in pieces) + _doubled(tail)
    expected = "".join(f"{text}{values[name]}" for text, name, _ in pieces) + tail
    assert Template.parse(written).filled(values) == expected


def _doubled(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def test_a_name_that_stands_twice_is_one_name() -> None:
    assert Template.parse("{a} {b} { a }").names == ("a", "b")


def test_a_value_is_never_read_as_a_template() -> None:
    assert Template.parse("{a}").filled({"a": "{b} {{"}) == "{b} {{"


@pytest.mark.parametrize(
    "written", ["", "no gap", "{{a}}", "{", "}", "{a", "a}", "{a}}", "{{a}", "{}", "{ }", "{a{b}}"]
)
def test_what_is_no_template_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"brace|gap"):
        Template.parse(written)
