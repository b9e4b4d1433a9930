from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeAlias

from pydantic import AfterValidator

from bridge.fixers.by_field import ByField, PerSchema
from bridge.fixers.interface import Example, Fixer
from bridge.model import Change, Diagnosis, FieldSchema, ObjectSchema, Record, Risk, Value

_WHOLE = "*"
_KEYS_SHOWN = 8


def _is_path(path: str) -> str:
    if path != _WHOLE and not all(path.split(".")):
        raise ValueError(f'"{path}" is neither a key, nor a path of keys (a.b), nor "{_WHOLE}"')
    return path


Part: TypeAlias = Annotated[str, AfterValidator(_is_path)]
"""A key, a path of keys (`profile.image.url`; a number counts a list's entries from 0), or `*`."""


class FlattenOptions(ByField[Part], frozen=True):
    """Field → what to take of it, `*` for all; `*` as the field stands for every other one."""


@dataclass(frozen=True, slots=True)
class _Found:
    value: Value
    dropped: tuple[str, ...]
    """The paths that stood beside it and held something."""


class Flatten(Fixer[FlattenOptions]):
    """Make text of a JSON object or list.

    Problem: some values are JSON objects, such as a profile image with its url, etag and title,
    where Salesforce has a text field; it refuses the whole record.

    Repair: `{Field: url}` takes what stands under that key, `{Field: profile.url}` goes deeper; the
    other keys are dropped, which counts as lossy. `{Field: "*"}` keeps all as one line of JSON, and
    so does the fixer without options for each text field that has an object or a list. A field
    without that key stays as it is.
    """

    name = "flatten"
    risk = Risk.LOSSY
    Options = FlattenOptions
    examples = (
        Example(
            says="One key of an object.",
            options={"User_Profile_Image_URL__c": "url"},
            before={"User_Profile_Image_URL__c": {"url": "https://img.example/7", "etag": "a1"}},
            after={"User_Profile_Image_URL__c": "https://img.example/7"},
        ),
        Example(
            says="The whole of it, as JSON.",
            options={"Auxiliary_Data__c": "*"},
            before={"Auxiliary_Data__c": {"buttons": ["Yes", "No"]}},
            after={"Auxiliary_Data__c": '{"buttons":["Yes","No"]}'},
        ),
        Example(
            says="Without options: each text field that has an object.",
            options=None,
            before={"Auxiliary_Data__c": {"page": 7}, "Text__c": "Hi"},
            after={"Auxiliary_Data__c": '{"page":7}', "Text__c": "Hi"},
        ),
        Example(
            says="An object that lacks the key is left to a person.",
            options={"User_Profile_Image_URL__c": "url"},
            before={"User_Profile_Image_URL__c": {"etag": "a1"}},
            after={"User_Profile_Image_URL__c": {"etag": "a1"}},
        ),
        Example(
            says="Text is flat already.",
            options={"User_Profile_Image_URL__c": "url"},
            before={"User_Profile_Image_URL__c": "https://img.example/7"},
            after={"User_Profile_Image_URL__c": "https://img.example/7"},
        ),
    )

    def __init__(self, options: FlattenOptions) -> None:
        super().__init__(options)
        self._parts = PerSchema(self._work_out_parts)

    def named_fields(self) -> Iterator[str]:
        return self.options.named_fields()

    def fix(
        self, record: Record, schema: ObjectSchema, diagnosis: Diagnosis | None
    ) -> Iterator[Change]:
        for field, part in self._parts(schema):
            value = record.get(field.name)
            if not _is_nested(value):
                continue
            found = _Found(value, dropped=()) if part == _WHOLE else _find(value, part)
            if found is not None:
                yield Change(
                    field=field.name,
                    before=value,
                    after=_as_text(found.value),
                    fixer=self.name,
                    why=_why(part, found.dropped),
                    risk=Risk.LOSSY if found.dropped else Risk.LOSSLESS,
                )

    def _work_out_parts(self, schema: ObjectSchema) -> tuple[tuple[FieldSchema, Part], ...]:
        choices = self.options.choices(schema, unsaid=_WHOLE)
        return tuple((field, part) for field, part in choices if field.is_text)


def _is_nested(value: Value) -> bool:
    return isinstance(value, Mapping) or (
        isinstance(value, Sequence) and not isinstance(value, str)
    )


def _find(value: Value, path: str) -> _Found | None:
    """What stands at the end of the path, None where the path leads nowhere."""
    dropped: list[str] = []
    steps = path.split(".")
    for depth, step in enumerate(steps):
        entries = _entries(value)
        if step not in entries:
            return None
        dropped += (
            ".".join([*steps[:depth], other])
            for other, beside in entries.items()
            if other != step and _holds_something(beside)
        )
        value = entries[step]
    return _Found(value, tuple(dropped))


def _entries(value: Value) -> Mapping[str, Value]:
    if isinstance(value, Mapping):
        return value
    if isinstance(value, Sequence) and not isinstance(value, str):
        return {str(n): entry for n, entry in enumerate(value)}
    return {}


def _holds_something(value: Value) -> bool:
    return value not in (None, "", {}, [])


def _as_text(value: Value) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain)


def _plain(value: object) -> object:
    """A read-only mapping or sequence as the dict or list that the encoder knows."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence):
        return list(value)
    raise TypeError(f"{type(value).__name__} is no JSON")


def _why(part: str, dropped: tuple[str, ...]) -> str:
    if part == _WHOLE:
        return "the field holds text: all of it is kept as JSON"
    if not dropped:
        return f"{part} is taken, there is nothing else in it"
    shown = ", ".join(dropped[:_KEYS_SHOWN])
    more = f" and {len(dropped) - _KEYS_SHOWN} more" if len(dropped) > _KEYS_SHOWN else ""
    return f"{part} is taken; dropped: {shown}{more}"
