from __future__ import annotations

import pytest

from bridge.fixers import find, names, prove


@pytest.mark.parametrize("name", names())
def test_a_fixer_is_proven_by_its_examples(name: str) -> None:
    prove(find(name))


@pytest.mark.parametrize("name", names())
def test_an_example_names_fields_without_the_namespace(name: str) -> None:
    used = {field for example in find(name).examples for field in (*example.before, *example.after)}
    assert not [field for field in used if "__" in field.removesuffix("__c")]
