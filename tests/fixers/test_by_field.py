from __future__ import annotations

from dataclasses import replace

from bridge.fixers import build
from bridge.fixers.by_field import SCHEMAS_KEPT, ByField, per_schema
from bridge.model import ObjectSchema

from .schema import MESSAGE, field

ORG = ObjectSchema(
    name="Pkg__Thing__c",
    label="Thing",
    createable=True,
    queryable=True,
    namespace="Pkg",
    fields=(field("Id"), field("Pkg__A__c"), field("B__c")),
)


def choices(table: dict[str, int]) -> dict[str, int]:
    return {of.name: choice for of, choice in ByField[int](table).choices(ORG, unsaid=0)}


def test_a_field_is_named_with_or_without_the_namespace_in_any_case() -> None:
    assert choices({"A__c": 1, "b__C": 2}) == {"Pkg__A__c": 1, "B__c": 2}
    assert choices({"Pkg__A__c": 1}) == {"Pkg__A__c": 1}


def test_a_star_stands_for_every_other_field() -> None:
    assert choices({"*": 9, "A__c": 1}) == {"Id": 9, "Pkg__A__c": 1, "B__c": 9}


def test_no_options_concern_every_field() -> None:
    assert choices({}) == {"Id": 0, "Pkg__A__c": 0, "B__c": 0}


def test_a_field_that_the_org_lacks_concerns_none() -> None:
    assert choices({"C__c": 1}) == {}


def test_the_star_is_no_named_field() -> None:
    assert list(ByField[int]({"*": 9, "A__c": 1}).named_fields()) == ["A__c"]
    for name, options in (
        ("truncate", {"*": {}, "Text__c": {}}),
        ("flatten", {"*": "*", "Text__c": "*"}),
        ("picklist", {"*": {}, "Text__c": {}}),
        ("defaults", {"Text__c": "x"}),
    ):
        assert list(build(name, options).named_fields()) == ["Text__c"]


def test_a_fixer_goes_by_the_schema_it_is_given_last() -> None:
    narrower = replace(MESSAGE, fields=(field("Social25__Text__c", "textarea", 3),))
    truncate, record = build("truncate", None), {"Social25__Text__c": "Hello"}
    assert not tuple(truncate.fix(record, MESSAGE, None))
    assert [change.after for change in truncate.fix(record, narrower, None)] == ["He…"]
    assert not tuple(truncate.fix(record, MESSAGE, None))


def test_what_is_worked_out_of_a_schema_is_kept_for_a_few() -> None:
    asked: list[ObjectSchema] = []

    def label(schema: ObjectSchema) -> str:
        asked.append(schema)
        return schema.label

    label_of = per_schema(label)
    schemas = [replace(ORG, label=str(n)) for n in range(SCHEMAS_KEPT)]
    for _ in range(2):
        assert [label_of(schema) for schema in schemas] == [schema.label for schema in schemas]
    assert asked == schemas
    assert label_of(ORG) == "Thing"
    assert label_of(schemas[-1]) == schemas[-1].label
    assert label_of(schemas[0]) == "0", "the oldest made room, and is worked out again"
    assert len(asked) == SCHEMAS_KEPT + 2
