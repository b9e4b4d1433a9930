"""What an editor is told of a mapping: it takes the right ones, and marks the wrong ones."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
import yaml

from bridge.errors import MappingError
from bridge.planning import built_in_mapping, parse_mapping
from bridge.planning.mapping_schema import mapping_schema
from tests.fixers.test_every_fixer import OPTIONS
from tests.planning.test_mapping import HEAD
from tests.plugins import Plugins
from tests.test_docs import fences

WITH_OPTIONS = """
from pydantic import BaseModel
from bridge.fixers import Fixer
from bridge.model import Risk

class Volume(BaseModel, extra="forbid"):
    times: int

class Shout(Fixer):
    \"\"\"Say it louder.\"\"\"
    name = "shout"
    risk = Risk.LOSSY
    Options = Volume

    def fix(self, record, schema, diagnosis):
        return ()
"""
WRONG = {
    "no object": "key: a\n",
    "unknown key": HEAD + "fixrs: []\n",
    "wrong type": HEAD + "fixers: truncate\n",
    "unknown fixer": HEAD + "fixers: [truncat]\n",
    "unknown fixer with options": HEAD + "fixers: [{truncat: {}}]\n",
    "fixer that needs options": HEAD + "fixers: [defaults]\n",
    "unknown option": HEAD + "fixers: [{truncate: {Text__c: {lenght: 5}}}]\n",
    "impossible option": HEAD + "fixers: [{truncate: {Text__c: {length: 0}}}]\n",
    "option of a wrong type": HEAD + "fixers: [{truncate: {Text__c: {length: long}}}]\n",
    "unknown kind": HEAD + "causes: [{when: {kind: dta}, then: retry}]\n",
    "unknown part of when": HEAD + "causes: [{when: {knd: data}, then: retry}]\n",
    "no then": HEAD + "causes: [{when: {}}]\n",
    "unknown treatment": HEAD + "causes: [{when: {}, then: hld}]\n",
    "two treatments": HEAD + "causes: [{when: {}, then: {hold: a, skip: b}}]\n",
    "note of a wrong type": HEAD + "causes: [{when: {}, then: {hold: 5}}]\n",
    "unknown field of the standard shape": HEAD + "from_standard: {Text__c: txt}\n",
    "two witnesses": HEAD + "witness: {A: b, C: d}\n",
    "another version": HEAD + "version: 2\n",
    "a list": "- object\n",
    "nothing": "",
}
RIGHT = {
    "built in": built_in_mapping().read_text("utf-8"),
    **{
        f"docs {n}": fence.text if fence.info == "yaml mapping" else HEAD + fence.text
        for n, fence in enumerate(fences("docs/mapping.md"))
        if fence.info in {"yaml mapping", "yaml part"}
    },
    "words": HEAD + "causes: [{when: {}, then: retry}, {when: {kind: rule}, then: {hold: why}}]\n",
    "a fixer as a cause's treatment": HEAD + "causes: [{when: {}, then: nulls}]\n",
    "fixers as a cause's treatment": HEAD + "causes: [{when: {}, then: [nulls, {types: }]}]\n",
}


SCHEMA = mapping_schema()


def test_it_is_a_json_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def complaints(text: str, schema: dict[str, Any] = SCHEMA) -> list[str]:
    validator = jsonschema.Draft202012Validator(schema)
    return [error.message for error in validator.iter_errors(yaml.safe_load(text))]


@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT.keys())
def test_a_right_mapping_is_taken(text: str) -> None:
    parse_mapping(text, "org.yaml")
    assert complaints(text) == []


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_mapping_is_marked_as_it_is_refused(text: str) -> None:
    with pytest.raises(MappingError):
        parse_mapping(text, "org.yaml")
    assert complaints(text)


@pytest.mark.parametrize("name", OPTIONS)
def test_the_options_that_a_fixer_takes_are_taken(name: str) -> None:
    for options in OPTIONS[name]:
        text = HEAD + yaml.safe_dump({"fixers": [{name: options}]}, allow_unicode=True)
        assert complaints(text) == [], options


@pytest.mark.parametrize("name", OPTIONS)
def test_each_fixer_is_offered_with_its_first_sentence(name: str) -> None:
    definitions = SCHEMA["$defs"]
    assert name in definitions["fixers"]["properties"]
    assert definitions[f"fixer.{name}"]["description"].endswith(".")


def test_an_installed_fixer_is_offered_with_its_options(plugins: Plugins) -> None:
    mapping = HEAD + "fixers: [{shout: {times: 3}}]\n"
    assert complaints(mapping)
    plugins.install("loud-fixers", "shout = loud_fixers:Shout", WITH_OPTIONS)
    schema = mapping_schema()
    assert complaints(mapping, schema) == []
    assert complaints(mapping.replace("3", "often"), schema)
    assert complaints(HEAD + "fixers: [shout]\n", schema), "it needs options"
    described = schema["$defs"]["fixer.shout"]
    assert described["description"] == "Say it louder."


def test_an_installed_fixer_that_is_broken_is_not_offered(plugins: Plugins) -> None:
    plugins.install("broken-fixers", "shout = broken_fixers:Whisper")
    schema = mapping_schema()
    assert "shout" not in schema["$defs"]["fixers"]["properties"]
    assert complaints(HEAD + "fixers: [nulls]\n", schema) == []


def test_each_key_is_explained() -> None:
    forms = (SCHEMA, SCHEMA["$defs"]["CauseForm"], SCHEMA["$defs"]["WhenForm"])
    for form in forms:
        for name, part in form["properties"].items():
            assert part.get("description") or "$ref" in part, name
