"""The published schemas: they are JSON Schemas, tell of every field, and take what comes later."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from jsonschema import Draft202012Validator

from bridge.diagnosis import diagnose
from bridge.errors import UsageError
from bridge.report.explanation import explanation
from bridge.report.schemas import DOCUMENTS, named, schema_of, short_name
from tests.report.strictly import complaints

every_document = pytest.mark.parametrize("name", DOCUMENTS, ids=short_name)


@every_document
def test_each_is_a_json_schema_that_names_its_document(name: str) -> None:
    schema = schema_of(name)
    Draft202012Validator.check_schema(schema)
    assert schema["title"] == name
    if schema["type"] == "object":
        assert schema["properties"]["format"]["const"] == name


@every_document
def test_each_field_that_a_document_has_is_required(name: str) -> None:
    schema = schema_of(name)
    for part in (schema, *schema["$defs"].values()):
        assert set(part.get("required", ())) == set(part.get("properties", ()))


@every_document
def test_each_part_says_what_it_is(name: str) -> None:
    for title, part in schema_of(name)["$defs"].items():
        assert part.get("description") or title == "JsonValue", title


def explained() -> dict[str, Any]:
    text = "STRING_TOO_LONG: Text: data value too large (max length=255): Text__c"
    document: dict[str, Any] = json.loads(explanation(diagnose(text)).model_dump_json())
    return document


def test_what_a_later_version_adds_passes_the_published_schema_and_not_the_strict_one() -> None:
    later = {**explained(), "kind": "weather", "more": 1}
    later["steps"] = [{"wrapper": "scroll", "took": "", "seal": "red"}]
    jsonschema.validate(later, schema_of("bridge.explanation/1"))
    assert len(complaints(later)) == 4


@pytest.mark.parametrize(
    "broken",
    [
        {"code": 7},
        {"confidence": "fairly"},
        {"kind": None},
        {"format": "bridge.explanation/2"},
        {"others": [{"code": None}]},
    ],
)
def test_what_breaks_the_promise_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**explained(), **broken}, schema_of("bridge.explanation/1"))


@pytest.mark.parametrize("said", ["run", "run-1", "bridge.run/1"])
def test_a_document_is_named_in_short(said: str) -> None:
    assert named(said) == "bridge.run/1"


def test_a_document_that_there_is_not_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(UsageError) as refused:
        named("weather")
    assert "run, report, verification" in refused.value.advice
