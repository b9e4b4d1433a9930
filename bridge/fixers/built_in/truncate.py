from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Final, Self

from pydantic import AfterValidator, BaseModel, Field, model_validator

from bridge.fixers import text
from bridge.fixers.by_field import EVERY_OTHER, ByField, per_schema
from bridge.fixers.interface import Example, Fixer
from bridge.fixers.spill import Place, spill
from bridge.model import (
    Change,
    Diagnosis,
    FieldSchema,
    Kind,
    ObjectSchema,
    Record,
    Risk,
    Value,
    highest_risk,
)

_TOO_LONG = "STRING_TOO_LONG"
_FREE_TEXT = frozenset({"string", "textarea"})
_NONE_REFUSED: Mapping[str, int] = MappingProxyType({})


class At(StrEnum):
    """Where a text is cut."""

    CHARACTER = "character"
    """As late as may be."""
    WORD = "word"
    """Behind a whole word, where one ends near enough."""


_CUTTERS: Final[Mapping[At, text.Cutter]] = MappingProxyType(
    {At.CHARACTER: text.at_a_character, At.WORD: text.at_a_word}
)


class Shortening(BaseModel, extra="forbid", frozen=True, strict=True):
    """How to cut one field."""

    marker: Annotated[str, AfterValidator(str.rstrip)] = "…"
    """Stands at the cut, inside the limit; empty for none."""
    length: Annotated[int, Field(gt=0)] | None = None
    """A lower limit than the org's, in characters as Salesforce counts them."""
    at: Annotated[At, Field(strict=False)] = At.CHARACTER
    spill: Annotated[str, Field(min_length=1)] | None = None
    """The field that takes what is cut."""

    @model_validator(mode="before")
    @classmethod
    def _no_bare_number(cls, given: object) -> object:
        is_number = isinstance(given, int) and not isinstance(given, bool)
        if is_number:
            raise ValueError(f"must be keys and values, write {{length: {given}}}")
        return given


class TruncateOptions(ByField[Shortening], frozen=True):
    """Field → how to cut it; `*` stands for every other field of free text."""

    @model_validator(mode="after")
    def _each_rest_has_one_place(self) -> Self:
        spills = {
            name.casefold(): shortening.spill.casefold()
            for name, shortening in self.root.items()
            if shortening.spill is not None
        }
        if EVERY_OTHER in spills:
            raise ValueError(f'"{EVERY_OTHER}" can\'t spill: name each field that does')
        both = spills.keys() & set(spills.values())
        for name in self.root:
            if name.casefold() in both:
                raise ValueError(f"{name} takes the rest of a text, it can't spill one itself")
        return self


@dataclass(frozen=True, slots=True)
class _Target:
    field: FieldSchema
    name: str
    """For people."""
    marker: str
    limit: int
    says: str
    """Who sets the limit, as the start of a sentence."""
    keep: text.Cutter
    rest: _Rest | None = None


@dataclass(frozen=True, slots=True)
class _Rest:
    """Where the rest of a text goes."""

    name: str
    """For people."""
    field: FieldSchema
    limit: int
    """0 where no text may be put there."""


class Truncate(Fixer[TruncateOptions]):
    """Cut text that is too long for its field.

    Problem: Salesforce refuses a record for one text that is longer than its field
    (`STRING_TOO_LONG`).

    Repair: the text is cut at the field's length, so that it surely fits: UTF-16 units are counted,
    and a line break in a text area as two. White space around it goes first, which loses nothing;
    then its end, between two whole characters, with a marker ("…" unless the mapping names another)
    at the cut. `{Field: {length: 4000, marker: " […]"}}` sets a lower limit for that field, `"*"`
    stands for every other one; without options every field is looked after. A length that the error
    text names for a field counts as well. `{Field: {at: word}}` cuts behind a whole word, where one
    ends within 40 characters and in the latter half of what fits.

    With `{Field: {spill: Rest__c}}` what is cut goes into another field of free text, behind what
    stands there, with the marker before it. Where all of it has room there the cut is lossless: the
    two fields together, without the markers, are the whole text. What has no room there is cut,
    counted and lossy.

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
            says="The cut stands behind a whole word.",
            options={"Text__c": {"length": 12, "at": "word"}},
            before={"Text__c": "Bring the blue suitcase"},
            after={"Text__c": "Bring the…"},
        ),
        Example(
            says="The rest is kept in another field, where it has room.",
            options={"Text__c": {"length": 12, "spill": "Auxiliary_Data__c"}},
            before={"Text__c": "Bring the blue suitcase"},
            after={"Text__c": "Bring the b…", "Auxiliary_Data__c": "…lue suitcase"},
        ),
        Example(
            says="It stands behind what that field has already.",
            options={"Text__c": {"length": 12, "spill": "Auxiliary_Data__c"}},
            before={"Text__c": "Bring the blue suitcase", "Auxiliary_Data__c": "Platform 7"},
            after={
                "Text__c": "Bring the b…",
                "Auxiliary_Data__c": "Platform 7\n\n…lue suitcase",
            },
        ),
        Example(
            says="Text that fits spills nothing.",
            options={"Text__c": {"spill": "Auxiliary_Data__c"}},
            before={"Text__c": "Bring the blue suitcase"},
            after={"Text__c": "Bring the blue suitcase"},
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
        self._targets = per_schema(self._work_out_targets)

    def named_fields(self) -> Iterator[str]:
        yield from self.options.named_fields()
        yield from (each.spill for each in self.options.root.values() if each.spill is not None)

    def fix(
        self, record: Record, schema: ObjectSchema, diagnosis: Diagnosis | None
    ) -> Iterable[Change]:
        refused = _refused_limits(schema, diagnosis)
        made: dict[str, Change] = {}
        for own in self._targets(schema):
            target = _narrowed(own, refused) if refused else own
            value = _now(target.field, record, made)
            if isinstance(value, str) and not text.fits(value, target.field, target.limit):
                for change in self._shorten(value, target, record, made):
                    made[change.field] = _after(made.get(change.field), change)
        return tuple(made.values())

    def _work_out_targets(self, schema: ObjectSchema) -> tuple[_Target, ...]:
        targets = {
            field.name: (_target(field, shortening, schema.short(field.name)), shortening.spill)
            for field, shortening in self.options.choices(schema, unsaid=Shortening())
            if _may_be_cut(field)
        }
        limits = {name: target.limit for name, (target, _) in targets.items()}
        spilling = {
            name: replace(target, rest=_rest(schema, spilt, target.field, limits))
            for name, (target, spilt) in targets.items()
            if spilt is not None
        }
        # A field that takes a rest is cut before it is filled.
        plain = (target for name, (target, _) in targets.items() if name not in spilling)
        return (*plain, *spilling.values())

    def _shorten(
        self, value: str, target: _Target, record: Record, made: Mapping[str, Change]
    ) -> Iterator[Change]:
        cut = text.cut(value, target.field, target.limit, target.marker, target.keep)
        if cut is None:
            return
        why, lost = _why(value, target), cut.lost
        if lost and target.rest is not None:
            stripped = value.strip(text.WHITE_SPACE)
            into = _now(target.rest.field, record, made)
            place = Place(target.rest.field, target.rest.limit, target.marker, into)
            spilled = spill(stripped[len(stripped) - lost :], place)
            why = f"{why}; {_what_became_of_the_rest(target.rest, lost, spilled.lost)}"
            if spilled.lost < lost:
                yield self._change(
                    target.rest.field, into, spilled.holds, f"it takes the rest of {target.name}"
                )
            lost = spilled.lost
        yield self._change(target.field, value, cut.text or None, why, lost)

    def _change(
        self, field: FieldSchema, before: Value, after: Value, why: str, lost: int = 0
    ) -> Change:
        risk = Risk.LOSSY if lost else Risk.LOSSLESS
        return Change(field.name, before, after, self.name, why, risk, lost)


def _now(field: FieldSchema, record: Record, made: Mapping[str, Change]) -> Value:
    """What the field holds after the changes so far."""
    change = made.get(field.name)
    return record.get(field.name) if change is None else change.after


def _after(first: Change | None, then: Change) -> Change:
    """Two changes of a field as one."""
    if first is None:
        return then
    return then._replace(
        before=first.before,
        why=f"{first.why}; {then.why}",
        risk=highest_risk((first, then)),
        lost=first.lost + then.lost,
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
    return _Target(field, name, shortening.marker, limit, says, _CUTTERS[shortening.at])


def _rest(
    schema: ObjectSchema, name: str, cut: FieldSchema, limits: Mapping[str, int]
) -> _Rest | None:
    """Where the rest of the field that is cut goes; None where the org has no such field."""
    field = schema.get(name)
    if field is None:
        return None
    takes_text = _may_be_cut(field) and field.createable and field.name != cut.name
    limit = limits.get(field.name, field.length) if takes_text else 0
    return _Rest(schema.short(field.name), field, limit)


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
    if target.rest is not None:
        room = min(target.rest.limit, refused.get(target.rest.field.name, target.rest.limit))
        target = replace(target, rest=replace(target.rest, limit=room))
    limit = refused.get(target.field.name)
    if limit is None or limit >= target.limit:
        return target
    return replace(target, limit=limit, says=f"by the error text {target.name} holds")


def _what_became_of_the_rest(rest: _Rest, cut: int, lost: int) -> str:
    if not lost:
        return f"the rest is in {rest.name}"
    if not rest.limit:
        return f"{rest.name} takes no rest of a text"
    if lost == cut:
        return f"{rest.name} has no room for the rest"
    return f"the rest is in {rest.name}, but for {lost:,} characters"


def _why(value: str, target: _Target) -> str:
    told, most_bytes = text.units_in_words(value, target.field), text.byte_limit(target.field)
    if most_bytes is None or (had_bytes := text.utf8_bytes(value)) <= most_bytes:
        return f"{target.says} {target.limit:,} characters, the message had {told}"
    if text.units(value, target.field) <= target.limit:
        return f"{target.name} holds {most_bytes:,} bytes, the message had {had_bytes:,}"
    return (
        f"{target.says} {target.limit:,} characters and at most {most_bytes:,} bytes, "
        f"the message had {told} and {had_bytes:,}"
    )
