"""What `bridge fixers --json` prints: the fixers that there are, and one with all its help."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from bridge.fixers import (
    Example,
    Fixer,
    Misbehaviour,
    Offer,
    Option,
    distribution_of,
    find,
    offers,
    options_of,
    try_example,
)
from bridge.model import Change, Diagnosis, ObjectSchema, Record, Risk
from bridge.report.interchange import held_by_utf8, json_of


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class OfferPart(_Part):
    """A fixer that a mapping may name, or one that a distribution offers in vain."""

    name: str
    distribution: str
    """Whose it is; several, with commas, where they offer the same name."""
    summary: str
    """One sentence; empty for one that can't be used."""
    risk: Risk | None
    """The most it may do to the truth of a message."""
    broken: str | None
    """Why it can't be used."""


class FixersDocument(_Part):
    """All fixers, ours and installed ones, by name."""

    format: Literal["bridge.fixers/1"] = "bridge.fixers/1"
    fixers: tuple[OfferPart, ...]


class OptionPart(_Part):
    """One thing that a mapping may say behind a fixer's name."""

    name: str
    """`{Field}.marker` is said of each field; `marker` once."""
    type: str
    meaning: str
    default: JsonValue
    """Null for none."""
    needed: bool
    """Whether it can't be left out."""


class ErrorPart(_Part):
    """What Salesforce had said."""

    code: str | None
    fields: tuple[str, ...]
    limit: int | None


class ExampleChangePart(_Part):
    """One field changed."""

    field: str
    """Without the package's prefix."""
    before: JsonValue
    after: JsonValue
    why: str
    risk: Risk
    lost: int
    """How many characters were cut."""


class ExamplePart(_Part):
    """What a fixer does to one record, as it was tried just now."""

    says: str
    mapping: str
    """The line of a mapping."""
    error: ErrorPart | None
    before: dict[str, JsonValue]
    after: dict[str, JsonValue]
    """As the example says; the same as `before` where the fixer leaves it alone."""
    changes: tuple[ExampleChangePart, ...]
    failed: str | None
    """What came out instead, where the fixer does not do what the example says."""


class FixerDocument(_Part):
    """One fixer with its help, options and examples."""

    format: Literal["bridge.fixer/1"] = "bridge.fixer/1"
    name: str
    distribution: str
    summary: str
    help: tuple[str, ...]
    """A paragraph each."""
    risk: Risk
    """The most it may do to the truth of a message."""
    options: tuple[OptionPart, ...]
    examples: tuple[ExamplePart, ...]


def fixers_document() -> FixersDocument:
    """List the fixers; installed ones are imported for it."""
    return FixersDocument(fixers=tuple(_offer(offer) for offer in offers()))


def fixer_document(name: str) -> FixerDocument:
    """Describe one, and try its examples.

    Raises:
        UnknownFixer: there is none of that name.
        BrokenFixer: it can't be used.
    """
    fixer = find(name)
    summary, *paragraphs = _help(fixer)
    return FixerDocument(
        name=name,
        distribution=distribution_of(name),
        summary=summary,
        help=tuple(paragraphs),
        risk=fixer.risk,
        options=tuple(_option(option) for option in options_of(fixer.Options)),
        examples=tuple(_example(fixer, example) for example in fixer.examples),
    )


def _offer(offer: Offer) -> OfferPart:
    return OfferPart(
        name=held_by_utf8(offer.name),
        distribution=held_by_utf8(offer.distribution),
        summary=_help(offer.fixer)[0] if offer.fixer else "",
        risk=offer.fixer.risk if offer.fixer else None,
        broken=held_by_utf8(offer.broken) or None,
    )


def _help(fixer: type[Fixer[Any]]) -> list[str]:
    """The paragraphs of its docstring, each on one line; one that is empty where it has none."""
    said = inspect.cleandoc(fixer.__doc__ or "")
    return [held_by_utf8(" ".join(paragraph.split())) for paragraph in said.split("\n\n")]


def _option(option: Option) -> OptionPart:
    return OptionPart(
        name=option.name,
        type=option.type,
        meaning=held_by_utf8(option.meaning),
        default=json_of(option.default),
        needed=option.needed,
    )


def _example(fixer: type[Fixer[Any]], example: Example) -> ExamplePart:
    changes: tuple[Change, ...] = ()
    failed = None
    try:
        trial = try_example(fixer, example)
    except (Misbehaviour, ValidationError) as exc:
        failed = f"the fixer {fixer.name} failed on it: {exc}"
    except Exception as exc:
        failed = f"the fixer {fixer.name} failed on it: {type(exc).__name__}: {exc}"
    else:
        changes = trial.changes
        if not trial.holds:
            failed = f"it comes out as {json.dumps(json_of(trial.came_out), ensure_ascii=False)}"
    return ExamplePart(
        says=held_by_utf8(example.says),
        mapping=held_by_utf8(mapping_line(fixer.name, example.options)),
        error=_error(example.diagnosis),
        before=_json_record(example.before),
        after=_json_record(example.after),
        changes=tuple(_changes(changes, example.schema)),
        failed=None if failed is None else held_by_utf8(failed),
    )


def mapping_line(name: str, options: object) -> str:
    """How a mapping names a fixer with these options, on one line of YAML."""
    if options is None:
        return name
    try:
        return yaml.safe_dump(
            {name: options},
            default_flow_style=True,
            allow_unicode=True,
            width=float("inf"),
            sort_keys=False,
        ).strip()[1:-1]
    except yaml.YAMLError:
        return f"{name}: {options!r}"


def _changes(changes: tuple[Change, ...], schema: ObjectSchema) -> Iterator[ExampleChangePart]:
    for change in changes:
        yield ExampleChangePart(
            field=schema.short(change.field),
            before=json_of(change.before),
            after=json_of(change.after),
            why=held_by_utf8(change.why),
            risk=change.risk,
            lost=change.lost,
        )


def _error(diagnosis: Diagnosis | None) -> ErrorPart | None:
    if diagnosis is None:
        return None
    return ErrorPart(code=diagnosis.code, fields=diagnosis.fields, limit=diagnosis.limit)


def _json_record(record: Record) -> dict[str, JsonValue]:
    return {held_by_utf8(name): json_of(value) for name, value in record.items()}
