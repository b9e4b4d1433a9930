from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Annotated, NamedTuple, Self, TypeAlias

from pydantic import AfterValidator, BaseModel, model_validator

from bridge.fixers.by_field import ByField, per_schema
from bridge.fixers.interface import Example, Fixer
from bridge.fixers.template import Template
from bridge.model import Change, Diagnosis, FieldSchema, ObjectSchema, Record, Risk, Value

_WHOLE = "*"
_KEYS_SHOWN = 8
_SHAPES = 256
"""Of objects whose account is kept: those of a field mostly have the same keys."""
_NOTHING: tuple[Value, ...] = (None, "", {}, [])


def _is_path(path: str) -> str:
    if path != _WHOLE and not all(path.split(".")):
        raise ValueError(f'"{path}" is neither a key, nor a path of keys (a.b), nor "{_WHOLE}"')
    return path


def _has_paths(template: str) -> str:
    for path in Template.parse(template).names:
        if path == _WHOLE or not all(path.split(".")):
            raise ValueError(f'"{{{path}}}" is neither a key nor a path of keys ({{a.b}})')
    return template


class Part(BaseModel, extra="forbid", frozen=True, strict=True):
    """What is taken of a field's object or list."""

    path: Annotated[str, AfterValidator(_is_path)] | None = None
    """A key, a path of keys (`profile.image.url`; a number counts a list's entries from 0), or `*`
    for all of it."""
    template: Annotated[str, AfterValidator(_has_paths)] | None = None
    """A text with such paths in braces."""

    @model_validator(mode="before")
    @classmethod
    def _bare_path(cls, given: object) -> object:
        return given if isinstance(given, Mapping) else {"path": given}

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.path is None) == (self.template is None):
            raise ValueError("say what to take: a key, a path of keys, or a template")
        return self


class FlattenOptions(ByField[Part], frozen=True):
    """Field → what to take of it, `*` for all; `*` as the field stands for every other one."""


_Path: TypeAlias = tuple[str, ...]


_Holding: TypeAlias = tuple[tuple[str, ...], ...]
"""The names that hold something beside each step of a path and at it."""


class _Flat(NamedTuple):
    """What becomes of an object or a list."""

    text: str | None
    why: str
    risk: Risk


class Flatten(Fixer[FlattenOptions]):
    """Make text of a JSON object or list.

    Problem: some values are JSON objects, such as a profile image with its url, etag and title,
    where Salesforce has a text field; it refuses the whole record.

    Repair: `{Field: url}` takes what stands under that key, `{Field: profile.url}` goes deeper; the
    other keys are dropped, which counts as lossy. `{Field: "*"}` keeps all as one line of JSON, and
    so does the fixer without options for each text field that has an object or a list.
    `{Field: {template: "{title}: {url}"}}` puts several keys, or paths of keys, into one text; two
    braces stand for one that belongs to the text. A field without such a key, or with nothing under
    a key of the template, stays as it is.
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
            says="A text made of several keys.",
            options={"User_Profile_Image_URL__c": {"template": "{url}#{size.width}"}},
            before={
                "User_Profile_Image_URL__c": {"url": "https://img.example/7", "size": {"width": 64}}
            },
            after={"User_Profile_Image_URL__c": "https://img.example/7#64"},
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
            says="So is one that has nothing for a gap of the template.",
            options={"Auxiliary_Data__c": {"template": "{title}: {url}"}},
            before={"Auxiliary_Data__c": {"url": "https://files.example/7", "title": ""}},
            after={"Auxiliary_Data__c": {"url": "https://files.example/7", "title": ""}},
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
        self._takers = per_schema(self._work_out_takers)

    def named_fields(self) -> Iterator[str]:
        return self.options.named_fields()

    def fix(
        self, record: Record, schema: ObjectSchema, diagnosis: Diagnosis | None
    ) -> Iterable[Change]:
        changes = []
        for field, take in self._takers(schema):
            value = record.get(field.name)
            flat = take(value) if _is_nested(value) else None
            if flat is not None:
                change = Change(field.name, value, flat.text, self.name, flat.why, flat.risk)
                changes.append(change)
        return changes

    def _work_out_takers(self, schema: ObjectSchema) -> tuple[tuple[FieldSchema, _Taker], ...]:
        choices = self.options.choices(schema, unsaid=Part(path=_WHOLE))
        return tuple((field, _taker(part)) for field, part in choices if field.is_text)


def _is_nested(value: Value) -> bool:
    return type(value) is dict or (
        isinstance(value, Mapping | Sequence) and not isinstance(value, str)
    )


_Taker: TypeAlias = Callable[[Value], _Flat | None]
"""None where the object or list lacks what is to be taken."""


def _taker(part: Part) -> _Taker:
    if part.template is not None:
        template = Template.parse(part.template)
        return lambda value: _fill(template, value)
    if part.path is None or part.path == _WHOLE:
        return _keep_all
    path, steps = part.path, _steps(part.path)
    return lambda value: _take(path, steps, value)


def _keep_all(value: Value) -> _Flat:
    return _Flat(_as_text(value), "the field holds text: all of it is kept as JSON", Risk.LOSSLESS)


def _take(path: str, steps: _Path, value: Value) -> _Flat | None:
    found = _find(value, steps)
    if found is None:
        return None
    taken, holding = found
    return _Flat(_as_text(taken), *_account((path,), (holding,)))


def _fill(template: Template, value: Value) -> _Flat | None:
    texts: dict[str, str] = {}
    around: list[_Holding] = []
    for path in template.names:
        found = _find(value, _steps(path))
        if found is None:
            return None
        taken, holding = found
        text = _as_text(taken) if _holds_something(taken) else None
        if text is None or not text.strip():
            return None
        texts[path] = text
        around.append(holding)
    return _Flat(template.filled(texts), *_account(tuple(template.names), tuple(around)))


@lru_cache(_SHAPES)
def _account(taken: tuple[str, ...], around: tuple[_Holding, ...]) -> tuple[str, Risk]:
    """Why the text is what it is, and what that risks; the same for all objects of one shape.

    Args:
        taken: the paths.
        around: what each of them passed by.
    """
    paths = tuple(map(_steps, taken))
    met = dict.fromkeys(
        (*path[:depth], name)
        for path, holding in zip(paths, around, strict=True)
        for depth, names in enumerate(holding)
        for name in names
    )
    dropped = tuple(
        ".".join(path)
        for path in met
        if not any(_one_leads_to_the_other(path, other) for other in paths)
    )
    names = ", ".join(taken)
    verb = "is" if len(taken) == 1 else "are"
    if not dropped:
        return f"{names} {verb} taken, there is nothing else in it", Risk.LOSSLESS
    shown = ", ".join(dropped[:_KEYS_SHOWN])
    more = f" and {len(dropped) - _KEYS_SHOWN} more" if len(dropped) > _KEYS_SHOWN else ""
    return f"{names} {verb} taken; dropped: {shown}{more}", Risk.LOSSY


def _one_leads_to_the_other(one: _Path, other: _Path) -> bool:
    depth = min(len(one), len(other))
    return one[:depth] == other[:depth]


def _steps(path: str) -> _Path:
    return tuple(path.split("."))


def _find(value: Value, steps: _Path) -> tuple[Value, _Holding] | None:
    """What stands at the end of the path and what holds something beside it on the way.

    None where the path leads nowhere.
    """
    holding: list[tuple[str, ...]] = []
    for step in steps:
        entries = _entries(value)
        if step not in entries:
            return None
        names = [name for name, held in entries.items() if held or held not in _NOTHING]
        holding.append(tuple(names))
        value = entries[step]
    return value, tuple(holding)


def _entries(value: Value) -> Mapping[str, Value]:
    if type(value) is dict or isinstance(value, Mapping):
        return value
    if isinstance(value, Sequence) and not isinstance(value, str):
        return {str(n): entry for n, entry in enumerate(value)}
    return {}


def _holds_something(value: Value) -> bool:
    return value not in _NOTHING


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
