from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from bridge.fixers import text
from bridge.fixers.by_field import ByField, PerSchema
from bridge.fixers.interface import Example, Fixer
from bridge.model import Change, Diagnosis, FieldSchema, Kind, ObjectSchema, Record, Risk

_TOO_LONG = "STRING_TOO_LONG"
_FREE_TEXT = frozenset({"string", "textarea"})
_NONE_REFUSED: Mapping[str, int] = MappingProxyType({})


class Shortening(BaseModel, extra="forbid", frozen=True, strict=True):
    """How to cut one field."""

    marker: Annotated[str, AfterValidator(str.rstrip)] = "…"
    """Stands at the cut, inside the limit; empty for none."""
    length: Annotated[int, Field(gt=0)] | None = None
    """A lower limit than the org's, in characters as Salesforce counts them."""


class TruncateOptions(ByField[Shortening], frozen=True):
    """Field → how to cut it; `*` stands for every other field of free text."""


@dataclass(frozen=True, slots=True)
class _Target:
    field: FieldSchema
    name: str
    """For people."""
    marker: str
    limit: int
    says: str
    """Who sets the limit, as the start of a sentence."""


class Truncate(Fixer[TruncateOptions]):
    """Cut text that is too long for its field.

    Problem: Salesforce refuses a record for one text that is longer than its field
    (`STRING_TOO_LONG`).

    Repair: the text is cut at the field's length, so that it surely fits: UTF-16 units are counted,
    and a line break in a text area as two. White space around it goes first, which loses nothing;
    then its end, between two whole characters, with a marker ("…" unless the mapping names another)
    at the cut. `{Field: {length: 4000, marker: " […]"}}` sets a lower limit for that field, `"*"`
    stands for every other one; without options every field is looked after. A length that the error
    text names for a field counts as well.

    What is no free text is never cut, even when named: ids, e-mail addresses, URLs, phone numbers,
    picklists, rich text, and fields that identify a record (external id, unique).
    """

    name = "truncate"
    risk = Risk.LOSSY
    Options = TruncateOptions
    examples = (
        Example(
            says="The end is cut, and marked.",
            options={"Text__c": {"length": 12}},
            before={"Text__c": "Bring the blue suitcase"},
            after={"Text__c": "Bring the b…"},
        ),
        Example(
            says="An emoji is kept whole or not at all.",
            options={"Text__c": {"length": 10, "marker": ""}},
            before={"Text__c": "Hello 👩‍🚀 there"},
            after={"Text__c": "Hello"},
        ),
        Example(
            says="White space around a text is the first to go.",
            options={"Text__c": {"length": 5}},
            before={"Text__c": "  Hello  "},
            after={"Text__c": "Hello"},
        ),
        Example(
            says="The error text knows a lower limit than the describe.",
            options=None,
            before={"User_Full_Name__c": "Sender Twelve"},
            after={"User_Full_Name__c": "Sender…"},
            diagnosis=Diagnosis(
                code=_TOO_LONG,
                kind=Kind.DATA,
                message="data value too large",
                fields=("User_Full_Name__c",),
                limit=7,
            ),
        ),
        Example(
            says="Text that fits stays as it is.",
            options={"Text__c": {"length": 12}},
            before={"Text__c": " Bring it "},
            after={"Text__c": " Bring it "},
        ),
        Example(
            says="Half a key or half a URL would be another one.",
            options={"Identifier__c": {"length": 8}, "Content_Url__c": {"length": 8}},
            before={
                "Identifier__c": "92dd772d38bd4d64abf832fe279b189b",
                "Content_Url__c": "https://files.example/7",
            },
            after={
                "Identifier__c": "92dd772d38bd4d64abf832fe279b189b",
                "Content_Url__c": "https://files.example/7",
            },
        ),
    )

    def __init__(self, options: TruncateOptions) -> None:
        super().__init__(options)
        self._targets = PerSchema(self._work_out_targets)

    def named_fields(self) -> Iterator[str]:
        return self.options.named_fields()

    def fix(
        self, record: Record, schema: ObjectSchema, diagnosis: Diagnosis | None
    ) -> Iterator[Change]:
        refused = _refused_limits(schema, diagnosis)
        for target in self._targets(schema):
            value = record.get(target.field.name)
            if isinstance(value, str):
                change = self._shorten(value, _narrowed(target, refused))
                if change is not None:
                    yield change

    def _work_out_targets(self, schema: ObjectSchema) -> tuple[_Target, ...]:
        return tuple(
            _target(field, shortening, schema.short(field.name))
            for field, shortening in self.options.choices(schema, unsaid=Shortening())
            if _may_be_cut(field)
        )

    def _shorten(self, value: str, target: _Target) -> Change | None:
        if text.fits(value, target.field, target.limit):
            return None
        shortened = text.cut(value, target.field, target.limit, target.marker)
        if shortened is None:
            return None
        return Change(
            field=target.field.name,
            before=value,
            after=shortened.text or None,
            fixer=self.name,
            why=_why(value, target),
            risk=Risk.LOSSY if shortened.lost else Risk.LOSSLESS,
            lost=shortened.lost,
        )


def _may_be_cut(field: FieldSchema) -> bool:
    identifies = field.external_id or field.unique or field.id_lookup
    return (
        field.type in _FREE_TEXT
        and field.length > 0
        and not field.html_formatted
        and not identifies
    )


def _target(field: FieldSchema, shortening: Shortening, name: str) -> _Target:
    if shortening.length is not None and shortening.length < field.length:
        limit, says = shortening.length, f"the mapping gives {name}"
    else:
        limit, says = field.length, f"{name} holds"
    return _Target(field, name, shortening.marker, limit, says)


def _refused_limits(schema: ObjectSchema, diagnosis: Diagnosis | None) -> Mapping[str, int]:
    """By API name, the length at which Salesforce refused a field."""
    if diagnosis is None or diagnosis.code != _TOO_LONG or not diagnosis.limit:
        return _NONE_REFUSED
    return {
        field.name: diagnosis.limit
        for name in diagnosis.fields
        if (field := schema.get(name)) is not None
    }


def _narrowed(target: _Target, refused: Mapping[str, int]) -> _Target:
    limit = refused.get(target.field.name)
    if limit is None or limit >= target.limit:
        return target
    return replace(target, limit=limit, says=f"by the error text {target.name} holds")


def _why(value: str, target: _Target) -> str:
    had = text.units(value, target.field)
    most_bytes = text.byte_limit(target.field)
    if had > target.limit or most_bytes is None:
        return f"{target.says} {target.limit:,} characters, the message had {had:,}"
    return f"{target.name} holds {most_bytes:,} bytes, the message had {text.utf8_bytes(value):,}"
