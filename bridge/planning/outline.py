"""What a plan took for granted of the org's object, and what has changed of it since. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from bridge.model import FieldSchema, ObjectSchema

Trait: TypeAlias = "str | int | bool | None"
Outline: TypeAlias = "Mapping[str, Mapping[str, Trait]]"
"""Field → trait → value, of the fields that the planned records fill.

Whether a field is unique is no trait: a sending asks the org's describe for that itself.
"""

_VALUES = "values"
"""The trait that stands for a picklist's values, as a hash: there may be a thousand."""


def outline(schema: ObjectSchema, fields: Iterable[str]) -> Outline:
    """The traits of these fields and of those that are required: what a record may hold.

    A plan that has nothing ready fills no field, and a person may yet make its records ready.
    """
    required = (field.name for field in schema.fields if field.required)
    known = (schema.get(name) for name in sorted({*fields, *required}))
    return {field.name: _traits(field) for field in known if field is not None}


def differences(before: Outline, schema: ObjectSchema) -> tuple[str, ...]:
    """What has changed for records that fill these fields, a phrase each."""
    return tuple(_differences(before, schema))


def _differences(before: Outline, schema: ObjectSchema) -> Iterator[str]:
    for name, traits in before.items():
        field = schema.get(name)
        if field is None:
            yield f"{name} is gone, or this user has no access to it any more"
            continue
        now = _traits(field)
        for trait in sorted(traits.keys() & now.keys()):
            if traits[trait] != now[trait]:
                yield f"{name}: {_said(trait, traits[trait], now[trait])}"
    for field in schema.fields:
        if field.required and field.name not in before:
            yield f"{field.name} is required now"


def _traits(field: FieldSchema) -> Mapping[str, Trait]:
    return {
        "type": field.type,
        "length": field.length,
        "precision": field.precision,
        "scale": field.scale,
        "digits": field.digits,
        "createable": field.createable,
        "required": field.required,
        _VALUES: _hash_of_values(field) if field.restricted_picklist else None,
    }


def _hash_of_values(field: FieldSchema) -> str:
    values = sorted(value.value for value in field.picklist_values if value.active)
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:16]


def _said(trait: str, before: Trait, now: Trait) -> str:
    if trait == _VALUES:
        return "it takes other values"
    if isinstance(before, bool):
        return f"it is {'' if now else 'not '}{trait} now"
    return f"its {trait} was {before}, and is {now}"
