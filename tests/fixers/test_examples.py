from __future__ import annotations

import pytest

from bridge.fixers import Example, find, names, try_example

EXAMPLES = [(name, example) for name in names() for example in find(name).examples]


@pytest.mark.parametrize(
    ("name", "example"), EXAMPLES, ids=[f"{name}: {example.says}" for name, example in EXAMPLES]
)
def test_an_example_comes_out_as_it_says(name: str, example: Example) -> None:
    trial = try_example(find(name), example)
    assert repr(trial.came_out) == repr(trial.expected)
    assert trial.holds


@pytest.mark.parametrize("name", names())
def test_a_fixer_shows_what_it_does_and_what_it_leaves_alone(name: str) -> None:
    does = {example.before != example.after for example in find(name).examples}
    assert does == {True, False}


@pytest.mark.parametrize("name", names())
def test_a_fixers_help_names_the_problem_and_the_repair(name: str) -> None:
    first, *paragraphs = (find(name).__doc__ or "").split("\n\n")
    assert first.endswith(".")
    assert [p.split()[0] for p in paragraphs if ":" in p.split()[0]] == ["Problem:", "Repair:"]


@pytest.mark.parametrize("name", names())
def test_an_example_names_fields_without_the_namespace(name: str) -> None:
    used = {field for example in find(name).examples for field in (*example.before, *example.after)}
    assert not [field for field in used if "__" in field.removesuffix("__c")]
